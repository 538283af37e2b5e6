// The trace: every event of a run as JSON lines, one event a line, written as they happen and read back for any number that the
// summary does not show.
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { KasmSimError } from '../../server/kernel/errors.ts'
import { type EventSink, eventVersion, type RunEvent, type RunEventKind } from '../events/events.ts'
import { openPieces } from './pieces-file.ts'

/** A trace that is being written. */
export interface Trace {
  /** @throws KasmSimError FILE_NOT_WRITABLE once the disk takes no more */
  sink: EventSink
  /** Writes what is left and closes the file; the trace is complete from then on. A second call does nothing. */
  close(): Promise<void>
}

/**
 * Opens a trace, its folder included, in place of one that was there.
 *
 * @throws KasmSimError FILE_NOT_WRITABLE, before the first event
 * @example
 * const trace = openTrace('runs/storm/trace.jsonl')
 * await runScenario({ scenario, sinks: [trace.sink] })
 * await trace.close()
 */
export function openTrace(file: string): Trace {
  const pieces = openPieces(file, { what: 'trace', flag: '--trace' })
  return { sink: (event) => pieces.write(`${JSON.stringify(event)}\n`), close: async () => pieces.close() }
}

/**
 * Reads the events of a trace, one by one.
 *
 * @throws KasmSimError TRACE_INVALID, with file and line of what is no event
 * @example
 * for await (const event of readTrace('runs/storm/trace.jsonl')) summary.sink(event)
 */
export async function* readTrace(file: string): AsyncGenerator<RunEvent, void> {
  const lines = createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Number.POSITIVE_INFINITY })
  let line = 0
  try {
    for await (const text of lines) {
      line += 1
      yield parseEvent(text, { file, line })
    }
  } catch (error) {
    if (error instanceof KasmSimError || line > 0) throw error
    const cause = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : String(error)
    throw new KasmSimError('TRACE_INVALID', `Failed to read the trace ${file}: ${cause}. Check the path.`, {
      cause: error,
    })
  } finally {
    lines.close()
  }
  if (line === 0) throw invalid({ file, line: 1 }, 'the file is empty')
}

/** Every kind of event; the type makes a new kind a compile error here. */
const kinds: Record<RunEventKind, true> = {
  'run-started': true,
  'agent-started': true,
  'agent-stopped': true,
  'agent-config-edited': true,
  'check-in-answered': true,
  'check-ins-idle': true,
  'check-in-failed': true,
  'pull-queued': true,
  'pull-cancelled': true,
  'pull-refused': true,
  'pull-started': true,
  'pull-dropped': true,
  'pull-succeeded': true,
  'pull-failed': true,
  'image-pruned': true,
  'agent-ready': true,
  'agents-waiting': true,
  'image-published': true,
  'definition-changed': true,
  'timeline-action': true,
  'wait-started': true,
  'wait-ended': true,
  'session-requested': true,
  'session-refused': true,
  'session-started': true,
  'session-seen': true,
  'session-ended': true,
  'refresh-unchanged': true,
  'registry-request': true,
  'registry-traffic': true,
  'fault-started': true,
  'fault-ended': true,
  'generator-failed': true,
  'run-ended': true,
  lateness: true,
  'run-judged': true,
}

/** The fields that every event has are checked; the rest follows from the version that wrote them. */
function parseEvent(text: string, position: { file: string; line: number }): RunEvent {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw invalid(position, 'the line is no JSON, or was cut off')
  }
  const event = (typeof value === 'object' && value !== null ? value : {}) as Partial<RunEvent>
  if (typeof event.kind !== 'string' || !Object.hasOwn(kinds, event.kind)) {
    throw invalid(position, `"kind" names no event: ${JSON.stringify(event.kind) ?? 'it is not there'}`)
  }
  for (const field of ['atMs', 'sequence'] as const) {
    if (!Number.isSafeInteger(event[field])) throw invalid(position, `"${field}" is no whole number`)
  }
  if (event.kind === 'run-started' && event.eventVersion !== eventVersion) {
    throw invalid(
      position,
      `its events are of version ${event.eventVersion}, and this program reads version ${eventVersion}`,
    )
  }
  return event as RunEvent
}

function invalid({ file, line }: { file: string; line: number }, cause: string): KasmSimError {
  return new KasmSimError(
    'TRACE_INVALID',
    `Failed to read the trace ${file}:${line}: ${cause}. Give a file that "kasm-sim run --trace" of this version wrote.`,
    { position: { file, line, column: 1 } },
  )
}
