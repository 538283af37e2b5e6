// How many things may go on at once, first come first served.
import type { Script, Strand } from './strand.ts'

export class Slots {
  #free: number
  readonly #waiting: Strand[] = []

  /** Null is no limit. */
  constructor(max: number | null) {
    this.#free = max ?? Number.POSITIVE_INFINITY
  }

  /** Takes a slot; false where there is none. */
  tryTake(): boolean {
    if (this.#free <= 0) return false
    this.#free -= 1
    return true
  }

  /** Waits for a slot. */
  *take(strand: Strand): Script {
    if (this.tryTake()) return
    this.#waiting.push(strand)
    try {
      while (this.#waiting.includes(strand)) yield null
    } finally {
      const index = this.#waiting.indexOf(strand)
      if (index !== -1) this.#waiting.splice(index, 1)
    }
  }

  give(nowMs: number): void {
    const next = this.#waiting.shift()
    if (next) next.wake(nowMs)
    else this.#free += 1
  }
}
