// What an engine has: images by the digest of their configuration, what refers to them, and layers by chain. A layer stays while an
// image or a pull in progress needs it, as in the graphdriver's layer store.
import type { ImageReference } from '../../server/kernel/reference.ts'
import { chainOf } from './digest.ts'
import type { HeldDocument, Manifest } from './manifests.ts'
import { familiarName } from './names.ts'

interface Image {
  /** Digests of the index and manifest that lead to it. */
  documents: Set<string>
  chains: string[]
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

  hasImage(configDigest: string): boolean {
    return this.#images.has(configDigest)
  }

  hasLayer(chain: string): boolean {
    return this.#layers.has(chain)
  }

  retainLayer(chain: string): void {
    this.#layers.set(chain, (this.#layers.get(chain) ?? 0) + 1)
  }

  releaseLayer(chain: string): void {
    const count = this.#layers.get(chain) ?? 0
    if (count > 1) this.#layers.set(chain, count - 1)
    else this.#layers.delete(chain)
  }

  /** Keeps an image whose layers are all there, with the documents that led to it. */
  addImage(manifest: Manifest, documents: Map<string, HeldDocument>): void {
    const configDigest = manifest.config.digest
    let image = this.#images.get(configDigest)
    if (!image) {
      image = { documents: new Set(), chains: chainsOf(manifest), references: new Set() }
      for (const chain of image.chains) this.retainLayer(chain)
      this.#images.set(configDigest, image)
    }
    for (const [digest, document] of documents) {
      image.documents.add(digest)
      this.#documents.set(digest, document)
    }
  }

  /** Points a reference at an image; true where it did not point there before. */
  refer(reference: ImageReference, target: { digest: string; configDigest: string }): boolean {
    const { digest, configDigest } = target
    const byDigest = `${familiarName(reference)}@${digest}`
    const key = reference.digest === null ? tagKey(reference) : byDigest
    const changed = this.#byReference.get(key) !== configDigest
    this.#point(key, configDigest)
    this.#point(byDigest, configDigest)
    return changed
  }

  /** Takes a reference away; the image goes with its last one. */
  removeReference(reference: ImageReference): void {
    const key = reference.digest === null ? tagKey(reference) : `${familiarName(reference)}@${reference.digest}`
    const configDigest = this.#byReference.get(key)
    if (configDigest === undefined) return
    this.#byReference.delete(key)
    const image = this.#images.get(configDigest)
    image?.references.delete(key)
    // With the last tag of a repository its digests go too: so does `docker rmi`.
    const name = familiarName(reference)
    const left = [...(image?.references ?? [])]
    if (!left.some((each) => each.startsWith(`${name}:`))) {
      for (const each of left.filter((other) => other.startsWith(`${name}@`))) this.#unpoint(each, image)
    }
    if (image?.references.size === 0) this.#removeImage(configDigest, image)
  }

  /** Removes the image that a digest led to, unless a tag still names it. */
  removeUntagged(digest: string): void {
    for (const [configDigest, image] of this.#images) {
      if (!image.documents.has(digest) || [...image.references].some((key) => !key.includes('@'))) continue
      for (const key of image.references) this.#byReference.delete(key)
      this.#removeImage(configDigest, image)
    }
  }

  #point(key: string, configDigest: string): void {
    const before = this.#byReference.get(key)
    if (before !== undefined) this.#images.get(before)?.references.delete(key)
    this.#byReference.set(key, configDigest)
    this.#images.get(configDigest)?.references.add(key)
  }

  #unpoint(key: string, image: Image | undefined): void {
    this.#byReference.delete(key)
    image?.references.delete(key)
  }

  #removeImage(configDigest: string, image: Image): void {
    this.#images.delete(configDigest)
    for (const digest of image.documents) this.#documents.delete(digest)
    for (const chain of image.chains) this.releaseLayer(chain)
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
