// The images of a registry without bytes of layers: which document a tag stands for, and what its documents say. They are those which
// the HTTP front would serve of such layers.
import { createHash } from 'node:crypto'
import type { StoredBlob } from '../content/blob.ts'
import { mediaTypes } from '../content/manifest.ts'
import { describeImage, layerSizeBytes, type SyntheticImage } from '../content/synthetic.ts'

/** A manifest or index. */
export interface VirtualDocument {
  digest: string
  mediaType: string
  text: string
  sizeBytes: number
  role: 'index' | 'platform'
}

/** One layer, whichever images have it. */
interface VirtualLayer {
  digest: string
  sizeBytes: number
}

/** Every image ever published, and the tags. */
export class VirtualImages {
  readonly #layers = new Map<string, VirtualLayer>()
  /** By repository and tag or digest. */
  readonly #documents = new Map<string, Map<string, VirtualDocument>>()
  /** Configurations by their digests. */
  readonly #configs = new Map<string, string>()
  #published = 0

  /** How often anything was published. */
  get version(): number {
    return this.#published
  }

  /** Publishes under the image's tag; a tag that is there moves. */
  publish(image: SyntheticImage): { digest: string; previousDigest: string | null; sizeBytes: number } {
    const { repository, tag, attestation = false } = image
    const layers = image.layers.map((layer) => this.#layer({ seed: image.seed, ...layer }))
    const { index, platforms, attestations } = describeImage(layers, { attestation })
    const documents = this.#documents.get(repository) ?? new Map<string, VirtualDocument>()
    const previous = documents.get(tag)
    for (const { manifest, config } of [...platforms, ...attestations]) {
      documents.set(manifest.digest, documentOf(manifest, mediaTypes.imageManifest, 'platform'))
      this.#configs.set(config.digest, textOf(config))
    }
    const top = documentOf(index, mediaTypes.imageIndex, 'index')
    this.#documents.set(repository, documents.set(top.digest, top).set(tag, top))
    this.#published += 1
    const sizeBytes = layers.reduce((sum, layer) => sum + layer.sizeBytes, 0)
    return { digest: top.digest, previousDigest: previous?.digest ?? null, sizeBytes }
  }

  /** What a tag or digest stands for now. */
  find(repository: string, name: string): VirtualDocument | null {
    return this.#documents.get(repository)?.get(name) ?? null
  }

  /** What a configuration says; empty for other blobs. */
  configText(digest: string): string {
    return this.#configs.get(digest) ?? ''
  }

  /** Whether any image of the repository was ever published. */
  knows(repository: string): boolean {
    return this.#documents.has(repository)
  }

  #layer(layer: { seed: number; name: string; sizeBytes: number }): VirtualLayer {
    const identity = JSON.stringify([layer.seed, layer.name, layer.sizeBytes])
    const known = this.#layers.get(identity)
    if (known) return known
    const digest = `sha256:${createHash('sha256').update(`kasm-sim-modelled-layer\n${identity}`).digest('hex')}`
    const created = { digest, sizeBytes: layerSizeBytes(layer.sizeBytes) }
    this.#layers.set(identity, created)
    return created
  }
}

function documentOf(blob: StoredBlob, mediaType: string, role: VirtualDocument['role']): VirtualDocument {
  return { digest: blob.digest, mediaType, text: textOf(blob), sizeBytes: blob.sizeBytes, role }
}

function textOf(blob: StoredBlob): string {
  return Buffer.concat([...blob.read(0, blob.sizeBytes)]).toString()
}
