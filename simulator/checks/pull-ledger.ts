// Follows every pull from its place in the queue to its end, so that observers know of an ending what only its start told.
import type { RunEvent } from '../events/events.ts'

/** A pull that runs, or that the event at hand has just ended. */
export interface LedgerPull {
  agent: number
  image: string
  reason: Extract<RunEvent, { kind: 'pull-started' }>['reason']
  authenticated: boolean
  startedAtMs: number
  /** How long it waited in the queue; null where its entry into the queue was not seen. */
  waitedMs: number | null
}

/** A pull that waits in its agent's queue. */
interface QueuedPull {
  agent: number
  image: string
  reason: LedgerPull['reason']
  queuedAtMs: number
}

/** The pulls of all agents. Holds what waits and what runs, and nothing of the past. */
export class PullLedger {
  readonly #queued = new Map<number, Map<string, QueuedPull>>()
  readonly #running = new Map<number, Map<number, LedgerPull>>()
  #runningInFleet = 0

  /** Takes an event and returns the pull that it started or ended; null of every other event. */
  take(event: RunEvent): LedgerPull | null {
    switch (event.kind) {
      case 'pull-queued':
        entryOf(this.#queued, event.agent).set(event.image, {
          agent: event.agent,
          image: event.image,
          reason: event.reason,
          queuedAtMs: event.atMs,
        })
        return null
      case 'pull-cancelled':
      case 'pull-refused':
        this.#queued.get(event.agent)?.delete(event.image)
        return null
      case 'pull-started': {
        const { agent, image, reason, authenticated, atMs: startedAtMs } = event
        const queuedAtMs = this.#queued.get(agent)?.get(image)?.queuedAtMs
        this.#queued.get(agent)?.delete(image)
        const waitedMs = queuedAtMs === undefined ? null : startedAtMs - queuedAtMs
        const pull = { agent, image, reason, authenticated, startedAtMs, waitedMs }
        const pulls = entryOf(this.#running, event.agent)
        if (!pulls.has(event.pull)) this.#runningInFleet += 1
        pulls.set(event.pull, pull)
        return pull
      }
      case 'pull-succeeded':
      case 'pull-failed':
      case 'pull-dropped': {
        const pull = this.#running.get(event.agent)?.get(event.pull) ?? null
        if (this.#running.get(event.agent)?.delete(event.pull)) this.#runningInFleet -= 1
        return pull
      }
      default:
        return null
    }
  }

  /** Those that wait now. */
  queuedPulls(): QueuedPull[] {
    return [...this.#queued.values()].flatMap((pulls) => [...pulls.values()])
  }

  /** Those that run now. */
  runningPulls(): LedgerPull[] {
    return [...this.#running.values()].flatMap((pulls) => [...pulls.values()])
  }

  /** How many pulls an agent runs now. */
  running(agent: number): number {
    return this.#running.get(agent)?.size ?? 0
  }

  /** How many pulls all agents run now. */
  get runningInFleet(): number {
    return this.#runningInFleet
  }
}

function entryOf<Key, Value>(entries: Map<number, Map<Key, Value>>, agent: number): Map<Key, Value> {
  const found = entries.get(agent)
  if (found) return found
  const entry = new Map<Key, Value>()
  entries.set(agent, entry)
  return entry
}
