// The lines of a file one by one, read at once: a run that is held against its trace cannot wait for the disk.
import { closeSync, openSync, readSync } from 'node:fs'

const chunkBytes = 256 * 1_024
const lineBreak = 10

/** Lines without their breaks; bounded memory, however long the file is. */
export class TraceLines {
  readonly #descriptor: number
  readonly #chunk = Buffer.alloc(chunkBytes)
  #rest = Buffer.alloc(0)

  constructor(file: string) {
    this.#descriptor = openSync(file, 'r')
  }

  /** The next line; null after the last. */
  next(): string | null {
    let end = this.#rest.indexOf(lineBreak)
    while (end === -1) {
      const bytes = readSync(this.#descriptor, this.#chunk)
      if (bytes === 0) break
      const searched = this.#rest.length
      this.#rest = Buffer.concat([this.#rest, this.#chunk.subarray(0, bytes)])
      end = this.#rest.indexOf(lineBreak, searched)
    }
    if (this.#rest.length === 0) return null
    const line = this.#rest.toString('utf8', 0, end === -1 ? this.#rest.length : end)
    this.#rest = end === -1 ? Buffer.alloc(0) : this.#rest.subarray(end + 1)
    return line
  }

  close(): void {
    closeSync(this.#descriptor)
  }
}
