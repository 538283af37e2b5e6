// How far a run has come, counted from its events alone. The live view and the plain lines both read it.
import type { Lateness, RunEvent } from '../events/events.ts'
import type { Scenario } from '../scenario/scenario.ts'

type RequestEvent = Extract<RunEvent, { kind: 'registry-request' }>

/** The span of wall time that the transfer rate is taken over. */
const rateWindowMs = 2_000

/**
 * The counts of a run so far.
 *
 * @example
 * const progress = new Progress()
 * for (const event of events) progress.take(event)
 * progress.pullsRunning // 50
 */
export class Progress {
  /** Null until the run has started. */
  scenario: Scenario | null = null
  agents = 0
  time: 'settled' | 'wall' | 'virtual' = 'wall'
  /** Of the wall: what a run by the wall keeps, and what a settled one has reached so far. */
  speed = 1
  seed = 0
  /** Milliseconds of simulated time of the latest event. */
  nowMs = 0
  pullsRunning = 0
  pullsQueued = 0
  pullsSucceeded = 0
  pullsFailed = 0
  receivedBytes = 0
  /** Requests that the registry answered with status 429. */
  tooManyRequests = 0
  /** How late a run by the wall is. */
  lateness: Lateness | null = null
  lastAction: { atMs: number; text: string } | null = null
  /** Null until the run was judged. */
  judged: Extract<RunEvent, { kind: 'run-judged' }> | null = null
  readonly #ready = new Set<number>()
  /** Those that ended within the window before the latest event, oldest first. */
  readonly #recentRequests: RequestEvent[] = []

  get agentsReady(): number {
    return this.#ready.size
  }

  take(event: RunEvent): void {
    this.nowMs = Math.max(this.nowMs, event.atMs)
    switch (event.kind) {
      case 'run-started':
        this.scenario = event.scenario
        this.agents = event.scenario.groups.reduce((sum, { agents }) => sum + agents, 0)
        this.time = event.time
        this.speed = event.speed
        this.seed = event.seed
        return
      case 'agent-ready':
        this.#ready.add(event.agent)
        return
      case 'agent-stopped':
        this.#ready.delete(event.agent)
        return
      case 'check-in-answered':
        // An agent whose definitions changed says again that it is ready, once it is.
        if (event.changed) this.#ready.delete(event.agent)
        return
      case 'timeline-action':
        this.lastAction = { atMs: event.atMs, text: `${event.action} ${event.detail}`.trim() }
        return
      case 'run-judged':
        this.judged = event
        return
      case 'lateness':
        this.lateness = event
        return
      case 'registry-request':
        this.#takeRequest(event)
        return
      default:
        this.#takePull(event)
    }
  }

  /** Bytes per second of wall time over the last two seconds: what the machine moves, whatever the speed of the run. */
  bytesPerSecond(nowMs: number): number {
    const fromMs = Math.max(0, nowMs - rateWindowMs * this.speed)
    let bytes = 0
    for (const { startedAtMs, atMs, bytes: size } of this.#recentRequests) {
      if (atMs > fromMs) bytes += size * Math.min(1, (atMs - fromMs) / Math.max(1, atMs - startedAtMs))
    }
    const windowMs = Math.max(nowMs - fromMs, 1) / this.speed
    return (bytes * 1_000) / windowMs
  }

  #takePull(event: RunEvent): void {
    switch (event.kind) {
      case 'pull-queued':
        this.pullsQueued += 1
        break
      case 'pull-cancelled':
      case 'pull-refused':
        this.pullsQueued -= 1
        break
      case 'pull-started':
        this.pullsQueued -= 1
        this.pullsRunning += 1
        break
      case 'pull-dropped':
        this.pullsRunning -= 1
        break
      case 'pull-succeeded':
        this.pullsRunning -= 1
        this.pullsSucceeded += 1
        break
      case 'pull-failed':
        this.pullsRunning -= 1
        this.pullsFailed += 1
        break
    }
  }

  #takeRequest(event: RequestEvent): void {
    if (event.status === 429) this.tooManyRequests += 1
    if (event.class === 'push' || event.bytes === 0) return
    this.receivedBytes += event.bytes
    const fromMs = event.atMs - rateWindowMs * this.speed
    while ((this.#recentRequests[0]?.atMs ?? Number.POSITIVE_INFINITY) <= fromMs) this.#recentRequests.shift()
    this.#recentRequests.push(event)
  }
}
