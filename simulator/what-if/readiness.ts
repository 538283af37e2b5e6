// When agents had everything they should have, of all agents: those that never got ready count too, or a fleet in which
// most agents wait for ever would look like a quick one.
import type { RunEvent, Subscription } from '../events/events.ts'
import type { Bounds } from '../report/distribution.ts'

/** Follows the readiness of every agent through one run. */
export class Readiness {
  readonly #agents: number
  readonly #startedAtMs = new Map<number, number>()
  readonly #timesMs = new Map<number, number>()
  /** Since when agents that had been ready lack something. */
  readonly #lackingSinceMs = new Map<number, number>()
  #lackedMs = 0
  #lastReadyAtMs = 0
  #endMs = 0
  #lackingAtEnd = 0

  constructor(agents: number) {
    this.#agents = agents
  }

  /** Listens to the few kinds of events that it needs. */
  get subscription(): Subscription {
    return {
      sink: (event) => this.#take(event),
      kinds: new Set(['agent-started', 'agent-ready', 'agent-stopped', 'pull-queued', 'run-ended']),
    }
  }

  get readyAgents(): number {
    return this.#timesMs.size
  }

  /** From the start of the run until the last agent was ready for the first time; null where one never was. */
  get allReadyAtMs(): number | null {
    return this.readyAgents === this.#agents ? this.#lastReadyAtMs : null
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
    const timesMs = [...this.#timesMs.values()].sort((a, b) => a - b)
    return timesMs[this.#rank(share)] ?? null
  }

  /** What the quantile may still become: agents that are not ready count with how long they have tried. */
  quantileBoundsMs(share: number): Bounds {
    const open = Array.from({ length: this.#agents }, (_, agent) => agent).filter((agent) => !this.#timesMs.has(agent))
    const soFarMs = open.map((agent) => this.#endMs - (this.#startedAtMs.get(agent) ?? this.#endMs))
    const leastMs = [...this.#timesMs.values(), ...soFarMs].sort((a, b) => a - b)
    return { low: leastMs[this.#rank(share)] ?? 0, high: this.quantileMs(share) }
  }

  #rank(share: number): number {
    return Math.max(0, Math.ceil(share * this.#agents) - 1)
  }

  #take(event: RunEvent): void {
    switch (event.kind) {
      case 'agent-started':
        if (!this.#startedAtMs.has(event.agent)) this.#startedAtMs.set(event.agent, event.atMs)
        return
      case 'agent-ready':
        this.#noteReady(event.agent, event.atMs)
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

  #noteReady(agent: number, atMs: number): void {
    this.#endLack(agent, atMs)
    if (this.#timesMs.has(agent)) return
    this.#timesMs.set(agent, atMs - (this.#startedAtMs.get(agent) ?? 0))
    this.#lastReadyAtMs = Math.max(this.#lastReadyAtMs, atMs)
  }

  #noteLack(agent: number, atMs: number): void {
    if (this.#timesMs.has(agent) && !this.#lackingSinceMs.has(agent)) this.#lackingSinceMs.set(agent, atMs)
  }

  #endLack(agent: number, atMs: number): void {
    this.#lackedMs += atMs - (this.#lackingSinceMs.get(agent) ?? atMs)
    this.#lackingSinceMs.delete(agent)
  }
}
