// The HTTP front of a registry: reads what is asked, asks who asks, asks the policy, has it answered, and writes it down.
import type { IncomingMessage, ServerResponse } from 'node:http'
import querystring from 'node:querystring'
import type { Clock } from '../../../server/kernel/clock.ts'
import { Timekeeper } from '../../../server/kernel/timekeeper.ts'
import { turnOf } from '../../../server/kernel/turns.ts'
import { type Work, workHeader } from '../../../server/kernel/work.ts'
import type { RegistryAccount } from '../../scenario/scenario.ts'
import { RegistryAnswers } from '../answer/answers.ts'
import { type Problem, problemOf, RegistryProblem } from '../answer/problem.ts'
import type { RegistryRequest } from '../answer/request.ts'
import { readAnswerFacts } from '../answer-facts.ts'
import type { Backend, Route } from '../backend/backend.ts'
import type { RequestRecord } from '../journal.ts'
import type { Profile } from '../policy/policy.ts'
import type { RequestPart } from '../request-class.ts'
import { assertRepositoryName, isRepositoryName, readTarget, type Target } from '../target.ts'
import { readAuthorization, writeChallenge } from './authorization.ts'
import type { BlobHost } from './blob-host.ts'
import { CallerGone, Exchange, goneSignalOf } from './exchange.ts'
import type { ShapedAnswer, Shaper } from './shaping.ts'
import { type FaultDecider, strike } from './strike.ts'
import { TokenEndpoint } from './token-endpoint.ts'
import { TokenSigner } from './token-signer.ts'

/** Sent with what a run pushes. */
export const publisherHeader = 'x-kasm-sim-publisher'
/** Of a user agent the journal keeps so many characters. */
const userAgentMax = 256

interface RegistryServerOptions {
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
export class RegistryServer {
  readonly #options: RegistryServerOptions
  #answers: RegistryAnswers
  /** Another after each reset, so that no token of before is good. */
  #signer: TokenSigner
  readonly #routes: Record<Target['endpoint'], Record<string, Route>>

  constructor(options: RegistryServerOptions) {
    this.#options = options
    this.#answers = answersOf(options)
    this.#signer = signerOf(options)
    const { routes } = options.backend
    this.#routes = { ...routes, blob: { ...routes.blob, ...redirectRoutes(options) }, token: this.#tokenRoutes() }
  }

  /** Passwords that end are good anew from now on. */
  renewPasswords(): void {
    this.#answers.access.renewPasswords(this.#options.clock.nowMs())
  }

