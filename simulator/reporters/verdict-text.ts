// The words for what a run was worth, the same wherever a person reads them.
import type { CheckResult } from '../checks/expectation.ts'
import type { Verdict } from '../checks/verdict.ts'

/** How a check that was judged is called. */
export const statusWords = { held: 'PASS', missed: 'MISS', inconclusive: 'INCONCLUSIVE' } as const

/**
 * A verdict on one line: how many checks came to what, then why nobody can tell.
 *
 * @example
 * describeVerdict({ verdict: 'inconclusive', doubts: ['this machine was 4s late'], checks: [] })
 * // 'INCONCLUSIVE: this machine was 4s late'
 */
export function describeVerdict(judged: {
  verdict: Verdict
  doubts: readonly string[]
  checks: readonly Pick<CheckResult, 'status' | 'reason'>[]
}): string {
  const { verdict, doubts, checks } = judged
  const counted = describeChecks(checks)
  if (verdict !== 'inconclusive') return counted
  const reasons = doubts.length > 0 ? doubts : reasonsOf(checks)
  return `INCONCLUSIVE: ${[...(checks.length === 0 ? [] : [counted]), ...reasons].join('; ')}`
}

function describeChecks(checks: readonly Pick<CheckResult, 'status'>[]): string {
  if (checks.length === 0) return 'No checks: the scenario expects nothing.'
  const total = `${checks.length} ${checks.length === 1 ? 'check' : 'checks'}`
  const count = (status: CheckResult['status']) => checks.filter((check) => check.status === status).length
  const [missed, inconclusive] = [count('missed'), count('inconclusive')]
  if (missed + inconclusive === 0) return `All checks held (${checks.length})`
  if (missed === 0) return `${inconclusive} of ${total} inconclusive`
  return `${missed} of ${total} missed${inconclusive === 0 ? '' : `, ${inconclusive} inconclusive`}`
}

function reasonsOf(checks: readonly Pick<CheckResult, 'status' | 'reason'>[]): string[] {
  const reasons = checks.flatMap(({ status, reason }) => (status === 'inconclusive' && reason !== null ? [reason] : []))
  return [...new Set(reasons)]
}
