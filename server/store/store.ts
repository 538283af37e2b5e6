// Keeps a state in a data file. What operations write within one turn of the event loop goes to the disk as one transaction, and
// answers wait for it: many clients share the cost of one write, and nobody is told of what could still be lost. What cannot be written is
// taken back: the fake knows nothing that its file does not, so that whoever is told of a failure may try again.
import type { Rows } from '../model/state/records.ts'
import { collectionNames, type StateListener, type StateSnapshot, type Undo } from '../model/state/state.ts'
import { type PendingWrite, PendingWrites, type Write } from './pending-writes.ts'
import { DataFile } from './sqlite.ts'

/** What agents say of themselves at every check-in: they say it again, so that the file may lag behind. */
const lazyCollections: ReadonlySet<keyof Rows> = new Set(['reports'])
/** How far it may lag. */
const lagMs = 5_000

interface StoreOptions {
  file: string
  /** Of the file's own key file by default. */
  secretKey?: Uint8Array
  /** The clock that the lag is measured with. */
  nowMs: () => number
}

/**
 * A state's listener that makes every operation last.
 *
 * @throws KasmSimError DATA_FILE_INVALID, DATA_FILE_TOO_NEW, DATA_FILE_IN_USE or FILE_NOT_WRITABLE
 * @example
 * const store = new Store({ file: 'kasm.db', nowMs: clock.nowMs })
 * const snapshot = store.read()
 * const model = createKasmModel({ listener: store, secretKey: store.secretKey, ...(snapshot && { snapshot }) })
 * await store.begin()
 */
export class Store implements StateListener {
  takeBack: ((undos: readonly Undo[]) => void) | null = null
  readonly #file: DataFile
  readonly #nowMs: () => number
  #operation: Operation = { replacement: null, writes: [] }
  /** Takes the place of all that the file has. */
  #replacement: Write<string>[] | null = null
  readonly #urgent = new PendingWrites<string>()
  readonly #lazy = new PendingWrites<object>()
  #lazyDueMs = Number.POSITIVE_INFINITY
  /** Of the operations that wait for the file. */
  #undos: Undo[] = []
  #saving: Promise<void> | null = null
  #hasBegun = false

  constructor({ file, secretKey, nowMs }: StoreOptions) {
    this.#file = new DataFile(file, secretKey)
    this.#nowMs = nowMs
  }

  /** The key that the model must use, too. */
  get secretKey(): Uint8Array {
    return this.#file.secretKey
  }

  /** The state that was kept; null in a new file. */
  read(): StateSnapshot | null {
    return this.#file.read()
  }

  /** From now on everything is kept, with all that was written before: a start that fails leaves the file as it was. */
  begin(): Promise<void> {
    this.#hasBegun = true
    return this.#saveSoon()
  }

  write(collection: keyof Rows, key: string, row: object | null, mayLag = false): void {
    this.#operation.writes.push({ collection, key, kept: row, mayLag: mayLag || lazyCollections.has(collection) })
  }

  restored(snapshot: StateSnapshot): void {
    this.#operation = { replacement: snapshot, writes: [] }
  }

  discard(): void {
    this.#operation = { replacement: null, writes: [] }
  }

  /** An operation is kept whole: where part of it is urgent, so is the rest. What cannot be turned into JSON is not taken in. */
  commit(undo: Undo = () => {}): void {
    const { replacement, writes } = this.#operation
    this.discard()
    if (replacement === null && writes.every(({ mayLag }) => mayLag)) {
      for (const write of writes) this.#lazy.put(write)
      this.#lazyDueMs = Math.min(this.#lazyDueMs, this.#nowMs() + lagMs)
    } else {
      this.#takeIn(replacement && jsonOfAll(replacement), writes.map(jsonOf))
      if (this.#hasBegun) this.#undos.push(undo)
    }
    if (this.#isUrgent || this.#nowMs() >= this.#lazyDueMs) this.#saveOnceBegun()
  }

  /**
   * Null where nothing that must last is on its way to the disk; otherwise waits until it is there.
   *
   * @throws KasmSimError FILE_NOT_WRITABLE; what was on its way is taken back then, and the next operation tries anew
   */
  settled(): Promise<void> | null {
    return this.#isUrgent ? this.#saveSoon() : null
  }

  /** Keeps what is left and lets go of the file. */
  close(): void {
    try {
      if (this.#hasBegun) this.#save()
    } finally {
      this.#file.close()
    }
  }

  get #isUrgent(): boolean {
    return this.#urgent.size > 0 || this.#replacement !== null
  }

  #takeIn(replacement: Write<string>[] | null, writes: Write<string>[]): void {
    if (replacement) {
      this.#urgent.clear()
      this.#lazy.clear()
      this.#replacement = replacement
    }
    for (const write of writes) {
      this.#lazy.forget(write)
      this.#urgent.put(write)
    }
  }

  #saveOnceBegun(): void {
    if (this.#hasBegun) this.#saveSoon()
  }

  #saveSoon(): Promise<void> {
    this.#saving ??= new Promise<void>((resolve, reject) => {
      setImmediate(() => {
        this.#saving = null
        try {
          this.#save()
          resolve()
        } catch (error) {
          reject(error)
        }
      })
    })
    // Whoever waits is told; where nobody does, nobody has been told that anything was done.
    this.#saving.catch(() => {})
    return this.#saving
  }

  #save(): void {
    if (!this.#isUrgent && this.#lazy.size === 0) return
    try {
      this.#file.write({ replacement: this.#replacement, writes: [...this.#urgent, ...serialisable(this.#lazy)] })
    } catch (error) {
      this.#giveUp()
      throw error
    }
    this.#lazy.clear()
    this.#lazyDueMs = Number.POSITIVE_INFINITY
    this.#forgetUrgent()
  }

  /** What may lag goes on waiting, unless what it depends on is taken back. */
  #giveUp(): void {
    if (this.#replacement) this.#lazy.clear()
    for (const write of this.#urgent) this.#lazy.forget(write)
    this.#lazyDueMs = this.#nowMs() + lagMs
    this.takeBack?.(this.#forgetUrgent())
  }

  #forgetUrgent(): Undo[] {
    const undos = this.#undos
    this.#undos = []
    this.#replacement = null
    this.#urgent.clear()
    return undos
  }
}

/** What one operation wrote, so far. */
interface Operation {
  /** What took the place of everything before the writes. */
  replacement: StateSnapshot | null
  writes: (Write<object> & { mayLag: boolean })[]
}

function jsonOf({ collection, key, kept }: Write<object>): Write<string> {
  return { collection, key, kept: kept && JSON.stringify(kept) }
}

function jsonOfAll(snapshot: StateSnapshot): Write<string>[] {
  return collectionNames.flatMap((collection) =>
    (snapshot[collection] ?? []).map(([key, row]) => jsonOf({ collection, key, kept: row })),
  )
}

/** What may lag comes again by itself: one that cannot be kept must not hold up the others. */
function serialisable(writes: PendingWrites<object>): PendingWrite<string>[] {
  return [...writes].flatMap((write) => {
    try {
      return { ...jsonOf(write), isRecreated: write.isRecreated }
    } catch {
      return []
    }
  })
}
