// Every call of the fake's API as it was asked and answered, the last of them: what tests verify and people look at. Agents' check-ins
// are kept apart, because a fleet's would crowd out everything else within a minute.
import { redact, shownText, withoutHidden } from './redaction.ts'

/** One call. */
export interface JournalEntry {
  /** Counts the calls since the start of the journal, from 1. */
  sequence: number
  /** When it was answered, in milliseconds of the fake's clock. */
  atMs: number
  /** Such as `get_images`; null where no operation has this address. */
  operation: string | null
  method: string
  path: string
  /** An API key, a user or an agent as the call names it; null of callers that name nobody. */
  caller: string | null
  /** Without secrets; null where there was none or it was too long. */
  body: unknown
  /** 0 where the connection was dropped. */
  status: number
  errorMessage: string | null
  /** Why a call was refused, where its answer does not say. */
  cause: string | null
  /** The fault that hit it. */
  fault: string | null
}

/** Which entries; each part that is given narrows it. */
export interface JournalQuery {
  operation?: string
  caller?: string
  status?: number
  /** Those after this sequence number. */
  after?: number
  /** So many at most, the last ones. */
  limit?: number
}

/** What a call is recorded with, and what its body takes of the memory; the journal adds its number and takes the secrets out. */
export type RecordedCall = Omit<JournalEntry, 'sequence'> & { sizeBytes: number }

const entryCountMax = 5_000
const checkInCountMax = 1_000
/** Of the calls of each kind together, in memory. */
const keptSizeBytesMax = 16_000_000
/** Larger bodies are not kept. A text takes twice its length at most. */
const bodySizeBytesMax = 2 * 65_536
/** Names that callers give themselves are cut. */
const nameLengthMax = 255
/** Of an entry without its texts. */
const entrySizeBytes = 300

/**
 * The journal of one fake.
 *
 * @example
 * journal.entries({ operation: 'create_image', limit: 10 })
 */
export class Journal {
  readonly #calls = new Shelf(entryCountMax)
  readonly #checkIns = new Shelf(checkInCountMax)
  readonly #listeners = new Set<(entry: JournalEntry) => void>()
  #total = 0

  /** How many calls there were, kept or not. */
  get total(): number {
    return this.#total
  }

  record({ sizeBytes, ...call }: RecordedCall): void {
    this.#total += 1
    const body = sizeBytes > bodySizeBytesMax ? null : (call.body ?? null)
    const entry = { sequence: this.#total, ...call, caller: nameOf(call.caller), body }
    const keptBytes = sizeOf(entry) + (body === null ? 0 : sizeBytes)
    const kept = isOfAgents(entry) ? entry : shown(entry, call.body)
    if (isOfAgents(entry)) this.#checkIns.add(kept, keptBytes)
    else this.#calls.add(kept, keptBytes)
    for (const tell of this.#listeners) tell(kept)
  }

  /** The entries that a query asks for, in the order of their answers. */
  entries({
    operation,
    caller,
    status,
    after = 0,
    limit = entryCountMax + checkInCountMax,
  }: JournalQuery = {}): JournalEntry[] {
    const found = [...this.#calls.entries(), ...this.#checkIns.entries()].filter(
      (entry) =>
        entry.sequence > after &&
        (operation === undefined || entry.operation === operation) &&
        (caller === undefined || entry.caller === caller) &&
        (status === undefined || entry.status === status),
    )
    found.sort((first, second) => first.sequence - second.sequence)
    return found.slice(-limit).map((entry) => this.shown(entry))
  }

  /** Fleets check in thousands of times a second and hardly anyone looks: what agents sent is redacted when someone does. */
  shown(entry: JournalEntry): JournalEntry {
    return isOfAgents(entry) ? shown(entry, entry.body) : entry
  }

  clear(): void {
    this.#total = 0
    this.#calls.clear()
    this.#checkIns.clear()
  }

  /** Has a function called after each entry, which is not for showing yet; returns what ends that. */
  onRecord(listener: (entry: JournalEntry) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }
}

/** A copy: a part of a text keeps all of it in memory. */
function nameOf(caller: string | null): string | null {
  return caller === null || caller.length <= nameLengthMax
    ? caller
    : Buffer.from(caller.slice(0, nameLengthMax)).toString()
}

function sizeOf({ path, caller, errorMessage, cause }: JournalEntry): number {
  return [path, caller, errorMessage, cause].reduce((sum, text) => sum + 2 * (text?.length ?? 0), entrySizeBytes)
}

function isOfAgents({ path }: JournalEntry): boolean {
  return path.startsWith('/manager_api/')
}

/** An entry as people may see it. `sent` is the whole body, which messages may quote even where it is too long to be kept. */
function shown(entry: JournalEntry, sent: unknown): JournalEntry {
  const hidden: string[] = []
  const body = redact(sent, hidden)
  const { path, operation, caller } = entry
  const isPlainPath = shownText(path) === path
  if (!isPlainPath) hidden.push(path)
  return {
    ...entry,
    operation: isPlainPath ? operation : null,
    path: isPlainPath ? path : shownText(path),
    caller: caller === null ? null : shownText(caller),
    body: entry.body === null ? null : body,
    errorMessage: withoutHidden(entry.errorMessage, hidden),
    cause: withoutHidden(entry.cause, hidden),
  }
}

/** The last entries, within a count and a size in memory. */
class Shelf {
  readonly #countMax: number
  readonly #kept = new Map<JournalEntry, number>()
  #sizeBytes = 0

  constructor(countMax: number) {
    this.#countMax = countMax
  }

  add(entry: JournalEntry, sizeBytes: number): void {
    this.#kept.set(entry, sizeBytes)
    this.#sizeBytes += sizeBytes
    for (const [oldest, oldSizeBytes] of this.#kept) {
      if (this.#kept.size <= this.#countMax && this.#sizeBytes <= keptSizeBytesMax) break
      this.#kept.delete(oldest)
      this.#sizeBytes -= oldSizeBytes
    }
  }

  entries(): IterableIterator<JournalEntry> {
    return this.#kept.keys()
  }

  clear(): void {
    this.#kept.clear()
    this.#sizeBytes = 0
  }
}
