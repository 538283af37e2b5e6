// The HTTP front of a registry: reads what is asked, asks who asks, asks the policy, has it answered, and writes it down.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '../../server/kernel/clock.ts'
import { Timekeeper } from '../../server/kernel/timekeeper.ts'
import { turnOf } from '../../server/kernel/turns.ts'
import { type Work, workHeader } from '../../server/kernel/work.ts'
import type { RegistryAccount } from '../scenario/scenario.ts'
import { readAnswerFacts } from './answer-facts.ts'
import { BasicFlow, BearerFlow } from './authentication.ts'
import type { Backend, Route } from './backend/backend.ts'
import type { BlobHost } from './blob-host.ts'
import { RegistryProblem } from './errors.ts'
import { CallerGone, Exchange, goneSignalOf } from './exchange.ts'
import { type FaultDecider, strike } from './faults/strike.ts'
import type { RequestRecord } from './journal.ts'
import type { Policy, PolicyRequest, Profile } from './policy/policy.ts'
import type { RequestPart } from './request-class.ts'
import type { ShapedAnswer, Shaper } from './shaping.ts'
import { assertRepositoryName, readTarget, type Target } from './target.ts'

/** Sent with what a run pushes. */
export const publisherHeader = 'x-kasm-sim-publisher'
/** Of a user agent the journal keeps so many characters. */
const userAgentMax = 256

interface FrontOptions {
  profile: Profile
  accounts: readonly RegistryAccount[]
  clock: Clock
  /** Answers what is let through. */
  backend: Backend
  trustSimulationHeaders: boolean
  /** Where blobs are redirected to; null where they are answered here. */
  blobHost: BlobHost | null
  /** Null where nothing holds back what goes out. */
  shaper: Shaper | null
  /** Null where nothing goes wrong. */
  faults: FaultDecider | null
  /** Told of each request once all is known of it, and of the work that it is part of. */
  onEnd: (record: RequestRecord, work: number | null) => void
}

/** Answers requests. */
export class Front {
  readonly #options: FrontOptions
  readonly #policy: Policy
  readonly #flow: BearerFlow | BasicFlow | null
  readonly #routes: Record<Target['endpoint'], Record<string, Route>>

  constructor(options: FrontOptions) {
    this.#options = options
    this.#policy = options.profile.createPolicy(options.accounts)
    this.#flow = flowOf(options)
    const { routes } = options.backend
    this.#routes = { ...routes, blob: { ...routes.blob, ...redirectRoutes(options) }, token: tokenRoutes(this.#flow) }
  }

  /** Passwords that end are good anew from now on. */
  renewPasswords(): void {
    this.#flow?.renewPasswords()
  }

