// Uploads under way. A chunk counts once it has arrived whole: a caller that goes away in the middle of one leaves the upload as it was.
import { createHash, type Hash, randomUUID } from 'node:crypto'
import type { Clock } from '../../server/kernel/clock.ts'
import { RegistryProblem } from './answer/problem.ts'
import { digestAlgorithm, digestOf, finishDigest, StoredBlob } from './blob.ts'
import type { Store } from './store.ts'

/** How many uploads may be open at once. */
const uploadsMax = 1_000
const idleMsMax = 3_600_000
/** Smaller pieces are joined, since each may keep a whole buffer of the connection alive. */
const pieceBytesMin = 16 * 1024

/** One blob being uploaded. */
export interface Upload {
  readonly id: string
  readonly repository: string
  pieces: Buffer[]
  sizeBytes: number
  hash: Hash
  touchedAtMs: number
}

/** The uploads of a registry. */
export class Uploads {
  readonly #store: Store
  readonly #clock: Clock
  /** The one that was touched longest ago comes first. */
  readonly #uploads = new Map<string, Upload>()

  constructor(options: { store: Store; clock: Clock }) {
    this.#store = options.store
    this.#clock = options.clock
  }

  /**
   * @throws RegistryProblem TOOMANYREQUESTS when too many are open
   */
  open(repository: string): Upload {
    this.#dropIdle()
    if (this.#uploads.size >= uploadsMax) {
      throw new RegistryProblem('TOOMANYREQUESTS', null, { message: `${uploadsMax} uploads are open already` })
    }
    const upload: Upload = {
      id: randomUUID(),
      repository,
      pieces: [],
      sizeBytes: 0,
      hash: createHash('sha256'),
      touchedAtMs: this.#clock.nowMs(),
    }
    this.#uploads.set(upload.id, upload)
    return upload
  }

  /** Forgets all of them; what they reserved is the store's to forget. */
  clear(): void {
    this.#uploads.clear()
  }

  /**
   * @throws RegistryProblem BLOB_UPLOAD_UNKNOWN
   */
  find(repository: string, id: string): Upload {
    const upload = this.#uploads.get(id)
    if (upload?.repository !== repository) throw new RegistryProblem('BLOB_UPLOAD_UNKNOWN', { uploadId: id })
    return upload
  }

  /**
   * Appends a chunk once all of it is there. `accept` is asked then whether it still fits, since another chunk may have come first.
   * One that says to be longer than there is room is not waited for.
   *
   * @throws RegistryProblem when the store is full or `accept` throws; the upload is then as before
   */
  async append(
    upload: Upload,
    chunk: { announcedBytes: number; body: () => AsyncIterable<Buffer> },
    accept: (chunkBytes: number) => void,
  ): Promise<void> {
    this.#store.assertRoom(chunk.announcedBytes)
    const pieces: Buffer[] = []
    let chunkBytes = 0
    try {
      for await (const piece of chunk.body()) {
        this.#store.reserve(piece.length)
        chunkBytes += piece.length
        pieces.push(piece)
      }
      this.find(upload.repository, upload.id)
      accept(chunkBytes)
    } catch (error) {
      this.#store.release(chunkBytes)
      throw error
    }
    for (const piece of chunkBytes < pieces.length * pieceBytesMin ? [Buffer.concat(pieces)] : pieces) {
      upload.hash.update(piece)
      upload.pieces.push(piece)
    }
    upload.sizeBytes += chunkBytes
    this.#touch(upload)
  }

  /**
   * Makes the upload a blob of its repository.
   *
   * @throws RegistryProblem DIGEST_INVALID when its bytes are others; the upload is then gone
   */
  finish(upload: Upload, digest: string): void {
    this.#uploads.delete(upload.id)
    const algorithm = digestAlgorithm(digest)
    const actual = algorithm === 'sha512' ? digestOf(upload.pieces, 'sha512') : finishDigest(upload.hash, 'sha256')
    if (actual !== digest) {
      this.#store.release(upload.sizeBytes)
      throw new RegistryProblem('DIGEST_INVALID', { digest, actual })
    }
    this.#store.putBlob(upload.repository, new StoredBlob(digest, upload.pieces), upload.sizeBytes)
  }

  cancel(upload: Upload): void {
    this.#uploads.delete(upload.id)
    this.#store.release(upload.sizeBytes)
  }

  #touch(upload: Upload): void {
    upload.touchedAtMs = this.#clock.nowMs()
    this.#uploads.delete(upload.id)
    this.#uploads.set(upload.id, upload)
  }

  #dropIdle(): void {
    for (const upload of this.#uploads.values()) {
      if (upload.touchedAtMs > this.#clock.nowMs() - idleMsMax) return
      this.cancel(upload)
    }
  }
}
