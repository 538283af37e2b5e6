// What is known of a mean or a difference, in words: never as a plain number where the seeds leave it open.
import { formatQuantity, type Unit } from '../report/quantity.ts'
import type { Estimate } from './statistics.ts'

/**
 * A mean and what is known of it: `12m 3s \u00b1 2.1s`, `12m 3s (one run)`, `0 (unknown, 5 alike)`, `27 of 30 runs` where the others have no
 * such number.
 */
export function formatEstimate(found: Estimate | undefined, unit: Unit): string {
  if (!found || found.why === 'no-runs') return 'no run'
  const { runs, reached, mean, known } = found
  if (mean === null) return `${reached} of ${runs} runs`
  const text = formatQuantity(mean, unit)
  switch (known) {
    case 'certain':
      return `${text} (certain)`
    case 'single-run':
      return `${text} (one run)`
    case 'interval':
      return `${text} ${formatEnds(found, unit)}`
    case 'unknown':
      return `${text} (unknown, ${formatSeen(found, unit)})`
  }
}

function formatEnds({ mean, low, high }: Estimate, unit: Unit): string {
  const above = formatQuantity((high ?? 0) - (mean ?? 0), unit)
  const below = formatQuantity((mean ?? 0) - (low ?? 0), unit)
  return above === below ? `\u00b1 ${above}` : `+${above} \u2212${below}`
}

function formatSeen({ runs, seen }: Estimate, unit: Unit): string {
  if (seen === null) return 'nothing seen'
  const { least, most } = seen
  return least === most ? `${runs} alike` : `${formatQuantity(least, unit)} to ${formatQuantity(most, unit)}`
}

/**
 * What a difference comes to. Two sides are the same where that follows from the scenario, and never because some seeds show no difference.
 *
 * @example
 * formatVerdict(estimate([0, 0, 0, 0, 0])) // 'unknown: 5 seeds cannot tell; equal in all, yet up to 45 % of others may differ'
 */
export function formatVerdict(difference: Estimate): string {
  const { runs, mean, known, low, high, seen } = difference
  if (runs === 0) return 'unknown: no run'
  if (mean === null || seen === null) return 'unknown: not reached in every run'
  const seeds = runs === 1 ? 'one seed' : `${runs} seeds`
  if (known === 'certain') return mean === 0 ? 'the same' : `${mean > 0 ? 'more' : 'less'}, with every seed`
  if (known === 'interval' && low !== null && high !== null) {
    return low > 0 ? 'more' : high < 0 ? 'less' : `unknown: ${seeds} show no difference that is not chance`
  }
  const cannotTell = `unknown: ${seeds} cannot tell`
  if (runs === 1) return cannotTell
  if (seen.least === 0 && seen.most === 0) {
    return `${cannotTell}; equal in all, yet ${formatUnseen(difference)} of others may differ`
  }
  if (seen.least > 0 || seen.most < 0) {
    // An exact statement that needs no spread: so many seeds of one sign leave so few of another.
    return `${mean > 0 ? 'more' : 'less'} in all ${seeds}, so in ${formatShare(1 - difference.unseenAtMost)} of others or more; how much is unknown`
  }
  return cannotTell
}

/**
 * How much the runs may have left unseen.
 *
 * @example
 * formatUnseen(estimate([1, 1, 1, 1, 1])) // 'up to 45 %'
 */
export function formatUnseen({ unseenAtMost }: Pick<Estimate, 'unseenAtMost'>): string {
  return `up to ${formatShare(unseenAtMost)}`
}

/**
 * A share in per cent.
 *
 * @example
 * formatShare(0.093) // '9.3 %'
 */
export function formatShare(share: number): string {
  const percent = share * 100
  return `${percent >= 10 ? Math.round(percent) : Number(percent.toPrecision(2))} %`
}
