// What one pull asks of the registry: puts each request to it, counts it, and tells it where somebody listens.
import type { FaultDecision } from '../../../../server/faults/fault.ts'
import { readAnswerFacts } from '../../../registry/answer-facts.ts'
import { noHeaders, type VirtualAnswer, type VirtualRequest } from '../../../registry/virtual/virtual-registry.ts'
import type { CountedRequest } from '../../../report/registry-traffic.ts'
import type { PullProgress } from '../../protocol/outcome.ts'
import type { RegistryRequest } from '../../protocol/steps.ts'
import type { FleetWire } from './fleet-wire.ts'

/** What is told of a request. */
type AskedRequest = Pick<VirtualRequest, 'class' | 'method' | 'repository' | 'reference'>

/** A request and its answer, to be told. */
interface Answered {
  request: AskedRequest
  answer: VirtualAnswer
  bytes: number
  startedAtMs: number
  atMs: number
}

export class RequestLedger implements PullProgress {
  readonly agent: number
  readonly source: string
  requests = 0
  receivedBytes = 0
  readonly #wire: FleetWire
  /** The docker reference that is pulled. */
  readonly #pulled: string
  /** Requests without consequence that were answered ahead of their time. */
  #passed: Answered[] = []

  constructor(wire: FleetWire, { agent, source, pulled }: { agent: number; source: string; pulled: string }) {
    this.#wire = wire
    this.agent = agent
    this.source = source
    this.#pulled = pulled
  }

  /** The fault that hits a request. */
  faultOf({ class: requestClass, repository, reference }: VirtualRequest, nowMs: number): FaultDecision | null {
    const { faults } = this.#wire
    const { agent, source } = this
    const ofToken = requestClass === 'token'
    const target = { repository: ofToken ? null : repository, reference }
    return faults?.decide({ class: requestClass, ...target, agent, source, pull: this.#pulled }, nowMs) ?? null
  }

  /** The answer of a request that is served now. That to a layer is told once its bytes are there. */
  ask(request: RegistryRequest, asked: VirtualRequest, nowMs: number, fault: FaultDecision | null): VirtualAnswer {
    // What was passed over comes before the moment at hand, also where no exchange takes any time.
    this.settle(Number.POSITIVE_INFINITY)
    this.requests += 1
    const answer = this.#wire.registry.answer(asked, nowMs, fault)
    const { status, lost } = answer
    if (request.purpose === 'layer' && status >= 200 && status < 300 && lost === null) return answer
    answer.onEnd?.()
    this.#tell(this.#answered(asked, answer, nowMs))
    return answer
  }

  /** The same for a request sent at `clientMs` that costs nothing and is never refused, ahead of its time; null where it must take its turn. */
  askEarly({ purpose }: RegistryRequest, asked: VirtualRequest, clientMs: number): VirtualAnswer | null {
    const { registry, onRequest, faults, halfRoundTripMs } = this.#wire
    const servedMs = clientMs + this.#wire.servedMs
    if (faults !== null || !registry.isFree(asked.class)) return null
    if (purpose === 'layer') {
      const answer = registry.answer(asked, servedMs, null)
      if (answer.status !== 200) return null
      this.requests += 1
      return answer
    }
    if (onRequest !== null || (purpose !== 'ping' && purpose !== 'token')) return null
    const { repository, authorization } = asked
    if (purpose === 'token' && !registry.access.grantsAlike(repository, authorization !== null)) return null
    // Where an exchange takes no time, a pull may end at the moment of its start: before others that start with it, if it took no turn.
    if (servedMs + halfRoundTripMs === clientMs) return null
    const answer = registry.answer(asked, servedMs, null)
    this.requests += 1
    this.#passed.push(this.#answered(asked, answer, servedMs))
    return answer
  }

  /** The body of a layer has ended, or is cut. */
  bodyEnded(
    { repository, reference, method }: RegistryRequest,
    answer: VirtualAnswer,
    { bytes, startedAtMs, atMs }: { bytes: number; startedAtMs: number; atMs: number },
  ): void {
    answer.onEnd?.()
    // What comes beside the shared link comes at its own even pace.
    const { spoiled } = answer
    if (spoiled?.kind === 'slow-body' && bytes > 0) {
      this.#wire.traffic.addServed({ bytes, fromMs: atMs - (bytes / spoiled.bytesPerSecond) * 1_000, toMs: atMs })
    }
    this.receivedBytes += bytes
    this.#tell({ request: { class: 'blob', method, repository, reference }, answer, bytes, startedAtMs, atMs })
  }

  /** Counts the requests that were passed over and are served by now. */
  settle(nowMs: number): void {
    if (this.#passed.length === 0) return
    const passed = this.#passed
    this.#passed = passed.filter(({ atMs }) => atMs >= nowMs)
    for (const answered of passed) if (answered.atMs < nowMs) this.#tell(answered)
  }

  /** Forgets what has not happened yet. */
  drop(nowMs: number): void {
    this.settle(nowMs)
    this.#passed = []
  }

  #answered(request: VirtualRequest, answer: VirtualAnswer, atMs: number): Answered {
    return { request, answer, bytes: answer.bytes, startedAtMs: atMs - this.#wire.serverLatencyMs, atMs }
  }

  #tell({ request, answer, bytes, startedAtMs, atMs }: Answered): void {
    const { traffic, onRequest } = this.#wire
    const { class: requestClass, method, reference } = request
    const { status, headers } = answer
    const counted: CountedRequest = {
      agent: this.agent,
      source: this.source,
      class: requestClass,
      method,
      repository: requestClass === 'token' ? null : request.repository,
      reference,
      status,
      bytes,
      startedAtMs: Math.round(startedAtMs),
      atMs: Math.round(atMs),
    }
    const facts = headers === noHeaders ? null : readAnswerFacts(headers, atMs)
    traffic.add(facts === null ? counted : { ...counted, ...facts })
    if (onRequest === null) return
    const { atMs: _, ...told } = counted
    const { authenticated, rateLimitRemaining, fault } = answer
    const path = this.#pathOf(request)
    onRequest({ ...told, ...facts, path, authenticated, rateLimitRemaining, ...(fault === null ? {} : { fault }) })
  }

  #pathOf({ class: requestClass, repository, reference }: AskedRequest): string {
    if (requestClass === 'ping') return '/v2/'
    if (requestClass === 'token') return this.#wire.registry.access.tokenPath ?? '/token'
    const folder = requestClass === 'blob' ? 'blobs' : requestClass === 'other' ? 'referrers' : 'manifests'
    return `/v2/${repository}/${folder}/${reference}`
  }
}
