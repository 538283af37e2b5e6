// Samples of what the agents say of their pulls: how many run, how they ended, how long they took and what they brought.
import type { RunEvent } from '../../events/events.ts'
import type { Intervals } from '../intervals.ts'
import { type LedgerPull, PullLedger } from '../pull-ledger.ts'
import type { EmitSample, Signal } from '../signals.ts'
import type { Observer } from './observer.ts'
import { RefreshGaps } from './refresh-gaps.ts'

type RefreshUnchanged = Extract<RunEvent, { kind: 'refresh-unchanged' }>

const unchanged = { reason: 'refresh', authenticated: false } as const

/** Watches pulls and prunes. Counts running pulls itself, so that an agent that miscounts is found out. */
export class PullObserver implements Observer {
  readonly #emit: EmitSample
  readonly #ledger = new PullLedger()
  readonly #gaps: RefreshGaps
  readonly #wanted: ReadonlySet<Signal>

  /** Of a refresh that is told as one, only the samples in `wanted` are made: there may be millions. */
  constructor(
    emit: EmitSample,
    { wanted, intervals }: { wanted: ReadonlySet<Signal>; intervals: readonly Intervals[] },
  ) {
    this.#emit = emit
    this.#wanted = wanted
    this.#gaps = new RefreshGaps(emit, intervals)
  }

  take(event: RunEvent): void {
    const pull = this.#ledger.take(event)
    if (this.#wanted.has('refresh-gap')) this.#gaps.take(event)
    switch (event.kind) {
      case 'pull-queued':
        this.#emit('pulls-queued', { ...queuedSubject(event), value: 1 })
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
        this.#takeUnchanged(event)
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
      if (pull && pull.waitedMs !== null) {
        this.#emit('queue-wait', { ...subject, atMs: atMs - pull.waitedMs, value: pull.waitedMs })
      }
    } else if (event.kind === 'pull-succeeded') {
      this.#emit('pulls-succeeded', { ...subject, value: 1 })
      this.#emit('pull-duration', { ...subject, atMs: atMs - event.durationMs, value: event.durationMs })
      this.#emit('downloaded-bytes', { ...subject, value: event.downloadedBytes })
    } else if (event.kind === 'pull-failed') {
      this.#emit('pulls-failed', { ...subject, value: 1 })
      if (event.code === 'TOOMANYREQUESTS') this.#emit('pulls-denied', { ...subject, value: 1 })
    }
  }

  /** A refresh that was told as one, pull by pull: whenever one ends, the next begins. The agent does nothing else meanwhile. */
  #takeUnchanged(refresh: RefreshUnchanged): void {
    const { agent, images, cap, fromMs, pullMs } = refresh
    const queuedAtMs = Math.round(fromMs)
    for (const { name: image } of images) {
      this.#tell('pulls-queued', { atMs: queuedAtMs, agent, image, reason: 'refresh', value: 1 })
    }
    let running = this.#ledger.running(agent)
    const start = (index: number, row: number) => {
      const image = images[index]?.name
      if (image === undefined) return
      const atMs = Math.round(fromMs + row * pullMs)
      running += 1
      this.#tell('pulls-running', { atMs, agent, image, value: running })
      this.#tell('pulls-started', { ...unchanged, atMs, agent, image, value: 1 })
      this.#tell('queue-wait', { ...unchanged, atMs: queuedAtMs, agent, image, value: atMs - queuedAtMs })
    }
    for (let index = 0; index < cap; index += 1) start(index, 0)
    for (const [index, { name: image }] of images.entries()) {
      const row = Math.floor(index / cap) + 1
      const atMs = Math.round(fromMs + row * pullMs)
      running -= 1
      this.#tell('pulls-running', { atMs, agent, image, value: running })
      this.#tell('pulls-succeeded', { ...unchanged, atMs, agent, image, value: 1 })
      const value = Math.round(pullMs)
      this.#tell('pull-duration', { ...unchanged, atMs: atMs - value, agent, image, value })
      this.#tell('downloaded-bytes', { ...unchanged, atMs, agent, image, value: 0 })
      start(index + cap, row)
    }
  }

  #tell(signal: Signal, sample: Parameters<EmitSample>[1]): void {
    if (this.#wanted.has(signal)) this.#emit(signal, sample)
  }

  finish(endMs: number): void {
    for (const { agent, image, reason, queuedAtMs: atMs } of this.#ledger.queuedPulls()) {
      this.#tell('queue-wait', { atMs, agent, image, reason, value: endMs - atMs, state: 'open' })
    }
    for (const { agent, image, reason, authenticated, startedAtMs: atMs } of this.#ledger.runningPulls()) {
      const value = endMs - atMs
      const pull = { atMs, agent, image, reason, authenticated, state: 'open' } as const
      this.#tell('pull-duration', { ...pull, value })
      // How much it has received by now nobody tells before it ends.
      this.#tell('downloaded-bytes', { ...pull, value: 0 })
    }
    this.#gaps.finish(endMs)
  }
}

function queuedSubject({ atMs, agent, image, reason }: Extract<RunEvent, { kind: 'pull-queued' | 'pull-refused' }>) {
  return { atMs, agent, image, reason }
}
