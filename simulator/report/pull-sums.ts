// The pulls of a run in numbers.
import { PullLedger } from '../checks/pull-ledger.ts'
import type { PullFailureCode, RunEvent } from '../events/events.ts'
import { type Distribution, DistributionRecorder, type OpenDistribution } from './distribution.ts'
import { sorted } from './registry-traffic.ts'

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

/** Sums up what agents say of their pulls. */
export class PullSums {
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
        this.#takePeaks(event.agent, this.#ledger.running(event.agent), event.runningInFleet)
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
        this.#failedByCode.set(event.code, (this.#failedByCode.get(event.code) ?? 0) + 1)
        this.#requests += event.requests
        return
      case 'refresh-unchanged':
        this.#takeRefresh(event)
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

  /** How long pulls take and wait, those that do so still at this moment included. */
  timings(atMs: number): { durationMs: OpenDistribution | null; queueWaitMs: OpenDistribution | null } {
    const running = this.#ledger.runningPulls().map(({ startedAtMs }) => atMs - startedAtMs)
    const queued = this.#ledger.queuedPulls().map(({ queuedAtMs }) => atMs - queuedAtMs)
    return {
      durationMs: this.#durationMs.resultWithOpen(running),
      queueWaitMs: this.#queueWaitMs.resultWithOpen(queued),
    }
  }

  #takePeaks(agent: number, pulls: number, inFleet: number): void {
    this.#fleetPeak = Math.max(this.#fleetPeak, inFleet)
    if (pulls > (this.#agentPeak?.pulls ?? 0)) this.#agentPeak = { pulls, agent }
  }

  #takeRefresh(refresh: Extract<RunEvent, { kind: 'refresh-unchanged' }>): void {
    const { agent, images, cap, fromMs, pullMs, requestsPerPull } = refresh
    this.#counts.started += images.length
    this.#counts.succeeded += images.length
    this.#counts.upToDate += images.length
    this.#requests += images.length * requestsPerPull
    this.#durationMs.record(pullMs, images.length)
    for (let first = 0; first < images.length; first += cap) {
      const waitedMs = Math.round(fromMs + (first / cap) * pullMs) - Math.round(fromMs)
      this.#queueWaitMs.record(waitedMs, Math.min(cap, images.length - first))
    }
    this.#takePeaks(agent, Math.min(cap, images.length), refresh.runningInFleet)
  }
}
