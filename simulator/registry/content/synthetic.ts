// Images that need no storage: each layer is a tar of one file whose bytes are a keyed cipher stream, so any byte of any layer can be
// made at once from (seed, layer name, size). They are real OCI images that a Docker Engine pulls and unpacks.
import { createCipheriv, createHash } from 'node:crypto'
import { type Blob, digestOf, StoredBlob } from './blob.ts'
import { mediaTypes } from './manifest.ts'
import { pieceCache } from './piece-cache.ts'

/**
 * An image to publish. A layer's bytes depend on the seed, its name and its size alone: images that name a layer alike share it,
 * and a tag moves by publishing again with other layer names.
 */
export interface SyntheticImage {
  repository: string
  tag: string
  seed: number
  /** `sizeBytes` is the size on the wire, rounded up to whole tar blocks of 512 bytes; the smallest tar of one file has three. */
  layers: { name: string; sizeBytes: number }[]
  /** Whether the index lists an attestation of each platform too, as BuildKit adds them. Default: no. */
  attestation?: boolean
}

/** A synthetic image as a registry stores it. */
export interface BuiltImage {
  /** Layers and configurations. */
  blobs: Blob[]
  /** The index last, after the manifests that it lists. */
  manifests: { mediaType: string; blob: StoredBlob }[]
  /** Digest of the index. */
  digest: string
  /** Bytes of the layers together. */
  sizeBytes: number
}

type LayerFacts = Pick<Blob, 'digest' | 'sizeBytes'>

const blockBytes = 512
const trailerBytes = 2 * blockBytes
const layerSizeBytesMin = blockBytes + trailerBytes
/** As much as is made and sent at a time. */
const pieceBytes = 512 * 1024
/** Smaller layers are quick to make anew; larger ones would only push the others out of the cache. */
const cachedLayerBytes = { min: 64 * 2 ** 10, max: 8 * 2 ** 20 }
const zeros = Buffer.alloc(pieceBytes)
const created = '2024-01-01T00:00:00Z'

/** Digests are the costly part of a layer, so they are kept; an entry is some 200 bytes. */
const layerDigests = new Map<string, string>()
const layerDigestsMax = 20_000

/** What a layer that should have some size really has. */
export function layerSizeBytes(wantedBytes: number): number {
  return Math.max(Math.ceil(wantedBytes / blockBytes) * blockBytes, layerSizeBytesMin)
}

/** A layer of an image: uncompressed, so that its digest is also its diff id. */
export class SyntheticLayer implements Blob {
  readonly digest: string
  readonly sizeBytes: number
  readonly #key: Buffer
  readonly #header: Buffer
  readonly #payloadEnd: number

  constructor(options: { seed: number; name: string; sizeBytes: number }) {
    this.sizeBytes = layerSizeBytes(options.sizeBytes)
    const identity = JSON.stringify(['kasm-sim-layer-v1', options.seed, options.name, this.sizeBytes])
    this.#key = createHash('sha256').update(identity).digest()
    const payloadBytes = this.sizeBytes - layerSizeBytesMin
    this.#header = tarHeader(`opt/kasm-sim/${this.#key.toString('hex', 0, 12)}`, payloadBytes)
    this.#payloadEnd = blockBytes + payloadBytes
    const known = layerDigests.get(identity)
    this.digest = known ?? digestOf(this.read(0, this.sizeBytes))
    if (known === undefined) rememberDigest(identity, this.digest)
  }

  *read(start: number, end: number): Iterable<Buffer> {
    if (start < blockBytes) yield this.#header.subarray(start, Math.min(end, blockBytes))
    yield* this.#payload(Math.max(start, blockBytes), Math.min(end, this.#payloadEnd))
    const zeroBytes = end - Math.max(start, this.#payloadEnd)
    if (zeroBytes > 0) yield zeros.subarray(0, zeroBytes)
  }

  *#payload(start: number, end: number): Iterable<Buffer> {
    for (let position = start; position < end; ) {
      const index = Math.floor((position - blockBytes) / pieceBytes)
      const pieceStart = blockBytes + index * pieceBytes
      const piece = this.#piece(index)
      yield piece.subarray(position - pieceStart, end - pieceStart)
      position = pieceStart + piece.length
    }
  }

