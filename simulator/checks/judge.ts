// What each form of an expectation is to checks.ts.
import type { CheckResult } from './expectation.ts'
import type { Sample } from './signals.ts'

/** What a judge says; checks.ts adds what is common to all. */
export type Verdict = Omit<CheckResult, 'name' | 'status' | 'reason' | 'hangsOnTime' | 'unit' | 'occurred'> & {
  /** What did occur, in the words of the sibling. Null where the check's situation never did. */
  occurred: { samples: number; statement: string } | null
  /** Why `occurred` is null. */
  never: string
  /** Whether nothing that could still have come would have healed the violation; of no meaning without one. */
  isFinal: boolean
  /** What was still open at the end and could have changed the verdict; null where nothing was. */
  undecided: string | null
}

/** Judges one expectation. */
export interface Judge {
  take(sample: Sample): void
  /** `ground` is how often what a count of nothing stands on did occur. */
  verdict(run: { endMs: number; ground: number }): Verdict
}
