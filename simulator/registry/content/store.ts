// Everything that the registry holds, in memory. A repository knows its own blobs; the bytes of a blob that several repositories
// hold are there once, and what was pushed is counted against one limit.

import { RegistryProblem } from '../answer/problem.ts'
import type { Blob, StoredBlob } from './blob.ts'
import type { ManifestFacts } from './manifest.ts'

/** Bytes that pushed content may take, uploads under way included. Synthetic content takes none. */
const storedBytesMax = 2 * 2 ** 30

/** A manifest with its exact bytes. */
export interface StoredManifest extends ManifestFacts {
  blob: StoredBlob
  /** What it takes of the store's limit. */
  reservedBytes: number
}

/** One repository: blobs, manifests, tags, and who refers to whom. It is changed through the store. */
export class Repository {
  readonly blobs = new Map<string, Blob>()
  readonly manifests = new Map<string, StoredManifest>()
  readonly tags = new Map<string, string>()
  /** How many indexes list a manifest. */
  readonly #listings = new Map<string, number>()
  readonly #referrers = new Map<string, Set<StoredManifest>>()
  /** Blobs that were ever the configuration of an image. */
  readonly #configurations = new Set<string>()

  /** Whether a blob is the configuration of an image, and no layer. */
  isConfiguration(digest: string): boolean {
    return this.#configurations.has(digest)
  }

  /** The manifest that a tag or digest stands for. */
  find(reference: string): StoredManifest | undefined {
    return this.manifests.get(this.tags.get(reference) ?? reference)
  }

  roleOf(manifest: StoredManifest): 'index' | 'platform' | 'single' {
    if (manifest.children.length > 0) return 'index'
    return this.#listings.has(manifest.blob.digest) ? 'platform' : 'single'
  }

  referrers(subject: string): StoredManifest[] {
    return [...(this.#referrers.get(subject) ?? [])]
  }

  addManifest(manifest: StoredManifest): void {
    this.manifests.set(manifest.blob.digest, manifest)
    for (const child of manifest.children) this.#listings.set(child, (this.#listings.get(child) ?? 0) + 1)
    const [configuration] = manifest.blobs
    if (configuration !== undefined) this.#configurations.add(configuration)
    if (manifest.subject === null) return
    this.#referrers.set(manifest.subject, (this.#referrers.get(manifest.subject) ?? new Set()).add(manifest))
  }

  /** Takes the manifest out; its tags stay for the caller to judge. */
  takeManifest(digest: string): StoredManifest | undefined {
    const manifest = this.manifests.get(digest)
    if (!manifest) return undefined
    this.manifests.delete(digest)
    for (const child of manifest.children) {
      const listings = (this.#listings.get(child) ?? 0) - 1
      if (listings > 0) this.#listings.set(child, listings)
      else this.#listings.delete(child)
    }
    if (manifest.subject !== null) this.#referrers.get(manifest.subject)?.delete(manifest)
    return manifest
  }
}

/** All repositories. */
export class Store {
  readonly #repositories = new Map<string, Repository>()
  readonly #pool = new Map<string, { blob: Blob; links: number; reservedBytes: number }>()
  #reservedBytes = 0

  find(name: string): Repository | undefined {
    return this.#repositories.get(name)
  }

  /** A blob that any repository holds. */
  findAnywhere(digest: string): Blob | undefined {
    return this.#pool.get(digest)?.blob
  }

  hasRoom(sizeBytes: number): boolean {
    return this.#reservedBytes + sizeBytes <= storedBytesMax
  }

  /**
   * @throws RegistryProblem where there is no room for so many bytes more
   */
  assertRoom(sizeBytes: number): void {
    if (this.hasRoom(sizeBytes)) return
    const message = `the registry keeps at most ${storedBytesMax / 2 ** 30} GiB of pushed content`
    throw new RegistryProblem('SIZE_INVALID', null, { status: 413, message })
  }

  /**
   * Sets bytes of the limit aside for content that is arriving.
   *
   * @throws RegistryProblem when the store is full
   */
  reserve(sizeBytes: number): void {
    this.assertRoom(sizeBytes)
    this.#reservedBytes += sizeBytes
  }

  release(sizeBytes: number): void {
    this.#reservedBytes -= sizeBytes
  }

  /** Adds a blob to a repository. `reservedBytes` is what was set aside for it; bytes that are there already are given back. */
  putBlob(name: string, blob: Blob, reservedBytes = 0): void {
    const repository = this.#open(name)
    const pooled = this.#pool.get(blob.digest) ?? { blob, links: 0, reservedBytes }
    if (pooled.blob !== blob) this.release(reservedBytes)
    if (!repository.blobs.has(blob.digest)) pooled.links += 1
    this.#pool.set(blob.digest, pooled)
    repository.blobs.set(blob.digest, pooled.blob)
  }

  /** Whether there was such a blob to delete. */
  deleteBlob(name: string, digest: string): boolean {
    const pooled = this.#pool.get(digest)
    if (!pooled || !this.find(name)?.blobs.delete(digest)) return false
    pooled.links -= 1
    if (pooled.links > 0) return true
    this.#pool.delete(digest)
    this.release(pooled.reservedBytes)
    return true
  }

  putManifest(name: string, manifest: StoredManifest, tag: string | null): void {
    const repository = this.#open(name)
    this.release(repository.takeManifest(manifest.blob.digest)?.reservedBytes ?? 0)
    repository.addManifest(manifest)
    if (tag !== null) repository.tags.set(tag, manifest.blob.digest)
  }

  /** Deletes a tag, or a manifest with all its tags. Whether there was one to delete. */
  deleteManifest(name: string, reference: string): boolean {
    const repository = this.find(name)
    if (!repository) return false
    if (repository.tags.delete(reference)) return true
    const manifest = repository.takeManifest(reference)
    if (!manifest) return false
    this.release(manifest.reservedBytes)
    for (const [tag, digest] of repository.tags) if (digest === reference) repository.tags.delete(tag)
    return true
  }

  /** Forgets everything. */
  clear(): void {
    this.#repositories.clear()
    this.#pool.clear()
    this.#reservedBytes = 0
  }

  #open(name: string): Repository {
    const repository = this.#repositories.get(name) ?? new Repository()
    this.#repositories.set(name, repository)
    return repository
  }
}
