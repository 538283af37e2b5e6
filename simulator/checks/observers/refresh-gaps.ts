// Samples of the time between two refreshes of an image on one agent, and of the refreshes that did not come.
import type { RunEvent } from '../../events/events.ts'
import { gapState, type Intervals } from '../intervals.ts'
import type { EmitSample } from '../signals.ts'
import type { Observer } from './observer.ts'

/** What one agent has to refresh. */
interface AgentGaps {
  /** When the refresh of an image last entered the queue. */
  refreshedAtMs: Map<string, number>
  /** Since when a refresh of an image is awaited: its latest one, or the moment from which the agent held it. */
  awaitedSinceMs: Map<string, number>
  /** Images that it does not hold yet, by when their pull entered the queue. */
  missingSinceMs: Map<string, number>
}

/**
 * Watches refreshes. An image that an agent was told to pull and does not hold cannot be refreshed, so that a pull which never ends shows
 * here as well.
 */
export class RefreshGaps implements Observer {
  readonly #emit: EmitSample
  readonly #intervals: readonly Intervals[]
  readonly #agents = new Map<number, AgentGaps>()

  constructor(emit: EmitSample, intervals: readonly Intervals[]) {
    this.#emit = emit
    this.#intervals = intervals
  }

  take(event: RunEvent): void {
    switch (event.kind) {
      case 'pull-queued':
        if (event.reason === 'refresh') this.#refresh(event)
        else this.#agent(event.agent).missingSinceMs.set(event.image, event.atMs)
        return
      case 'refresh-unchanged':
        for (const { name: image } of event.images) {
          this.#refresh({ agent: event.agent, image, atMs: Math.round(event.fromMs) })
        }
        return
      case 'pull-succeeded': {
        const { missingSinceMs, awaitedSinceMs } = this.#agent(event.agent)
        if (missingSinceMs.delete(event.image)) awaitedSinceMs.set(event.image, event.atMs)
        return
      }
      case 'pull-failed':
      case 'pull-cancelled':
      case 'pull-refused':
        this.#agent(event.agent).missingSinceMs.delete(event.image)
        return
      case 'image-pruned':
        if (event.image !== null) this.#agent(event.agent).awaitedSinceMs.delete(event.image)
        return
      case 'check-in-answered':
        // Whatever applies to the agent no longer is not refreshed either; what still does is awaited from its next refresh on.
        if (event.changed) this.#agents.get(event.agent)?.awaitedSinceMs.clear()
        return
      case 'agent-stopped':
        // The refresh timer starts anew with the agent: a gap over a restart says nothing of the interval.
        this.#agents.delete(event.agent)
        return
    }
  }

  finish(endMs: number): void {
    for (const [agent, { awaitedSinceMs, missingSinceMs }] of this.#agents) {
      const { refreshMs } = this.#intervals[agent] ?? {}
      for (const [image, atMs] of [...awaitedSinceMs, ...missingSinceMs]) {
        const value = endMs - atMs
        this.#emit('refresh-gap', { atMs, agent, image, value, state: gapState(value, refreshMs) })
      }
    }
  }

  #refresh({ agent, image, atMs }: { agent: number; image: string; atMs: number }): void {
    const { refreshedAtMs, awaitedSinceMs } = this.#agent(agent)
    const previousMs = refreshedAtMs.get(image)
    refreshedAtMs.set(image, atMs)
    awaitedSinceMs.set(image, atMs)
    if (previousMs === undefined) return
    this.#emit('refresh-gap', { atMs: previousMs, agent, image, value: atMs - previousMs })
  }

  #agent(agent: number): AgentGaps {
    const known = this.#agents.get(agent)
    if (known) return known
    const gaps = { refreshedAtMs: new Map(), awaitedSinceMs: new Map(), missingSinceMs: new Map() }
    this.#agents.set(agent, gaps)
    return gaps
  }
}
