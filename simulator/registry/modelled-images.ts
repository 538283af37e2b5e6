// The images of a registry without bytes: which one a tag stands for, and what its documents and layers weigh.
import { createHash } from 'node:crypto'
import { parseReference } from '../../server/kernel/reference.ts'
import { describeImage, layerSizeBytes, type SyntheticImage } from './synthetic.ts'

/** One layer, whichever images have it. */
export interface ModelledLayer {
  /** Counts from 0 through all layers ever published. */
  number: number
  digest: string
  sizeBytes: number
}

/** What a tag stands for at one time. */
export interface ModelledImage {
  /** Counts from 0 through all images ever published; the same image under another tag has the same one. */
  number: number
  repository: string
  tag: string
  /** Of the index. */
  digest: string
  manifestDigest: string
  configDigest: string
  indexBytes: number
  manifestBytes: number
  configBytes: number
  layers: readonly ModelledLayer[]
  /** For each layer, a number of it together with all that lie below it. */
  chains: readonly number[]
  /** Of the layers together. */
  sizeBytes: number
}

/** A docker reference as the registry reads it. */
export interface ModelledReference {
  host: string
  repository: string
  /** A tag or a digest. */
  name: string
  isDigest: boolean
}

/** Every image ever published, and the tags. */
export class ModelledImages {
  readonly #layers = new Map<string, ModelledLayer>()
  /** By what lies below and the layer. */
  readonly #chains = new Map<string, number>()
  readonly #images: ModelledImage[] = []
  /** By repository and tag, or repository and digest of the index. */
  readonly #names = new Map<string, Map<string, ModelledImage>>()
  /** By docker reference: parsing one anew for each of millions of pulls would cost more than the rest of it. */
  readonly #references = new Map<string, ModelledReference>()

  /** By number. */
  get all(): readonly ModelledImage[] {
    return this.#images
  }

  /** Publishes under the image's tag; a tag that is there moves. */
  publish(image: SyntheticImage): { digest: string; previousDigest: string | null; sizeBytes: number } {
    const { repository, tag } = image
    const layers = image.layers.map((layer) => this.#layer({ seed: image.seed, ...layer }))
    const { index, manifest, config } = describeImage(layers)
    const published: ModelledImage = {
      number: this.#images.find(({ digest }) => digest === index.digest)?.number ?? this.#images.length,
      ...{ repository, tag, layers },
      digest: index.digest,
      manifestDigest: manifest.digest,
      configDigest: config.digest,
      indexBytes: index.sizeBytes,
      manifestBytes: manifest.sizeBytes,
      configBytes: config.sizeBytes,
      chains: this.#chainsOf(layers),
      sizeBytes: layers.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    }
    const names = this.#names.get(repository) ?? new Map<string, ModelledImage>()
    const previous = names.get(tag)
    this.#images.push(published)
    this.#names.set(repository, names.set(tag, published).set(published.digest, published))
    return { digest: published.digest, previousDigest: previous?.digest ?? null, sizeBytes: published.sizeBytes }
  }

  /** Reads a docker reference; its host is not looked at, as in a run of real time. */
  read(reference: string): ModelledReference {
    let known = this.#references.get(reference)
    if (known === undefined) {
      const { host, repository, tag, digest } = parseReference(reference)
      known = { host, repository, name: digest ?? tag ?? 'latest', isDigest: digest !== null }
      this.#references.set(reference, known)
    }
    return known
  }

  /** What a tag or digest stands for now. */
  find(repository: string, name: string): ModelledImage | null {
    return this.#names.get(repository)?.get(name) ?? null
  }

  /** Whether any image of the repository was ever published. */
  knows(repository: string): boolean {
    return this.#names.has(repository)
  }

  #layer(layer: { seed: number; name: string; sizeBytes: number }): ModelledLayer {
    const identity = JSON.stringify([layer.seed, layer.name, layer.sizeBytes])
    const known = this.#layers.get(identity)
    if (known) return known
    const digest = `sha256:${createHash('sha256').update(`kasm-sim-modelled-layer\n${identity}`).digest('hex')}`
    const created = { number: this.#layers.size, digest, sizeBytes: layerSizeBytes(layer.sizeBytes) }
    this.#layers.set(identity, created)
    return created
  }

  #chainsOf(layers: readonly ModelledLayer[]): number[] {
    const chains: number[] = []
    for (const { number } of layers) {
      const identity = `${chains.at(-1) ?? ''}/${number}`
      const chain = this.#chains.get(identity) ?? this.#chains.size
      this.#chains.set(identity, chain)
      chains.push(chain)
    }
    return chains
  }
}
