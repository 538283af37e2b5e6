// Holds back what the registry sends, so that real sockets carry no more than a scenario's network would: each body has its max-min
// fair share of the uplink, of its agent's downlink and of what a connection can carry. The link of virtual time reckons the shares,
// so both kinds of time share alike; one timer serves all bodies.
import type { ServerResponse } from 'node:http'
import type { Clock } from '../../../server/kernel/clock.ts'
import { tickAt } from '../../../server/kernel/event-queue.ts'
import { turnOf } from '../../../server/kernel/turns.ts'
import type { Work } from '../../../server/kernel/work.ts'
import { type Served, SharedLink } from '../../network/shared-link.ts'

/** What lies between the registry and its callers, on the registry's clock. A rate of null is no limit. */
export interface Shape {
  /** What the registry can send in all. */
  uplinkBytesPerSecond: number | null
  /** What one connection can carry. */
  connectionBytesPerSecond: number | null
  /** What an agent can receive, all its bodies together. Callers that name no agent have no limit of their own. */
  downlinkBytesPerSecond: (agent: number) => number | null
  /** The way of a request there and of its answer back, half of it each. */
  roundTripMs: number
  /** What the registry takes before it answers. */
  serverLatencyMs: number
  /** Waits about so long on the registry's clock; rejects once the signal is aborted. The turn orders what ends at one moment. */
  delay: (durationMs: number, signal: AbortSignal, turn?: number) => Promise<void>
  /** Lets each body out in one piece when the network has carried all of it: for a clock that is moved on. Default false. */
  wholeBodies?: boolean
  /** Told by how much a body had more than its network's time to reach its caller. */
  onLate?: (lateMs: number) => void
  /** Told of what the bodies bring over the network, by the registry's clock. */
  onServed?: (served: Served) => void
}

/** A body on its way. */
interface Flow {
  /** How many bytes of it may have gone out by now; waits until those are more than `sentBytes`. */
  allowedBytes(sentBytes: number): Promise<number>
  /** How many bytes of it the network has carried by now. */
  carriedBytes(): number
  /** Gives its share back and ends its wait; of no effect on a body that is through. */
  close(): void
}

/** No less than this, or the rest, is let out at a time: smaller pieces would cost more than they make smooth. */
const pieceBytesMin = 16 * 1024

const never = new AbortController().signal

/**
 * The bodies that a registry sends. A caller that takes them more slowly than its share catches up: over a whole body it gets no
 * more than its share, at one moment it may.
 *
 * @example
 * const answer = new Shaper(shape, clock).answer(7, response)
 * await answer.wayThere()
 * for await (const piece of answer.pace(blob.read(0, blob.sizeBytes), blob.sizeBytes)) response.write(piece)
 */
export class Shaper {
  readonly #shape: Shape
  readonly #clock: Clock
  /** Moments of the link count from here: small numbers are told apart more finely. */
  readonly #startMs: number
  readonly #link: SharedLink
  /** In the order in which agents came; the first is that of callers without an agent. */
  readonly #downlinksBytesPerMs: number[] = [Number.POSITIVE_INFINITY]
  readonly #placeOf = new Map<number, number>()
  readonly #flows = new Map<number, ShapedFlow>()
  #nextId = 0
  /** How far the link has been told the time. */
  #toldMs = 0
  #wakeMs = Number.POSITIVE_INFINITY
  #timer = new AbortController()

