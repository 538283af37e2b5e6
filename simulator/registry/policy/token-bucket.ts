// A token bucket: so much at once, and so much per second after that. nginx's leaky bucket (`limit_req` with `nodelay`) is the same
// thing counted from the other end: a burst of b there is a bucket of b + 1 here.

/**
 * Counts requests per key against a bucket of `capacity` that refills by `perMs` each millisecond. Time must not run backwards.
 *
 * @example
 * const bucket = new TokenBucket({ capacity: 1, perMs: 1 / 1_000 })
 * bucket.take('192.0.2.1', 0) // 0
 * bucket.take('192.0.2.1', 400) // 600: how long to wait, and nothing was taken
 */
export class TokenBucket {
  readonly #capacity: number
  readonly #perMs: number
  /** Buckets that are not full. */
  readonly #buckets = new Map<string, { left: number; atMs: number }>()
  #takesUntilSweep = 0

  constructor({ capacity, perMs }: { capacity: number; perMs: number }) {
    this.#capacity = capacity
    this.#perMs = perMs
  }

  /** Takes one; where there is none, takes nothing and says in how many milliseconds there will be. */
  take(key: string, nowMs: number): number {
    this.#takesUntilSweep -= 1
    if (this.#takesUntilSweep < 0) this.#forgetFullBuckets(nowMs)
    const left = this.#left(this.#buckets.get(key), nowMs)
    if (left < 1) return (1 - left) / this.#perMs
    this.#buckets.set(key, { left: left - 1, atMs: nowMs })
    return 0
  }

  /** How many buckets are remembered. */
  get size(): number {
    return this.#buckets.size
  }

  /** Rounded to a millionth, since a tenth of a token ten times over must make a whole one. */
  #left(bucket: { left: number; atMs: number } | undefined, nowMs: number): number {
    if (bucket === undefined) return this.#capacity
    const left = bucket.left + (nowMs - bucket.atMs) * this.#perMs
    return Math.min(this.#capacity, Math.round(left * 1_000_000) / 1_000_000)
  }

  /** Looks at every bucket, so it waits for as many requests as there are buckets before it looks again. */
  #forgetFullBuckets(nowMs: number): void {
    for (const [key, bucket] of this.#buckets) {
      if (this.#left(bucket, nowMs) >= this.#capacity) this.#buckets.delete(key)
    }
    this.#takesUntilSweep = this.#buckets.size
  }
}
