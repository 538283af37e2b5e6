// Samples of how callers treat a registry, from its requests alone: what one pull costs it, and whether it is left alone when it asks.
import type { RunEvent } from '../../events/events.ts'
import { ActionReader } from '../registry-actions.ts'
import { RetryLedger } from '../retry-ledger.ts'
import type { EmitSample } from '../signals.ts'
import type { Observer } from './observer.ts'

/** One sample for each version check and pull, once nothing more can be of it: how many requests it took, at its beginning. */
export class AmplificationObserver implements Observer {
  readonly #reader: ActionReader

  constructor(emit: EmitSample) {
    this.#reader = new ActionReader({
      onDone: ({ startedAtMs: atMs, agent, repository: image, requests: value }) =>
        emit('amplification', { atMs, agent, image, value }),
    })
  }

  take(event: RunEvent): void {
    if (event.kind === 'registry-request') this.#reader.take(event)
  }

  finish(): void {
    this.#reader.finish()
  }
}

/** One sample for each retry that came too soon, when it was sent, and one for each answer that said when to come again. */
export class RetryObserver implements Observer {
  readonly #emit: EmitSample
  readonly #ledger = new RetryLedger()

  constructor(emit: EmitSample) {
    this.#emit = emit
  }

  take(event: RunEvent): void {
    if (event.kind !== 'registry-request') return
    const { atMs, startedAtMs, agent, repository: image, class: requestClass, retryAfterMs } = event
    if (retryAfterMs !== undefined) this.#emit('retry-afters', { atMs, agent, image, requestClass, value: 1 })
    const earlyMs = this.#ledger.take(event)?.earlyMs ?? 0
    if (earlyMs > 0) {
      this.#emit('retry-after-violations', { atMs: startedAtMs, agent, image, requestClass, value: 1 })
    }
  }
}
