// What an engine has: names, each of an image with its layers and the documents that led to it. A layer stays while an image or a pull
// in progress needs it. Engines of a fleet have much in common, so that what they have is kept once and each has only a list.
import type { HeldDocument, Manifest } from './documents.ts'
import type { PulledReference } from './pulled-reference.ts'

/** What a layer is known by: the number of a digest, or of a chain of them. */
export type LayerKey = number

/** What an image is known by and made of. */
interface ImageContent {
  /** What tells it from others: the digest of its configuration for the graphdriver store, of its index for a content store. */
  id: string
  /** What the reference stood for first, then whatever that led to. */
  documents: readonly [HeldDocument, ...HeldDocument[]]
  /** By their keys: of chains for the graphdriver store, of digests for a content store. */
  layers: readonly LayerKey[]
}

/** An image as engines have it. */
interface LocalImage extends ImageContent {
  /** Counts from 0 through all images that any of the engines had. */
  number: number
  /** By repository: the name by its digest. */
  digestNames: Map<string, number>
}

/** What engines have in common: each image and each name once. */
export class SharedImages {
  readonly #images: LocalImage[] = []
  readonly #byId = new Map<string, LocalImage[]>()
  readonly #byDocument = new Map<string, LocalImage[]>()
  /** By the keys of layers. */
  readonly #byLayer: (LocalImage[] | undefined)[] = []
  readonly #layerKeys = new Map<string, LayerKey>()
  readonly #chains = new WeakMap<Manifest, readonly LayerKey[]>()
  readonly #numbers = new Map<string, number>()
  readonly #names: string[] = []

  /** The images of an id. */
  ofId(id: string): readonly LocalImage[] {
    return this.#byId.get(id) ?? none
  }

  /** The images that a document led to. */
  ofDocument(digest: string): readonly LocalImage[] {
    return this.#byDocument.get(digest) ?? none
  }

  /** The images that have a layer. */
  ofLayer(layer: LayerKey): readonly LocalImage[] {
    return this.#byLayer[layer] ?? none
  }

  /** The key of a digest, or of a chain of digests. */
  layerKey(text: string): LayerKey {
    let key = this.#layerKeys.get(text)
    if (key === undefined) {
      key = this.#layerKeys.size
      this.#layerKeys.set(text, key)
    }
    return key
  }

  /** For each layer the key of it and everything below it: the same blob over different parents is another chain. */
  chainsOf(manifest: Manifest): readonly LayerKey[] {
    let chains = this.#chains.get(manifest)
    if (chains === undefined) {
      let chain = ''
      chains = manifest.layers.map(({ digest }) => {
        chain = `${chain} ${digest}`
        return this.layerKey(chain)
      })
      this.#chains.set(manifest, chains)
    }
    return chains
  }

