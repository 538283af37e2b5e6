// What a registry was asked and how it answered, newest last: the second observer of a run. It keeps no secrets:
// paths come without their query and credentials appear only as "authenticated".
import type { RunEventBody } from '../events/events.ts'

/**
 * One request, as told when its answer has ended or was cut. `bytes` are those of the body that went out, `status` is 0 where the
 * caller left before there was an answer, times are clock time.
 */
export type RequestRecord = Omit<Extract<RunEventBody, { kind: 'registry-request' }>, 'kind'>

/** A request in the journal. */
export interface JournalEntry extends RequestRecord {
  endedAtMs: number
}

/** The last requests of a registry. */
export interface Journal {
  /** Oldest first, in the order in which the answers ended. */
  records(): JournalEntry[]
  /** How many requests ended in all, those that fell out of the ring included. */
  readonly total: number
  clear(): void
}

/** What the journal holds at most; older requests fall out. */
const journalEntriesMax = 20_000

/** A journal that is written to. */
export class JournalRing implements Journal {
  #entries: JournalEntry[] = []
  #total = 0

  get total(): number {
    return this.#total
  }

  add(entry: JournalEntry): void {
    this.#entries[this.#total % journalEntriesMax] = entry
    this.#total += 1
  }

  records(): JournalEntry[] {
    const oldest = this.#total % journalEntriesMax
    if (this.#total <= journalEntriesMax) return [...this.#entries]
    return [...this.#entries.slice(oldest), ...this.#entries.slice(0, oldest)]
  }

  clear(): void {
    this.#entries = []
    this.#total = 0
  }
}
