// Writes that wait for their transaction. Of each record only the last counts, so that one that is written again and again costs one
// write; what is kept besides is the order of creation, which lists of the API show.
import type { Rows } from '../model/state/records.ts'

/** Names a record. */
export interface RecordKey {
  collection: keyof Rows
  key: string
}

/** A record as it is to be kept, as an object or as the JSON of it; null where it was deleted. */
export interface Write<Kept> extends RecordKey {
  kept: Kept | null
}

/** A write as the file needs it. */
export interface PendingWrite<Kept> extends Write<Kept> {
  /** Whether a record of the same key was deleted before: then this one is younger than all others. */
  isRecreated: boolean
}

/**
 * The last write of each record, in an order that leaves the records in the order of their creation.
 *
 * @example
 * pending.put({ collection: 'zones', key: 'a', kept: '{"zone_id":"a","zone_name":"default"}' })
 */
export class PendingWrites<Kept> {
  readonly #writes = new Map<string, PendingWrite<Kept>>()

  get size(): number {
    return this.#writes.size
  }

  put({ collection, key, kept }: Write<Kept>): void {
    const id = idOf({ collection, key })
    const before = this.#writes.get(id)
    const wasDeleted = before?.kept === null
    // What is deleted or comes back loses its place in the order.
    if (kept === null || wasDeleted) this.#writes.delete(id)
    this.#writes.set(id, { collection, key, kept, isRecreated: wasDeleted || (before?.isRecreated ?? false) })
  }

  /** Another write of the same record has overtaken this one. */
  forget(record: RecordKey): void {
    this.#writes.delete(idOf(record))
  }

  clear(): void {
    this.#writes.clear()
  }

  [Symbol.iterator](): Iterator<PendingWrite<Kept>> {
    return this.#writes.values()
  }
}

/** Names of collections have no slash. */
function idOf({ collection, key }: RecordKey): string {
  return `${collection}/${key}`
}
