// What the events of a run have said of one agent so far. Kept apart from the agent's own state, so that an agent which miscounts or
// forgets is found out.
import type { PullReason } from '../../agent/agent.ts'
import type { RunEvent } from '../../events/events.ts'
import type { FleetGroup } from '../../scenario/scenario.ts'

interface Config {
  cap: number
  checkInIntervalMs: number
}

/** Of the agents themselves: a session's events name one, too. */
type AgentEvent = Exclude<Extract<RunEvent, { agent: number }>, { session: string }>

/** One agent as its events tell of it. */
export class AgentView {
  running = false
  startedAtMs = 0
  /** When it may look at its images after its last start. */
  looksFromMs = 0
  /** In force since the last start. */
  config: Config
  #configOnDisk: Config
  /** By docker reference: the digest. */
  readonly held = new Map<string, string>()
  readonly queue = new Map<string, { reason: PullReason; atMs: number }>()
  /** By pull. */
  readonly pulls = new Map<number, { image: string; reason: PullReason; atMs: number }>()
  /** By docker reference: when it was last queued, started, failed or refused since the agent started. */
  readonly triedAtMs = new Map<string, number>()
  /** When it last took an image in or lost one. */
  changedAtMs = 0
  /** Whether it has said so since it started. */
  saidReady = false
  /** Since it started. */
  checkIns = 0

  readonly #restartLookDelayMs: number

  constructor({ cap, checkInIntervalMs, restartLookDelayMs }: FleetGroup) {
    this.#restartLookDelayMs = restartLookDelayMs
    this.config = { cap, checkInIntervalMs }
    this.#configOnDisk = this.config
  }

  /** Whether it is pulling an image. */
  isPulling(image: string): boolean {
    for (const pull of this.pulls.values()) if (pull.image === image) return true
    return false
  }

  take(event: AgentEvent, edited: Partial<Config>): void {
    const { atMs } = event
    switch (event.kind) {
      case 'agent-started':
        Object.assign(this, {
          running: true,
          startedAtMs: atMs,
          looksFromMs: event.restart ? atMs + this.#restartLookDelayMs : atMs,
          config: this.#configOnDisk,
          saidReady: false,
          checkIns: 0,
        })
        this.triedAtMs.clear()
        return
      case 'agent-stopped':
        this.running = false
        return
      case 'agent-config-edited':
        this.#configOnDisk = { ...this.#configOnDisk, ...edited }
        return
      case 'check-in-answered':
        this.checkIns += 1
        return
      case 'check-ins-idle':
        this.checkIns += event.count
        return
      case 'agent-ready':
        this.saidReady = true
        return
      case 'image-pruned':
        if (event.image !== null) this.held.delete(event.image)
        this.changedAtMs = atMs
        return
      default:
        this.#takePull(event)
    }
  }

  #takePull(event: AgentEvent): void {
    if (!('image' in event) || event.image === null) return
    const { atMs, image } = event
    this.triedAtMs.set(image, atMs)
    switch (event.kind) {
      case 'pull-queued':
        this.queue.set(image, { reason: event.reason, atMs })
        return
      case 'pull-cancelled':
      case 'pull-refused':
        this.queue.delete(image)
        return
      case 'pull-started':
        this.queue.delete(image)
        this.pulls.set(event.pull, { image, reason: event.reason, atMs })
        return
      case 'pull-succeeded':
        this.held.set(image, event.digest)
        this.changedAtMs = atMs
        this.pulls.delete(event.pull)
        return
      case 'pull-failed':
      case 'pull-dropped':
        this.pulls.delete(event.pull)
        return
    }
  }
}
