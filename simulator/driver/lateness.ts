// How late a run by the wall is: by how much, in its own time, things came after they were due. A run whose machine was too late shows
// nothing of the fleet that it was to show.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { TurnKind } from '../../server/kernel/turns.ts'
import { formatDuration } from '../../server/kernel/units.ts'
import type { Expectation } from '../checks/expectation.ts'
import { metrics } from '../checks/signals.ts'
import type { Doubt } from '../checks/verdict.ts'
import type { Lateness, LatenessSource } from '../events/events.ts'
import type { Scenario } from '../scenario/scenario.ts'

/** Of the shortest interval or limit in time that is judged, so much lateness leaves the judgement standing. */
const boundShare = 1 / 4

/** How finely the delay of the event loop is looked at, on the wall. */
const loopResolutionMs = 10

const sourceOf: Record<TurnKind, LatenessSource> = {
  ...{ end: 'timeline', action: 'timeline', look: 'timeline' },
  ...{ 'check-in-due': 'timers', other: 'timers', 'check-in': 'check-ins', exchange: 'transfers', body: 'transfers' },
}

/**
 * How late a run by the wall may be: a quarter of the shortest interval or limit in time that its checks hang on.
 *
 * @example
 * latenessBoundMs(scenario) // 7_500, where agents check in every 30 s and no check has a limit of less
 */
export function latenessBoundMs({ groups, expect }: Pick<Scenario, 'groups' | 'expect'>): number {
  const intervals = groups.flatMap(({ checkInIntervalMs, refreshIntervalMs }) => [checkInIntervalMs, refreshIntervalMs])
  return Math.min(...intervals, ...expect.flatMap(limitsMs)) * boundShare
}

/**
 * Measures the lateness of a run.
 *
 * @example
 * const watch = new LatenessWatch({ speed: 60, boundMs: 7_500, onWorse: (lateness) => emit({ kind: 'lateness', ...lateness }) })
 * watch.note('transfers', 12)
 * watch.doubts() // []
 */
export class LatenessWatch {
  readonly #options: { speed: number; boundMs: number; onWorse: (lateness: Lateness) => void }
  readonly #worstMs: Record<LatenessSource, number> = {
    ...{ timers: 0, timeline: 0, 'check-ins': 0, transfers: 0, 'event-loop': 0 },
  }
  readonly #loop = monitorEventLoopDelay({ resolution: loopResolutionMs })
  #toldMs: number

  constructor(options: { speed: number; boundMs: number; onWorse: (lateness: Lateness) => void }) {
    this.#options = options
    // What is far from the bound need not be told while the run goes on.
    this.#toldMs = options.boundMs / 8
  }

  begin(): void {
    this.#loop.enable()
  }

  noteTurn = (kind: TurnKind, lateMs: number): void => this.note(sourceOf[kind], lateMs)

  /** Something came so long after it was due, in the time of the run. */
  note(source: LatenessSource, lateMs: number): void {
    if (lateMs <= this.#worstMs[source]) return
    this.#worstMs[source] = lateMs
    if (lateMs < 2 * this.#toldMs && !(lateMs > this.#options.boundMs && this.#toldMs <= this.#options.boundMs)) return
    this.#toldMs = lateMs
    this.#options.onWorse(this.result())
  }

  /** Looks no more at the event loop, and says how late the run was. */
  end(): Lateness {
    this.#loop.disable()
    const delayMs = Math.max(0, this.#loop.max / 1e6 - loopResolutionMs)
    if (this.#loop.count > 0) this.note('event-loop', delayMs * this.#options.speed)
    return this.result()
  }

  result(): Lateness {
    const entries = Object.entries(this.#worstMs).map(([source, ms]) => [source, Math.round(ms)])
    const bySource = Object.fromEntries(entries) as Record<LatenessSource, number>
    const source = (Object.keys(bySource) as LatenessSource[]).reduce((worst, each) =>
      bySource[each] > bySource[worst] ? each : worst,
    )
    const { boundMs } = this.#options
    return { worstMs: bySource[source], source, boundMs, bySource }
  }

  /** Why the run may show something else than the fleet. */
  doubts(): Doubt[] {
    const { worstMs, boundMs } = this.result()
    if (worstMs <= boundMs) return []
    const late = `things came up to ${formatDuration(worstMs)} late in the time of the run, and ${formatDuration(Math.round(boundMs))} is the most that can be judged`
    const reason = `this machine was too slow for speed ${this.#options.speed}: ${late}; use --time settled where all parts are in this process, or a lower --speed`
    return [{ reason, about: 'time' }]
  }
}

/** The limits in time of an expectation. */
function limitsMs({ metric, judge }: Expectation): number[] {
  if (judge.form === 'within') return [judge.durationMs]
  if (judge.form !== 'limit' || metrics[metric].unit !== 'ms' || judge.aggregate === 'count') return []
  return [judge.atMost, judge.atLeast].filter((limit) => limit !== null && limit > 0) as number[]
}
