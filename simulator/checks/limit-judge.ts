// The commonest form of an expectation: one number made of all samples, and the limits it must keep.
import { invariant } from '../../server/kernel/errors.ts'
import { Aggregation, type Bounds } from './aggregation.ts'
import type { Expectation, MetricName } from './expectation.ts'
import type { Judge, Verdict } from './judge.ts'
import { type Metric, metrics, momentBeyond, type Sample, stillOpen } from './signals.ts'

type Limit = Extract<Expectation['judge'], { form: 'limit' }>

/** Judges an aggregate, whose value is known between two bounds where timings are still open. */
export class LimitJudge implements Judge {
  readonly #metric: Metric
  readonly #name: MetricName
  readonly #limit: Limit
  readonly #aggregation: Aggregation
  /** Of a total, up to the sample at hand. */
  #total = 0
  #max: Sample | null = null
  #min: Sample | null = null
  #longestOpen: Sample | null = null
  /** The first sample that alone, or as the last of a count or sum, broke a limit. */
  #broken: Sample | null = null

  constructor(name: MetricName, limit: Limit) {
    invariant(
      limit.atMost !== null || limit.atLeast !== null || limit.reaches !== null,
      `an expectation of ${name} has no limit`,
    )
    this.#name = name
    this.#metric = metrics[name]
    this.#limit = limit
    this.#aggregation = new Aggregation(limit.aggregate)
  }

  take(sample: Sample): void {
    const { atMost, aggregate } = this.#limit
    if (sample.state === 'not-due' && (atMost === null || sample.value <= atMost)) return
    if (aggregate === 'count' && sample.state !== 'over') return
    this.#aggregation.take(sample)
    this.#total += aggregate === 'count' ? 1 : sample.value
    if (!this.#max || sample.value > this.#max.value) this.#max = sample
    if (!this.#min || sample.value < this.#min.value) this.#min = sample
    if (sample.state !== 'over' && sample.value > (this.#longestOpen?.value ?? -1)) this.#longestOpen = sample
    if (this.#breaks(sample) && (!this.#broken || this.#isEarlier(sample, this.#broken))) this.#broken = sample
  }

  verdict({ endMs, ground }: { endMs: number; ground: number }): Verdict {
    const bounds = this.#bounds()
    const { seen: observed } = bounds
    const highWater = this.#isTotal() ? observed : (this.#max?.value ?? null)
    const { over, under, maybe } = this.#compare(bounds)
    const isMissed = over || under
    const nearest = this.#nearest(observed, highWater)
    return {
      observed,
      highWater,
      ...nearest,
      slack: maybe && !isMissed ? null : nearest.slack,
      violation: isMissed ? this.#violation({ over, endMs }) : null,
      isFinal: over ? this.#onlyGrows() : under && this.#limit.aggregate === 'min',
      undecided: maybe && this.#longestOpen ? stillOpen(this.#metric, this.#longestOpen) : null,
      ...this.#occurred({ observed, highWater, ground }),
    }
  }

  #bounds(): Bounds {
    const bounds = this.#aggregation.bounds()
    // A level that never changed is 0.
    return bounds.seen === null && this.#metric.level && this.#limit.aggregate === 'max'
      ? { seen: 0, low: 0, high: 0 }
      : bounds
  }

  #isTotal(): boolean {
    return this.#limit.aggregate === 'count' || this.#limit.aggregate === 'sum'
  }

  /** Whether no later sample could make it smaller. */
  #onlyGrows(): boolean {
    return this.#isTotal() || this.#limit.aggregate === 'max'
  }

  /** What is beyond a limit for certain, and whether it may yet come to be. */
  #compare({ low, high, seen }: Bounds): { over: boolean; under: boolean; maybe: boolean } {
    const { atMost, atLeast, reaches } = this.#limit
    const [most, least] = [atMost ?? Number.POSITIVE_INFINITY, atLeast ?? Number.NEGATIVE_INFINITY]
    const isUnreached = reaches !== null && (this.#isTotal() ? (seen ?? 0) : (this.#max?.value ?? 0)) < reaches
    const isOpen = this.#longestOpen !== null
    return {
      over: low !== null && low > most,
      under: high !== null && high < least,
      maybe: isOpen && ((high !== null && high > most) || (low !== null && low < least) || isUnreached),
    }
  }

  #breaks({ value, state }: Sample): boolean {
    const { aggregate, atMost, atLeast } = this.#limit
    if (aggregate === 'min') return atLeast !== null && state === 'over' && value < atLeast
    if (atMost === null) return false
    if (aggregate === 'max') return value > atMost || state === 'given-up'
    return this.#isTotal() && this.#total > atMost
  }

  /** Of a total the sample that first went over stays the first, whatever the order of moments. */
  #isEarlier(sample: Sample, than: Sample): boolean {
    return !this.#isTotal() && sample.atMs < than.atMs
  }

