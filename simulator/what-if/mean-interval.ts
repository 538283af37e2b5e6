// The 95 % interval of a mean of few values that may be skewed, and when there is none to be had. docs/what-if.md states its coverage,
// which `npm run bench -- coverage` measures.
import jStat from 'jstat'
import { type Interval, probabilityIntervalOfSeen } from './proportion.ts'

/** Why values do not tell where their mean lies. */
export type Unknown = 'too-few' | 'all-equal' | 'nearly-all-equal'

/** From how many values on a mean has an interval: with fewer nobody can tell skewed ones from others. */
const leastValues = 5
/** From how many values on two outcomes count as all there are: a third one is then rarer than 14 %. */
const leastOfTwoOutcomes = 20
const tail = 0.025

/**
 * The interval of the mean of independent values.
 *
 * @example
 * meanInterval([10, 12, 14, 13, 31]) // { low: 5.2, high: 97.4 }: the last one shows that there may be more like it
 */
export function meanInterval(values: readonly number[]): Interval | Unknown {
  const counts = new Map<number, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  if (values.length < 2) return 'too-few'
  if (counts.size === 1) return 'all-equal'
  if (values.length < leastValues) return 'too-few'
  if (counts.size === 2 && values.length >= leastOfTwoOutcomes) return twoOutcomes(counts, values.length)
  // The bootstrap's test of a sample: were another one drawn from it, might it show one value alone? Then its spread says nothing.
  const commonest = Math.max(...counts.values())
  if ((commonest / values.length) ** values.length >= tail) return 'nearly-all-equal'
  return skewedInterval(values)
}

/** Of two outcomes the mean lies where their probability says; each must have been seen twice to be known as an outcome. */
function twoOutcomes(counts: ReadonlyMap<number, number>, of: number): Interval | Unknown {
  const [low = 0, high = 0] = [...counts.keys()].toSorted((a, b) => a - b)
  const hits = counts.get(high) ?? 0
  if (hits < 2 || hits > of - 2) return 'nearly-all-equal'
  const share = probabilityIntervalOfSeen({ hits, of })
  return { low: low + share.low * (high - low), high: low + share.high * (high - low) }
}

/**
 * Willink's t interval with its correction for skewness: "A confidence interval and test for the mean of an asymmetric distribution",
 * Communications in Statistics, Theory and Methods 34 (2005). Few values hide most of the skewness there is, and what is left of the error
 * falls with the root of their number; so the tails are smaller by as much, by a factor that makes lognormal values come right.
 */
function skewedInterval(values: readonly number[]): Interval {
  const n = values.length
  const mean = values.reduce((sum, value) => sum + value, 0) / n
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1))
  const thirdMoment =
    (values.reduce((sum, value) => sum + ((value - mean) / deviation) ** 3, 0) * n) / (n - 1) / (n - 2)
  const skew = thirdMoment / (6 * Math.sqrt(n))
  const studentFactor = jStat.studentt.inv(1 - tail * (1 - 1.8 / Math.sqrt(n)), n - 1)
  const corrected = (factor: number) =>
    Math.abs(skew) < 1e-6 ? factor : (Math.cbrt(1 + 6 * skew * (factor - skew)) - 1) / (2 * skew)
  const standardError = deviation / Math.sqrt(n)
  return {
    low: mean - corrected(studentFactor) * standardError,
    high: mean - corrected(-studentFactor) * standardError,
  }
}
