// The commonest form of an expectation: one number made of all samples, and the limits it must keep.
import { invariant } from '../../server/kernel/errors.ts'
import { percentile } from '../../server/kernel/percentile.ts'
import type { Expectation, MetricName } from './expectation.ts'
import type { Judge, Verdict } from './judge.ts'
import { type Metric, metrics, type Sample } from './signals.ts'

type Limit = Extract<Expectation['judge'], { form: 'limit' }>

/**
 * Judges an aggregate. Only percentiles keep their samples (8 bytes each) and are exact: the value of the nearest rank.
 */
export class LimitJudge implements Judge {
  readonly #metric: Metric
  readonly #name: MetricName
  readonly #limit: Limit
  readonly #values: number[] = []
  #count = 0
  #sum = 0
  #max: Sample | null = null
  #min: Sample | null = null
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
  }

  take(sample: Sample): void {
    if (sample.open) return
    this.#count += 1
    this.#sum += sample.value
    if (!this.#max || sample.value > this.#max.value) this.#max = sample
    if (!this.#min || sample.value < this.#min.value) this.#min = sample
    if (isPercentile(this.#limit.aggregate)) this.#values.push(sample.value)
    if (this.#breaks(sample) && (!this.#broken || this.#isEarlier(sample, this.#broken))) this.#broken = sample
  }

  verdict({ ground }: { ground: number }): Verdict {
    const observed = this.#observed()
    const highWater = this.#isTotal() ? observed : (this.#max?.value ?? null)
    return {
      observed,
      highWater,
      ...this.#nearest(observed, highWater),
      violation: this.#violation(observed),
      ...this.#occurred({ observed, highWater, ground }),
    }
  }

  #observed(): number | null {
    switch (this.#limit.aggregate) {
      case 'count':
        return this.#count
      case 'sum':
        return this.#sum
      case 'max':
        return this.#max?.value ?? (this.#metric.level ? 0 : null)
      case 'min':
        return this.#min?.value ?? null
      case 'mean':
        return this.#count === 0 ? null : this.#sum / this.#count
      case 'p50':
        return percentile(this.#values, 0.5)
      case 'p95':
        return percentile(this.#values, 0.95)
    }
  }

  #isTotal(): boolean {
    return this.#limit.aggregate === 'count' || this.#limit.aggregate === 'sum'
  }

  #breaks({ value }: Sample): boolean {
    const { aggregate, atMost, atLeast } = this.#limit
    if (aggregate === 'min') return atLeast !== null && value < atLeast
    if (atMost === null) return false
    if (aggregate === 'max') return value > atMost
    if (aggregate === 'count') return this.#count > atMost
    return aggregate === 'sum' && this.#sum > atMost
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

  #violation(observed: number | null): Verdict['violation'] {
    const { atMost, atLeast, aggregate } = this.#limit
    const over = observed !== null && atMost !== null && observed > atMost
    const under = observed !== null && atLeast !== null && observed < atLeast
    if (!over && !under) return null
    if (this.#broken) return { atMs: this.#broken.atMs, statement: this.#metric.describe(this.#broken) }
    if (this.#isTotal()) return { atMs: null, statement: `the ${aggregate} of ${this.#name} stayed below ${atLeast}` }
    const extreme = aggregate === 'max' || (over && aggregate !== 'min') ? this.#max : this.#min
    return extreme && { atMs: extreme.atMs, statement: this.#metric.describe(extreme) }
  }

  /** An upper limit of 0 wants that nothing is sampled: what must have occurred is then the ground of the metric. */
  #occurred(found: {
    observed: number | null
    highWater: number | null
    ground: number
  }): Pick<Verdict, 'occurred' | 'never'> {
    const { observed, highWater, ground } = found
    const { atMost, reaches } = this.#limit
    const samples = this.#count
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
    const reached = reaches === null ? '' : `, ${reaches} was reached`
    return {
      occurred: { samples, statement: `${samples} ${samples === 1 ? 'sample' : 'samples'} of ${this.#name}${reached}` },
      never: '',
    }
  }
}

function isPercentile(aggregate: Limit['aggregate']): boolean {
  return aggregate === 'p50' || aggregate === 'p95'
}
