// How many pulls run at a moment that belong to refreshes which are told as one.
import type { RunEventBody } from '../events/events.ts'

export type QuietRefresh = Pick<
  Extract<RunEventBody, { kind: 'refresh-unchanged' }>,
  'images' | 'cap' | 'fromMs' | 'pullMs'
>

/** The refreshes that have not ended. Moments that are asked for must not go backwards. */
export class QuietRefreshes {
  #refreshes: QuietRefresh[] = []

  add(refresh: QuietRefresh): void {
    this.#refreshes.push(refresh)
  }

  /** A pull that ends at this very moment still runs. */
  running(atMs: number): number {
    let running = 0
    let ended = false
    for (const { images, cap, fromMs, pullMs } of this.#refreshes) {
      const row = Math.max(0, Math.ceil((atMs - fromMs) / pullMs) - 1)
      const pulls = Math.min(cap, images.length - row * cap)
      if (pulls <= 0) ended = true
      else running += pulls
    }
    if (ended) this.#refreshes = this.#refreshes.filter((each) => !hasEnded(each, atMs))
    return running
  }
}

function hasEnded({ images, cap, fromMs, pullMs }: QuietRefresh, atMs: number): boolean {
  return atMs > fromMs + Math.ceil(images.length / cap) * pullMs
}
