// Reads and validates what is pushed as a manifest, after image-spec v1.1 and the docker schema 2 forms. Unknown media types are
// kept as they are: the registry only needs to know what a manifest refers to.
import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { RegistryProblem } from '../answer/problem.ts'
import { digestAlgorithm } from './blob.ts'

/** Media types that the registry knows the inside of. */
export const mediaTypes = {
  imageIndex: 'application/vnd.oci.image.index.v1+json',
  imageManifest: 'application/vnd.oci.image.manifest.v1+json',
  imageConfig: 'application/vnd.oci.image.config.v1+json',
  layerTar: 'application/vnd.oci.image.layer.v1.tar',
  dockerList: 'application/vnd.docker.distribution.manifest.list.v2+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
} as const

/** A manifest as the store keeps it. */
export interface ManifestFacts {
  mediaType: string
  /** Blobs that must be there before the manifest is; the first of an image is its configuration. */
  blobs: string[]
  /** Manifests that an index lists. */
  children: string[]
  subject: string | null
  /** For the list of referrers: an image without one of its own is of its configuration's type. */
  artifactType: string | null
  annotations: Record<string, string> | null
}

const Descriptor = Type.Object({
  mediaType: Type.String({ minLength: 1 }),
  digest: Type.String(),
  size: Type.Integer({ minimum: 0 }),
  urls: Type.Optional(Type.Array(Type.String())),
})
const commonFields = {
  schemaVersion: Type.Literal(2),
  mediaType: Type.Optional(Type.String()),
  artifactType: Type.Optional(Type.String()),
  subject: Type.Optional(Type.Union([Descriptor, Type.Null()])),
  annotations: Type.Optional(Type.Union([Type.Record(Type.String(), Type.String()), Type.Null()])),
}
const ImageManifest = Type.Object({ ...commonFields, config: Descriptor, layers: Type.Array(Descriptor) })
const ImageIndex = Type.Object({ ...commonFields, manifests: Type.Array(Descriptor) })
const Opaque = Type.Object({})

const readers = { image: Compile(ImageManifest), index: Compile(ImageIndex), opaque: Compile(Opaque) }

/**
 * Reads a pushed manifest.
 *
 * @throws RegistryProblem MANIFEST_INVALID saying what is wrong with it
 */
export function readManifest(bytes: Buffer, contentType: string | null): ManifestFacts {
  const value = parseJson(bytes)
  const declared = stringField(value, 'mediaType')
  const mediaType = contentType ?? declared ?? inferMediaType(value)
  if (declared !== null && declared !== mediaType) {
    throw invalid(`its mediaType is "${declared}" but the Content-Type says "${mediaType}"`)
  }
  switch (mediaType) {
    case mediaTypes.imageManifest:
    case mediaTypes.dockerManifest:
      return imageFacts(mediaType, check(readers.image, value))
    case mediaTypes.imageIndex:
    case mediaTypes.dockerList:
      return indexFacts(mediaType, check(readers.index, value))
    default:
      return { mediaType, blobs: [], children: [], subject: null, artifactType: null, annotations: null }
  }
}

function imageFacts(mediaType: string, manifest: Static<typeof ImageManifest>): ManifestFacts {
  if ('manifests' in manifest) throw invalid('it has both layers and manifests')
  const layers = manifest.layers.map(checkedDigest)
  const needed = layers.filter((_, index) => !mayBeAbsent(manifest.layers[index]))
  return {
    mediaType,
    blobs: [...new Set([checkedDigest(manifest.config), ...needed])],
    children: [],
    ...referrerFacts(manifest),
    artifactType: manifest.artifactType || manifest.config.mediaType,
  }
}

function indexFacts(mediaType: string, index: Static<typeof ImageIndex>): ManifestFacts {
  if ('layers' in index || 'config' in index) throw invalid('it has both manifests and layers')
  return { mediaType, blobs: [], children: [...new Set(index.manifests.map(checkedDigest))], ...referrerFacts(index) }
}

function referrerFacts(manifest: Static<typeof ImageIndex> | Static<typeof ImageManifest>) {
  return {
    subject: manifest.subject ? checkedDigest(manifest.subject) : null,
    artifactType: manifest.artifactType || null,
    annotations: manifest.annotations ?? null,
  }
}

/** Layers that may not be distributed are fetched from elsewhere. */
function mayBeAbsent(descriptor: Static<typeof Descriptor> | undefined): boolean {
  return /nondistributable|\.foreign\./.test(descriptor?.mediaType ?? '') || (descriptor?.urls ?? []).length > 0
}

function checkedDigest({ digest }: Static<typeof Descriptor>): string {
  if (digestAlgorithm(digest) === null) throw invalid(`"${digest}" is no digest`)
  return digest
}

function check<Value>(
  reader: {
    Check(value: unknown): value is Value
    Errors(value: unknown): { instancePath: string; message: string }[]
  },
  value: unknown,
): Value {
  if (reader.Check(value)) return value
  const [first] = reader.Errors(value)
  throw invalid(first ? `${first.instancePath || '/'} ${first.message}` : 'it does not follow its schema')
}

function parseJson(bytes: Buffer): object {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw invalid('it is no JSON')
  }
  if (!readers.opaque.Check(value) || Array.isArray(value)) throw invalid('it is no JSON object')
  return value
}

function stringField(value: object, name: string): string | null {
  const field = (value as Record<string, unknown>)[name]
  return typeof field === 'string' && field !== '' ? field : null
}

function inferMediaType(value: object): string {
  return 'manifests' in value ? mediaTypes.imageIndex : mediaTypes.imageManifest
}

function invalid(cause: string): RegistryProblem {
  return new RegistryProblem('MANIFEST_INVALID', cause)
}
