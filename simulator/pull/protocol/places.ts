// How many things may go on at once, first come first served.
import type { PullThread } from './pull-thread.ts'
import { type Script, untilWoken } from './steps.ts'

export class Places {
  #free: number
  readonly #waiting: PullThread[] = []

  /** Null is no limit. */
  constructor(max: number | null) {
    this.#free = max ?? Number.POSITIVE_INFINITY
  }

  /** Takes a place; false where there is none. */
  tryTake(): boolean {
    if (this.#free <= 0) return false
    this.#free -= 1
    return true
  }

  /** Waits for a place. */
  *take(thread: PullThread): Script {
    if (this.tryTake()) return
    this.#waiting.push(thread)
    let taken = false
    try {
      while (this.#waiting.includes(thread)) yield untilWoken
      taken = true
    } finally {
      if (!taken) this.#leave(thread)
    }
  }

  give(nowMs: number): void {
    const next = this.#waiting.shift()
    if (next) next.wake(nowMs)
    else this.#free += 1
  }

  /** One that is dropped waits no longer; a place that it was just given is the next one's. */
  #leave(thread: PullThread): void {
    const index = this.#waiting.indexOf(thread)
    if (index === -1) this.give(thread.nowMs)
    else this.#waiting.splice(index, 1)
  }
}
