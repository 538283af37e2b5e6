// One kind of record by key. Every change of the fake's state goes through here, so that whoever keeps the state elsewhere (a file, a
// journal) hears of each.

/** A write as it happened. */
export interface WriteFacts {
  collection: string
  key: string
  /** Null where the record was deleted. */
  row: object | null
  /** Whether whoever keeps the state elsewhere may lag behind with it. */
  mayLag: boolean
  /** Makes the collection what it was before; to be called in the reverse order of the writes. */
  undo: () => void
}

export type WriteListener = (write: WriteFacts) => void

/** What a collection held before others took the place of its records. */
type Contents<Row> = { rows: Map<string, Row>; places: Map<string, number> }

/**
 * Records that are plain JSON and are replaced rather than changed: a snapshot may share them.
 *
 * @example
 * images.set(image.image_id, { ...image, enabled: false })
 */
export class Collection<Row extends object> {
  readonly #name: string
  readonly #written: WriteListener
  #rows = new Map<string, Row>()
  /** The order of creation as numbers, for a record that comes back to its place. */
  #places = new Map<string, number>()
  #nextPlace = 0
  #version = 0
  #isOutOfOrder = false

  constructor(name: string, written: WriteListener) {
    this.#name = name
    this.#written = written
  }

  /** Changes with every write. */
  get version(): number {
    return this.#version
  }

  get size(): number {
    return this.#rows.size
  }

  get(key: string): Row | null {
    return this.#rows.get(key) ?? null
  }

  has(key: string): boolean {
    return this.#rows.has(key)
  }

  /** In the order of their creation. */
  values(): IterableIterator<Row> {
    return this.#rows.values()
  }

  entries(): IterableIterator<[string, Row]> {
    return this.#rows.entries()
  }

  set(key: string, row: Row): Row {
    return this.#put(key, row, false)
  }

  /** The same of what may be lost when the process is killed, such as when a key was used last. */
  note(key: string, row: Row): Row {
    return this.#put(key, row, true)
  }

  delete(key: string): void {
    const before = this.#rows.get(key)
    if (before === undefined) return
    const place = this.#places.get(key) as number
    this.#rows.delete(key)
    this.#places.delete(key)
    this.#version += 1
    const undo = () => this.#bringBack(key, before, place)
    this.#written({ collection: this.#name, key, row: null, mayLag: false, undo })
  }

  /** Deletes every record that is `doomed`. */
  deleteWhere(doomed: (row: Row) => boolean): void {
    for (const [key, row] of this.#rows) if (doomed(row)) this.delete(key)
  }

  /** Takes other records in place of its own, without telling anyone; returns what undoes that. */
  replaceAll(entries: Iterable<[string, Row]>): () => void {
    const before: Contents<Row> = { rows: this.#rows, places: this.#places }
    this.#version += 1
    this.#rows = new Map(entries)
    this.#places = new Map()
    for (const key of this.#rows.keys()) this.#places.set(key, this.#nextPlace++)
    return () => {
      this.#rows = before.rows
      this.#places = before.places
    }
  }

  /** After records came back to their places. */
  restoreOrder(): void {
    if (!this.#isOutOfOrder) return
    this.#isOutOfOrder = false
    const placeOf = (key: string) => this.#places.get(key) as number
    this.#rows = new Map([...this.#rows].sort(([first], [second]) => placeOf(first) - placeOf(second)))
  }

  #put(key: string, row: Row, mayLag: boolean): Row {
    const before = this.#rows.get(key)
    this.#rows.set(key, row)
    this.#version += 1
    if (before === undefined) this.#places.set(key, this.#nextPlace++)
    const undo = () => {
      if (before !== undefined) this.#rows.set(key, before)
      else {
        this.#rows.delete(key)
        this.#places.delete(key)
      }
    }
    this.#written({ collection: this.#name, key, row, mayLag, undo })
    return row
  }

  #bringBack(key: string, row: Row, place: number): void {
    this.#rows.set(key, row)
    this.#places.set(key, place)
    this.#isOutOfOrder = true
  }
}
