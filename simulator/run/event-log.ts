// Gives every event its moment and its number, and hands it to those who listen.
import type { EventSink, RunEventBody } from './events.ts'

/** Emits one event; the log adds when and in which order. */
export type Emit = (body: RunEventBody, atMs?: number) => void

/**
 * An event log over some sinks. A sink that throws is dropped and reported once, so that a broken observer never ends a run.
 *
 * @example
 * const emit = createEventLog({ sinks: [console.log], nowMs: () => clock.nowMs() })
 * emit({ kind: 'agent-ready', agent: 3, images: 24 })
 */
export function createEventLog(options: {
  sinks: EventSink[]
  nowMs: () => number
  onSinkError: (error: unknown) => void
}): Emit {
  let sinks = options.sinks
  let sequence = 0
  return (body, atMs = options.nowMs()) => {
    const event = { atMs: Math.round(atMs), sequence: sequence++, ...body }
    for (const sink of sinks) {
      try {
        sink(event)
      } catch (error) {
        sinks = sinks.filter((other) => other !== sink)
        options.onSinkError(error)
      }
    }
  }
}
