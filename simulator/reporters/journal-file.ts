// The registry's requests as files: a journal in JSON lines, written as they end, and an HTTP archive (HAR), made of a whole trace.
import { packageVersion } from '../../server/kernel/version.ts'
import type { RunEvent, Subscription } from '../events/events.ts'
import { harEntry, harFrame } from '../registry/har.ts'
import { type JournalEntry, JournalReader, type RequestRecord } from '../registry/journal.ts'
import { openPieces } from './pieces-file.ts'
import { readTrace } from './trace-file.ts'

/** Entries are held so long for what may still show what they were for. */
const readAheadEntries = 1_000
/** A run's registry has a port of its own each time; archives of one scenario are to be compared. */
const runBaseUrl = 'http://registry.test'

/** A journal that is being written. */
interface JournalFile {
  take(record: RequestRecord, endedAtMs: number): void
  /** Writes what is left and closes the file. A second call does nothing. */
  close(): void
}

/**
 * Opens a journal in place of one that was there. A line says what its request was for as far as that was known when its answer
 * ended; the last line of an `actionNumber` has the last word.
 *
 * @throws KasmSimError FILE_NOT_WRITABLE, also of `take` once the disk takes no more
 * @example
 * const journal = openJournal('journal.jsonl', { atOnce: true })
 * const registry = await startRegistry({ profile, onRequest: (record) => journal.take(record, clock.nowMs()) })
 */
export function openJournal(file: string, { atOnce }: { atOnce: boolean }): JournalFile {
  const pieces = openPieces(file, { what: 'journal', flag: '--journal' })
  const reader = new JournalReader()
  return {
    take: (record, endedAtMs) => {
      pieces.write(`${JSON.stringify(reader.read(record, endedAtMs)())}\n`)
      if (atOnce) pieces.flush()
    },
    close: pieces.close,
  }
}

/**
 * The part of a run's events that is its registry's journal.
 *
 * @example
 * await runScenario({ scenario, sinks: [journalOfRun(journal)] })
 */
export function journalOfRun(journal: JournalFile): Subscription {
  return {
    kinds: new Set(['registry-request']),
    sink: (event) => {
      if (event.kind === 'registry-request') journal.take(recordOf(event), event.atMs)
    },
  }
}

/**
 * Makes an archive of the requests of a trace, a piece at a time: a trace may be longer than the memory. Returns how many there are.
 *
 * @throws KasmSimError TRACE_INVALID | FILE_NOT_WRITABLE
 * @example
 * await writeHar('runs/storm-1/trace.jsonl', 'storm.har')
 */
export async function writeHar(traceFile: string, harFile: string): Promise<number> {
  const origin = { baseUrl: runBaseUrl, version: packageVersion() }
  const [start, end] = harFrame(origin)
  const pieces = openPieces(harFile, { what: 'archive', flag: '--har' })
  try {
    let requests = 0
    const write = (entry: JournalEntry) => {
      pieces.write(`${requests === 0 ? start : ',\n'}${JSON.stringify(harEntry(entry, origin))}`)
      requests += 1
    }
    const reader = new JournalReader()
    const waiting: (() => JournalEntry)[] = []
    for await (const event of readTrace(traceFile)) {
      if (event.kind !== 'registry-request') continue
      waiting.push(reader.read(recordOf(event), event.atMs))
      if (waiting.length < 2 * readAheadEntries) continue
      for (const entry of waiting.splice(0, readAheadEntries)) write(entry())
    }
    for (const entry of waiting) write(entry())
    pieces.write(`${requests === 0 ? start : ''}${end}\n`)
    return requests
  } finally {
    pieces.close()
  }
}

function recordOf(event: Extract<RunEvent, { kind: 'registry-request' }>): RequestRecord {
  const { atMs: _atMs, sequence: _sequence, kind: _kind, ...record } = event
  return record
}
