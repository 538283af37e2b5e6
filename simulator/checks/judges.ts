// The three forms of an expectation: each takes the samples that passed the filter and says what it found.
import { formatDuration } from '../../server/kernel/units.ts'
import type { Expectation } from './expectation.ts'
import type { Judge, Verdict } from './judge.ts'
import { LimitJudge } from './limit-judge.ts'
import { type Metric, metrics, type Sample } from './signals.ts'

/** The judge of an expectation. */
export function createJudge({ metric, judge }: Expectation): Judge {
  switch (judge.form) {
    case 'limit':
      return new LimitJudge(metric, judge)
    case 'within':
      return new WithinJudge(metrics[metric], judge.durationMs)
    case 'never-before':
      return new NeverBeforeJudge(metrics[metric], judge)
  }
}

/** Every timing closed, and closed in time. */
class WithinJudge implements Judge {
  readonly #metric: Metric
  readonly #limitMs: number
  #closed = 0
  #open = 0
  #longest: Sample | null = null
  #broken: Sample | null = null

  constructor(metric: Metric, limitMs: number) {
    this.#metric = metric
    this.#limitMs = limitMs
  }

  take(sample: Sample): void {
    if (sample.open) this.#open += 1
    else this.#closed += 1
    if (!this.#longest || sample.value > this.#longest.value) this.#longest = sample
    const broken = sample.open || sample.value > this.#limitMs
    if (broken && (!this.#broken || sample.atMs < this.#broken.atMs)) this.#broken = sample
  }

  verdict({ endMs }: { endMs: number }): Verdict {
    const observed = this.#longest?.value ?? null
    // Of a timing that is still open only its length so far is known: below the limit it says nothing of the slack.
    const known = observed !== null && (this.#open === 0 || observed > this.#limitMs)
    const samples = this.#closed + this.#open
    return {
      observed,
      highWater: observed,
      limit: this.#limitMs,
      bound: 'at-most',
      slack: known ? this.#limitMs - observed : null,
      violation: this.#broken && {
        atMs: Math.min(this.#broken.atMs + this.#limitMs, endMs),
        statement: this.#metric.describe(this.#broken),
      },
      occurred: samples === 0 ? null : { samples, statement: `${samples} timed, ${this.#open} of them still open` },
      never: 'nothing was timed',
    }
  }
}

/** No sample of at least a value before a moment, and one from then on. */
class NeverBeforeJudge implements Judge {
  readonly #metric: Metric
  readonly #value: number
  readonly #beforeMs: number
  #highest: number | null = null
  #first: Sample | null = null
  #reached = 0

  constructor(metric: Metric, { value, beforeMs }: { value: number; beforeMs: number }) {
    this.#metric = metric
    this.#value = value
    this.#beforeMs = beforeMs
  }

  take(sample: Sample): void {
    if (sample.open) return
    this.#highest = Math.max(this.#highest ?? sample.value, sample.value)
    if (sample.value < this.#value) return
    if (sample.atMs >= this.#beforeMs) this.#reached += 1
    if (!this.#first || sample.atMs < this.#first.atMs) this.#first = sample
  }

  verdict(): Verdict {
    const tooEarly = this.#first !== null && this.#first.atMs < this.#beforeMs
    const moment = formatDuration(this.#beforeMs)
    return {
      observed: this.#first?.atMs ?? null,
      highWater: null,
      limit: this.#beforeMs,
      bound: 'not-before',
      slack: this.#first && this.#first.atMs - this.#beforeMs,
      violation:
        this.#first && tooEarly ? { atMs: this.#first.atMs, statement: this.#metric.describe(this.#first) } : null,
      occurred:
        this.#reached === 0
          ? null
          : {
              samples: this.#reached,
              statement: `${this.#value} was reached from ${moment} on, samples: ${this.#reached}`,
            },
      never: `${this.#value} was not reached from ${moment} on; the most was ${this.#highest ?? 'nothing'}`,
    }
  }
}