  /** The limit that leaves the least slack. */
  #nearest(observed: number | null, highWater: number | null): Pick<Verdict, 'limit' | 'bound' | 'slack'> {
    const { atMost, atLeast, reaches } = this.#limit
    if (atMost !== null && atMost === atLeast) {
      return { limit: atMost, bound: 'exactly', slack: observed === null ? null : 0 - Math.abs(observed - atMost) }
    }
    const upper = atMost !== null && observed !== null ? atMost - observed : null
    const lower = atLeast !== null && observed !== null ? observed - atLeast : null
    if (atMost !== null && (atLeast === null || (upper ?? 0) <= (lower ?? 0))) {
      return { limit: atMost, bound: 'at-most', slack: upper }
    }
    if (atLeast !== null) return { limit: atLeast, bound: 'at-least', slack: lower }
    const limit = reaches ?? 0
    return { limit, bound: 'at-least', slack: highWater === null ? null : highWater - limit }
  }

  #violation({ over, endMs }: { over: boolean; endMs: number }): Verdict['violation'] {
    const { atMost, atLeast, aggregate } = this.#limit
    const extreme = aggregate === 'max' || (over && aggregate !== 'min') ? this.#max : this.#min
    const sample = this.#broken ?? (this.#isTotal() ? null : extreme)
    if (!sample) return { atMs: null, statement: `the ${aggregate} of ${this.#name} stayed below ${atLeast}` }
    const limitMs = over && aggregate === 'max' ? (atMost ?? 0) : sample.value
    return { atMs: momentBeyond(this.#metric, sample, { limitMs, endMs }), statement: this.#metric.describe(sample) }
  }

  /** An upper limit of 0 wants that nothing is sampled: what must have occurred is then the ground of the metric. */
  #occurred(found: {
    observed: number | null
    highWater: number | null
    ground: number
  }): Pick<Verdict, 'occurred' | 'never'> {
    const { observed, highWater, ground } = found
    const { atMost, reaches } = this.#limit
    const { over, notOver } = this.#aggregation
    const samples = over + notOver
    if (samples === 0 && atMost === 0 && observed === 0) {
      const statement = `0 ${this.#name} among ${ground} ${this.#metric.ground}`
      const occurred = ground === 0 ? null : { samples: ground, statement }
      return {
        occurred,
        never: `0 ${this.#name}, but no check-ins or no ${this.#metric.ground} that could have led to any`,
      }
    }
    if (samples === 0) return { occurred: null, never: `there were no samples of ${this.#name}` }
    if (reaches !== null && (highWater ?? 0) < reaches) {
      return { occurred: null, never: `${reaches} was not reached; the most was ${highWater}` }
    }
    const open = notOver === 0 ? '' : `, ${notOver} of them not over`
    const reached = reaches === null ? '' : `, ${reaches} was reached`
    const counted = `${samples} ${samples === 1 ? 'sample' : 'samples'} of ${this.#name}`
    return { occurred: { samples, statement: `${counted}${open}${reached}` }, never: '' }
  }
}
