// The numbers of a run, from its events alone: what the terminal shows at the end and what summary.json holds.
import { invariant } from '../../server/kernel/errors.ts'
import { PullLedger } from '../checks/pull-ledger.ts'
import { groupsByAgent } from '../checks/signals.ts'
import { TagHoldings, type TagMove } from '../checks/tag-holdings.ts'
import type { EventSink, PullFailureCode, RequestClass, RunEvent } from '../run/events.ts'
import { type Distribution, DistributionRecorder } from './distribution.ts'
import { type AgentFailures, type FailureCause, Failures } from './failures.ts'
import { PeakRate } from './peak-rate.ts'

/** One run in numbers. Times are milliseconds of the run's own time, sizes bytes; ready for JSON. */
export interface Summary {
  scenario: string
  seed: number
  time: 'real' | 'virtual'
  speed: number
  version: string
  /** `unfinished` where the events stop before the end of the run. */
  reason: Extract<RunEvent, { kind: 'run-ended' }>['reason'] | 'unfinished'
  durationMs: number
  agents: number
  /** Agents that at least once held every image they should, and how long after their first start they first did. */
  ready: { agents: number; timeMs: Distribution | null }
  checkIns: { answered: number; failed: number }
  pulls: PullSummary
  registry: RegistrySummary
  /** One entry for each move of a tag. */
  drift: DriftSummary[]
  prunedImages: number
  /** Failed pulls by image and code, the commonest first. */
  failures: FailureCause[]
  /** The agent with the most failed pulls; null where none failed. */
  worstAgent: AgentFailures | null
}

export interface PullSummary {
  started: number
  succeeded: number
  /** Of the succeeded: new bytes came. */
  downloaded: number
  /** Of the succeeded: nothing was new. */
  upToDate: number
  /** Of all that failed, those denied by a rate limit included. */
  failed: number
  failedByCode: Partial<Record<PullFailureCode, number>>
  /** Failed with TOOMANYREQUESTS. */
  denied: number
  /** Never started, for want of disk. */
  refused: number
  /** Ended by a stop of the agent. */
  dropped: number
  /** Left the queue before they started. */
  cancelled: number
  /** Still running when the run ended. */
  unfinished: number
  /** Of pulls that succeeded. */
  durationMs: Distribution | null
  queueWaitMs: Distribution | null
  /** The most pulls at once in the whole fleet. */
  fleetPeak: number
  /** The most pulls at once on one agent, and the first agent that had them. */
  agentPeak: { pulls: number; agent: number } | null
  downloadedBytes: number
  /** HTTP requests for each pull that succeeded or failed, as the pulling side counts them; null where there was none. */
  requestsPerPull: number | null
}

interface RegistrySummary {
  requests: number
  byClass: Partial<Record<RequestClass, number>>
  byStatus: Record<string, number>
  /** Requests answered with status 429. */
  denied: number
  sentBytes: number
  /** The most over any 10 s, per second: what its uplink carried and how many requests it answered. */
  peak: { bytesPerSecond: number; requestsPerSecond: number }
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
  readonly #readiness = new Readiness()
  readonly #checkIns = { answered: 0, failed: 0 }
  readonly #pulls = new Pulls()
  readonly #registry = { requests: 0, denied: 0, sentBytes: 0 }
  readonly #byClass = new Map<RequestClass, number>()
  readonly #byStatus = new Map<string, number>()
  readonly #peakBytes = new PeakRate()
  readonly #peakRequests = new PeakRate()
  readonly #moves: TagMove[] = []
  readonly #holdings = new TagHoldings({ onMoved: (move) => this.#moves.push(move) })
  readonly #failures = new Failures()
  #prunedImages = 0

