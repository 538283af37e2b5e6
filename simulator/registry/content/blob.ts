// Content that the registry can serve: bytes with a digest, wherever they come from.
import { createHash, type Hash } from 'node:crypto'

/** Addressable content. Both pushed and synthetic blobs are served from any offset. */
export interface Blob {
  digest: string
  sizeBytes: number
  /** The bytes from `start` up to, and without, `end`, in pieces that are made as they are asked for. */
  read(start: number, end: number): Iterable<Buffer>
}

const digestPatterns = { sha256: /^sha256:[0-9a-f]{64}$/, sha512: /^sha512:[0-9a-f]{128}$/ }
type DigestAlgorithm = keyof typeof digestPatterns

/** The algorithm of a digest that the registry can verify, null where the text is none. */
export function digestAlgorithm(digest: string): DigestAlgorithm | null {
  if (digestPatterns.sha256.test(digest)) return 'sha256'
  return digestPatterns.sha512.test(digest) ? 'sha512' : null
}

/** The digest of the bytes as the `Docker-Content-Digest` header writes it. */
export function digestOf(bytes: Iterable<Buffer>, algorithm: DigestAlgorithm = 'sha256'): string {
  const hash = createHash(algorithm)
  for (const piece of bytes) hash.update(piece)
  return finishDigest(hash, algorithm)
}

/** The digest that a running hash has come to. */
export function finishDigest(hash: Hash, algorithm: DigestAlgorithm): string {
  return `${algorithm}:${hash.digest('hex')}`
}

/** Content held in memory, in the pieces in which it came. */
export class StoredBlob implements Blob {
  readonly digest: string
  readonly sizeBytes: number
  readonly #pieces: readonly Buffer[]

  constructor(digest: string, pieces: readonly Buffer[]) {
    this.digest = digest
    this.sizeBytes = pieces.reduce((sum, piece) => sum + piece.length, 0)
    this.#pieces = pieces
  }

  *read(start: number, end: number): Iterable<Buffer> {
    let offset = 0
    for (const piece of this.#pieces) {
      const from = Math.max(start - offset, 0)
      const to = Math.min(end - offset, piece.length)
      if (from < to) yield piece.subarray(from, to)
      offset += piece.length
      if (offset >= end) return
    }
  }
}
