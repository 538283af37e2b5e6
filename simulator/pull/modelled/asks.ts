// What one pull asks of the registry: puts each request to it, counts it, and tells it where somebody listens.

import type { FaultDecision } from '../../../server/faults/fault.ts'
import { readAnswerFacts } from '../../registry/answer-facts.ts'
import { type ModelledAnswer, type ModelledRequest, noHeaders } from '../../registry/modelled-registry.ts'
import type { CountedRequest } from '../../report/registry-traffic.ts'
import type { Flow } from './flows.ts'
import type { World } from './world.ts'

/** What is told of a request. */
type AskedRequest = Pick<ModelledRequest, 'class' | 'method' | 'repository' | 'reference'>

/** A request and its answer, to be told. */
interface Answered {
  request: AskedRequest
  answer: ModelledAnswer
  bytes: number
  startedAtMs: number
  atMs: number
}

export class PullAsks {
  readonly agent: number
  readonly source: string
  /** HTTP requests, retries included. */
  requests = 0
  /** Bytes of blobs and manifests received. */
  receivedBytes = 0
  readonly #world: World
  readonly #repository: string
  readonly #image: string
  /** Requests without consequence that were answered ahead of their time. */
  #passed: Answered[] = []

  constructor(world: World, { agent, repository, image }: { agent: number; repository: string; image: string }) {
    this.#world = world
    this.agent = agent
    this.source = world.sources[agent] as string
    this.#repository = repository
    this.#image = image
  }

  /** The fault that hits a request. */
  faultOf({ class: requestClass, repository, reference }: ModelledRequest, nowMs: number): FaultDecision | null {
    const { faults } = this.#world
    const { agent, source } = this
    const ofToken = requestClass === 'token'
    const target = { repository: ofToken ? null : repository, reference }
    return faults?.decide({ class: requestClass, ...target, agent, source, pull: this.#image }, nowMs) ?? null
  }

  /** The answer of a request that is served now. That to a layer is told once its bytes are there. */
  ask(request: ModelledRequest, nowMs: number, fault: FaultDecision | null): ModelledAnswer {
    // What was passed over comes before the moment at hand, also where no exchange takes any time.
    this.settle(Number.POSITIVE_INFINITY)
    this.requests += 1
    const answer = this.#world.registry.answer(request, nowMs, fault)
    if (request.isLayer && answer.status >= 200 && answer.status < 300 && answer.lost === null) return answer
    answer.onEnd?.()
    this.#tell(this.#answered(request, answer, nowMs))
    return answer
  }

  /** The same for a request sent at `clientMs` that costs nothing and is never refused, ahead of its time; null where it must take its turn. */
  askEarly(request: ModelledRequest, clientMs: number): ModelledAnswer | null {
    const { registry, onRequest, faults, halfRoundTripMs } = this.#world
    const servedMs = clientMs + this.#world.servedMs
    if (faults !== null || !registry.isFree(request.class)) return null
    if (request.isLayer) {
      const answer = registry.answer(request, servedMs, null)
      if (answer.status !== 200) return null
      this.requests += 1
      return answer
    }
    if (onRequest !== null || (request.class !== 'ping' && request.class !== 'token')) return null
    const { repository, authorization } = request
    if (request.class === 'token' && !registry.access.grantsAlike(repository, authorization !== null)) return null
    // Where an exchange takes no time, a pull may end at the moment of its start: before others that start with it, if it took no turn.
    if (servedMs + halfRoundTripMs === clientMs) return null
    const answer = registry.answer(request, servedMs, null)
    this.requests += 1
    this.#passed.push(this.#answered(request, answer, servedMs))
    return answer
  }

  /** The body of a blob has ended, or is cut. */
  bodyEnded({ request, answer, startedAtMs, bytesPerSecond }: Flow, bytes: number, atMs: number): void {
    answer.onEnd?.()
    // What comes beside the shared link comes at its own even pace.
    if (bytesPerSecond !== null && bytes > 0) {
      this.#world.traffic.addServed({ bytes, fromMs: atMs - (bytes / bytesPerSecond) * 1_000, toMs: atMs })
    }
    this.receivedBytes += bytes
    const { class: requestClass, method, reference } = request
    const asked = { class: requestClass, method, reference, repository: this.#repository }
    this.#tell({ request: asked, answer, bytes, startedAtMs, atMs })
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

  #answered(request: ModelledRequest, answer: ModelledAnswer, atMs: number): Answered {
    return { request, answer, bytes: answer.bytes, startedAtMs: atMs - this.#world.serverLatencyMs, atMs }
  }

  #tell({ request, answer, bytes, startedAtMs, atMs }: Answered): void {
    const { traffic, onRequest } = this.#world
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
    if (requestClass === 'token') return this.#world.registry.access.tokenPath ?? '/token'
    return `/v2/${repository}/${requestClass === 'blob' ? 'blobs' : 'manifests'}/${reference}`
  }
}
