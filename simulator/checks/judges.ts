// The three forms of an expectation: each takes the samples that passed the filter and says what it found.
import { formatDuration } from '../../server/kernel/units.ts'
import type { Expectation } from './expectation.ts'
import type { Judge, Verdict } from './judge.ts'
import { LimitJudge } from './limit-judge.ts'
import { type Metric, metrics, momentBeyond, type Sample, stillOpen } from './signals.ts'

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

/** Every timing ended, and ended in time. */
class WithinJudge implements Judge {
  readonly #metric: Metric
  readonly #limitMs: number
  #samples = 0
  #notOver = 0
  #longest: Sample | null = null
  #broken: Sample | null = null
  #longestOpen: Sample | null = null

  constructor(metric: Metric, limitMs: number) {
    this.#metric = metric
    this.#limitMs = limitMs
  }

  take(sample: Sample): void {
    const { state, value, atMs } = sample
    const isBroken = value > this.#limitMs || state === 'given-up'
    if (state === 'not-due' && !isBroken) return
    this.#samples += 1
    if (state !== 'over') this.#notOver += 1
    if (!this.#longest || value > this.#longest.value) this.#longest = sample
    if (isBroken && (!this.#broken || atMs < this.#broken.atMs)) this.#broken = sample
    if (state === 'open' && value > (this.#longestOpen?.value ?? -1)) this.#longestOpen = sample
  }

  verdict({ endMs }: { endMs: number }): Verdict {
    const [samples, broken] = [this.#samples, this.#broken]
    const observed = this.#longest?.value ?? null
    // Of a timing that is still open only its length so far is known: below the limit it says nothing of the slack.
    const known = observed !== null && (this.#notOver === 0 || observed > this.#limitMs)
    return {
      observed,
      highWater: observed,
      limit: this.#limitMs,
      bound: 'at-most',
      slack: known ? this.#limitMs - observed : null,
      violation: broken && {
        atMs: momentBeyond(this.#metric, broken, { limitMs: this.#limitMs, endMs }),
        statement: this.#metric.describe(broken),
      },
      isFinal: true,
      undecided: this.#longestOpen && stillOpen(this.#metric, this.#longestOpen),
      occurred: samples === 0 ? null : { samples, statement: `${samples} timed, ${this.#notOver} of them not over` },
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
  /** The most that there was before the moment. */
  #highestBefore: number | null = null
  /** A timing that may yet reach the value. */
  #open: Sample | null = null

  constructor(metric: Metric, { value, beforeMs }: { value: number; beforeMs: number }) {
    this.#metric = metric
    this.#value = value
    this.#beforeMs = beforeMs
  }

  take(sample: Sample): void {
    const { value, state, atMs } = sample
    const isReached = value >= this.#value || state === 'given-up'
    if (!isReached && state === 'not-due') return
    this.#highest = Math.max(this.#highest ?? value, value)
    if (atMs < this.#beforeMs) this.#highestBefore = Math.max(this.#highestBefore ?? value, value)
    if (!isReached) {
      if (state === 'open') this.#open ??= sample
      return
    }
    if (atMs >= this.#beforeMs) this.#reached += 1
    if (!this.#first || atMs < this.#first.atMs) this.#first = sample
  }

  verdict({ ground }: { ground: number }): Verdict {
    const [first, open] = [this.#first, this.#open]
    const tooEarly = first !== null && first.atMs < this.#beforeMs
    const moment = formatDuration(this.#beforeMs)
    const before = `before it the most was ${this.#highestBefore ?? 'nothing'}`
    const reached = `${this.#value} was reached from ${moment} on, samples: ${this.#reached}; ${before}`
    const isGrounded = ground > 0 || this.#highestBefore !== null
    const mayChange = open !== null && (open.atMs < this.#beforeMs || this.#reached === 0)
    return {
      observed: first?.atMs ?? null,
      highWater: null,
      limit: this.#beforeMs,
      bound: 'not-before',
      slack: first && first.atMs - this.#beforeMs,
      violation: tooEarly ? { atMs: first.atMs, statement: this.#metric.describe(first) } : null,
      isFinal: true,
      undecided: mayChange ? stillOpen(this.#metric, open) : null,
      occurred: this.#reached === 0 || !isGrounded ? null : { samples: this.#reached, statement: reached },
      never:
        this.#reached === 0
          ? `${this.#value} was not reached from ${moment} on; the most was ${this.#highest ?? 'nothing'}`
          : `no check-ins before ${moment} that could have led to ${this.#value}`,
    }
  }
}