  /** Forgets whom it has counted and what it has granted. */
  reset(): void {
    this.#answers = answersOf(this.#options)
    this.#signer = signerOf(this.#options)
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
    const named = { repository: repository || null, reference: reference || null }
    const request = { class: requestClass, ...named, agent, source, pull: this.#pullOf(exchange.request) }
    const hit = faults?.decide(request) ?? null
    if (faults === null || hit === null) return false
    exchange.fault = hit.fault
    return strike(exchange, hit.effect, faults)
  }

  async #answer(exchange: Exchange): Promise<void> {
    const { endpoint, repository, path } = exchange.target
    const isOtherToken = endpoint === 'token' && path !== this.#answers.access.tokenPath
    const methods = isOtherToken ? {} : this.#routes[endpoint]
    if (Object.keys(methods).length === 0) throw new RegistryProblem('UNSUPPORTED', null, { status: 404 })
    if (endpoint !== 'ping' && endpoint !== 'token') assertRepositoryName(repository)
    const route = methods[exchange.request.method ?? '']
    if (!route) throw new RegistryProblem('UNSUPPORTED', null, { headers: { allow: Object.keys(methods).join(', ') } })
    if (await this.#letThrough(exchange)) await route(exchange)
  }

  /** Has the rules judge a request, and answers it where they let it not through. */
  async #letThrough(exchange: Exchange): Promise<boolean> {
    const { clock, backend } = this.#options
    const { endpoint } = exchange.target
    const request = requestOf(exchange, this.#signer)
    const admission = endpoint === 'token' ? null : this.#answers.admit(request, clock.nowMs())
    exchange.user = admission?.user ?? null
    // Of a request that is about to be refused the backend is not asked: it has not been let through.
    const isLookedUp = endpoint === 'manifest' && admission?.problem === null
    const manifest = isLookedUp ? await backend.identify(exchange) : null
    const decision =
      admission === null
        ? this.#answers.decideToken(request, clock.nowMs())
        : this.#answers.decide(request, admission, manifest, clock.nowMs())
    exchange.policyHeaders = decision.headers
    exchange.rateLimitRemaining = decision.rateLimitRemaining
    exchange.onEnd = decision.onEnd
    if (decision.no === null) return true
    if ('limit' in decision.no) exchange.refuse(decision.no.limit)
    else this.#reply(exchange, decision.no.problem)
    return false
  }

  #reply(exchange: Exchange, { status, headers, body, challenge }: Problem): void {
    const asks = challenge && writeChallenge(challenge, urlOf(exchange), this.#answers.access.tokenPath ?? '')
    exchange.reply(status, { ...headers, ...(asks === null ? {} : { 'www-authenticate': asks }) }, body)
  }

  #tokenRoutes(): Record<string, Route> {
    if (this.#answers.access.tokenPath === null) return {}
    const endpoint = new TokenEndpoint({
      signer: () => this.#signer,
      nowMs: () => this.#options.clock.nowMs(),
      grant: (request) => this.#answers.grant(request, this.#options.clock.nowMs()),
    })
    return { GET: (exchange) => endpoint.get(exchange), POST: (exchange) => endpoint.post(exchange) }
  }

  /** What a request of the run's own fleet is part of. */
  #pullOf({ headers }: IncomingMessage): string | null {
    const pull = this.#options.trustSimulationHeaders ? headers['x-kasm-sim-pull'] : undefined
    return typeof pull === 'string' ? querystring.unescape(pull) : null
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

function answersOf({ profile, accounts, backend, clock }: RegistryServerOptions): RegistryAnswers {
  const knows = (repository: string) => backend.knows(repository)
  return new RegistryAnswers({ profile, accounts, knows, startedAtMs: clock.nowMs() })
}

function signerOf({ profile: { authentication } }: RegistryServerOptions): TokenSigner {
  return new TokenSigner(authentication.scheme === 'none' ? '' : authentication.service)
}

/** A blob that the backend knows not to have is refused here. */
function redirectRoutes({ blobHost, backend }: RegistryServerOptions): Record<string, Route> {
  if (blobHost === null) return {}
  const redirect: Route = (exchange) => {
    const { repository, reference } = exchange.target
    if (backend.knowsBlob?.(repository, reference) ?? true) return blobHost.redirect(exchange)
    return backend.routes.blob[exchange.request.method ?? '']?.(exchange)
  }
  return { GET: redirect, HEAD: redirect }
}

/** The part of its class that a request is of, where limits tell it apart. */
function partOf(request: IncomingMessage, target: Target): { part?: RequestPart } {
  if (target.endpoint === 'manifest' && request.method === 'PUT') return { part: 'manifest-push' }
  return target.endpoint === 'tags' ? { part: 'tag-list' } : {}
}

/** What a request is to the rules. */
function requestOf({ request, target, source }: Exchange, signer: TokenSigner): RegistryRequest {
  const { repository, reference, endpoint, query } = target
  const from = endpoint === 'uploads' && query.has('mount') ? query.get('from') : null
  const { authorization } = request.headers
  return {
    method: request.method ?? '',
    class: target.class,
    ...partOf(request, target),
    repository: repository || null,
    reference: reference || null,
    action: target.class === 'push' ? 'push' : request.method === 'DELETE' ? 'delete' : 'pull',
    mountsFrom: from !== null && from !== repository && isRepositoryName(from) ? from : null,
    authorization: readAuthorization(authorization, signer),
    authorizationKey: authorization,
    source,
  }
}

/** The registry as the caller called it, unless that is no host. */
function urlOf({ request }: Exchange): string {
  const { host = '' } = request.headers
  return `http://${/^[\w.:[\]-]+$/.test(host) ? host : 'localhost'}`
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
    return
  }
  const message = error instanceof Error ? error.message : String(error)
  const { status, headers, body } =
    error instanceof RegistryProblem ? error.problem : problemOf('UNKNOWN', null, { message })
  exchange.reply(status, { ...headers }, body)
}

/** A connection that breaks is no error of the registry's; the answer's end is written down all the same. */
function ignore(): void {}
