// The numbers of a run, from its events alone: what the terminal shows at the end and what summary.json holds.
import { invariant } from '../../server/kernel/errors.ts'
import { type GeneratorFailure, GeneratorFailures } from '../checks/generator-failures.ts'
import { groupsByAgent } from '../checks/signals.ts'
import { TagHoldings, type TagMove } from '../checks/tag-holdings.ts'
import type { EventSink, Lateness, RegistryTraffic, RunEvent, RunEventKind, WaitingAgent } from '../events/events.ts'
import { type AgentFailures, type FailureCause, Failures } from './failures.ts'
import { type PullSummary, PullSums } from './pull-sums.ts'
import { type ReadySpread, ReadyTimes } from './ready-times.ts'
import { TrafficRecorder } from './registry-traffic.ts'

/** One run in numbers. Times are milliseconds of the run's own time, sizes bytes; ready for JSON. */
export interface Summary {
  scenario: string
  seed: number
  time: 'settled' | 'wall' | 'virtual'
  speed: number
  version: string
  /** `unfinished` where the events stop before the end of the run. */
  reason: Extract<RunEvent, { kind: 'run-ended' }>['reason'] | 'unfinished'
  durationMs: number
  agents: number
  /** Agents that at least once held every image they should, and how long after its first start each of all agents first did. */
  ready: { agents: number; timeMs: ReadySpread | null }
  /** Where the end came before all agents were ready: how many are not, and what the first of them wait for. */
  waiting: { agents: number; first: readonly WaitingAgent[] } | null
  checkIns: { answered: number; failed: number }
  pulls: PullSummary
  registry: RegistryTraffic
  /** One entry for each move of a tag. */
  drift: DriftSummary[]
  prunedImages: number
  /** How late a run by the wall was, in its own time; null of others, which are never late. */
  lateness: Lateness | null
  /** Exchanges that this program's own side failed at, which are not the fleet's failures; by peer and code. */
  generatorFailures: GeneratorFailure[]
  /** Failed pulls by image and code, the commonest first. */
  failures: FailureCause[]
  /** The agent with the most failed pulls; null where none failed. */
  worstAgent: AgentFailures | null
}

export interface DriftSummary {
  image: string
  movedAtMs: number
  /** The most agents that were behind at once. */
  agents: number
  /** From the move until the last agent left the old digest behind; 0 where none was behind, null where the run ended first. */
  convergedAfterMs: number | null
  /** Agents still behind at the end. */
  behind: number
}

/** What a summary needs to be told where the registry's requests come in sums, as in virtual time. */
export const summaryKinds: ReadonlySet<RunEventKind> = new Set([
  ...(['run-started', 'run-ended', 'agent-started', 'agent-ready', 'check-in-answered', 'check-ins-idle'] as const),
  ...(['check-in-failed', 'pull-queued', 'pull-cancelled', 'pull-refused', 'pull-started', 'pull-dropped'] as const),
  ...(['pull-succeeded', 'pull-failed', 'image-pruned', 'image-published', 'refresh-unchanged'] as const),
  'registry-traffic',
  'agents-waiting',
])

/**
 * Sums up events as they come; `result` may be asked at any moment, also of a run that was interrupted.
 *
 * @example
 * const summary = createSummary()
 * for (const event of events) summary.sink(event)
 * summary.result().pulls.succeeded // 600
 */
export function createSummary(): { sink: EventSink; result(): Summary } {
  const recorder = new SummaryRecorder()
  return { sink: (event) => recorder.take(event), result: () => recorder.result() }
}

class SummaryRecorder {
  #run: Extract<RunEvent, { kind: 'run-started' }> | null = null
  #reason: Summary['reason'] = 'unfinished'
  #durationMs = 0
  #groups: string[] = []
  #readyTimes = new ReadyTimes(0)
  #waiting: Summary['waiting'] = null
  readonly #checkIns = { answered: 0, failed: 0 }
  readonly #pulls = new PullSums()
  readonly #traffic = new TrafficRecorder((agent) => this.#groups[agent] ?? null)
  /** All of it at once, where single requests were not told. */
  #allTraffic: RegistryTraffic | null = null
  readonly #moves: TagMove[] = []
  readonly #holdings = new TagHoldings({ onMoved: (move) => this.#moves.push(move) })
  readonly #failures = new Failures()
  readonly #generatorFailures = new GeneratorFailures()
  #prunedImages = 0
  #lateness: Lateness | null = null

  take(event: RunEvent): void {
    if (event.kind === 'run-judged') return
    this.#durationMs = Math.max(this.#durationMs, event.atMs)
    this.#pulls.take(event)
    this.#generatorFailures.take(event)
    this.#holdings.take(event)
    this.#readyTimes.take(event)
    switch (event.kind) {
      case 'run-started':
        this.#run = event
        this.#groups = groupsByAgent(event.scenario)
        this.#readyTimes = new ReadyTimes(this.#groups.length)
        return
      case 'check-in-answered':
        this.#checkIns.answered += 1
        return
      case 'check-ins-idle':
        this.#checkIns.answered += event.count
        return
      case 'check-in-failed':
        this.#checkIns.failed += 1
        return
      case 'pull-failed':
        this.#failures.record(event)
        return
      case 'image-pruned':
        this.#prunedImages += 1
        return
      case 'registry-request':
        this.#traffic.add(event)
        return
      case 'registry-traffic': {
        const { kind: _kind, atMs: _atMs, sequence: _sequence, ...traffic } = event
        this.#allTraffic = traffic
        return
      }
      case 'agents-waiting':
        this.#waiting = { agents: event.agents, first: event.first }
        return
      case 'lateness': {
        const { worstMs, source, boundMs, bySource } = event
        this.#lateness = { worstMs, source, boundMs, bySource }
        return
      }
      case 'run-ended':
        this.#reason = event.reason
        return
    }
  }

  result(): Summary {
    invariant(this.#run, 'a summary was asked of events without the start of their run')
    const { scenario, seed, time, speed, version } = this.#run
    return {
      scenario: scenario.name,
      seed,
      time,
      speed,
      version,
      reason: this.#reason,
      durationMs: this.#durationMs,
      agents: this.#groups.length,
      ready: { agents: this.#readyTimes.readyAgents, timeMs: this.#readyTimes.spread() },
      waiting: this.#waiting,
      checkIns: { ...this.#checkIns },
      pulls: this.#pulls.result(),
      registry: this.#allTraffic ?? this.#traffic.result(),
      drift: this.#moves.map(driftOf),
      prunedImages: this.#prunedImages,
      lateness: this.#lateness,
      generatorFailures: this.#generatorFailures.result(),
      failures: this.#failures.commonest(),
      worstAgent: this.#failures.worstAgent(this.#groups),
    }
  }
}

function driftOf({ image, movedAtMs, mostBehind: agents, behind, lastLeft, settled }: TagMove): DriftSummary {
  const convergedAfterMs = lastLeft ? lastLeft.atMs - movedAtMs : 0
  return { image, movedAtMs, agents, convergedAfterMs: settled ? convergedAfterMs : null, behind: behind.size }
}
