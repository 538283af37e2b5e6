// One kind of record by key. Every change of the fake's state goes through here, so that whoever keeps the state elsewhere (a file, a
// journal) hears of each.

/** Hears of a write; `row` is null where the record was deleted. */
export type WriteListener = (collection: string, key: string, row: object | null) => void

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

  constructor(name: string, written: WriteListener) {
    this.#name = name
    this.#written = written
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
    this.#rows.set(key, row)
    this.#written(this.#name, key, row)
    return row
  }

  delete(key: string): void {
    if (this.#rows.delete(key)) this.#written(this.#name, key, null)
  }

  /** Deletes every record that is `doomed`. */
  deleteWhere(doomed: (row: Row) => boolean): void {
    for (const [key, row] of this.#rows) if (doomed(row)) this.delete(key)
  }

  /** Takes other records in place of its own, without telling anyone. */
  replaceAll(entries: Iterable<[string, Row]>): void {
    this.#rows = new Map(entries)
  }
}
