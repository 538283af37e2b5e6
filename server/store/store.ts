// Keeps a state in a data file. What operations write within one turn of the event loop goes to the disk as one transaction, and
// answers wait for it: many clients share the cost of one write, and nobody is told of what could still be lost.
import type { Rows } from '../model/state/records.ts'
import type { StateListener, StateSnapshot } from '../model/state/state.ts'
import { PendingWrites, type Write } from './pending-writes.ts'
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
  readonly #file: DataFile
  readonly #nowMs: () => number
  #operation: Write[] = []
  #replacement: StateSnapshot | null = null
  readonly #urgent = new PendingWrites()
  readonly #lazy = new PendingWrites()
  #lazyDueMs = Number.POSITIVE_INFINITY
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

  write(collection: keyof Rows, key: string, row: object | null): void {
    this.#operation.push({ collection, key, row })
  }

  /** An operation is kept whole: where part of it is urgent, so is the rest. */
  commit(): void {
    const writes = this.#operation
    this.#operation = []
    if (writes.every(({ collection }) => lazyCollections.has(collection))) {
      for (const write of writes) this.#lazy.put(write)
      this.#lazyDueMs = Math.min(this.#lazyDueMs, this.#nowMs() + lagMs)
    } else {
      for (const write of writes) {
        this.#lazy.forget(write)
        this.#urgent.put(write)
      }
    }
    if (this.#isUrgent || this.#nowMs() >= this.#lazyDueMs) this.#saveOnceBegun()
  }

  restored(snapshot: StateSnapshot): void {
    this.#operation = []
    this.#urgent.clear()
    this.#lazy.clear()
    this.#replacement = snapshot
    this.#saveOnceBegun()
  }

  /**
   * Null where nothing that must last is on its way to the disk; otherwise waits until it is there.
   *
   * @throws KasmSimError FILE_NOT_WRITABLE; it is tried again for the next who asks
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
    // Whoever waits is told; where nobody does, the next to ask is.
    this.#saving.catch(() => {})
    return this.#saving
  }

  #save(): void {
    if (this.#isUrgent || this.#lazy.size > 0) {
      this.#file.write({ replacement: this.#replacement, writes: [...this.#urgent, ...this.#lazy] })
    }
    this.#replacement = null
    this.#urgent.clear()
    this.#lazy.clear()
    this.#lazyDueMs = Number.POSITIVE_INFINITY
  }
}
