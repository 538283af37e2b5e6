// When agents had everything they should have, of all agents: those that never got ready count too, or a fleet in which
// most agents wait for ever would look like a quick one.
import { percentileRank } from '../../server/kernel/percentile.ts'
import type { RunEvent, Subscription } from '../events/events.ts'

/** Follows the readiness of every agent through one run. */
export class Readiness {
  readonly #agents: number
  readonly #startedAtMs = new Map<number, number>()
  readonly #timesMs = new Map<number, number>()
  /** Since when agents that had been ready lack something. */
  readonly #lackingSinceMs = new Map<number, number>()
  #lackedMs = 0
  #lastReadyAtMs = 0

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

  /** After its first readiness, how long an agent lacked something on average. */
  get missingMs(): number | null {
    return this.readyAgents === 0 ? null : this.#lackedMs / this.readyAgents
  }

  /** The time within which this share of all agents were ready, each from its own start; null where fewer ever were. */
  quantileMs(share: number): number | null {
    const timesMs = [...this.#timesMs.values()].sort((a, b) => a - b)
    return timesMs[percentileRank(share, this.#agents) - 1] ?? null
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
