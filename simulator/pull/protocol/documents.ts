// The documents behind a tag: an index leads to the manifest of the engine's platform, that one to a configuration and layers.
// Image-spec v1.1 and the docker schema 2 forms.
import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { RegistryFailure } from './failure.ts'
import { describeJsonError, quote } from './go-text.ts'

export interface Platform {
  os: string
  architecture: string
}

export type Descriptor = Static<typeof DescriptorSchema>
export type Index = Static<typeof IndexSchema>
export type Manifest = Static<typeof ManifestSchema>

/** A document and what it says. */
export type HeldDocument = { digest: string; mediaType: string; sizeBytes: number } & (
  | { kind: 'index'; index: Index }
  | { kind: 'manifest'; manifest: Manifest }
)

/** A document as it came: of which digest its bytes are, and what it says, or in the engine's words why it says nothing. */
export interface ReadDocument {
  digest: string
  held: HeldDocument | null
  problem: string
}

/** What matters of an image's configuration: of how many layers it is, or in the engine's words why that cannot be said. */
export interface ConfigFacts {
  layers: number
  problem: string | null
}

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
/** Those that are asked for, in the order in which the engine writes them. */
export const acceptedTypes = [manifestTypes[0], indexTypes[0], manifestTypes[1], indexTypes[1]] as string[]
const configTypes = new Set([
  'application/vnd.docker.container.image.v1+json',
  'application/vnd.oci.image.config.v1+json',
  'application/octet-stream',
  '',
])
/** Where a platform names no variant, these are the ones meant. */
const defaultVariants: Record<string, string> = { amd64: 'v1', arm64: 'v8' }

/** Whether a text is a digest. */
export function isDigest(text: unknown): text is string {
  return typeof text === 'string' && /^sha256:[0-9a-f]{64}$/.test(text)
}

/** Reads a document as its media type says. */
export function readDocument(
  text: string,
  { digest, mediaType, sizeBytes }: { digest: string; mediaType: string; sizeBytes: number },
): ReadDocument {
  const isIndex = indexTypes.includes(mediaType)
  const isKnown = isIndex || manifestTypes.includes(mediaType)
  const refuse = (problem: string) => ({ digest, held: null, problem })
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    const cause = describeJsonError(text)
    return refuse(isKnown ? cause : `error unmarshalling content: ${cause}`)
  }
  if (!isKnown) return refuse(`unsupported manifest media type and no default available: ${mediaType}`)
  const declared = Object(value)['mediaType']
  if (declared !== undefined && declared !== mediaType) {
    return refuse(`mediaType in manifest should be '${mediaType}' not '${declared}'`)
  }
  const document = { digest, mediaType, sizeBytes }
  if (isIndex && checkIndex.Check(value))
    return { digest, held: { ...document, kind: 'index', index: value }, problem: '' }
  if (!isIndex && checkManifest.Check(value)) {
    return { digest, held: { ...document, kind: 'manifest', manifest: value }, problem: '' }
  }
  return refuse('unsupported manifest format')
}

/** Reads what matters of a configuration. */
export function readConfig(text: string): ConfigFacts {
  try {
    const diffIds: unknown = Object(JSON.parse(text)).rootfs?.diff_ids
    if (Array.isArray(diffIds)) return { layers: diffIds.length, problem: null }
    return { layers: 0, problem: 'invalid rootfs in image configuration' }
  } catch {
    return { layers: 0, problem: describeJsonError(text) }
  }
}

/** @throws RegistryFailure MALFORMED where a configuration is not that of as many layers */
export function requireLayers(config: ConfigFacts | null, manifest: Manifest): void {
  if (config !== null && config.problem !== null) throw new RegistryFailure('MALFORMED', config.problem)
  if (config?.layers === manifest.layers.length) return
  throw new RegistryFailure('MALFORMED', "layers from manifest don't match image configuration")
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

const layersBytes = new WeakMap<Manifest, number>()

/** Of the layers together, on the wire. */
export function sizeOf(manifest: Manifest): number {
  let sizeBytes = layersBytes.get(manifest)
  if (sizeBytes === undefined) {
    sizeBytes = manifest.layers.reduce((sum, { size }) => sum + size, 0)
    layersBytes.set(manifest, sizeBytes)
  }
  return sizeBytes
}
