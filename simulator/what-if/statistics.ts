// What the runs of one point say of one metric: their mean, where the true one lies, and whether that can be known at all.
import { meanInterval, type Unknown } from './mean-interval.ts'
import { runsToExclude, unseenAtMost } from './proportion.ts'

export interface Estimate {
  /** How many runs there are. */
  runs: number
  /** In how many of them there was such a number at all. */
  reached: number
  /** Null unless there was one in every run: a mean over those that got there would flatter the point. */
  mean: number | null
  /**
   * `certain`: no run drew a random number, so every seed gives this value. `interval`: the true mean lies between `low` and `high`,
   * with 95 % confidence. `single-run`: one of many possible values. `unknown`: the runs do not tell, and `why` not.
   */
  known: 'certain' | 'interval' | 'single-run' | 'unknown'
  why: Unknown | 'no-runs' | 'not-reached' | null
  /** The ends of the interval; null where there is none. */
  low: number | null
  high: number | null
  /** The least and the most that a run measured; null where none did. */
  seen: { least: number; most: number } | null
  /** The largest probability, with 95 % confidence, of a kind of run that none of these was. */
  unseenAtMost: number
}

export interface EstimateOptions {
  /** Whether the values follow from the scenario alone. */
  certain?: boolean
  /** What no value can be below: neither can their mean. */
  floor?: number
}

/**
 * The mean of some runs and what is known of it.
 *
 * @example
 * estimate([10, 12, 14, 13, 31]) // { mean: 16, known: 'interval', low: ..., high: ..., ... }
 * estimate([10, 10, 10]) // { mean: 10, known: 'unknown', why: 'all-equal', unseenAtMost: 0.63, ... }
 */
export function estimate(values: readonly (number | null)[], options: EstimateOptions = {}): Estimate {
  const { certain = false, floor = Number.NEGATIVE_INFINITY } = options
  const numbers = values.filter((value) => value !== null)
  const runs = values.length
  const reached = numbers.length
  const isCertain = certain && runs > 0
  const base = {
    runs,
    reached,
    seen: reached === 0 ? null : { least: Math.min(...numbers), most: Math.max(...numbers) },
    unseenAtMost: isCertain ? 0 : unseenAtMost(runs),
  }
  const without = { known: 'unknown', low: null, high: null } as const
  if (runs === 0 || reached < runs) {
    return { ...base, ...without, mean: null, why: runs === 0 ? 'no-runs' : 'not-reached' }
  }
  const mean = numbers.reduce((sum, value) => sum + value, 0) / runs
  if (isCertain) return { ...base, mean, known: 'certain', why: null, low: mean, high: mean }
  if (runs === 1) return { ...base, ...without, mean, known: 'single-run', why: 'too-few' }
  const interval = meanInterval(numbers)
  if (typeof interval === 'string') return { ...base, ...without, mean, why: interval }
  return { ...base, mean, known: 'interval', why: null, low: Math.max(floor, interval.low), high: interval.high }
}

/** With fewer runs a whole kind of run, of a probability of 10 %, would have been missed more often than once in twenty times. */
const leastRunsOfPrecision = 30
/** What was the same in every run counts as constant once another value is rarer than this. */
const exceptionShare = 0.01

/**
 * From how many runs on a precision can be reached: a kind of run as rare as `share`, of twice the length, moves the mean by as much, so
 * there must be enough runs to have seen one.
 *
 * @example
 * leastRunsFor(0.05) // 59
 */
export function leastRunsFor(share: number): number {
  return Math.max(leastRunsOfPrecision, runsToExclude(share))
}

/** Whether the mean is known to `share` of itself on either side. */
export function isPrecise({ runs, mean, known, why, low, high }: Estimate, share: number): boolean {
  if (known === 'certain') return true
  if (mean === null || runs < leastRunsFor(share)) return false
  if (why === 'all-equal') return runs >= runsToExclude(exceptionShare)
  if (low === null || high === null) return false
  return Math.max(mean - low, high - mean) <= Math.abs(mean) * share
}

/**
 * How many runs in all should make the mean as precise as `share`; the number there are where it is so already, or where more runs
 * cannot help.
 */
export function runsNeeded(found: Estimate, share: number): number {
  const { runs, mean, why, low, high } = found
  const least = leastRunsFor(share)
  if (mean === null || isPrecise(found, share)) return runs
  if (runs < least) return least
  if (why === 'all-equal') return Math.max(least, runsToExclude(exceptionShare))
  const target = Math.abs(mean) * share
  if (low === null || high === null || target === 0) return runs * 2
  const halfWidth = Math.max(mean - low, high - mean)
  // The interval narrows with the root of the runs; doubling at most keeps a bad first guess from costing too much.
  return Math.min(runs * 2, Math.max(runs + 1, Math.ceil(runs * (halfWidth / target) ** 2)))
}
