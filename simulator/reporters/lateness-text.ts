// How late a run by the wall was, in the words of every output.
import { formatDuration } from '../../server/kernel/units.ts'
import type { Lateness, LatenessSource } from '../events/events.ts'

const sources: Record<LatenessSource, string> = {
  timers: 'timers',
  timeline: 'timeline actions',
  'check-ins': 'check-ins',
  transfers: 'transfers',
  'event-loop': 'the event loop',
}

/**
 * The worst lateness beside what can be judged.
 *
 * @example
 * describeLateness({ worstMs: 1_200, source: 'transfers', boundMs: 7_500, bySource })
 * // 'at most 1.2s (transfers), of 7.5s that can be judged'
 */
export function describeLateness({ worstMs, source, boundMs }: Lateness): string {
  const beyond = worstMs > boundMs ? ', too late to judge what hangs on time' : ''
  return `at most ${shown(worstMs)} (${sources[source]}), of ${shown(boundMs)} that can be judged${beyond}`
}

function shown(durationMs: number): string {
  return formatDuration(Math.round(durationMs))
}
