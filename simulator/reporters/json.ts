// The outcome of a run as one JSON document: what `run --json` prints and what summary.json holds.
import type { Judgement } from '../checks/verdict.ts'
import type { Summary } from '../report/summary.ts'
import type { RunOutcome } from '../run/run.ts'

export interface RunReport extends Judgement {
  scenario: string
  seed: number
  speed: number
  reason: RunOutcome['reason']
  /** What the command ends with (docs/errors.md). */
  exitCode: number
  summary: Summary
}

/**
 * The document, with a final line break.
 *
 * @example
 * JSON.parse(formatRunReport(report)).verdict // 'passed'
 */
export function formatRunReport(report: RunReport): string {
  return `${JSON.stringify(report, null, 2)}\n`
}
