// What an engine has: images by the digest that tells them apart, what refers to them, and layers by their keys. That is the
// configuration and the chain for the graphdriver store, index and digest for a content store. A layer stays while an image or a pull
// in progress needs it.
import type { ImageReference } from '../../server/kernel/reference.ts'
import { chainOf } from './digest.ts'
import type { HeldDocument, Manifest } from './manifests.ts'
import { familiarName } from './names.ts'

interface Image {
  /** Digests of the index and manifest that lead to it. */
  documents: Set<string>
  layers: readonly string[]
  /** `repository:tag` and `repository@digest`. */
  references: Set<string>
}

export class LocalImages {
  readonly #images = new Map<string, Image>()
  readonly #byReference = new Map<string, string>()
  readonly #documents = new Map<string, HeldDocument>()
  readonly #layers = new Map<string, number>()

  document(digest: string): HeldDocument | undefined {
    return this.#documents.get(digest)
  }

  hasImage(id: string): boolean {
    return this.#images.has(id)
  }

  hasLayer(layer: string): boolean {
    return this.#layers.has(layer)
  }

  retainLayer(layer: string): void {
    this.#layers.set(layer, (this.#layers.get(layer) ?? 0) + 1)
  }

  releaseLayer(layer: string): void {
    const count = this.#layers.get(layer) ?? 0
    if (count > 1) this.#layers.set(layer, count - 1)
    else this.#layers.delete(layer)
  }

  /** Keeps an image whose layers are all there, with the documents that led to it. */
  addImage({
    id,
    layers,
    documents,
  }: {
    id: string
    layers: readonly string[]
    documents: Map<string, HeldDocument>
  }): void {
    let image = this.#images.get(id)
    if (!image) {
      image = { documents: new Set(), layers, references: new Set() }
      for (const layer of layers) this.retainLayer(layer)
      this.#images.set(id, image)
    }
    for (const [digest, document] of documents) {
      image.documents.add(digest)
      this.#documents.set(digest, document)
    }
  }

  /** Points a reference at an image; true where it did not point there before. */
  refer(reference: ImageReference, target: { digest: string; id: string }): boolean {
    const { digest, id } = target
    const byDigest = `${familiarName(reference)}@${digest}`
    const key = reference.digest === null ? tagKey(reference) : byDigest
    const changed = this.#byReference.get(key) !== id
    this.#point(key, id)
    this.#point(byDigest, id)
    return changed
  }

  /** Takes a reference away; the image goes with its last one. */
  removeReference(reference: ImageReference): void {
    const key = reference.digest === null ? tagKey(reference) : `${familiarName(reference)}@${reference.digest}`
    const id = this.#byReference.get(key)
    if (id === undefined) return
    this.#byReference.delete(key)
    const image = this.#images.get(id)
    image?.references.delete(key)
    // With the last tag of a repository its digests go too: so does `docker rmi`.
    const name = familiarName(reference)
    const left = [...(image?.references ?? [])]
    if (!left.some((each) => each.startsWith(`${name}:`))) {
      for (const each of left.filter((other) => other.startsWith(`${name}@`))) this.#unpoint(each, image)
    }
    if (image?.references.size === 0) this.#removeImage(id, image)
  }

  /** Removes the image that a digest led to, unless a tag still names it. */
  removeUntagged(digest: string): void {
    for (const [id, image] of this.#images) {
      if (!image.documents.has(digest) || [...image.references].some((key) => !key.includes('@'))) continue
      for (const key of image.references) this.#byReference.delete(key)
      this.#removeImage(id, image)
    }
  }

  #point(key: string, id: string): void {
    const before = this.#byReference.get(key)
    if (before !== undefined) this.#images.get(before)?.references.delete(key)
    this.#byReference.set(key, id)
    this.#images.get(id)?.references.add(key)
  }

  #unpoint(key: string, image: Image | undefined): void {
    this.#byReference.delete(key)
    image?.references.delete(key)
  }

  #removeImage(id: string, image: Image): void {
    this.#images.delete(id)
    for (const digest of image.documents) this.#documents.delete(digest)
    for (const layer of image.layers) this.releaseLayer(layer)
  }
}

/** The chain of each layer, lowest first. */
export function chainsOf(manifest: Manifest): string[] {
  let chain = ''
  return manifest.layers.map(({ digest }) => {
    chain = chainOf(chain, digest)
    return chain
  })
}

function tagKey(reference: ImageReference): string {
  return `${familiarName(reference)}:${reference.tag}`
}
