// How long agents take to hold everything they should, of all agents: those that never got ready count too, or a fleet in which most
// agents wait for ever would look like a quick one.
import { percentileRank } from '../../server/kernel/percentile.ts'
import type { RunEvent } from '../events/events.ts'
import type { Bounds } from './distribution.ts'

/** The spread over all agents, each from its own first start. Null is "never": so many agents were not ready by the end of the run. */
export interface ReadySpread {
  /** All agents, ready or not. */
  count: number
  min: number | null
  p50: number | null
  p95: number | null
  max: number | null
}

/**
 * Follows when each agent was ready for the first time.
 *
 * @example
 * const times = new ReadyTimes(4)
 * for (const event of events) times.take(event)
 * times.quantileMs(0.5) // null where fewer than 2 of the 4 were ever ready
 */
export class ReadyTimes {
  readonly #agents: number
  readonly #startedAtMs = new Map<number, number>()
  readonly #timesMs = new Map<number, number>()
  #lastReadyAtMs = 0

  constructor(agents: number) {
    this.#agents = agents
  }

  take(event: RunEvent): void {
    if (event.kind === 'agent-started' && !this.#startedAtMs.has(event.agent)) {
      this.#startedAtMs.set(event.agent, event.atMs)
    }
    if (event.kind === 'agent-ready' && !this.wasReady(event.agent)) {
      this.#timesMs.set(event.agent, event.atMs - (this.#startedAtMs.get(event.agent) ?? 0))
      this.#lastReadyAtMs = Math.max(this.#lastReadyAtMs, event.atMs)
    }
  }

  /** Agents that at least once held everything they should. */
  get readyAgents(): number {
    return this.#timesMs.size
  }

  wasReady(agent: number): boolean {
    return this.#timesMs.has(agent)
  }

  /** From the start of the run until the last agent was ready for the first time; null where one never was. */
  get allReadyAtMs(): number | null {
    return this.readyAgents === this.#agents ? this.#lastReadyAtMs : null
  }

  /** The time within which this share of all agents were ready, each from its own start; null where fewer ever were. */
  quantileMs(share: number): number | null {
    return this.#quantiles([share])[0] ?? null
  }

  /** What `quantileMs` may still become after a moment: agents that are not ready by then count with how long they have tried. */
  quantileBoundsMs(share: number, atMs: number): Bounds {
    const open = Array.from({ length: this.#agents }, (_, agent) => agent).filter((agent) => !this.wasReady(agent))
    const soFarMs = open.map((agent) => atMs - (this.#startedAtMs.get(agent) ?? atMs))
    const leastMs = [...this.#timesMs.values(), ...soFarMs].sort((a, b) => a - b)
    return { low: leastMs[percentileRank(share, this.#agents) - 1] ?? 0, high: this.quantileMs(share) }
  }

  /** Null where there are no agents. */
  spread(): ReadySpread | null {
    if (this.#agents === 0) return null
    const [min = null, p50 = null, p95 = null, max = null] = this.#quantiles([0, 0.5, 0.95, 1])
    return { count: this.#agents, min, p50, p95, max }
  }

  #quantiles(shares: readonly number[]): (number | null)[] {
    const timesMs = [...this.#timesMs.values()].sort((a, b) => a - b)
    return shares.map((share) => timesMs[percentileRank(share, this.#agents) - 1] ?? null)
  }
}
