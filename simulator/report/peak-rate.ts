// The highest rate of something over any ten seconds of a run: of bytes sent, of requests answered.

/** Long enough to be what a line or a server must bear, short enough to show a storm. */
const windowSeconds = 10

/**
 * Sums amounts into seconds and finds the ten that hold most. What takes long is spread evenly over the time it took; that costs
 * the same however long it was.
 *
 * @example
 * const bytes = new PeakRate()
 * bytes.add({ amount: 50_000_000, fromMs: 0, toMs: 25_000 })
 * bytes.perSecond() // 2000000
 */
export class PeakRate {
  /** What falls into a second alone. */
  readonly #single: number[] = []
  /** By how much the amount of each second changes from this one on. */
  readonly #change: number[] = []

  add({ amount, fromMs, toMs }: { amount: number; fromMs: number; toMs: number }): void {
    const first = Math.floor(Math.max(0, fromMs) / 1_000)
    const last = Math.floor(Math.max(0, toMs) / 1_000)
    if (first >= last) {
      addTo(this.#single, last, amount)
      return
    }
    const perMs = amount / (toMs - fromMs)
    addTo(this.#single, first, perMs * ((first + 1) * 1_000 - fromMs))
    addTo(this.#single, last, perMs * (toMs - last * 1_000))
    addTo(this.#change, first + 1, perMs * 1_000)
    addTo(this.#change, last, -perMs * 1_000)
  }

  /** Rounded to whole units; 0 where nothing was added. */
  perSecond(): number {
    let peak = 0
    let steady = 0
    let sum = 0
    const seconds: number[] = []
    const length = Math.max(this.#single.length, this.#change.length)
    for (let second = 0; second < length; second += 1) {
      steady += this.#change[second] ?? 0
      const amount = steady + (this.#single[second] ?? 0)
      seconds.push(amount)
      sum += amount - (seconds[second - windowSeconds] ?? 0)
      peak = Math.max(peak, sum)
    }
    return Math.round(peak / windowSeconds)
  }
}

/** Filled from its end, so that it stays a plain list of numbers however far apart the seconds are. */
function addTo(list: number[], index: number, amount: number): void {
  while (list.length <= index) list.push(0)
  list[index] = (list[index] as number) + amount
}
