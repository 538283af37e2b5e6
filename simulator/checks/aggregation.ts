// Many samples made into one number, as far as the end of a run lets anyone know it: a timing that is still open has lasted at least as
// long as it has, so that what is made of it lies between two bounds.
import { percentile } from '../../server/kernel/percentile.ts'
import type { Aggregate } from './expectation.ts'
import type { Sample } from './signals.ts'

/** What is known of an aggregate. Infinity where there is no upper bound; null of nothing. */
export interface Bounds {
  /** With what is open counted as long as it was seen to last: what is shown. */
  seen: number | null
  low: number | null
  high: number | null
}

/**
 * Only percentiles keep their samples (8 bytes each) and are exact: the value of the nearest rank.
 *
 * @example
 * const longest = new Aggregation('max')
 * longest.take({ ...sample, value: 4_000, state: 'over' })
 * longest.take({ ...sample, value: 9_000, state: 'open' })
 * longest.bounds() // { seen: 9000, low: 9000, high: Infinity }
 */
export class Aggregation {
  readonly #aggregate: Aggregate
  readonly #over: Part
  readonly #open: Part
  readonly #givenUp: Part

  constructor(aggregate: Aggregate) {
    this.#aggregate = aggregate
    const keep = aggregate === 'p50' || aggregate === 'p95'
    this.#over = new Part(keep)
    this.#open = new Part(keep)
    this.#givenUp = new Part(keep)
  }

  take({ value, state }: Sample): void {
    const part = state === 'over' ? this.#over : state === 'given-up' ? this.#givenUp : this.#open
    part.take(value)
  }

  /** How many are over, which is all that a count counts. */
  get over(): number {
    return this.#over.count
  }

  /** How many are not, and may never be. */
  get notOver(): number {
    return this.#open.count + this.#givenUp.count
  }

  bounds(): Bounds {
    const [over, open, givenUp] = [this.#over, this.#open, this.#givenUp]
    const count = over.count + open.count + givenUp.count
    const isEndless = givenUp.count > 0
    switch (this.#aggregate) {
      case 'count':
        return exactly(over.count)
      case 'sum':
        return this.#upwards(over.sum + open.sum + givenUp.sum, isEndless)
      case 'mean':
        return count === 0 ? exactly(null) : this.#upwards((over.sum + open.sum + givenUp.sum) / count, isEndless)
      case 'max':
        return count === 0 ? exactly(null) : this.#upwards(Math.max(over.max, open.max, givenUp.max), isEndless)
      case 'min':
        if (count === 0) return exactly(null)
        return { seen: Math.min(over.min, open.min, givenUp.min), low: Math.min(over.min, open.min), high: over.min }
      case 'p50':
        return this.#percentile(0.5)
      case 'p95':
        return this.#percentile(0.95)
    }
  }

  #upwards(seen: number, isEndless: boolean): Bounds {
    const low = isEndless ? Number.POSITIVE_INFINITY : seen
    return { seen, low, high: this.notOver > 0 ? Number.POSITIVE_INFINITY : seen }
  }

  #percentile(share: number): Bounds {
    const [over, open, givenUp] = [this.#over.values, this.#open.values, this.#givenUp.values]
    const endless = (values: readonly number[]) => values.map(() => Number.POSITIVE_INFINITY)
    return {
      seen: percentile([...over, ...open, ...givenUp], share),
      low: percentile([...over, ...open, ...endless(givenUp)], share),
      high: percentile([...over, ...endless(open), ...endless(givenUp)], share),
    }
  }
}

class Part {
  count = 0
  sum = 0
  max = Number.NEGATIVE_INFINITY
  min = Number.POSITIVE_INFINITY
  readonly values: number[] = []
  readonly #keep: boolean

  constructor(keep: boolean) {
    this.#keep = keep
  }

  take(value: number): void {
    this.count += 1
    this.sum += value
    this.max = Math.max(this.max, value)
    this.min = Math.min(this.min, value)
    if (this.#keep) this.values.push(value)
  }
}

function exactly(value: number | null): Bounds {
  return { seen: value, low: value, high: value }
}
