// Samples of what the agents say of their pulls: how many run, how they ended, how long they took and what they brought.
import type { RunEvent } from '../../run/events.ts'
import { type LedgerPull, PullLedger } from '../pull-ledger.ts'
import type { EmitSample } from '../signals.ts'
import type { Observer } from './observer.ts'

/** Watches pulls and prunes. Counts running pulls itself, so that an agent that miscounts is found out. */
export class PullObserver implements Observer {
  readonly #emit: EmitSample
  readonly #ledger = new PullLedger()
  /** When each agent last queued the refresh of an image. */
  readonly #refreshedAtMs = new Map<number, Map<string, number>>()

  constructor(emit: EmitSample) {
    this.#emit = emit
  }

  take(event: RunEvent): void {
    const pull = this.#ledger.take(event)
    switch (event.kind) {
      case 'pull-queued':
        this.#emit('pulls-queued', { ...queuedSubject(event), value: 1 })
        if (event.reason === 'refresh') this.#takeRefresh(event)
        return
      case 'pull-refused':
        this.#emit('pulls-refused', { ...queuedSubject(event), value: 1 })
        return
      case 'pull-started':
      case 'pull-succeeded':
      case 'pull-failed':
      case 'pull-dropped':
        this.#takeChange(event, pull)
        return
      case 'image-pruned': {
        const { atMs, agent, image } = event
        this.#emit('images-pruned', { atMs, agent, image, value: 1 })
        return
      }
      case 'agent-stopped':
        // The refresh timer starts anew with the agent: a gap over a restart says nothing of the interval.
        this.#refreshedAtMs.delete(event.agent)
        return
    }
  }

  #takeChange(
    event: Extract<RunEvent, { kind: 'pull-started' | 'pull-succeeded' | 'pull-failed' | 'pull-dropped' }>,
    pull: LedgerPull | null,
  ): void {
    const { atMs, agent, image } = event
    this.#emit('pulls-running', { atMs, agent, image, value: this.#ledger.running(agent) })
    const reason = pull?.reason ?? ('reason' in event ? event.reason : null)
    const subject = { atMs, agent, image, reason, authenticated: pull?.authenticated ?? null }
    if (event.kind === 'pull-started') {
      this.#emit('pulls-started', { ...subject, value: 1 })
      if (pull && pull.waitedMs !== null) this.#emit('queue-wait', { ...subject, value: pull.waitedMs })
    } else if (event.kind === 'pull-succeeded') {
      this.#emit('pulls-succeeded', { ...subject, value: 1 })
      this.#emit('pull-duration', { ...subject, value: event.durationMs })
      this.#emit('downloaded-bytes', { ...subject, value: event.downloadedBytes })
    } else if (event.kind === 'pull-failed') {
      this.#emit('pulls-failed', { ...subject, value: 1 })
      if (event.code === 'TOOMANYREQUESTS') this.#emit('pulls-denied', { ...subject, value: 1 })
    }
  }

  #takeRefresh({ atMs, agent, image }: Extract<RunEvent, { kind: 'pull-queued' }>): void {
    const times = this.#refreshedAtMs.get(agent) ?? new Map<string, number>()
    this.#refreshedAtMs.set(agent, times)
    const previousMs = times.get(image)
    times.set(image, atMs)
    if (previousMs !== undefined) this.#emit('refresh-gap', { atMs, agent, image, value: atMs - previousMs })
  }
}

function queuedSubject({ atMs, agent, image, reason }: Extract<RunEvent, { kind: 'pull-queued' | 'pull-refused' }>) {
  return { atMs, agent, image, reason }
}
