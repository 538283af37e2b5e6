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

  /** The histogram answers with the end of the value's bucket, which may lie beyond every value there was. */
  #percentile(share: number): number {
    // It rounds ranks in its own way, so it is asked for one that is whole.
    const value = this.#histogram.getValueAtPercentile((100 * percentileRank(share, this.#count)) / this.#count)
    return Math.max(this.#min, Math.min(this.#max, value))
  }
}
