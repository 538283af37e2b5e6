// Recently made pieces of layers. A fleet pulls the same layers over and over; making them again costs more than sending them.

/** What all kept pieces together may take. */
const cachedBytesMax = 64 * 2 ** 20

/** Forgets the piece that was asked for longest ago first. */
class PieceCache {
  readonly #pieces = new Map<string, Buffer>()
  #sizeBytes = 0

  get(key: string): Buffer | undefined {
    const piece = this.#pieces.get(key)
    if (piece) {
      this.#pieces.delete(key)
      this.#pieces.set(key, piece)
    }
    return piece
  }

  set(key: string, piece: Buffer): void {
    this.#pieces.set(key, piece)
    this.#sizeBytes += piece.length
    for (const [oldestKey, oldest] of this.#pieces) {
      if (this.#sizeBytes <= cachedBytesMax) return
      this.#pieces.delete(oldestKey)
      this.#sizeBytes -= oldest.length
    }
  }
}

/** One for the process, since a layer's bytes are the same in every registry. */
export const pieceCache = new PieceCache()
