// A rolling window over uses: what was used within the last so many milliseconds, for each key on its own.
// Every use enters and leaves once, so a question costs O(1) amortised, and keys that fall silent are forgotten.

interface Uses {
  atMs: number[]
  amounts: number[]
  /** Index of the oldest use that still counts. */
  first: number
  total: number
}

/**
 * Counts uses per key within the last `windowMs`. Time must not run backwards.
 *
 * @example
 * const window = new RollingWindow(6 * 3_600_000)
 * window.add('192.0.2.1', 1, 0)
 * window.used('192.0.2.1', 21_599_999) // 1
 * window.used('192.0.2.1', 21_600_000) // 0
 */
export class RollingWindow {
  readonly #windowMs: number
  readonly #keys = new Map<string, Uses>()
  #addsUntilSweep = 0

  constructor(windowMs: number) {
    this.#windowMs = windowMs
  }

  used(key: string, nowMs: number): number {
    const uses = this.#keys.get(key)
    if (!uses) return 0
    this.#expire(uses, nowMs)
    return uses.total
  }

  add(key: string, amount: number, nowMs: number): void {
    this.#addsUntilSweep -= 1
    if (this.#addsUntilSweep < 0) this.#forgetSilentKeys(nowMs)
    const uses = this.#keys.get(key) ?? { atMs: [], amounts: [], first: 0, total: 0 }
    this.#expire(uses, nowMs)
    uses.atMs.push(nowMs)
    uses.amounts.push(amount)
    uses.total += amount
    this.#keys.set(key, uses)
  }

  /** When the oldest use that still counts stops counting; `nowMs` where there is none. */
  freesAtMs(key: string, nowMs: number): number {
    const uses = this.#keys.get(key)
    if (!uses || this.used(key, nowMs) === 0) return nowMs
    return (uses.atMs[uses.first] as number) + this.#windowMs
  }

  /** How many keys are remembered. */
  get size(): number {
    return this.#keys.size
  }

  #expire(uses: Uses, nowMs: number): void {
    while ((uses.atMs[uses.first] ?? Number.POSITIVE_INFINITY) <= nowMs - this.#windowMs) {
      uses.total -= uses.amounts[uses.first] ?? 0
      uses.first += 1
    }
    if (uses.first * 2 <= uses.atMs.length) return
    uses.atMs.splice(0, uses.first)
    uses.amounts.splice(0, uses.first)
    uses.first = 0
  }

  /** Looks at every key, so it waits for as many uses as there are keys before it looks again. */
  #forgetSilentKeys(nowMs: number): void {
    for (const [key, uses] of this.#keys) {
      if ((uses.atMs.at(-1) ?? 0) <= nowMs - this.#windowMs) this.#keys.delete(key)
    }
    this.#addsUntilSweep = this.#keys.size
  }
}
