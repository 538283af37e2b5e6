// Writes that wait for their transaction. Of each record only the last counts, so that one that is written again and again costs one
// write; what is kept besides is the order of creation, which lists of the API show.
import type { Rows } from '../model/state/records.ts'

/** A record as it is to be kept; null where it was deleted. */
export interface Write {
  collection: keyof Rows
  key: string
  row: object | null
}

/** A write as the file needs it. */
export interface PendingWrite extends Write {
  /** Whether a record of the same key was deleted before: then this one is younger than all others. */
  isRecreated: boolean
}

/**
 * The last write of each record, in an order that leaves the records in the order of their creation.
 *
 * @example
 * pending.put({ collection: 'zones', key: 'a', row: { zone_id: 'a', zone_name: 'default' } })
 */
export class PendingWrites {
  readonly #writes = new Map<string, PendingWrite>()

  get size(): number {
    return this.#writes.size
  }

  put({ collection, key, row }: Write): void {
    const id = idOf(collection, key)
    const before = this.#writes.get(id)
    const wasDeleted = before?.row === null
    // What is deleted or comes back loses its place in the order.
    if (row === null || wasDeleted) this.#writes.delete(id)
    this.#writes.set(id, { collection, key, row, isRecreated: wasDeleted || (before?.isRecreated ?? false) })
  }

  /** Another write of the same record has overtaken this one. */
  forget({ collection, key }: Write): void {
    this.#writes.delete(idOf(collection, key))
  }

  clear(): void {
    this.#writes.clear()
  }

  [Symbol.iterator](): Iterator<PendingWrite> {
    return this.#writes.values()
  }
}

/** Names of collections have no slash. */
function idOf(collection: string, key: string): string {
  return `${collection}/${key}`
}
