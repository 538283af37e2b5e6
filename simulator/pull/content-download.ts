// The blobs that an image lacks in a content store: each by its digest, so many at once as the persona allows, over all pulls of an
// engine or over each.
import type { Client } from './client.ts'
import { type BlobSink, ContentBlob } from './content-blob.ts'
import { type EngineParts, requireRootFilesystem, unpackLayer, untilAborted } from './download.ts'
import type { Descriptor, Manifest } from './manifests.ts'
import type { Persona } from './personas.ts'
import { type Transfer, Transfers } from './transfers.ts'

export class ContentDownload {
  readonly #options: { persona: Persona; parts: EngineParts; client: Client; repository: string }
  /** Those of all pulls, or of this one, that share a blob on its way. */
  readonly #shared: Transfers
  /** Those that share the places. */
  readonly #places: Transfers
  readonly #watched: Transfer[] = []
  /** Held before, and needed until the image is. */
  readonly #retained: string[] = []

  constructor(options: { persona: Persona; parts: EngineParts; client: Client; repository: string }) {
    const { persona, parts } = options
    const { images, transfers } = parts
    const own = new Transfers({
      limit: persona.downloads.max ?? Number.POSITIVE_INFINITY,
      retain: (digest) => images.retainLayer(digest),
      release: (digest) => images.releaseLayer(digest),
    })
    this.#options = options
    this.#shared = persona.downloads.shared ? transfers : own
    this.#places = persona.downloads.across === 'engine' ? transfers : own
  }

  /** A configuration and layers. @throws RegistryFailure of the first that is not to be had */
  async fetchImage(manifest: Manifest, signal: AbortSignal): Promise<void> {
    const { persona } = this.#options
    const config = () => this.#fetchConfig(manifest, signal)
    if (persona.downloads.config === 'before-layers') {
      await config()
      await this.fetchBlobs(manifest.layers, signal)
    } else {
      await allOrNone([config(), this.fetchBlobs(manifest.layers, signal)])
    }
  }

  /** What is missing of some blobs, unpacked one above the other. */
  async fetchBlobs(descriptors: readonly Descriptor[], signal: AbortSignal): Promise<void> {
    const { parts } = this.#options
    let below: Promise<void> = Promise.resolve()
    const missing = descriptors.filter(({ digest }) => !this.#retainHeld(digest))
    const unpacked = missing.map((descriptor) => {
      const under = below
      const transfer = this.#watch(descriptor)
      below = untilAborted(transfer.done, signal)
        .then(() => under)
        .then(() => unpackLayer(parts, { descriptor, signal }))
      return below
    })
    await allOrNone(unpacked)
  }

  /** Lets go of what no image came to need. */
  release(): void {
    for (const transfer of this.#watched.splice(0)) transfer.release()
    for (const digest of this.#retained.splice(0)) this.#options.parts.images.releaseLayer(digest)
  }

  /** Takes one of the places, where this kind of request needs one. */
  withPlace<Result>(kind: 'document' | 'layer', signal: AbortSignal, act: () => Promise<Result>): Promise<Result> {
    const counted = kind === 'layer' || this.#options.persona.downloads.countsDocuments
    return counted ? this.#places.withSlot(signal, act) : act()
  }

  #retainHeld(digest: string): boolean {
    const { images } = this.#options.parts
    if (!images.hasLayer(digest)) return false
    images.retainLayer(digest)
    this.#retained.push(digest)
    return true
  }

  #watch(descriptor: Descriptor): Transfer {
    const transfer = this.#shared.watch(descriptor.digest, ({ signal }) =>
      this.withPlace('layer', signal, () => this.#fetchLayer(descriptor, signal)),
    )
    this.#watched.push(transfer)
    return transfer
  }

  async #fetchLayer(descriptor: Descriptor, signal: AbortSignal): Promise<void> {
    const { parts } = this.#options
    const file = (await parts.content?.createBlob(descriptor.digest)) ?? null
    try {
      await this.#blob({ step: 'layer', descriptor, sink: file, onBytes: parts.onBytes, signal }).run()
      await file?.commit()
    } catch (error) {
      await file?.discard()
      throw error
    }
  }

  async #fetchConfig(manifest: Manifest, signal: AbortSignal): Promise<void> {
    const { persona, parts } = this.#options
    const { config: descriptor } = manifest
    if (!persona.asksAgain.includes('config') && this.#retainHeld(descriptor.digest)) return
    const pieces: Buffer[] = []
    const sink: BlobSink = {
      write: async (chunk) => void pieces.push(chunk),
      reset: async () => void pieces.splice(0),
    }
    const blob = this.#blob({ step: 'config', descriptor, sink, onBytes: () => undefined, signal })
    await this.withPlace('document', signal, () => blob.run())
    const bytes = Buffer.concat(pieces)
    requireRootFilesystem(bytes, manifest)
    await parts.content?.writeBlob(descriptor.digest, bytes)
  }

  #blob(options: {
    step: 'config' | 'layer'
    descriptor: Descriptor
    sink: BlobSink | null
    onBytes: (bytes: number) => void
    signal: AbortSignal
  }): ContentBlob {
    const { client, repository, persona } = this.#options
    return new ContentBlob({ client, repository, resumes: persona.downloads.resumes, ...options })
  }
}

/** The first failure is everybody's, and none goes unheard. */
async function allOrNone(works: readonly Promise<void>[]): Promise<void> {
  for (const work of works) work.catch(() => undefined)
  await Promise.all(works)
}
