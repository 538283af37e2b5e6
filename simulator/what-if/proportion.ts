// What some runs say of a probability: exact intervals of a binomial, and what so many runs may have left unseen.
import jStat from 'jstat'

/** A number between two ends, with 95 % confidence. */
export interface Interval {
  low: number
  high: number
}

const tail = 0.025

/**
 * The largest probability, with 95 % confidence, of something that none of so many runs showed: the exact form of the rule of
 * three, which says 3 / runs.
 *
 * @example
 * unseenAtMost(10) // 0.26: after ten runs that agree, one in four may be another
 */
export function unseenAtMost(runs: number): number {
  return runs === 0 ? 1 : 1 - 0.05 ** (1 / runs)
}

/**
 * How many runs without it show that something has at most this probability.
 *
 * @example
 * runsToExclude(0.05) // 59
 */
export function runsToExclude(probability: number): number {
  return Math.ceil(Math.log(0.05) / Math.log(1 - probability))
}

/**
 * The interval of a probability by Clopper and Pearson, 1934. Where all or none did it has one open end, and all 5 % on that side.
 *
 * @example
 * probabilityInterval({ of: 5, hits: 5 }) // { low: 0.55, high: 1 }
 */
export function probabilityInterval({ hits, of }: { hits: number; of: number }): Interval {
  if (of === 0) return { low: 0, high: 1 }
  if (hits === 0) return { low: 0, high: unseenAtMost(of) }
  if (hits === of) return { low: 1 - unseenAtMost(of), high: 1 }
  return { low: jStat.beta.inv(tail, hits, of - hits + 1), high: jStat.beta.inv(1 - tail, hits + 1, of - hits) }
}

/**
 * The same where an interval is given only if both outcomes were seen twice: Clopper and Pearson's, of the binomial without the
 * counts that give none. Those that are given would else be the ones that err, since a rare outcome that shows is one that shows too often.
 */
export function probabilityIntervalOfSeen({ hits, of }: { hits: number; of: number }): Interval {
  const counts = Array.from({ length: of - 3 }, (_, index) => index + 2)
  const logWays = counts.map((count) => jStat.combinationln(of, count))
  const shareFrom = (least: number, probability: number) => {
    const logOdds = Math.log(probability) - Math.log1p(-probability)
    const logWeights = logWays.map((ways, index) => ways + (counts[index] ?? 0) * logOdds)
    const largest = Math.max(...logWeights)
    const weights = logWeights.map((weight) => Math.exp(weight - largest))
    const from = weights.reduce((sum, weight, index) => ((counts[index] ?? 0) >= least ? sum + weight : sum), 0)
    return from / weights.reduce((sum, weight) => sum + weight, 0)
  }
  return {
    low: hits === 2 ? 0 : rootOf((probability) => shareFrom(hits, probability) - tail),
    high: hits === of - 2 ? 1 : rootOf((probability) => shareFrom(hits + 1, probability) - (1 - tail)),
  }
}

/** Where a rising function of a probability is 0, by halving. */
function rootOf(rising: (probability: number) => number): number {
  let [low, high] = [0, 1]
  for (let step = 0; step < 50; step += 1) {
    const middle = (low + high) / 2
    if (rising(middle) < 0) low = middle
    else high = middle
  }
  return (low + high) / 2
}