  take(event: RunEvent): void {
    this.#durationMs = Math.max(this.#durationMs, event.atMs)
    this.#pulls.take(event)
    this.#holdings.take(event)
    this.#readiness.take(event)
    switch (event.kind) {
      case 'run-started':
        this.#run = event
        this.#groups = groupsByAgent(event.scenario)
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
        this.#registry.requests += 1
        this.#registry.sentBytes += event.bytes
        if (event.status === 429) this.#registry.denied += 1
        this.#peakBytes.add({ amount: event.bytes, fromMs: event.startedAtMs, toMs: event.atMs })
        this.#peakRequests.add({ amount: 1, fromMs: event.atMs, toMs: event.atMs })
        addOne(this.#byClass, event.class)
        addOne(this.#byStatus, `${event.status}`)
        return
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
      ready: this.#readiness.result(),
      checkIns: { ...this.#checkIns },
      pulls: this.#pulls.result(),
      registry: {
        ...this.#registry,
        byClass: sorted(this.#byClass),
        byStatus: sorted(this.#byStatus),
        peak: { bytesPerSecond: this.#peakBytes.perSecond(), requestsPerSecond: this.#peakRequests.perSecond() },
      },
      drift: this.#moves.map(driftOf),
      prunedImages: this.#prunedImages,
      failures: this.#failures.commonest(),
      worstAgent: this.#failures.worstAgent(this.#groups),
    }
  }
}

class Readiness {
  readonly #startedAtMs = new Map<number, number>()
  readonly #readyAgents = new Set<number>()
  readonly #timeMs = new DistributionRecorder()

  take(event: RunEvent): void {
    if (event.kind === 'agent-started' && !this.#startedAtMs.has(event.agent)) {
      this.#startedAtMs.set(event.agent, event.atMs)
    }
    if (event.kind === 'agent-ready' && !this.#readyAgents.has(event.agent)) {
      this.#readyAgents.add(event.agent)
      this.#timeMs.record(event.atMs - (this.#startedAtMs.get(event.agent) ?? 0))
    }
  }

  result(): Summary['ready'] {
    return { agents: this.#readyAgents.size, timeMs: this.#timeMs.result() }
  }
}

class Pulls {
  readonly #ledger = new PullLedger()
  readonly #counts = { started: 0, succeeded: 0, downloaded: 0, upToDate: 0, failed: 0, denied: 0, refused: 0 }
  readonly #withdrawn = { dropped: 0, cancelled: 0 }
  readonly #failedByCode = new Map<PullFailureCode, number>()
  readonly #durationMs = new DistributionRecorder()
  readonly #queueWaitMs = new DistributionRecorder()
  #fleetPeak = 0
  #agentPeak: PullSummary['agentPeak'] = null
  #downloadedBytes = 0
  #requests = 0

  take(event: RunEvent): void {
    const pull = this.#ledger.take(event)
    switch (event.kind) {
      case 'pull-started':
        this.#counts.started += 1
        if (pull && pull.waitedMs !== null) this.#queueWaitMs.record(pull.waitedMs)
        this.#takePeaks(event.agent)
        return
      case 'pull-succeeded':
        this.#counts.succeeded += 1
        this.#counts[event.outcome === 'downloaded' ? 'downloaded' : 'upToDate'] += 1
        this.#durationMs.record(event.durationMs)
        this.#downloadedBytes += event.downloadedBytes
        this.#requests += event.requests
        return
      case 'pull-failed':
        this.#counts.failed += 1
        if (event.code === 'TOOMANYREQUESTS') this.#counts.denied += 1
        addOne(this.#failedByCode, event.code)
        this.#requests += event.requests
        return
      case 'pull-refused':
        this.#counts.refused += 1
        return
      case 'pull-dropped':
        this.#withdrawn.dropped += 1
        return
      case 'pull-cancelled':
        this.#withdrawn.cancelled += 1
        return
    }
  }

  result(): PullSummary {
    const ended = this.#counts.succeeded + this.#counts.failed
    return {
      ...this.#counts,
      ...this.#withdrawn,
      failedByCode: sorted(this.#failedByCode),
      unfinished: this.#ledger.runningInFleet,
      durationMs: this.#durationMs.result(),
      queueWaitMs: this.#queueWaitMs.result(),
      fleetPeak: this.#fleetPeak,
      agentPeak: this.#agentPeak,
      downloadedBytes: this.#downloadedBytes,
      requestsPerPull: ended === 0 ? null : this.#requests / ended,
    }
  }

  #takePeaks(agent: number): void {
    this.#fleetPeak = Math.max(this.#fleetPeak, this.#ledger.runningInFleet)
    const pulls = this.#ledger.running(agent)
    if (pulls > (this.#agentPeak?.pulls ?? 0)) this.#agentPeak = { pulls, agent }
  }
}

function driftOf({ image, movedAtMs, mostBehind: agents, behind, lastLeft, settled }: TagMove): DriftSummary {
  const convergedAfterMs = lastLeft ? lastLeft.atMs - movedAtMs : 0
  return { image, movedAtMs, agents, convergedAfterMs: settled ? convergedAfterMs : null, behind: behind.size }
}

function addOne<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

/** Largest first, so that the same counts read the same. */
function sorted<Key extends string>(counts: Map<Key, number>): Record<Key, number> {
  const entries = [...counts].sort(([keyA, a], [keyB, b]) => b - a || (keyA < keyB ? -1 : 1))
  return Object.fromEntries(entries) as Record<Key, number>
}
