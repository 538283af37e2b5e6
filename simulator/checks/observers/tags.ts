// Samples of drift: how many digests of one tag the fleet holds, and how long a moved tag takes to reach everyone.
import type { RunEvent } from '../../events/events.ts'
import type { EmitSample } from '../signals.ts'
import { TagHoldings } from '../tag-holdings.ts'
import type { Observer } from './observer.ts'

/** Watches tags across all agents. */
export class TagObserver implements Observer {
  readonly #emit: EmitSample
  readonly #holdings: TagHoldings

  constructor(emit: EmitSample) {
    this.#emit = emit
    this.#holdings = new TagHoldings({
      onHeld: ({ atMs, agent, image, digests }) => emit('digests-held', { atMs, agent, image, value: digests }),
      onSettled: ({ image, movedAtMs: atMs, lastLeft }) => {
        if (lastLeft) emit('drift-time', { atMs, agent: lastLeft.agent, image, value: lastLeft.atMs - atMs })
      },
    })
  }

  take(event: RunEvent): void {
    if (event.kind === 'image-published') {
      this.#emit('images-published', { atMs: event.atMs, image: event.image, value: 1 })
    }
    this.#holdings.take(event)
  }

  finish(endMs: number): void {
    for (const { image, movedAtMs: atMs, behind, undecided } of this.#holdings.unsettled()) {
      const [agent = null] = [...behind, ...undecided]
      this.#emit('drift-time', { atMs, agent, image, value: endMs - atMs, state: 'open' })
    }
  }
}
