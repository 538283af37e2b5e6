// When agents had everything they should have, and how long they lacked something after that.
import type { RunEvent, Subscription } from '../events/events.ts'
import type { Bounds } from '../report/distribution.ts'
import { ReadyTimes } from '../report/ready-times.ts'

/** Follows the readiness of every agent through one run. */
export class Readiness {
  readonly #times: ReadyTimes
  /** Since when agents that had been ready lack something. */
  readonly #lackingSinceMs = new Map<number, number>()
  #lackedMs = 0
  #endMs = 0
  #lackingAtEnd = 0

  constructor(agents: number) {
    this.#times = new ReadyTimes(agents)
  }

  /** Listens to the few kinds of events that it needs. */
  get subscription(): Subscription {
    return {
      sink: (event) => this.#take(event),
      kinds: new Set(['agent-started', 'agent-ready', 'agent-stopped', 'pull-queued', 'run-ended']),
    }
  }

  get readyAgents(): number {
    return this.#times.readyAgents
  }

  /** From the start of the run until the last agent was ready for the first time; null where one never was. */
  get allReadyAtMs(): number | null {
    return this.#times.allReadyAtMs
  }

  /** What `allReadyAtMs` may still become. */
  get allReadyAtBoundsMs(): Bounds {
    const { allReadyAtMs } = this
    return { low: allReadyAtMs ?? this.#endMs, high: allReadyAtMs }
  }

  /** After its first readiness, how long an agent lacked something on average. */
  get missingMs(): number | null {
    return this.readyAgents === 0 ? null : this.#lackedMs / this.readyAgents
  }

  /** What `missingMs` may still become: agents that lack something at the end go on to do so. */
  get missingBoundsMs(): Bounds | null {
    const { missingMs } = this
    return missingMs === null ? null : { low: missingMs, high: this.#lackingAtEnd === 0 ? missingMs : null }
  }

  /** The time within which this share of all agents were ready, each from its own start; null where fewer ever were. */
  quantileMs(share: number): number | null {
    return this.#times.quantileMs(share)
  }

  /** What the quantile may still become: agents that are not ready count with how long they have tried. */
  quantileBoundsMs(share: number): Bounds {
    return this.#times.quantileBoundsMs(share, this.#endMs)
  }

  #take(event: RunEvent): void {
    this.#times.take(event)
    switch (event.kind) {
      case 'agent-ready':
        this.#endLack(event.agent, event.atMs)
        return
      case 'agent-stopped':
        this.#noteLack(event.agent, event.atMs)
        return
      case 'pull-queued':
        if (event.reason === 'missing') this.#noteLack(event.agent, event.atMs)
        return
      case 'run-ended':
        this.#endMs = event.atMs
        this.#lackingAtEnd = this.#lackingSinceMs.size
        for (const agent of [...this.#lackingSinceMs.keys()]) this.#endLack(agent, event.atMs)
        return
    }
  }

  #noteLack(agent: number, atMs: number): void {
    if (this.#times.wasReady(agent) && !this.#lackingSinceMs.has(agent)) this.#lackingSinceMs.set(agent, atMs)
  }

  #endLack(agent: number, atMs: number): void {
    this.#lackedMs += atMs - (this.#lackingSinceMs.get(agent) ?? atMs)
    this.#lackingSinceMs.delete(agent)
  }
}
