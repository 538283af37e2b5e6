// Means over seeds and how far to trust them: 95 % intervals by Student's t.
import jStat from 'jstat'

/** What the runs of one point say of one metric. */
export interface Estimate {
  /** How many runs there are. */
  runs: number
  /** In how many of them there was such a number at all. */
  reached: number
  /** Null unless there was one in every run: a mean over those that got there would flatter the point. */
  mean: number | null
  /** Half of the 95 % interval of the mean; null where there are not two runs. */
  halfWidth: number | null
}

/**
 * The mean of some runs and the 95 % interval around it.
 *
 * @example
 * estimate([10, 12, 14]) // { runs: 3, reached: 3, mean: 12, halfWidth: 4.97 }
 */
export function estimate(values: readonly (number | null)[]): Estimate {
  const numbers = values.filter((value) => value !== null)
  const runs = values.length
  const reached = numbers.length
  if (runs === 0 || reached < runs) return { runs, reached, mean: null, halfWidth: null }
  const mean = numbers.reduce((sum, value) => sum + value, 0) / runs
  if (runs < 2) return { runs, reached, mean, halfWidth: null }
  const squares = numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  const standardError = Math.sqrt(squares / (runs - 1) / runs)
  return { runs, reached, mean, halfWidth: standardError === 0 ? 0 : standardError * studentFactor(runs - 1) }
}

/** How many standard errors on either side hold 95 %. */
function studentFactor(degreesOfFreedom: number): number {
  return jStat.studentt.inv(0.975, degreesOfFreedom)
}

/**
 * How many runs in all should make the interval as narrow as `share` of the mean; the number there are where it is so already,
 * or where more runs cannot help.
 */
export function runsNeeded({ runs, mean, halfWidth }: Estimate, share: number): number {
  if (mean === null) return runs
  if (halfWidth === null) return 2
  const target = Math.abs(mean) * share
  if (halfWidth <= target) return runs
  if (target === 0) return runs * 2
  // The interval narrows with the root of the runs; doubling at most keeps a bad first guess from costing too much.
  return Math.min(runs * 2, Math.max(runs + 1, Math.ceil(runs * (halfWidth / target) ** 2)))
}
