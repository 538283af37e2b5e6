// What a registry was asked and how it answered, newest last: the second observer of a run. It keeps no secrets:
// paths come without their query and credentials appear only as "authenticated".
import { type ActionKind, ActionReader, type RegistryAction } from '../checks/registry-actions.ts'
import type { RequestClass, RunEventBody } from '../events/events.ts'

/**
 * One request, as told when its answer has ended or was cut. `bytes` are those of the body that went out, `status` is 0 where the
 * caller left before there was an answer, times are clock time.
 */
export type RequestRecord = Omit<Extract<RunEventBody, { kind: 'registry-request' }>, 'kind'>

/** What a request was for: Docker Hub's classification where it is of a version check or a pull, else its class. */
type JournalAction = ActionKind | Exclude<RequestClass, 'manifest'>

/** A request in the journal. */
export interface JournalEntry extends RequestRecord {
  endedAtMs: number
  action: JournalAction
  /** The version check or pull that it is of, counted from 1; null of one that is of none, or of one to come. */
  actionNumber: number | null
}

/** Which entries are wanted; what is left out narrows nothing. */
export interface JournalQuery {
  agent?: number
  source?: string
  class?: RequestClass
  action?: JournalAction
  status?: number
  repository?: string
  /** Those that ended at this moment or later, in milliseconds of the registry's clock. */
  fromMs?: number
  /** Those that ended before this moment. */
  untilMs?: number
  /** The last so many of those that fit. */
  limit?: number
}

/** The last requests of a registry. */
export interface Journal {
  /** Oldest first, in the order in which the answers ended. */
  records(): JournalEntry[]
  /**
   * The entries that fit, oldest first.
   *
   * @example
   * registry.journal.query({ status: 429, limit: 10 }) // the last ten refusals
   */
  query(query: JournalQuery): JournalEntry[]
  /** How many requests ended in all, those that fell out of the ring included. */
  readonly total: number
  clear(): void
}

/** What the journal holds at most; older requests fall out. */
const journalEntriesMax = 20_000
/** No registry takes names that make longer paths; whoever asks for one must not fill the memory with it. */
const textLengthMax = 600

function shortened(record: RequestRecord): RequestRecord {
  const { path, repository, reference } = record
  if (path.length <= textLengthMax) return record
  return {
    ...record,
    path: cut(path),
    repository: repository && cut(repository),
    reference: reference && cut(reference),
  }
}

/** A copy: a part of a text keeps all of it in memory. */
function cut(text: string): string {
  return Buffer.from(text.slice(0, textLengthMax)).toString()
}

/** Gives each request what it was for. What a version check turns out to be is known once more of it has come. */
export class JournalReader {
  readonly #reader = new ActionReader()

  /** The entry as it reads now, at any later moment. Requests come in the order of their ends. */
  read(record: RequestRecord, endedAtMs: number): () => JournalEntry {
    const action = this.#reader.take({ ...record, atMs: endedAtMs })
    return () => ({ ...record, endedAtMs, action: actionOf(record, action), actionNumber: action?.number ?? null })
  }
}

/** Of blobs the class says more than the pull that they are of, which the number tells. */
function actionOf({ class: requestClass }: RequestRecord, action: RegistryAction | null): JournalAction {
  if (action !== null && requestClass !== 'blob') return action.kind
  return requestClass === 'manifest' ? 'other' : requestClass
}

/** A journal that is written to. */
export class JournalRing implements Journal {
  #entries: (() => JournalEntry)[] = []
  #reader = new JournalReader()
  #total = 0

  get total(): number {
    return this.#total
  }

  add(record: RequestRecord, endedAtMs: number): void {
    this.#entries[this.#total % journalEntriesMax] = this.#reader.read(shortened(record), endedAtMs)
    this.#total += 1
  }

  records(): JournalEntry[] {
    const oldest = this.#total <= journalEntriesMax ? 0 : this.#total % journalEntriesMax
    return [...this.#entries.slice(oldest), ...this.#entries.slice(0, oldest)].map((entry) => entry())
  }

  query({ limit, ...wanted }: JournalQuery): JournalEntry[] {
    const found = this.records().filter((entry) => fits(entry, wanted))
    return limit === undefined ? found : found.slice(Math.max(0, found.length - limit))
  }

  clear(): void {
    this.#entries = []
    this.#reader = new JournalReader()
    this.#total = 0
  }
}

function fits(entry: JournalEntry, { fromMs, untilMs, ...fields }: Omit<JournalQuery, 'limit'>): boolean {
  if (fromMs !== undefined && entry.endedAtMs < fromMs) return false
  if (untilMs !== undefined && entry.endedAtMs >= untilMs) return false
  return Object.entries(fields).every(
    ([name, value]) => value === undefined || entry[name as keyof typeof fields] === value,
  )
}
