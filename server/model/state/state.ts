// The whole state of a fake Kasm: collections of plain records and nothing else. What can be derived from them (counts, lists, indexes)
// belongs to the rules, which build it anew whenever a state is put in place of another.
import { Collection, type WriteFacts } from './collection.ts'
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

/** Takes back what an operation wrote. */
export type Undo = () => void

/** Who is told what is written. */
export interface StateListener {
  /** Right after a record was written; `row` is null where it was deleted. What may lag may be kept later than it is told. */
  write(collection: keyof Rows, key: string, row: object | null, mayLag: boolean): void
  /** After a snapshot took the place of all records. */
  restored(snapshot: StateSnapshot): void
  /**
   * Once an operation that wrote something has ended: what was written since the last time belongs together. Where this throws, the
   * operation is taken back.
   */
  commit(undo: Undo): void
  /** What was written since the last commit was taken back. */
  discard(): void
  /** For whom it must take back what was committed: the last operations, with what `commit` was given of each. */
  takeBack: ((undos: readonly Undo[]) => void) | null
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
  readonly #watchers = new Set<() => void>()
  #listener: StateListener | null = null
  #written = false
  /** Of the turn under way; null between turns. */
  #undos: Undo[] | null = null
  /** Called after something was taken back: what was derived from the records is to be built anew. */
  onTakenBack: () => void = () => {}

  constructor(snapshot: StateSnapshot | null = null) {
    const written = ({ collection, key, row, mayLag, undo }: WriteFacts) => {
      this.#written = true
      this.#undos?.push(undo)
      this.#listener?.write(collection as keyof Rows, key, row, mayLag)
    }
    const collections = collectionNames.map((name) => [name, new Collection(name, written)])
    this.rows = Object.fromEntries(collections) as Collections
    if (snapshot) this.restore(snapshot)
    this.#written = false
  }

  set listener(listener: StateListener | null) {
    this.#listener = listener
    if (listener) listener.takeBack = (undos) => this.#takeBack(undos)
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
      const undo = collection.replaceAll((snapshot[name] ?? []) as [string, object][])
      this.#undos?.push(undo)
    }
    this.#written = true
    this.#listener?.restored(snapshot)
  }

  /**
   * Does an operation whole or not at all: where it throws, or what it wrote cannot be kept, nothing of it is left.
   *
   * @example
   * state.turn(() => areas.zones.add('emea'))
   */
  turn<Result>(operation: () => Result): Result {
    this.commit()
    const undos: Undo[] = []
    this.#undos = undos
    try {
      const result = operation()
      this.#tellListener(() => undoAll(undos))
      return result
    } catch (error) {
      this.#listener?.discard()
      if (undos.length > 0) this.#takeBack([() => undoAll(undos)])
      throw error
    } finally {
      this.#undos = null
      this.#tellWatchers()
    }
  }

  /** Ends an operation that was no turn. */
  commit(): void {
    if (!this.#written) return
    this.#tellListener(() => {})
    this.#tellWatchers()
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

  #tellListener(undo: Undo): void {
    if (this.#written) this.#listener?.commit(undo)
  }

  #tellWatchers(): void {
    if (!this.#written) return
    this.#written = false
    for (const tell of this.#watchers) tell()
  }

  #takeBack(undos: readonly Undo[]): void {
    undoAll(undos)
    for (const collection of Object.values(this.rows)) collection.restoreOrder()
    this.onTakenBack()
    this.#written = true
    if (this.#undos === null) this.#tellWatchers()
  }
}

function undoAll(undos: readonly Undo[]): void {
  for (let index = undos.length - 1; index >= 0; index -= 1) undos[index]?.()
}
