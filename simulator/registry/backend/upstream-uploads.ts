// Uploads under way at an upstream. Callers get locations of the front: where the upstream wants them is its own affair, and nobody
// can make the front call an address that the upstream did not name.
import { randomUUID } from 'node:crypto'
import { RegistryProblem } from '../answer/problem.ts'

/** How many uploads may be open at once; the one that was touched longest ago is forgotten for a new one. */
const uploadsMax = 10_000

/** An upload, and where its next request goes. */
export interface UpstreamUpload {
  readonly id: string
  readonly repository: string
  url: URL
}

export class UpstreamUploads {
  /** The one that was touched longest ago comes first. */
  readonly #uploads = new Map<string, UpstreamUpload>()

  open(repository: string, url: URL): UpstreamUpload {
    const oldest = this.#uploads.keys().next()
    if (this.#uploads.size >= uploadsMax && !oldest.done) this.#uploads.delete(oldest.value)
    const upload = { id: randomUUID(), repository, url }
    this.#uploads.set(upload.id, upload)
    return upload
  }

  /** @throws RegistryProblem BLOB_UPLOAD_UNKNOWN */
  find(repository: string, id: string): UpstreamUpload {
    const upload = this.#uploads.get(id)
    if (upload?.repository !== repository) throw new RegistryProblem('BLOB_UPLOAD_UNKNOWN', { uploadId: id })
    this.#uploads.delete(id)
    this.#uploads.set(id, upload)
    return upload
  }

  close(upload: UpstreamUpload): void {
    this.#uploads.delete(upload.id)
  }
}
