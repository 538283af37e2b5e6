// Uploads under way. A chunk counts once it has arrived whole: a caller that goes away in the middle of one leaves the upload as it was.
import { createHash, type Hash, randomUUID } from 'node:crypto'
import type { Clock } from '../../../server/kernel/clock.ts'
import { type Appointment, Timekeeper } from '../../../server/kernel/timekeeper.ts'
import { RegistryProblem } from '../answer/problem.ts'
import { digestAlgorithm, digestOf, finishDigest, StoredBlob } from './blob.ts'
import type { Store } from './store.ts'

/** How many uploads may be open at once. */
const uploadsMax = 1_000
/** By the clock of the registry, which may stand still or leap. */
const idleMsMax = 3_600_000
/** By the wall: what nobody finishes frees its memory, whether or not anyone asks for anything else. */
const idleWallMsMax = 10 * 60_000
/** After so long on the wall others may have the room of an upload. */
const idleWallMsMin = 60_000
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
  touchedAtWallMs: number
  /** How many chunks of it are on their way. */
  arriving: number
}

/** The uploads of a registry. */
export class Uploads {
  readonly #store: Store
  readonly #clock: Clock
  readonly #wall: Timekeeper
  #sweep: Appointment | null = null
  /** The one that was touched longest ago comes first. */
  readonly #uploads = new Map<string, Upload>()

  constructor(options: { store: Store; clock: Clock; wall?: Timekeeper }) {
    this.#store = options.store
    this.#clock = options.clock
    this.#wall = options.wall ?? new Timekeeper({ startMs: 0 })
  }

  /** Nothing is swept any more. */
  close(): void {
    this.#wall.close()
  }

  /**
   * @throws RegistryProblem TOOMANYREQUESTS when too many are open
   */
  open(repository: string): Upload {
    this.#dropIdle(idleWallMsMax)
    if (this.#uploads.size >= uploadsMax) this.#dropIdle(idleWallMsMin)
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
      touchedAtWallMs: this.#wall.nowMs(),
      arriving: 0,
    }
    this.#uploads.set(upload.id, upload)
    this.#sweepLater()
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
    upload.arriving += 1
    const pieces: Buffer[] = []
    let chunkBytes = 0
    try {
      this.#makeRoom(chunk.announcedBytes)
      for await (const piece of chunk.body()) {
        this.#makeRoom(piece.length)
        this.#store.reserve(piece.length)
        chunkBytes += piece.length
        pieces.push(piece)
      }
      this.find(upload.repository, upload.id)
      accept(chunkBytes)
    } catch (error) {
      this.#store.release(chunkBytes)
      throw error
    } finally {
      upload.arriving -= 1
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
    upload.touchedAtWallMs = this.#wall.nowMs()
    this.#uploads.delete(upload.id)
    this.#uploads.set(upload.id, upload)
  }

  /** Uploads that rest give way to one that goes on. */
  #makeRoom(sizeBytes: number): void {
    if (!this.#store.hasRoom(sizeBytes)) this.#dropIdle(idleWallMsMin)
    this.#store.assertRoom(sizeBytes)
  }

  #dropIdle(idleWallMs: number): void {
    const [nowMs, nowWallMs] = [this.#clock.nowMs(), this.#wall.nowMs()]
    for (const upload of this.#uploads.values()) {
      const isIdle = upload.touchedAtMs <= nowMs - idleMsMax || upload.touchedAtWallMs <= nowWallMs - idleWallMs
      if (!isIdle) return
      if (upload.arriving === 0) this.cancel(upload)
    }
  }

  #sweepLater(): void {
    this.#sweep ??= this.#wall.at(this.#wall.nowMs() + idleWallMsMax, () => {
      this.#sweep = null
      this.#dropIdle(idleWallMsMax)
      if (this.#uploads.size > 0) this.#sweepLater()
    })
  }
}
