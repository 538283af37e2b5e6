// A thread of a pull in virtual time: asks the registry, waits and lets bytes flow, with no promise behind it. Its clock is the client's:
// a request is served later than it is sent, and heard of later still.

import type { FaultDecision } from '../../../../server/faults/fault.ts'
import { sentSizeBytes } from '../../../../server/faults/spoiled-body.ts'
import type { Task } from '../../../../server/kernel/event-queue.ts'
import type { RequestClass } from '../../../registry/request-class.ts'
import { readTarget } from '../../../registry/target.ts'
import {
  blobHostUrl,
  type VirtualAnswer,
  type VirtualAuthorization,
  type VirtualRequest,
} from '../../../registry/virtual/virtual-registry.ts'
import { PullThread, type ThreadOwner } from '../../protocol/pull-thread.ts'
import { type Answer, BlobBody, noAnswer, type RegistryRequest, type Step } from '../../protocol/steps.ts'
import { nowhere } from './answer-facts.ts'
import type { FleetWire } from './fleet-wire.ts'
import type { RequestLedger } from './request-ledger.ts'

export class VirtualThread<Result = unknown> extends PullThread<Result> implements Task {
  /** Orders what ends at one moment. */
  readonly id: number
  readonly #wire: FleetWire
  readonly #ledger: RequestLedger
  /** Orders what is due at one moment. */
  readonly #place: number | undefined
  #clientMs: number
  #doing: 'nothing' | 'asking' | 'opening' | 'flowing' | 'pausing' | 'waiting' = 'nothing'
  /** The request under way, and as the registry is asked it. */
  #request: RegistryRequest | null = null
  #asked: VirtualRequest | null = null
  /** What hits the request under way; undefined until it is known. */
  #fault: FaultDecision | null | undefined
  /** The last answer whose body is a blob, and when it was asked for. */
  #answer: VirtualAnswer | null = null
  #askedMs = 0
  #body: BlobBody | null = null
  #bodyBytes = 0
  #bodyEndMs = 0
  /** Whether a fault has altered bytes of the blob that is received. */
  #isAltered = false

  constructor(
    owner: ThreadOwner<Result>,
    ledger: RequestLedger,
    wire: FleetWire,
    { nowMs, place }: { nowMs: number; place?: number },
  ) {
    super(owner, ledger)
    this.#wire = wire
    this.#ledger = ledger
    this.#place = place
    this.#clientMs = nowMs
    this.id = wire.nextId()
  }

  get nowMs(): number {
    return this.#clientMs
  }

  get agent(): number {
    return this.#ledger.agent
  }

  fork<Other>(owner: ThreadOwner<Other>): VirtualThread<Other> {
    return new VirtualThread(owner, this.#ledger, this.#wire, { nowMs: this.#clientMs })
  }

  /** What costs nothing and is never refused is answered ahead of its time. */
  askAtOnce(request: RegistryRequest): Answer | null {
    const asked = this.#modelled(request)
    this.#request = request
    this.#asked = asked
    if (asked === null) return null
    const early = this.#ledger.askEarly(request, asked, this.#clientMs)
    return early === null ? null : this.#answered(request, early, this.#clientMs + this.#wire.servedMs)
  }

  due(nowMs: number): void {
    switch (this.#doing) {
      case 'waiting':
        this.#doing = 'nothing'
        this.#clientMs = nowMs
        this.resume(noAnswer)
        break
      case 'opening':
        this.#doing = 'flowing'
        this.#wire.flows.open(this, this.#bodyBytes, nowMs)
        break
      case 'pausing':
        this.flowed(nowMs)
        break
      case 'asking':
        this.#served(nowMs)
        break
    }
  }

  /** All its bytes are here. */
  flowed(nowMs: number): void {
    if (this.isOver) return
    this.#doing = 'nothing'
    this.#clientMs = nowMs
    this.#bodyEnded(this.#bodyBytes, nowMs)
    this.resume(noAnswer)
  }

  protected carryOut(step: NonNullable<Step>): Answer | undefined {
    if (typeof step === 'number') return this.#wait(step)
    return step instanceof BlobBody ? this.#receive(step) : this.#ask(step)
  }

  protected catchUp(nowMs: number): void {
    if (nowMs > this.#clientMs) this.#clientMs = nowMs
  }

  protected release(): void {
    const doing = this.#doing
    if (doing === 'nothing') return
    this.#doing = 'nothing'
    if (doing === 'opening' || doing === 'flowing' || doing === 'pausing') this.#cut(doing, this.#wire.nowMs())
  }

  /** Waits by the queue, since others may act meanwhile; with nothing to wait for it goes on at once. */
  #wait(durationMs: number): Answer | undefined {
    const untilMs = this.#clientMs + durationMs
    if (untilMs <= this.#wire.nowMs()) return noAnswer
    this.#doing = 'waiting'
    this.#wire.schedule(untilMs, this, this.#place)
    return undefined
  }

  #ask(request: RegistryRequest): Answer | undefined {
    // A script that has tried to ask at once has said already what it asks.
    const early = this.#request === request ? null : this.askAtOnce(request)
    if (early !== null) return early
    if (this.#asked === null) {
      this.#request = null
      this.#ledger.requests += 1
      return nowhere(String(request.location))
    }
    this.#doing = 'asking'
    this.#wire.schedule(this.#clientMs + this.#wire.servedMs, this, this.#place)
    return undefined
  }

  /** The request arrives at the registry. */
  #served(nowMs: number): void {
    const asked = this.#asked as VirtualRequest
    if (this.#fault === undefined) {
      this.#fault = this.#ledger.faultOf(asked, nowMs)
      const effect = this.#fault?.effect
      if (effect?.kind === 'latency' && effect.delayMs > 0) {
        // What is held back is answered only then, with what the registry has then.
        this.#wire.schedule(nowMs + effect.delayMs, this, this.#place)
        return
      }
    }
    const request = this.#request as RegistryRequest
    const answer = this.#ledger.ask(request, asked, nowMs, this.#fault)
    this.#fault = undefined
    this.#doing = 'nothing'
    this.resume(this.#answered(request, answer, nowMs))
  }

  #answered(request: RegistryRequest, answer: VirtualAnswer, servedMs: number): Answer {
    this.#clientMs = servedMs + this.#wire.halfRoundTripMs + slowMsOf(request, answer)
    this.#request = null
    if (request.kind === 'blob') {
      this.#answer = answer
      this.#askedMs = servedMs - this.#wire.servedMs
    }
    return this.#wire.answers.answerTo(request, answer)
  }