  /** A piece of the cipher stream, which can start at any multiple of the cipher's 16 byte blocks. */
  #piece(index: number): Buffer {
    const key = `${this.#key.toString('base64')} ${index}`
    const isCached = this.sizeBytes >= cachedLayerBytes.min && this.sizeBytes <= cachedLayerBytes.max
    const known = isCached ? pieceCache.get(key) : undefined
    if (known) return known
    const start = index * pieceBytes
    const counter = Buffer.alloc(16)
    counter.writeBigUInt64BE(BigInt(start / 16), 8)
    const sizeBytes = Math.min(pieceBytes, this.#payloadEnd - blockBytes - start)
    const piece = createCipheriv('aes-256-ctr', this.#key, counter).update(zeros.subarray(0, sizeBytes))
    if (isCached) pieceCache.set(key, piece)
    return piece
  }
}

function rememberDigest(identity: string, digest: string): void {
  const oldest = layerDigests.keys().next()
  if (layerDigests.size >= layerDigestsMax && !oldest.done) layerDigests.delete(oldest.value)
  layerDigests.set(identity, digest)
}

/** A POSIX ustar header of one regular file of root's; sizes from 8 GiB on are written in base 256, as GNU tar does. */
function tarHeader(path: string, sizeBytes: number): Buffer {
  const header = Buffer.alloc(blockBytes)
  header.write(path, 0)
  header.write('0000644\0', 100)
  header.write('0000000\0', 108)
  header.write('0000000\0', 116)
  if (sizeBytes < 8 ** 11) {
    header.write(`${sizeBytes.toString(8).padStart(11, '0')}\0`, 124)
  } else {
    header.writeUInt8(0x80, 124)
    header.writeBigUInt64BE(BigInt(sizeBytes), 128)
  }
  header.write(`${(Date.parse(created) / 1_000).toString(8).padStart(11, '0')}\0`, 136)
  header.write('        ', 148)
  header.write('0', 156)
  header.write('ustar\x0000', 257)
  const checksum = header.reduce((sum, byte) => sum + byte, 0)
  header.write(`${checksum.toString(8).padStart(6, '0')}\0 `, 148)
  return header
}

/** What an image of these layers is described by, on linux/amd64 unless said otherwise. Layers are known by digest and size alone. */
export function describeImage(layers: readonly LayerFacts[], { attestation = false } = {}) {
  const amd64 = describePlatform('amd64', layers)
  const arm64 = describePlatform('arm64', layers)
  const platforms = [amd64, arm64]
  const manifests = platforms.map(({ architecture, manifest }) => ({
    ...descriptor(mediaTypes.imageManifest, manifest),
    platform: { architecture, os: 'linux' },
  }))
  const attestations = attestation ? platforms.map(({ manifest }) => describeAttestation(manifest)) : []
  const listed = [...manifests, ...attestations.map((each) => each.listed)]
  const index = jsonBlob({ schemaVersion: 2, mediaType: mediaTypes.imageIndex, manifests: listed })
  return { index, manifest: amd64.manifest, config: amd64.config, platforms, attestations }
}

/**
 * Builds a synthetic image: an index of two platforms over the same layers. The first time that a layer is seen its digest is
 * computed, which reads all of it (docs/registries.md says how fast).
 *
 * @example
 * buildImage({ repository: 'kasmweb/chrome', tag: '1.16.1', seed: 1, layers: [{ name: 'base', sizeBytes: 4_000_000 }] }).digest
 */
export function buildImage(image: SyntheticImage): BuiltImage {
  const layers = image.layers.map((layer) => new SyntheticLayer({ seed: image.seed, ...layer }))
  const { index, platforms, attestations } = describeImage(layers, { attestation: image.attestation ?? false })
  return {
    blobs: [
      ...layers,
      ...platforms.map(({ config }) => config),
      ...attestations.flatMap(({ config, statement }) => [config, statement]),
    ],
    manifests: [
      ...[...platforms, ...attestations].map(({ manifest }) => ({
        mediaType: mediaTypes.imageManifest,
        blob: manifest,
      })),
      { mediaType: mediaTypes.imageIndex, blob: index },
    ],
    digest: index.digest,
    sizeBytes: layers.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  }
}

function describePlatform(architecture: string, layers: readonly LayerFacts[]) {
  const config = jsonBlob(imageConfig(architecture, layers))
  const manifest = jsonBlob({
    schemaVersion: 2,
    mediaType: mediaTypes.imageManifest,
    config: descriptor(mediaTypes.imageConfig, config),
    layers: layers.map((layer) => descriptor(mediaTypes.layerTar, layer)),
  })
  return { architecture, config, manifest }
}

/** What BuildKit lists beside a manifest: an in-toto statement about it, in the form of an image of no platform. */
function describeAttestation(subject: StoredBlob) {
  const statement = jsonBlob({
    _type: 'https://in-toto.io/Statement/v0.1',
    predicateType: 'https://slsa.dev/provenance/v0.2',
    subject: [{ name: 'kasm-sim', digest: { sha256: subject.digest.slice('sha256:'.length) } }],
    predicate: { buildType: 'https://mobyproject.org/buildkit@v1' },
  })
  const nowhere = { architecture: 'unknown', os: 'unknown' }
  const config = jsonBlob({ ...nowhere, config: {}, rootfs: { type: 'layers', diff_ids: [statement.digest] } })
  const manifest = jsonBlob({
    schemaVersion: 2,
    mediaType: mediaTypes.imageManifest,
    config: descriptor(mediaTypes.imageConfig, config),
    layers: [descriptor('application/vnd.in-toto+json', statement)],
  })
  const annotations = {
    'vnd.docker.reference.digest': subject.digest,
    'vnd.docker.reference.type': 'attestation-manifest',
  }
  const listed = { ...descriptor(mediaTypes.imageManifest, manifest), annotations, platform: nowhere }
  return { config, statement, manifest, listed }
}

/** The label is what makes a Kasm agent take an image for one of its own when it prunes. */
function imageConfig(architecture: string, layers: readonly LayerFacts[]) {
  return {
    created,
    architecture,
    os: 'linux',
    config: {
      Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
      Labels: { 'com.kasmweb.image': 'true' },
    },
    rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => digest) },
    history: layers.map(() => ({ created, created_by: 'kasm-sim' })),
  }
}

function descriptor(mediaType: string, { digest, sizeBytes }: LayerFacts) {
  return { mediaType, digest, size: sizeBytes }
}

function jsonBlob(value: unknown): StoredBlob {
  const bytes = Buffer.from(JSON.stringify(value))
  return new StoredBlob(digestOf([bytes]), [bytes])
}
