// What a run is worth: its checks, and what outside the fleet may have changed what they saw, made into one word.
import type { CheckResult } from './expectation.ts'

/** The word for a whole run: `inconclusive` where it shows neither that everything held nor that something was missed. */
export type Verdict = 'passed' | 'missed' | 'inconclusive'

/** Something that is not the fleet's doing and may have changed what was seen of it: a machine that was late, a generator that failed. */
export interface Doubt {
  /** A plain sentence without its full stop. */
  reason: string
  /** What nobody can tell any more: only what hangs on time, or anything. */
  about: 'time' | 'everything'
}

/** A run that was judged; ready for JSON. */
export interface Judgement {
  verdict: Verdict
  /** The reasons of all doubts; empty where there is none. */
  doubts: string[]
  checks: CheckResult[]
}

/**
 * Judges a run. A check that a doubt is about is neither held nor missed. Of the whole run the worst word counts: missed, then
 * inconclusive, then passed; with any doubt it is not passed, even where no check hangs on what is in doubt.
 *
 * @example
 * judgeRun(checks.results(), [{ reason: 'this machine was 4s late', about: 'time' }]).verdict // 'inconclusive'
 */
export function judgeRun(results: readonly CheckResult[], doubts: readonly Doubt[] = []): Judgement {
  const checks = results.map((result) => withDoubts(result, doubts))
  return { verdict: verdictOf(checks, doubts), doubts: doubts.map(({ reason }) => reason), checks }
}

function withDoubts(result: CheckResult, doubts: readonly Doubt[]): CheckResult {
  const doubt = doubts.find(({ about }) => about === 'everything' || mayBeOfTime(result))
  return doubt === undefined ? result : { ...result, status: 'inconclusive', reason: doubt.reason }
}

/** Also where a metric follows from rules alone, a run that was late may have ended before there was anything to see, or enough of it. */
function mayBeOfTime({ hangsOnTime, occurred, status, bound }: CheckResult): boolean {
  return hangsOnTime || !occurred.passed || (status === 'missed' && bound === 'at-least')
}

function verdictOf(checks: readonly CheckResult[], doubts: readonly Doubt[]): Verdict {
  if (checks.some(({ status }) => status === 'missed')) return 'missed'
  if (doubts.length > 0 || checks.some(({ status }) => status === 'inconclusive')) return 'inconclusive'
  return 'passed'
}
