// Gives every event its moment and its number, and hands it to those who listen. What nobody listens to is never built.
import type { EventSink, RunEventBody, RunEventKind, Subscription } from './events.ts'

/** Emits one event; the log adds when and in which order. */
export type Emit = (body: RunEventBody) => void

export interface EventLog {
  emit: Emit
  /** Whether anybody wants events of a kind: those who build many may ask first. */
  listens(kind: RunEventKind): boolean
  /** Nothing is told from here on: what is still under way when a run ends is no part of it. */
  close(): void
}

/**
 * An event log over some sinks. A sink that throws is dropped and reported once, so that a broken observer never ends a run.
 *
 * @example
 * const { emit } = createEventLog({ sinks: [trace.sink], nowMs: () => clock.nowMs(), onSinkError: report })
 * emit({ kind: 'agent-ready', agent: 3, images: 24 })
 */
export function createEventLog(options: {
  sinks: readonly (EventSink | Subscription)[]
  nowMs: () => number
  onSinkError: (error: unknown) => void
}): EventLog {
  const { nowMs, onSinkError } = options
  let subscriptions = options.sinks.map((sink) => (typeof sink === 'function' ? { sink, kinds: null } : sink))
  let sequence = 0
  const listens = (kind: RunEventKind) => subscriptions.some(({ kinds }) => kinds === null || kinds.has(kind))
  const emit: Emit = (body) => {
    if (!listens(body.kind)) return
    const event = { atMs: Math.round(nowMs()), sequence: sequence++, ...body }
    for (const subscription of subscriptions) {
      if (subscription.kinds !== null && !subscription.kinds.has(body.kind)) continue
      try {
        subscription.sink(event)
      } catch (error) {
        subscriptions = subscriptions.filter((other) => other !== subscription)
        onSinkError(error)
      }
    }
  }
  const close = () => {
    subscriptions = []
  }
  return { emit, listens, close }
}