  constructor(shape: Shape, clock: Clock) {
    this.#shape = shape
    this.#clock = clock
    this.#startMs = clock.nowMs()
    const rates = {
      uplinkBytesPerMs: bytesPerMs(shape.uplinkBytesPerSecond),
      connectionBytesPerMs: bytesPerMs(shape.connectionBytesPerSecond),
      downlinkBytesPerMs: this.#downlinksBytesPerMs,
    }
    const { onServed } = shape
    const tell = (served: Served) =>
      onServed?.({ ...served, fromMs: served.fromMs + this.#startMs, toMs: served.toMs + this.#startMs })
    this.#link = new SharedLink(rates, onServed ? tell : null)
  }

  /** Stands between an answer and its caller, an agent where it says so, for the work that the caller waits for. */
  answer(agent: number | null, response: ServerResponse, gone: AbortSignal, work: Work | null = null): ShapedAnswer {
    const { roundTripMs, serverLatencyMs, delay, onLate } = this.#shape
    // Also where nothing takes any time, what reaches the registry at one moment reaches it one after the other.
    const wait = async (durationMs: number) => {
      if (durationMs > 0 || work) await delay(durationMs, gone, work ? turnOf('exchange', work.number) : undefined)
    }
    let flow: ShapedFlow | null = null
    response.once('finish', () => {
      if (flow !== null && !Number.isNaN(flow.endedAtMs)) onLate?.(this.#nowMs - flow.endedAtMs)
    })
    return new ShapedAnswer({
      serverLatencyMs,
      wayThere: () => wait(roundTripMs / 2 + serverLatencyMs),
      wayHome: () => wait(roundTripMs / 2),
      open: (sizeBytes) => {
        flow = this.#open({ agent, work }, sizeBytes)
        return flow
      },
      unshaped: (bytes) => this.#tellUnshaped(bytes),
      gone,
    })
  }

  /** Starts a body; null where nothing holds it back. */
  #open({ agent, work }: { agent: number | null; work: Work | null }, sizeBytes: number): ShapedFlow | null {
    const { uplinkBytesPerSecond, connectionBytesPerSecond, delay, wholeBodies = false } = this.#shape
    const place = this.#placeFor(agent)
    const isLimited =
      uplinkBytesPerSecond !== null ||
      connectionBytesPerSecond !== null ||
      this.#downlinksBytesPerMs[place] !== Number.POSITIVE_INFINITY
    if (sizeBytes === 0 || !isLimited) return null
    const nowMs = this.#advance()
    const id = this.#nextId++
    const flow = new ShapedFlow(sizeBytes, {
      pieceBytes: wholeBodies ? sizeBytes : pieceBytesMin,
      allow: (wantedBytes) => this.#allow(id, wantedBytes),
      carriedBytes: () => this.#carriedBytes(id, sizeBytes),
      drop: () => this.#drop(id),
      pause: () => work?.pause() ?? (() => undefined),
      turn: work ? () => delay(0, never, turnOf('body', work.number)) : null,
    })
    this.#flows.set(id, flow)
    this.#link.open({ id, agent: place, sizeBytes }, nowMs)
    this.#letGo(nowMs)
    return flow
  }

  /** A body that nothing holds back is there as soon as it is sent. */
  #tellUnshaped(bytes: number): void {
    const nowMs = this.#clock.nowMs()
    this.#shape.onServed?.({ bytes, fromMs: nowMs, toMs: nowMs })
  }

  /** How much of a body may have gone out; sees to it that its wait for more ends in time. */
  #allow(id: number, wantedBytes: number): number {
    const nowMs = this.#advance()
    const flow = this.#flows.get(id)
    if (flow === undefined) return Number.POSITIVE_INFINITY
    const { throughBytes, wantedAtMs } = this.#progressOf(id, flow.sizeBytes, wantedBytes, nowMs)
    if (throughBytes < wantedBytes) this.#wakeAt(wantedAtMs)
    return throughBytes
  }