  /** A configuration comes with its answer; the bytes of a layer flow over the shared link, or beside it at a pace of their own. */
  #receive(body: BlobBody): Answer | undefined {
    const { spoiled, bytes } = this.#answer as VirtualAnswer
    this.#body = body
    this.#bodyBytes = spoiled === null ? bytes : sentSizeBytes(bytes, spoiled)
    if (body.request.purpose === 'config') {
      this.#ledger.receivedBytes += this.#bodyBytes
      this.#written(this.#bodyBytes)
      return noAnswer
    }
    const bytesPerSecond = spoiled?.kind === 'slow-body' ? spoiled.bytesPerSecond : null
    this.#doing = bytesPerSecond === null ? 'opening' : 'pausing'
    this.#bodyEndMs = this.#clientMs + (bytesPerSecond === null ? 0 : (this.#bodyBytes / bytesPerSecond) * 1_000)
    this.#wire.schedule(this.#bodyEndMs, this, this.#place)
    return undefined
  }

  #bodyEnded(bytes: number, nowMs: number): void {
    const { request } = this.#body as BlobBody
    this.#ledger.bodyEnded(request, this.#answer as VirtualAnswer, { bytes, startedAtMs: this.#askedMs, atMs: nowMs })
    this.#written(bytes)
  }

  #written(bytes: number): void {
    const body = this.#body as BlobBody
    const answer = this.#answer as VirtualAnswer
    this.#body = null
    if (body.request.offset === 0) this.#isAltered = false
    if (answer.spoiled?.kind === 'wrong-digest' || answer.spoiled?.kind === 'malformed-json') this.#isAltered = true
    body.receivedBytes = bytes
    this.#wire.answers.receive(body, answer, this.#isAltered)
  }

  /** Tells a body that nobody waits for any more, as far as it has come. */
  #cut(doing: 'opening' | 'flowing' | 'pausing', nowMs: number): void {
    const answer = this.#answer as VirtualAnswer
    const isServed = doing !== 'opening' || nowMs >= this.#clientMs - this.#wire.halfRoundTripMs
    if (!isServed) {
      answer.onEnd?.()
      return
    }
    let leftBytes = this.#bodyBytes
    if (doing === 'flowing') leftBytes = this.#wire.flows.drop(this, nowMs)
    else if (doing === 'pausing' && answer.spoiled?.kind === 'slow-body') {
      leftBytes = ((this.#bodyEndMs - nowMs) / 1_000) * answer.spoiled.bytesPerSecond
    }
    this.#bodyEnded(Math.max(0, Math.floor(this.#bodyBytes - leftBytes)), nowMs)
  }

  /** As the registry is asked it; null where it leads to nobody. Credentials go only where the script sends them. */
  #modelled(request: RegistryRequest): VirtualRequest | null {
    const { kind, method, repository, reference, offset, location } = request
    if (location !== null && location !== blobHostUrl) return this.#modelledAt(location, request)
    return {
      class: classOf(request),
      method,
      repository: kind === 'ping' ? null : repository,
      reference,
      sizeBytes: request.blobBytes - offset,
      offset,
      redirected: location !== null,
      authorization: request.authorization as VirtualAuthorization | null,
      source: this.#ledger.source,
    }
  }

  /** A request that was sent on to another address of the same registry. */
  #modelledAt(location: string, request: RegistryRequest): VirtualRequest | null {
    const base = request.registry?.url ?? ''
    if (!location.startsWith(`${base}/`)) return null
    const { class: requestClass, repository, reference } = readTarget(request.method, location.slice(base.length))
    return {
      ...{ class: requestClass, method: request.method, repository, reference, redirected: false },
      ...{ sizeBytes: request.blobBytes - request.offset, offset: request.offset, source: this.#ledger.source },
      authorization: request.authorization as VirtualAuthorization | null,
    }
  }
}

/** A layer takes its time as a flow; what is small comes at the pace of a slow body all the same. */
function slowMsOf({ purpose }: RegistryRequest, { spoiled, bytes }: VirtualAnswer): number {
  return spoiled?.kind === 'slow-body' && purpose !== 'layer' ? (bytes / spoiled.bytesPerSecond) * 1_000 : 0
}

function classOf({ kind, method }: RegistryRequest): RequestClass {
  switch (kind) {
    case 'manifest':
      return method === 'HEAD' ? 'version-check' : 'manifest'
    case 'referrers':
      return 'other'
    default:
      return kind
  }
}
