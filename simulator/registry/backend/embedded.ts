// The backend in this process: content in memory, answered by the routes of pull.ts and push.ts.
import type { Clock } from '../../../server/kernel/clock.ts'
import { readManifest } from '../content/manifest.ts'
import { listReferrersRoute, listTagsRoute, ping, readBlobRoute, readManifestRoute } from '../content/pull-routes.ts'
import {
  appendUploadRoute,
  cancelUploadRoute,
  deleteBlobRoute,
  deleteManifestRoute,
  finishUploadRoute,
  openUploadRoute,
  putManifestRoute,
  uploadStatusRoute,
} from '../content/push-routes.ts'
import { Store } from '../content/store.ts'
import { buildImage, type SyntheticImage } from '../content/synthetic.ts'
import { Uploads } from '../content/uploads.ts'
import type { Exchange } from '../http/exchange.ts'
import type { Backend, ContentRoutes, ManifestIdentity, PublishedImage, Route } from './backend.ts'

/**
 * A backend that is empty at first and gone with the process.
 *
 * @example
 * const backend = new EmbeddedBackend(clock)
 * const { digest } = await backend.publish(image)
 */
export class EmbeddedBackend implements Backend {
  readonly routes: ContentRoutes
  readonly #store = new Store()
  readonly #uploads: Uploads
  /** In the order in which they were published. */
  #published: SyntheticImage[] = []
  #start: readonly SyntheticImage[] = []

  constructor(clock: Clock) {
    this.#uploads = new Uploads({ store: this.#store, clock })
    this.routes = contentRoutes(this.#store, this.#uploads)
  }

  markStart(): void {
    this.#start = this.#published
    this.#published = [...this.#published]
  }

  /** Only what was published is of the start, not what was pushed. */
  reset(): void {
    this.#store.clear()
    this.#uploads.clear()
    this.#published = []
    for (const image of this.#start) this.#publish(image)
  }

  identify({ target }: Exchange): ManifestIdentity | null {
    const { repository: name, reference } = target
    const repository = this.#store.find(name)
    const manifest = repository?.find(reference)
    return repository && manifest ? { digest: manifest.blob.digest, role: repository.roleOf(manifest) } : null
  }

  knows(repository: string): boolean {
    return this.#store.find(repository) !== undefined
  }

  knowsBlob(repository: string, digest: string): boolean {
    return this.#store.find(repository)?.blobs.has(digest) ?? false
  }

  async find({ repository, tag }: { repository: string; tag: string }): Promise<string | null> {
    return this.#store.find(repository)?.tags.get(tag) ?? null
  }

  /** Done when it returns: nobody sees a half of it. */
  async publish(image: SyntheticImage): Promise<PublishedImage> {
    return this.#publish(image)
  }

  #publish(image: SyntheticImage): PublishedImage {
    this.#published.push(image)
    const { repository, tag } = image
    const store = this.#store
    const built = buildImage(image)
    const previousDigest = store.find(repository)?.tags.get(tag) ?? null
    for (const blob of built.blobs) store.putBlob(repository, blob)
    for (const { mediaType, blob } of built.manifests) {
      const facts = readManifest(Buffer.concat([...blob.read(0, blob.sizeBytes)]), mediaType)
      store.putManifest(repository, { ...facts, blob, reservedBytes: 0 }, blob.digest === built.digest ? tag : null)
    }
    return { digest: built.digest, previousDigest, sizeBytes: built.sizeBytes }
  }

  async close(): Promise<void> {
    this.#uploads.close()
  }
}

function contentRoutes(store: Store, uploads: Uploads): ContentRoutes {
  const manifest: Route = (exchange) => readManifestRoute(exchange, store)
  const blob: Route = (exchange) => readBlobRoute(exchange, store)
  return {
    unknown: {},
    ping: { GET: ping, HEAD: ping },
    manifest: {
      GET: manifest,
      HEAD: manifest,
      PUT: (exchange) => putManifestRoute(exchange, store),
      DELETE: (exchange) => deleteManifestRoute(exchange, store),
    },
    blob: { GET: blob, HEAD: blob, DELETE: (exchange) => deleteBlobRoute(exchange, store) },
    uploads: { POST: (exchange) => openUploadRoute(exchange, store, uploads) },
    upload: {
      GET: (exchange) => uploadStatusRoute(exchange, uploads),
      PATCH: (exchange) => appendUploadRoute(exchange, uploads),
      PUT: (exchange) => finishUploadRoute(exchange, uploads),
      DELETE: (exchange) => cancelUploadRoute(exchange, uploads),
    },
    tags: { GET: (exchange) => listTagsRoute(exchange, store) },
    referrers: { GET: (exchange) => listReferrersRoute(exchange, store) },
  }
}
