// Samples of the agents' own rhythm: the gaps between check-ins, and how long each took to hold all it should.
import type { RunEvent } from '../../events/events.ts'
import { gapState, type Intervals } from '../intervals.ts'
import type { EmitSample } from '../signals.ts'
import type { Observer } from './observer.ts'

/** Watches starts, check-ins and readiness. */
export class CheckInObserver implements Observer {
  readonly #emit: EmitSample
  readonly #intervals: readonly Intervals[]
  readonly #checkedInAtMs = new Map<number, number>()
  /** Agents that run and have not checked in since they started. */
  readonly #silentSinceMs = new Map<number, number>()
  /** Agents that started and were not ready yet, with the moment of their first start. */
  readonly #startedAtMs = new Map<number, number>()
  readonly #notStarted: Set<number>

  constructor(emit: EmitSample, intervals: readonly Intervals[]) {
    this.#emit = emit
    this.#intervals = intervals
    this.#notStarted = new Set(intervals.keys())
  }

  take(event: RunEvent): void {
    switch (event.kind) {
      case 'agent-started':
        this.#silentSinceMs.set(event.agent, event.atMs)
        this.#notStarted.delete(event.agent)
        if (!event.restart) this.#startedAtMs.set(event.agent, event.atMs)
        return
      case 'agent-stopped':
        this.#checkedInAtMs.delete(event.agent)
        this.#silentSinceMs.delete(event.agent)
        return
      case 'check-in-answered':
        this.#takeCheckIn(event.agent, event.atMs)
        return
      case 'check-ins-idle':
        for (let index = 0; index < event.count; index += 1) {
          this.#takeCheckIn(event.agent, event.firstAtMs + index * event.intervalMs)
        }
        return
      case 'agent-ready': {
        const { atMs, agent } = event
        const startedAtMs = this.#startedAtMs.get(agent)
        this.#startedAtMs.delete(agent)
        if (startedAtMs !== undefined) {
          this.#emit('ready-time', { atMs: startedAtMs, agent, value: atMs - startedAtMs })
        }
        return
      }
    }
  }

  #takeCheckIn(agent: number, atMs: number): void {
    const previousMs = this.#checkedInAtMs.get(agent)
    this.#checkedInAtMs.set(agent, atMs)
    this.#silentSinceMs.delete(agent)
    this.#emit('check-ins', { atMs, agent, value: 1 })
    if (previousMs !== undefined) this.#emit('check-in-gap', { atMs: previousMs, agent, value: atMs - previousMs })
  }

  finish(endMs: number): void {
    for (const [agent, atMs] of this.#startedAtMs) {
      this.#emit('ready-time', { atMs, agent, value: endMs - atMs, state: 'open' })
    }
    const hasBegun = this.#notStarted.size < this.#intervals.length
    for (const agent of hasBegun ? this.#notStarted : [])
      this.#emit('ready-time', { atMs: endMs, agent, value: 0, state: 'open' })
    for (const [agent, atMs] of [...this.#checkedInAtMs, ...this.#silentSinceMs]) {
      const value = endMs - atMs
      this.#emit('check-in-gap', { atMs, agent, value, state: gapState(value, this.#intervals[agent]?.checkInMs) })
    }
  }
}
