// Check-ins that change nothing, which virtual time counts instead of carrying them out. An agent is parked from its first such
// check-in until something may change what its next one says or hears; then what it missed is told as one event.

/** What a parked agent has sent by some moment. */
export interface IdleSpan {
  count: number
  firstAtMs: number
  lastAtMs: number
  intervalMs: number
  /** When the agent checks in next. */
  nextAtMs: number
}

/** Which agents are parked, and since when. */
export class IdleCheckIns {
  readonly #parkedAtMs: Float64Array
  readonly #intervalMs: Float64Array

  constructor(agents: number) {
    this.#parkedAtMs = new Float64Array(agents).fill(Number.NaN)
    this.#intervalMs = new Float64Array(agents)
  }

  isParked(agent: number): boolean {
    return !Number.isNaN(this.#parkedAtMs[agent])
  }

  /** Parks an agent at its first idle check-in. */
  park(agent: number, { atMs, intervalMs }: { atMs: number; intervalMs: number }): void {
    this.#parkedAtMs[agent] = atMs
    this.#intervalMs[agent] = intervalMs
  }

  /**
   * Ends an agent's rest; null where it was not parked. A check-in that falls due at this very moment has been sent (`included`)
   * or is still to come, as it would have been had each been carried out.
   */
  wake(agent: number, nowMs: number, { included }: { included: boolean }): IdleSpan | null {
    if (!this.isParked(agent)) return null
    const firstAtMs = this.#parkedAtMs[agent] as number
    const intervalMs = this.#intervalMs[agent] as number
    this.#parkedAtMs[agent] = Number.NaN
    // Added up one by one, as timers are, so that both ways reach the very same moments.
    let count = 0
    let nextAtMs = firstAtMs
    while (included ? nextAtMs <= nowMs : nextAtMs < nowMs) {
      count += 1
      nextAtMs += intervalMs
    }
    return { count, firstAtMs, lastAtMs: nextAtMs - intervalMs, intervalMs, nextAtMs }
  }

  /** When a parked agent last checked in, at the latest now. */
  lastSentMs(agent: number, nowMs: number): number {
    const firstAtMs = this.#parkedAtMs[agent] as number
    const intervalMs = this.#intervalMs[agent] as number
    return firstAtMs + Math.max(0, Math.floor((nowMs - firstAtMs) / intervalMs)) * intervalMs
  }
}