  /** Answers one request; never throws. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = readTarget(request.method ?? '', request.url ?? '')
    return this.#serve(request, response, target, (exchange) => this.#answer(exchange))
  }

  /** The same of a request to the host of redirected blobs, where no policy is asked. */
  handleBlob(blobHost: BlobHost, request: IncomingMessage, response: ServerResponse): Promise<void> {
    return this.#serve(request, response, blobHost.readTarget(request.url ?? ''), async (exchange) => {
      if (!blobHost.refuses(exchange)) await this.#options.backend.routes.blob[request.method ?? '']?.(exchange)
    })
  }

  async #serve(
    request: IncomingMessage,
    response: ServerResponse,
    target: Target,
    answer: (exchange: Exchange) => Promise<void>,
  ): Promise<void> {
    const { clock, shaper } = this.#options
    const { source, agent, work, isPublisher } = this.#callerOf(request)
    // Whoever asked has left before it was read.
    if (work === 'over') {
      response.destroy()
      return
    }
    const gone = goneSignalOf(response)
    const shaped = isPublisher ? null : (shaper?.answer(agent, response, gone, work) ?? null)
    const exchange = new Exchange({ request, response, target, source, shaped, work, gone })
    let startedAtMs = clock.nowMs()
    let waitMs: number | undefined
    exchange.onHead = () => {
      waitMs = Math.round(clock.nowMs() - startedAtMs)
    }
    let isKnown = false
    const end = () => {
      if (isKnown) return
      isKnown = true
      // What is left of a body that nobody wanted lies before the next request.
      request.resume()
      exchange.onEnd?.()
      // What a network has not brought to an answer before its caller left has not been asked of the registry.
      if (shaped !== null && exchange.status === null) return
      const status = exchange.status ?? 0
      const seen = { ...recordOf(exchange, clock.nowMs()), agent, status, startedAtMs }
      this.#options.onEnd(waitMs === undefined ? seen : { ...seen, waitMs }, work?.number ?? null)
    }
    exchange.onKnown = end
    response.on('finish', end).on('close', end).on('error', ignore)
    request.on('error', ignore)
    const leave = work?.join()
    response.on('close', () => leave?.())
    try {
      if (shaped) startedAtMs = await travel(exchange, shaped, clock)
      else if (work && isFrozen(clock)) await takeTurn(exchange, work, clock)
      if (!(await this.#strike(exchange, agent))) await answer(exchange)
    } catch (error) {
      refuse(exchange, error)
    }
  }

  /** Faults come before the policy is asked: what does not get through counts towards no limit. */
  async #strike(exchange: Exchange, agent: number | null): Promise<boolean> {
    const { faults } = this.#options
    const { target, source } = exchange
    const { class: requestClass, repository, reference } = target
    const request = { class: requestClass, repository: repository || null, reference: reference || null, agent, source }
    const hit = faults?.decide(request) ?? null
    if (faults === null || hit === null) return false
    exchange.fault = hit.fault
    return strike(exchange, hit.effect, faults)
  }

  async #answer(exchange: Exchange): Promise<void> {
    const { endpoint, repository, path } = exchange.target
    const isOtherToken = this.#flow instanceof BearerFlow && endpoint === 'token' && path !== this.#flow.tokenPath
    const methods = isOtherToken ? {} : this.#routes[endpoint]
    if (Object.keys(methods).length === 0) throw new RegistryProblem('UNSUPPORTED', null, { status: 404 })
    if (endpoint !== 'ping' && endpoint !== 'token') assertRepositoryName(repository)
    const route = methods[exchange.request.method ?? '']
    if (!route) throw new RegistryProblem('UNSUPPORTED', null, { headers: { allow: Object.keys(methods).join(', ') } })
    await this.#admit(exchange)
    if (!exchange.answered) await route(exchange)
  }

  /** Asks for a credential where there must be one, and the policy before that is said. */
  async #admit(exchange: Exchange): Promise<void> {
    const { target, source } = exchange
    const problem = target.endpoint === 'token' ? null : this.#problemOf(exchange)
    const decision = this.#policy.decide(await this.#policyRequest(exchange, problem), this.#options.clock.nowMs())
    exchange.policyHeaders = decision.headers
    exchange.rateLimitRemaining = decision.rateLimitRemaining
    if (!decision.allowed) {
      exchange.refuse(decision)
      return
    }
    exchange.onEnd = decision.onEnd ?? null
    if (!problem) return
    exchange.policyHeaders = this.#policy.challengeHeaders(source)
    throw problem
  }

  #problemOf(exchange: Exchange): RegistryProblem | null {
    try {
      this.#flow?.authorize(exchange)
      return null
    } catch (error) {
      if (error instanceof RegistryProblem) return error
      throw error
    }
  }

  /** Of a request that is about to be challenged the backend is not asked: it has not been let through. */
  async #policyRequest(exchange: Exchange, problem: RegistryProblem | null): Promise<PolicyRequest> {
    const { request, target, source, user } = exchange
    const isManifest = target.endpoint === 'manifest' && problem === null
    const manifest = isManifest ? await this.#options.backend.identify(exchange) : null
    return {
      method: request.method ?? '',
      class: target.class,
      repository: target.repository || null,
      reference: target.reference || null,
      digest: manifest?.digest ?? null,
      role: manifest?.role ?? null,
      source,
      user,
      challenged: problem !== null,
      ...partOf(exchange),
      ...(request.headers.authorization === undefined ? {} : { authorization: request.headers.authorization }),
    }
  }

  /** The run's own fleet says in headers whom it stands for; nobody else is believed. */
  #callerOf({ headers, socket }: IncomingMessage): Caller {
    const address = socket.remoteAddress ?? ''
    const { trustSimulationHeaders, clock } = this.#options
    if (!trustSimulationHeaders) return { source: address, agent: null, work: null, isPublisher: false }
    const source = headers['x-kasm-sim-source']
    const agent = headers['x-kasm-sim-agent']
    const number = headers[workHeader]
    const work = number === undefined || !(clock instanceof Timekeeper) ? null : (clock.work.find(number) ?? 'over')
    return {
      source: typeof source === 'string' && /^[\w.:%-]{1,64}$/.test(source) ? source : address,
      agent: typeof agent === 'string' && /^\d{1,9}$/.test(agent) ? Number(agent) : null,
      work,
      isPublisher: headers[publisherHeader] !== undefined,
    }
  }
}

