// Samples of what the agents say of their pulls: how many run, how they ended, how long they took and what they brought.
import type { RunEvent } from '../../events/events.ts'
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
      case 'refresh-unchanged':
        for (const single of pullsOf(event)) this.take(single)
        return
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

/** A refresh that was told as one, pull by pull: whenever one ends, the next begins. */
function pullsOf(refresh: Extract<RunEvent, { kind: 'refresh-unchanged' }>): RunEvent[] {
  const { agent, images, cap, fromMs, pullMs, requestsPerPull: requests, sequence, runningInFleet } = refresh
  const disk = { diskUsedBytes: 0, diskUsedAfterBytes: 0, diskSizeBytes: 0 }
  const events: RunEvent[] = []
  let running = 0
  const at = (row: number) => ({ atMs: Math.round(fromMs + row * pullMs), sequence, agent, reason: 'refresh' as const })
  const start = (index: number, row: number) => {
    const image = images[index]?.name
    if (image === undefined) return
    const counts = { running: ++running, runningInFleet, queued: images.length - index - 1 }
    // Ids below zero are nobody else's.
    events.push({ ...at(row), kind: 'pull-started', image, pull: -1 - index, ...counts, authenticated: false, ...disk })
  }
  for (const { name: image } of images) events.push({ ...at(0), kind: 'pull-queued', image, queued: images.length })
  for (let index = 0; index < cap; index += 1) start(index, 0)
  for (const [index, { name: image, digest }] of images.entries()) {
    const row = Math.floor(index / cap) + 1
    const ended = {
      outcome: 'up-to-date' as const,
      digest,
      downloadedBytes: 0,
      requests,
      durationMs: Math.round(pullMs),
    }
    events.push({ ...at(row), kind: 'pull-succeeded', image, pull: -1 - index, running: --running, ...ended })
    start(index + cap, row)
  }
  return events
}
