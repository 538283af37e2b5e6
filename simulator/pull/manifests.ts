// What a tag stands for, and the documents behind it: an index leads to the manifest of the engine's platform, that one to a
// configuration and layers. Image-spec v1.1 and the docker schema 2 forms.
import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { named } from './authenticate.ts'
import { digestOf, isDigest } from './digest.ts'
import { RegistryFailure } from './failure.ts'
import { describeJsonError, quote } from './go-text.ts'
import { discard, type Session, type SessionRequest } from './session.ts'
import type { Answer } from './transport.ts'

export interface Platform {
  os: string
  architecture: string
}

export type Descriptor = Static<typeof DescriptorSchema>
export type Index = Static<typeof IndexSchema>
export type Manifest = Static<typeof ManifestSchema>

/** What a document says. */
export type HeldDocument = { mediaType: string; sizeBytes: number } & (
  | { kind: 'index'; index: Index }
  | { kind: 'manifest'; manifest: Manifest }
)

/** A document as it came. */
export type ManifestDocument = HeldDocument & { digest: string; bytes: Buffer }

const DescriptorSchema = Type.Object({
  mediaType: Type.String(),
  digest: Type.String({ pattern: '^sha256:[0-9a-f]{64}$' }),
  size: Type.Integer({ minimum: 0 }),
})
const ManifestSchema = Type.Object({ config: DescriptorSchema, layers: Type.Array(DescriptorSchema) })
const PlatformSchema = Type.Object({
  os: Type.String(),
  architecture: Type.String(),
  variant: Type.Optional(Type.String()),
})
const IndexSchema = Type.Object({
  manifests: Type.Array(
    Type.Intersect([
      DescriptorSchema,
      Type.Object({
        platform: Type.Optional(Type.Union([PlatformSchema, Type.Null()])),
        annotations: Type.Optional(Type.Record(Type.String(), Type.String())),
      }),
    ]),
  ),
})
const checkManifest = Compile(ManifestSchema)
const checkIndex = Compile(IndexSchema)

const manifestTypes = [
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
]
const indexTypes = [
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.index.v1+json',
]
/** One header line per type, as the engine writes them. */
export const acceptedTypes = [manifestTypes[0], indexTypes[0], manifestTypes[1], indexTypes[1]] as string[]
const configTypes = new Set([
  'application/vnd.docker.container.image.v1+json',
  'application/vnd.oci.image.config.v1+json',
  'application/octet-stream',
  '',
])
/** Where a platform names no variant, these are the ones meant. */
const defaultVariants: Record<string, string> = { amd64: 'v1', arm64: 'v8' }

/**
 * The digest that a tag stands for now: HEAD, and GET only where HEAD does not say or is refused in a way that `fallback` names.
 *
 * @throws RegistryFailure
 */
export async function resolveTag(session: Session, source: ManifestSource, fallback: HeadFallback): Promise<string> {
  const head = await ask(session, { method: 'HEAD', ...source })
  await discard(head)
  if (succeeded(head) && head.headers['docker-content-digest']) return headerDigest(head)
  if (!succeeded(head) && fallback !== 'any-refusal' && !fallback.includes(head.statusCode)) {
    const failure = await session.refuse(head, source.signal)
    throw failure.reworded(`unexpected status from HEAD request: ${head.statusCode} ${head.statusText}`)
  }
  const answer = await ask(session, { method: 'GET', ...source })
  if (!succeeded(answer)) throw await session.refuse(answer, source.signal)
  if (answer.headers['docker-content-digest']) {
    await discard(answer)
    return headerDigest(answer)
  }
  const bytes = await readCounted(session, answer, source.signal)
  return digestOf(bytes)
}

/** After which refusals of HEAD the tag is asked for with GET. */
export type HeadFallback = 'any-refusal' | readonly number[]

export interface ManifestSource {
  repository: string
  /** A tag or a digest. */
  reference: string
  signal: AbortSignal
}

/**
 * A manifest or index by digest (or, where a registry does not know its own digests, by tag).
 *
 * @throws RegistryFailure DIGEST_MISMATCH where the bytes are not those of the digest, MALFORMED where they are no manifest
 */
