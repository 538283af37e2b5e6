// The whole state of a fake Kasm: collections of plain records and nothing else. What can be derived from them (counts, lists, indexes)
// belongs to the rules, which build it anew whenever a state is put in place of another.
import { Collection } from './collection.ts'
import type { Rows } from './records.ts'

/** Every collection. Together they are all that a fake knows. */
export const collectionNames = [
  'counters',
  'settings',
  'zones',
  'users',
  'groups',
  'groupImages',
  'groupSettings',
  'permissions',
  'apiKeys',
  'logins',
  'images',
  'imageHashes',
  'agents',
  'reports',
  'sessions',
  'sessionPermissions',
  'recordings',
  'licenses',
  'registries',
  'others',
] as const satisfies (keyof Rows)[]

export type Collections = { readonly [Name in keyof Rows]: Collection<Rows[Name]> }

/** A state as plain JSON: the records of each collection with their keys, in the order of their creation. */
export type StateSnapshot = { [Name in keyof Rows]: [string, Rows[Name]][] }

/** Who is told what is written. */
export interface StateListener {
  /** Right after a record was written; `row` is null where it was deleted. */
  write(collection: keyof Rows, key: string, row: object | null): void
  /** Once an operation that wrote something has ended: what was written since the last time belongs together. */
  commit(): void
  /** After a snapshot took the place of all records. */
  restored(snapshot: StateSnapshot): void
}

/**
 * The state of one fake. Rules get `rows`; snapshots and persistence use the rest.
 *
 * @example
 * const state = new State()
 * const before = state.snapshot()
 * state.restore(before)
 */
export class State {
  readonly rows: Collections
  listener: StateListener | null = null
  readonly #watchers = new Set<() => void>()
  #written = false

  constructor(snapshot: StateSnapshot | null = null) {
    const written = (name: string, key: string, row: object | null) => {
      this.#written = true
      this.listener?.write(name as keyof Rows, key, row)
    }
    const collections = collectionNames.map((name) => [name, new Collection(name, written)])
    this.rows = Object.fromEntries(collections) as Collections
    if (snapshot) this.restore(snapshot)
  }

  /** Every record there is; the records themselves are shared, for they never change. */
  snapshot(): StateSnapshot {
    return Object.fromEntries(
      collectionNames.map((name) => [name, [...this.rows[name].entries()]]),
    ) as unknown as StateSnapshot
  }

  /** Puts the records of a snapshot in place of all others. */
  restore(snapshot: StateSnapshot): void {
    for (const name of collectionNames) {
      const collection = this.rows[name] as Collection<object>
      collection.replaceAll((snapshot[name] ?? []) as [string, object][])
    }
    this.listener?.restored(snapshot)
  }

  /** Ends an operation. */
  commit(): void {
    if (!this.#written) return
    this.#written = false
    this.listener?.commit()
    for (const tell of this.#watchers) tell()
  }

  /** Has a function called after every operation that wrote something; returns what ends that. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher)
    return () => void this.#watchers.delete(watcher)
  }

  /** The number of things of a kind that were ever made, this one included. */
  next(kind: string): number {
    const count = (this.rows.counters.get(kind)?.count ?? 0) + 1
    this.rows.counters.set(kind, { count })
    return count
  }
}