interface Caller {
  source: string
  agent: number | null
  /** What it has begun and waits for; `over` where it waits no more. */
  work: Work | 'over' | null
  /** Whether it pushes for a run, from beside the registry: the network between is that of the agents. */
  isPublisher: boolean
}

/**
 * Brings a request to the registry, and returns when it arrived. One whose caller leaves on its way is not one for the policy: nothing
 * has been asked of the registry yet.
 */
async function travel(exchange: Exchange, shaped: ShapedAnswer, clock: Clock): Promise<number> {
  await exchange.hold(() => shaped.wayThere())
  return clock.nowMs() - shaped.serverLatencyMs
}

/** What reaches the registry at one moment of a clock that is moved on reaches it one after the other, as it was begun. */
function takeTurn(exchange: Exchange, { number }: Work, clock: Timekeeper): Promise<void> {
  return exchange.hold((gone) => clock.wait(0, gone, turnOf('exchange', number)))
}

function isFrozen(clock: Clock): clock is Timekeeper {
  return clock instanceof Timekeeper && clock.state.isFrozen
}

function flowOf({ profile, accounts, backend, clock }: FrontOptions): BearerFlow | BasicFlow | null {
  const { authentication } = profile
  if (authentication.scheme === 'bearer') return new BearerFlow({ authentication, accounts, backend, clock })
  return authentication.scheme === 'basic' ? new BasicFlow({ authentication, accounts, clock }) : null
}

/** A blob that the backend knows not to have is refused here. */
function redirectRoutes({ blobHost, backend }: FrontOptions): Record<string, Route> {
  if (blobHost === null) return {}
  const redirect: Route = (exchange) => {
    const { repository, reference } = exchange.target
    if (backend.knowsBlob?.(repository, reference) ?? true) return blobHost.redirect(exchange)
    return backend.routes.blob[exchange.request.method ?? '']?.(exchange)
  }
  return { GET: redirect, HEAD: redirect }
}

/** The part of its class that a request is of, where limits tell it apart. */
function partOf({ request, target }: Exchange): { part?: RequestPart } {
  if (target.endpoint === 'manifest' && request.method === 'PUT') return { part: 'manifest-push' }
  return target.endpoint === 'tags' ? { part: 'tag-list' } : {}
}

function tokenRoutes(flow: BearerFlow | BasicFlow | null): Record<string, Route> {
  if (!(flow instanceof BearerFlow)) return {}
  const post: Route = (exchange) => flow.postToken(exchange)
  return { GET: (exchange) => flow.getToken(exchange), POST: flow.tokenByPost ? post : notFound }
}

function notFound(): never {
  throw new RegistryProblem('UNSUPPORTED', null, { status: 404 })
}

function recordOf(exchange: Exchange, nowMs: number) {
  const { request, target, source, user, bytesSent, rateLimitRemaining, fault, headers } = exchange
  const userAgent = request.headers['user-agent']?.slice(0, userAgentMax)
  return {
    source,
    method: request.method ?? '',
    path: target.path,
    class: target.class,
    repository: target.repository || null,
    reference: target.reference || null,
    bytes: bytesSent,
    authenticated: user !== null,
    rateLimitRemaining,
    ...(userAgent === undefined ? {} : { userAgent }),
    ...readAnswerFacts(headers, nowMs),
    ...(fault === null ? {} : { fault }),
  }
}

function refuse(exchange: Exchange, error: unknown): void {
  if (error instanceof CallerGone || exchange.answered) {
    exchange.cut()
  } else if (error instanceof RegistryProblem) {
    exchange.reply(error.status, { 'content-type': 'application/json', ...error.headers }, error.body)
  } else {
    const message = error instanceof Error ? error.message : String(error)
    exchange.json(500, { errors: [{ code: 'UNKNOWN', message, detail: null }] })
  }
}

/** A connection that breaks is no error of the registry's; the answer's end is written down all the same. */
function ignore(): void {}