  #carriedBytes(id: number, sizeBytes: number): number {
    const nowMs = this.#advance()
    return this.#flows.has(id) ? Math.floor(sizeBytes - this.#link.progressOf(id, nowMs).leftBytes) : sizeBytes
  }

  #drop(id: number): void {
    const nowMs = this.#advance()
    if (!this.#flows.delete(id)) return
    this.#link.drop(id, nowMs)
    this.#letGo(nowMs)
  }

  /** Brings the link up to now. Each body ends at its own moment, so that a late timer costs the others nothing. */
  #advance(nowMs = Math.max(this.#nowMs, this.#toldMs)): number {
    this.#toldMs = nowMs
    let anyEnded = false
    for (let atMs = this.#nextEndMs; atMs <= nowMs; atMs = this.#nextEndMs) {
      const ended = this.#link.takeEnded(atMs)
      // Where rounding leaves something over, a later moment takes it.
      if (ended.length === 0) ended.push(...this.#link.takeEnded(nowMs))
      if (ended.length === 0) break
      for (const id of ended) this.#end(id, atMs)
      anyEnded = true
    }
    if (anyEnded) this.#letGo(nowMs)
    return nowMs
  }

  get #nextEndMs(): number {
    return tickAt(this.#link.nextEndMs)
  }

  #end(id: number, atMs: number): void {
    const flow = this.#flows.get(id)
    this.#flows.delete(id)
    if (flow === undefined) return
    flow.endedAtMs = atMs
    flow.goOn(flow.sizeBytes)
  }

  /** In whole bytes: what rounding leaves over must not be waited for again and again. */
  #progressOf(id: number, sizeBytes: number, wantedBytes: number, nowMs: number) {
    const { leftBytes, bytesPerMs: rate } = this.#link.progressOf(id, nowMs)
    const throughBytes = sizeBytes - leftBytes
    return { throughBytes: Math.round(throughBytes), wantedAtMs: nowMs + (wantedBytes - throughBytes) / rate }
  }

  /** Lets those go on that can, and comes back when the next one can. */
  #letGo(nowMs: number): void {
    let nextMs = Number.POSITIVE_INFINITY
    for (const [id, flow] of this.#flows) {
      if (flow.wantedBytes === null) continue
      const { throughBytes, wantedAtMs } = this.#progressOf(id, flow.sizeBytes, flow.wantedBytes, nowMs)
      if (throughBytes >= flow.wantedBytes) flow.goOn(throughBytes)
      else nextMs = Math.min(nextMs, wantedAtMs)
    }
    if (nextMs === Number.POSITIVE_INFINITY) this.#cancelWake()
    else this.#wakeAt(nextMs)
  }

  /**
   * A timer that is set for an earlier moment stays: it does no harm. One that comes early, as timers do, is taken for punctual, so
   * that every wake-up lets somebody go on.
   */
  #wakeAt(atMs: number): void {
    if (atMs >= this.#wakeMs) return
    this.#cancelWake()
    this.#wakeMs = atMs
    const { signal } = this.#timer
    const wake = () => {
      if (signal.aborted) return
      this.#wakeMs = Number.POSITIVE_INFINITY
      this.#letGo(this.#advance(Math.max(this.#nowMs, this.#toldMs, atMs)))
    }
    this.#shape.delay(Math.max(0, atMs - this.#nowMs), signal, turnOf('body')).then(wake, () => undefined)
  }

  get #nowMs(): number {
    return this.#clock.nowMs() - this.#startMs
  }

  #cancelWake(): void {
    if (this.#wakeMs === Number.POSITIVE_INFINITY) return
    this.#timer.abort()
    this.#timer = new AbortController()
    this.#wakeMs = Number.POSITIVE_INFINITY
  }

  #placeFor(agent: number | null): number {
    if (agent === null) return 0
    let place = this.#placeOf.get(agent)
    if (place === undefined) {
      place = this.#downlinksBytesPerMs.push(bytesPerMs(this.#shape.downlinkBytesPerSecond(agent))) - 1
      this.#placeOf.set(agent, place)
    }
    return place
  }
}

/** One answer as the network lets it through. */
export class ShapedAnswer {
  readonly serverLatencyMs: number
  /** Lasts until the registry answers; rejects when the caller goes away. */
  readonly wayThere: () => Promise<void>
  /** Lasts until the answer is where its caller is; rejects when that goes away. */
  readonly wayHome: () => Promise<void>
  /** How many bytes of its body the network has carried, where the network holds it back. */
  carriedBytes = 0
  readonly #open: (sizeBytes: number) => Flow | null
  readonly #unshaped: (bytes: number) => void
  readonly #gone: AbortSignal

