// The outcome of a run as one JSON document: what `run --json` prints and what summary.json holds.
import type { CheckResult } from '../checks/expectation.ts'
import type { Summary } from '../report/summary.ts'
import type { RunOutcome } from '../run/run.ts'

export interface RunReport {
  scenario: string
  seed: number
  speed: number
  reason: RunOutcome['reason']
  /** Whether every check held. */
  passed: boolean
  /** What the command ends with (docs/errors.md). */
  exitCode: number
  checks: CheckResult[]
  summary: Summary
}

/**
 * The document, with a final line break.
 *
 * @example
 * JSON.parse(formatRunReport(report)).passed // true
 */
export function formatRunReport(report: RunReport): string {
  return `${JSON.stringify(report, null, 2)}\n`
}
