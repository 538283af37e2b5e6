// Samples of the waits of a timeline: how long each lasted, or that it was still open at its deadline or at the end of the run.
import type { RunEvent } from '../../events/events.ts'
import type { EmitSample } from '../signals.ts'
import type { Observer } from './observer.ts'

/** Watches the waits, of which there is one at a time. */
export class WaitObserver implements Observer {
  readonly #emit: EmitSample
  #open: { image: string; atMs: number } | null = null

  constructor(emit: EmitSample) {
    this.#emit = emit
  }

  take(event: RunEvent): void {
    if (event.kind === 'wait-started') this.#open = { image: event.image, atMs: event.atMs }
    if (event.kind !== 'wait-ended') return
    this.#open = null
    const { atMs, image, waitedMs, met } = event
    this.#emit('wait-time', { atMs: atMs - waitedMs, image, value: waitedMs, state: met ? 'over' : 'given-up' })
  }

  finish(endMs: number): void {
    if (!this.#open) return
    const { image, atMs } = this.#open
    this.#emit('wait-time', { atMs, image, value: endMs - atMs, state: 'open' })
  }
}