export async function fetchManifest(session: Session, source: ManifestSource): Promise<ManifestDocument> {
  const answer = await ask(session, { method: 'GET', ...source })
  if (!succeeded(answer)) throw await session.refuse(answer, source.signal)
  const bytes = await readCounted(session, answer, source.signal)
  const mediaType = String(answer.headers['content-type'] ?? '').replace(/\s*;.*$/s, '')
  const document = parseManifest(bytes, mediaType, answer.statusCode)
  if (isDigest(source.reference) && document.digest !== source.reference) {
    const text = `manifest verification failed for digest ${source.reference}`
    throw new RegistryFailure('DIGEST_MISMATCH', text, { status: answer.statusCode })
  }
  return document
}

/**
 * The manifest that an index has for a platform: the first that fits, as the engine takes it.
 *
 * @throws RegistryFailure NOT_FOUND
 */
export function choosePlatform(index: Index, platform: Platform): Descriptor {
  const chosen = index.manifests.find(({ platform: offered }) => {
    if (offered?.os !== platform.os || offered.architecture !== platform.architecture) return false
    const usual = defaultVariants[platform.architecture]
    return usual === undefined || (offered.variant || usual) === usual
  })
  if (chosen) return chosen
  const text = `no matching manifest for ${platform.os}/${platform.architecture} in the manifest list entries`
  throw new RegistryFailure('NOT_FOUND', text)
}

/** The attestation that an index has of a manifest, as BuildKit marks it. */
export function attestationOf(document: HeldDocument, digest: string): Descriptor | null {
  if (document.kind === 'manifest') return null
  const found = document.index.manifests.find(({ annotations }) => {
    const isAttestation = annotations?.['vnd.docker.reference.type'] === 'attestation-manifest'
    return isAttestation && annotations?.['vnd.docker.reference.digest'] === digest
  })
  return found ?? null
}

/** @throws RegistryFailure MALFORMED where the configuration is not that of an image, as with a Helm chart */
export function requireImage(manifest: Manifest): void {
  const { mediaType } = manifest.config
  if (configTypes.has(mediaType)) return
  throw new RegistryFailure('MALFORMED', `Encountered remote ${quote(mediaType)}(unknown) when fetching`)
}

/** Reads the bytes of a manifest as their media type says. */
export function parseManifest(bytes: Buffer, mediaType: string, status: number): ManifestDocument {
  const text = bytes.toString()
  const isIndex = indexTypes.includes(mediaType)
  const isKnown = isIndex || manifestTypes.includes(mediaType)
  const refuse = (cause: string) => new RegistryFailure('MALFORMED', cause, { status })
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    const cause = describeJsonError(text)
    throw refuse(isKnown ? cause : `error unmarshalling content: ${cause}`)
  }
  if (!isKnown) throw refuse(`unsupported manifest media type and no default available: ${mediaType}`)
  const declared = Object(value)['mediaType']
  if (declared !== undefined && declared !== mediaType) {
    throw refuse(`mediaType in manifest should be '${mediaType}' not '${declared}'`)
  }
  const document = { digest: digestOf(bytes), mediaType, bytes, sizeBytes: bytes.length }
  if (isIndex && checkIndex.Check(value)) return { ...document, kind: 'index', index: value }
  if (!isIndex && checkManifest.Check(value)) return { ...document, kind: 'manifest', manifest: value }
  throw refuse('unsupported manifest format')
}

async function ask(session: Session, options: ManifestSource & { method: 'GET' | 'HEAD' }): Promise<Answer> {
  const { method, repository, reference, signal } = options
  const target = `/v2/${repository}/manifests/${reference}`
  const request: SessionRequest = { method, target, headers: { Accept: acceptedTypes }, signal }
  return named(session.name(request), () => session.request(request))
}

async function readCounted(session: Session, answer: Answer, signal: AbortSignal): Promise<Buffer> {
  const bytes = await session.read(answer, signal)
  session.tally.receivedBytes += bytes.length
  return bytes
}

function succeeded({ statusCode }: Answer): boolean {
  return statusCode >= 200 && statusCode <= 399
}

function headerDigest(answer: Answer): string {
  const digest = answer.headers['docker-content-digest']
  if (isDigest(digest)) return digest
  throw new RegistryFailure('MALFORMED', 'invalid checksum digest format', { status: answer.statusCode })
}
