// What an engine has: names, each of an image with its layers and the documents that led to it. A layer stays while an image or a pull
// in progress needs it. Engines of a fleet have much in common, so that what they have is kept once and each has only a list.
import type { HeldDocument } from './documents.ts'
import type { PulledReference } from './pulled-reference.ts'

/** An image as engines have it. */
export interface LocalImage {
  /** What tells it from others: the digest of its configuration for the graphdriver store, of its index for a content store. */
  id: string
  /** What the reference stood for first, then whatever that led to. */
  documents: readonly HeldDocument[]
  /** By their keys: chains for the graphdriver store, digests for a content store. */
  layers: ReadonlySet<string>
}

/** An image under a name: `repository:tag` or `repository@digest`. */
interface NamedImage {
  name: string
  image: LocalImage
}

/** What engines have in common: each image and each name of it once. */
export class SharedImages {
  readonly #images = new Map<string, LocalImage>()
  readonly #names = new Map<LocalImage, Map<string, NamedImage>>()

  image({ id, layers, documents }: { id: string; layers: readonly string[]; documents: readonly HeldDocument[] }) {
    const key = `${id} ${documents.map(({ digest }) => digest).join(' ')}`
    let image = this.#images.get(key)
    if (image === undefined) {
      image = { id, documents, layers: new Set(layers) }
      this.#images.set(key, image)
    }
    return image
  }

  named(name: string, image: LocalImage): NamedImage {
    let names = this.#names.get(image)
    if (names === undefined) {
      names = new Map()
      this.#names.set(image, names)
    }
    let named = names.get(name)
    if (named === undefined) {
      named = { name, image }
      names.set(name, named)
    }
    return named
  }
}

/** The images of one engine. */
export class LocalImages {
  readonly #shared: SharedImages
  #named: NamedImage[] = []
  /** Layers that pulls in progress found here and need until they are over. */
  #pinned: (readonly string[])[] = []

  constructor(shared: SharedImages) {
    this.#shared = shared
  }

  /** The document of a digest; what a name led to is looked at first. */
  document(digest: string, name: string): HeldDocument | null {
    const likely = this.#find(name)
    return (likely && documentOf(likely, digest)) ?? this.#anyDocument(digest)
  }

  hasImage(id: string): boolean {
    return this.#named.some(({ image }) => image.id === id)
  }

  hasLayer(layer: string): boolean {
    return this.#named.some(({ image }) => image.layers.has(layer)) || this.#pinned.some((list) => list.includes(layer))
  }

  /** Keeps layers whatever happens to the images that have them. */
  pin(layers: readonly string[]): void {
    if (layers.length > 0) this.#pinned = [...this.#pinned, layers]
  }

  unpin(layers: readonly string[]): void {
    if (layers.length > 0) this.#pinned = this.#pinned.filter((other) => other !== layers)
  }

  /** Keeps an image whose layers are all there under its reference; true where that did not stand for the same image before. */
  keep(
    { name, repository }: PulledReference,
    options: { id: string; layers: readonly string[]; documents: readonly [HeldDocument, ...HeldDocument[]] },
  ): boolean {
    const before = this.#find(name)
    const [top] = options.documents
    const { digest } = top
    if (before?.id === options.id && before.documents[0]?.digest === digest) return false
    const image = this.#shared.image(options)
    this.#point(this.#shared.named(name, image))
    const byDigest = `${repository}@${digest}`
    if (byDigest !== name) this.#point(this.#shared.named(byDigest, image))
    return before?.id !== options.id
  }

  /** Takes a reference away; the image goes with its last one. */
  removeReference({ name, repository }: PulledReference): void {
    const image = this.#find(name)
    if (image === null) return
    this.#named = this.#named.filter((other) => other.name !== name)
    // With the last tag of a repository its digests go too: so does `docker rmi`.
    const hasTag = this.#named.some((other) => other.image.id === image.id && other.name.startsWith(`${repository}:`))
    if (hasTag) return
    const byDigest = `${repository}@`
    this.#named = this.#named.filter((other) => other.image.id !== image.id || !other.name.startsWith(byDigest))
  }

  /** Removes the image that a digest led to, unless a tag still names it. */
  removeUntagged(digest: string): void {
    const ids = new Set<string>()
    for (const { image } of this.#named) if (documentOf(image, digest) !== null) ids.add(image.id)
    for (const { image, name } of this.#named) if (!name.includes('@')) ids.delete(image.id)
    if (ids.size > 0) this.#named = this.#named.filter(({ image }) => !ids.has(image.id))
  }

  #find(name: string): LocalImage | null {
    for (const named of this.#named) if (named.name === name) return named.image
    return null
  }

  #anyDocument(digest: string): HeldDocument | null {
    for (const { image } of this.#named) {
      const document = documentOf(image, digest)
      if (document !== null) return document
    }
    return null
  }

  #point(named: NamedImage): void {
    const index = this.#named.findIndex(({ name }) => name === named.name)
    if (index === -1) this.#named.push(named)
    else this.#named[index] = named
  }
}

function documentOf({ documents }: LocalImage, digest: string): HeldDocument | null {
  for (const document of documents) if (document.digest === digest) return document
  return null
}
