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
  /** What falls into a second alone. Both are kept for seconds in which something happened, however long the run. */
  readonly #single = new Map<number, number>()
  /** By how much the amount of each second changes from this one on. */
  readonly #change = new Map<number, number>()

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
    const eventful = [...new Set([...this.#single.keys(), ...this.#change.keys()])].sort((a, b) => a - b)
    let peak = 0
    let steady = 0
    let sum = 0
    /** The amounts of the latest seconds, by the second's place among ten. */
    const latest = new Array<number>(windowSeconds).fill(0)
    for (const [index, from] of eventful.entries()) {
      // Once ten seconds were the same, so is every window up to the next second in which something happens.
      const until = Math.min(eventful[index + 1] ?? Number.POSITIVE_INFINITY, from + windowSeconds + 1)
      steady += this.#change.get(from) ?? 0
      for (let second = from; second < until; second += 1) {
        const amount = steady + (second === from ? (this.#single.get(from) ?? 0) : 0)
        const place = second % windowSeconds
        sum += amount - (latest[place] as number)
        latest[place] = amount
        peak = Math.max(peak, sum)
      }
    }
    return Math.round(peak / windowSeconds)
  }
}

function addTo(amounts: Map<number, number>, second: number, amount: number): void {
  amounts.set(second, (amounts.get(second) ?? 0) + amount)
}
