// When what agents do again and again is due, so that the end of a run cuts off no gap that nothing was to end yet.
import type { Scenario } from '../scenario/scenario.ts'
import type { TimingState } from './signals.ts'

/** The longest intervals that an agent may have in a run. */
export interface Intervals {
  checkInMs: number
  refreshMs: number
}

/** What is late by less than this share of its interval may be on its way. */
const toleratedShare = 0.05

/** The intervals of each agent, by its number; an edit of its configuration may make them longer. */
export function intervalsOf({ groups, timeline }: Scenario): Intervals[] {
  const edits = timeline.flatMap((action) => (action.do === 'edit-agent-config' ? [action] : []))
  const longest = (of: 'checkInIntervalMs' | 'refreshIntervalMs', intervalMs: number) =>
    Math.max(intervalMs, ...edits.map((edit) => edit[of] ?? 0))
  return groups.flatMap(({ agents, checkInIntervalMs, refreshIntervalMs }) => {
    const intervals = {
      checkInMs: longest('checkInIntervalMs', checkInIntervalMs),
      refreshMs: longest('refreshIntervalMs', refreshIntervalMs),
    }
    return Array.from({ length: agents }, () => intervals)
  })
}

/** How far a gap has come by the end of a run. */
export function gapState(lengthMs: number, intervalMs: number | undefined): TimingState {
  return intervalMs !== undefined && lengthMs <= intervalMs * (1 + toleratedShare) ? 'not-due' : 'open'
}