  constructor(options: {
    serverLatencyMs: number
    wayThere: () => Promise<void>
    wayHome: () => Promise<void>
    open: (sizeBytes: number) => Flow | null
    /** Told of bytes that go out without a flow. */
    unshaped: (bytes: number) => void
    /** Aborted when the caller is gone or has everything. */
    gone: AbortSignal
  }) {
    this.serverLatencyMs = options.serverLatencyMs
    this.wayThere = options.wayThere
    this.wayHome = options.wayHome
    this.#open = options.open
    this.#unshaped = options.unshaped
    this.#gone = options.gone
  }

  async *#passed(pieces: Iterable<Buffer> | AsyncIterable<Buffer>): AsyncIterable<Buffer> {
    for await (const piece of pieces) {
      this.#unshaped(piece.length)
      yield piece
    }
  }

  /** The pieces of a body as they may go out; a body that nobody waits for any more is not held back. */
  async *pace(pieces: Iterable<Buffer> | AsyncIterable<Buffer>, sizeBytes: number): AsyncIterable<Buffer> {
    const flow = this.#open(sizeBytes)
    if (flow === null) return yield* this.#passed(pieces)
    const close = () => {
      this.carriedBytes = flow.carriedBytes()
      flow.close()
    }
    if (this.#gone.aborted) close()
    this.#gone.addEventListener('abort', close)
    let sentBytes = 0
    let allowedBytes = 0
    try {
      for await (const piece of pieces) {
        for (let offset = 0; offset < piece.length; ) {
          if (sentBytes === allowedBytes) allowedBytes = await flow.allowedBytes(sentBytes)
          const part = piece.subarray(offset, offset + allowedBytes - sentBytes)
          yield part
          offset += part.length
          sentBytes += part.length
        }
      }
    } finally {
      this.#gone.removeEventListener('abort', close)
      close()
    }
  }
}

interface FlowShaper {
  /** How many bytes go out at a time. */
  pieceBytes: number
  allow(wantedBytes: number): number
  carriedBytes(): number
  drop(): void
  /** It waits: the clock need not. */
  pause(): () => void
  /** Where bodies that may go on at one moment do so one after the other. */
  turn: (() => Promise<void>) | null
}

class ShapedFlow implements Flow {
  readonly sizeBytes: number
  /** When the network had carried all of it. */
  endedAtMs = Number.NaN
  /** What it waits for; null when it does not wait. */
  wantedBytes: number | null = null
  readonly carriedBytes: () => number
  readonly #shaper: FlowShaper
  #goOn: (allowedBytes: number) => void = () => undefined

  constructor(sizeBytes: number, shaper: FlowShaper) {
    this.sizeBytes = sizeBytes
    this.#shaper = shaper
    this.carriedBytes = shaper.carriedBytes
  }

  async allowedBytes(sentBytes: number): Promise<number> {
    const { allow, pause, pieceBytes } = this.#shaper
    const wantedBytes = Math.min(sentBytes + pieceBytes, this.sizeBytes)
    const allowedBytes = allow(wantedBytes)
    if (allowedBytes >= wantedBytes) return allowedBytes
    this.wantedBytes = wantedBytes
    const goOn = pause()
    return new Promise((resolve) => {
      this.#goOn = (bytes) => {
        goOn()
        resolve(bytes)
      }
    })
  }

  /** So many bytes may go out. */
  goOn(allowedBytes: number): void {
    if (this.wantedBytes === null) return
    this.wantedBytes = null
    const { turn } = this.#shaper
    if (turn === null) this.#goOn(allowedBytes)
    else void turn().then(() => this.#goOn(allowedBytes))
  }

  close(): void {
    this.#shaper.drop()
    this.wantedBytes = null
    this.#goOn(this.sizeBytes)
  }
}

function bytesPerMs(bytesPerSecond: number | null): number {
  return bytesPerSecond === null ? Number.POSITIVE_INFINITY : bytesPerSecond / 1_000
}
