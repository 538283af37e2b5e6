// How values spread, in little memory however many there are.
import { build, type Histogram } from 'hdr-histogram-js'
import { percentileRank } from '../../server/kernel/percentile.ts'

/** The spread of some values, in their own unit. Percentiles are within 0.1 % of the exact value; the others are exact. */
export interface Distribution {
  count: number
  min: number
  mean: number
  p50: number
  p95: number
  max: number
}

/** Where a number lies that is not yet settled: at least `low`; at most `high`, null where that has no end. */
export interface Bounds {
  low: number
  high: number | null
}

/** Parts of a distribution to which values belong that are still growing. */
export type OpenDistribution = Record<'p50' | 'p95' | 'max', Bounds>

/** Takes values of 0 or more; about a hundred kilobytes, for three values as for three million. */
export class DistributionRecorder {
  readonly #histogram: Histogram = build({ bitBucketSize: 32, autoResize: true, numberOfSignificantValueDigits: 3 })
  #count = 0
  #sum = 0
  #min = Number.POSITIVE_INFINITY
  #max = 0

  /** `count` times the same value. */
  record(value: number, count = 1): void {
    const recorded = Math.max(0, Math.round(value))
    this.#histogram.recordValueWithCount(recorded, count)
    this.#count += count
    this.#sum += recorded * count
    this.#min = Math.min(this.#min, recorded)
    this.#max = Math.max(this.#max, recorded)
  }

  /** Null where nothing was recorded. */
  result(): Distribution | null {
    if (this.#count === 0) return null
    return {
      count: this.#count,
      min: this.#min,
      mean: Math.round(this.#sum / this.#count),
      p50: this.#percentile(0.5),
      p95: this.#percentile(0.95),
      max: this.#max,
    }
  }

  /**
   * The distribution together with values that are still growing, by what each has come to; null where there is no value at all. What
   * the open ones cannot change has both bounds equal.
   */
  resultWithOpen(open: readonly number[]): OpenDistribution | null {
    const soFar = this.#with(open).result()
    if (soFar === null) return null
    const highAt = (share: number) => {
      const rank = percentileRank(share, soFar.count)
      return rank > this.#count ? null : this.#percentile(rank / this.#count)
    }
    return {
      p50: { low: soFar.p50, high: highAt(0.5) },
      p95: { low: soFar.p95, high: highAt(0.95) },
      max: { low: soFar.max, high: highAt(1) },
    }
  }

  #with(values: readonly number[]): DistributionRecorder {
    if (values.length === 0) return this
    const both = new DistributionRecorder()
    both.#histogram.add(this.#histogram as never)
    both.#count = this.#count
    both.#sum = this.#sum
    both.#min = this.#min
    both.#max = this.#max
    for (const value of values) both.record(value)
    return both
  }

  /** The histogram answers with the end of the value's bucket, which may lie beyond every value there was. */
  #percentile(share: number): number {
    // It rounds ranks in its own way, so it is asked for one that is whole.
    const value = this.#histogram.getValueAtPercentile((100 * percentileRank(share, this.#count)) / this.#count)
    return Math.max(this.#min, Math.min(this.#max, value))
  }
}