  image(content: ImageContent): LocalImage {
    const known = this.ofId(content.id).find((image) => isSame(image.documents, content.documents))
    if (known !== undefined) return known
    const { id, documents } = content
    const layers = [...content.layers]
    const image: LocalImage = { id, documents, layers, number: this.#images.length, digestNames: new Map() }
    this.#images.push(image)
    addTo(this.#byId, id, image)
    for (const { digest } of documents) addTo(this.#byDocument, digest, image)
    for (const layer of new Set(layers)) this.#byLayer[layer] = [...(this.#byLayer[layer] ?? []), image]
    return image
  }

  /** The number of a name: `repository:tag` or `repository@digest`. */
  numberOf(name: string): number {
    let number = this.#numbers.get(name)
    if (number === undefined) {
      number = this.#names.length
      this.#names.push(name)
      this.#numbers.set(name, number)
    }
    return number
  }

  nameOf(number: number): string {
    return this.#names[number] ?? ''
  }

  /** The number of the name that an image has by its digest. */
  digestName({ documents: [{ digest }], digestNames }: LocalImage, repository: string): number {
    let number = digestNames.get(repository)
    if (number === undefined) {
      number = this.numberOf(`${repository}@${digest}`)
      digestNames.set(repository, number)
    }
    return number
  }
}

const none: readonly LocalImage[] = []
const bitsPerWord = 30

/** The images of one engine: by the number of each name its image, and for each image whether it has any. */
export class LocalImages {
  readonly shared: SharedImages
  readonly #named: (LocalImage | undefined)[] = []
  #held: number[] = []
  /** Layers that pulls in progress found here and need until they are over. */
  #pinned: (readonly LayerKey[])[] | null = null

  constructor(shared: SharedImages) {
    this.shared = shared
  }

  /** The document of a digest. */
  document(digest: string): HeldDocument | null {
    for (const image of this.shared.ofDocument(digest)) {
      if (this.#has(image)) return image.documents.find((document) => document.digest === digest) ?? null
    }
    return null
  }

  hasImage(id: string): boolean {
    for (const image of this.shared.ofId(id)) if (this.#has(image)) return true
    return false
  }

  hasLayer(layer: LayerKey): boolean {
    for (const image of this.shared.ofLayer(layer)) if (this.#has(image)) return true
    return this.#pinned?.some((layers) => layers.includes(layer)) ?? false
  }

  /** Keeps layers whatever happens to the images that have them. */
  pin(layers: readonly LayerKey[]): void {
    if (layers.length > 0) this.#pinned = [...(this.#pinned ?? []), layers]
  }

  unpin(layers: readonly LayerKey[]): void {
    if (layers.length === 0 || this.#pinned === null) return
    this.#pinned = this.#pinned.filter((other) => other !== layers)
    if (this.#pinned.length === 0) this.#pinned = null
  }

  /** Keeps an image whose layers are all there under its reference; true where that did not stand for the same image before. */
  keep({ name, repository }: PulledReference, content: ImageContent): boolean {
    const number = this.shared.numberOf(name)
    const before = this.#named[number]
    const isNew = before?.id !== content.id
    if (!isNew && before.documents[0].digest === content.documents[0].digest) return false
    const image = this.shared.image(content)
    this.#named[number] = image
    this.#named[this.shared.digestName(image, repository)] = image
    if (before === undefined) this.#hold(image)
    else this.#takeStock()
    return isNew
  }

  /** Takes a reference away; the image goes with its last one. */
  removeReference({ name, repository }: PulledReference): void {
    const number = this.shared.numberOf(name)
    const image = this.#named[number]
    if (image === undefined) return
    this.#named[number] = undefined
    // With the last tag of a repository its digests go too: so does `docker rmi`.
    const others = this.#namesOf(image.id)
    if (!others.some((other) => this.shared.nameOf(other).startsWith(`${repository}:`))) {
      for (const other of others) {
        if (this.shared.nameOf(other).startsWith(`${repository}@`)) this.#named[other] = undefined
      }
    }
    this.#takeStock()
  }

  /** Removes the image that a digest led to, unless a tag still names it. */
  removeUntagged(digest: string): void {
    for (const { id } of this.shared.ofDocument(digest)) {
      const names = this.#namesOf(id)
      if (names.some((number) => !this.shared.nameOf(number).includes('@'))) continue
      for (const number of names) this.#named[number] = undefined
    }
    this.#takeStock()
  }

  #namesOf(id: string): number[] {
    const numbers: number[] = []
    this.#named.forEach((image, number) => {
      if (image?.id === id) numbers.push(number)
    })
    return numbers
  }

  #has({ number }: LocalImage): boolean {
    const word = this.#held[Math.floor(number / bitsPerWord)]
    return word !== undefined && (word & (1 << (number % bitsPerWord))) !== 0
  }

  #hold({ number }: LocalImage): void {
    const index = Math.floor(number / bitsPerWord)
    while (this.#held.length <= index) this.#held.push(0)
    this.#held[index] = (this.#held[index] ?? 0) | (1 << (number % bitsPerWord))
  }

  /** Works out anew which images have a name. */
  #takeStock(): void {
    this.#held = []
    this.#named.forEach((image) => {
      if (image !== undefined) this.#hold(image)
    })
  }
}

function isSame(some: readonly HeldDocument[], others: readonly HeldDocument[]): boolean {
  return some.length === others.length && some.every(({ digest }, index) => digest === others[index]?.digest)
}

function addTo(images: Map<string, LocalImage[]>, key: string, image: LocalImage): void {
  const known = images.get(key)
  if (known === undefined) images.set(key, [image])
  else known.push(image)
}
