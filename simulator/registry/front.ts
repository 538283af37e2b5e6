// The HTTP front of a registry: reads what is asked, asks who asks, asks the policy, has it answered, and writes it down.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '../../server/kernel/clock.ts'
import type { RegistryAccount } from '../scenario/scenario.ts'
import { BasicFlow, BearerFlow } from './authentication.ts'
import { RegistryProblem } from './errors.ts'
import { CallerGone, Exchange } from './exchange.ts'
import type { RequestRecord } from './journal.ts'
import type { Policy, PolicyRequest, Profile } from './policy/policy.ts'
import { listReferrersRoute, listTagsRoute, ping, readBlobRoute, readManifestRoute } from './pull.ts'
import {
  appendUploadRoute,
  cancelUploadRoute,
  deleteBlobRoute,
  deleteManifestRoute,
  finishUploadRoute,
  openUploadRoute,
  putManifestRoute,
  uploadStatusRoute,
} from './push.ts'
import type { ShapedAnswer, Shaper } from './shaping.ts'
import type { Store } from './store.ts'
import { assertRepositoryName, readTarget, type Target } from './target.ts'
import { Uploads } from './uploads.ts'

interface FrontOptions {
  profile: Profile
  accounts: readonly RegistryAccount[]
  clock: Clock
  store: Store
  trustSimulationHeaders: boolean
  /** Null where nothing holds back what goes out. */
  shaper: Shaper | null
  onEnd: (record: RequestRecord) => void
}

type Route = (exchange: Exchange) => void | Promise<void>

/** Answers requests. */
export class Front {
  readonly #options: FrontOptions
  readonly #policy: Policy
  readonly #flow: BearerFlow | BasicFlow | null
  readonly #routes: Record<Target['endpoint'], Record<string, Route>>

  constructor(options: FrontOptions) {
    const { store, clock } = options
    this.#options = options
    this.#policy = options.profile.createPolicy()
    this.#flow = flowOf(options)
    this.#routes = { ...contentRoutes(store, new Uploads({ store, clock })), token: tokenRoutes(this.#flow) }
  }

  /** Answers one request; never throws. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const startedAtMs = this.#options.clock.nowMs()
    const { source, agent } = this.#callerOf(request)
    const target = readTarget(request.method ?? '', request.url ?? '')
    const shaped = this.#options.shaper?.answer(agent, response) ?? null
    const exchange = new Exchange({ request, response, target, source, shaped })
    let ended = false
    const end = () => {
      if (ended) return
      ended = true
      exchange.onEnd?.()
      const status = exchange.rawStatus ?? (response.headersSent ? response.statusCode : 0)
      this.#options.onEnd({ ...recordOf(exchange), agent, status, startedAtMs })
    }
    response.on('finish', end).on('close', end).on('error', ignore)
    request.on('error', ignore)
    try {
      if (shaped) await travel(shaped)
      await this.#answer(exchange)
    } catch (error) {
      refuse(exchange, error)
    }
  }

  async #answer(exchange: Exchange): Promise<void> {
    const { endpoint, repository, path } = exchange.target
    const isOtherToken = this.#flow instanceof BearerFlow && endpoint === 'token' && path !== this.#flow.tokenPath
    const methods = isOtherToken ? {} : this.#routes[endpoint]
    if (Object.keys(methods).length === 0) throw new RegistryProblem('UNSUPPORTED', null, { status: 404 })
    if (endpoint !== 'ping' && endpoint !== 'token') assertRepositoryName(repository)
    const route = methods[exchange.request.method ?? '']
    if (!route) throw new RegistryProblem('UNSUPPORTED', null, { headers: { allow: Object.keys(methods).join(', ') } })
    this.#admit(exchange)
    if (!exchange.answered) await route(exchange)
  }

  /** Asks for a credential where there must be one, and the policy before that is said. */
  #admit(exchange: Exchange): void {
    const { target, source } = exchange
    const problem = target.endpoint === 'token' ? null : this.#problemOf(exchange)
    const decision = this.#policy.decide(this.#policyRequest(exchange, problem), this.#options.clock.nowMs())
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

  #policyRequest({ request, target, source, user }: Exchange, problem: RegistryProblem | null): PolicyRequest {
    const repository = this.#options.store.find(target.repository)
    const manifest = repository?.find(target.reference)
    return {
      method: request.method ?? '',
      class: target.class,
      repository: target.repository || null,
      reference: target.reference || null,
      digest: manifest?.blob.digest ?? null,
      role: (manifest && repository?.roleOf(manifest)) ?? null,
      source,
      user,
      challenged: problem !== null,
    }
  }

  /** The run's own fleet says in headers whom it stands for; nobody else is believed. */
  #callerOf({ headers, socket }: IncomingMessage): { source: string; agent: number | null } {
    const address = socket.remoteAddress ?? ''
    if (!this.#options.trustSimulationHeaders) return { source: address, agent: null }
    const source = headers['x-kasm-sim-source']
    const agent = headers['x-kasm-sim-agent']
    return {
      source: typeof source === 'string' && /^[\w.:%-]{1,64}$/.test(source) ? source : address,
      agent: typeof agent === 'string' && /^\d{1,9}$/.test(agent) ? Number(agent) : null,
    }
  }
}

/** A request whose caller leaves on its way is not one for the policy: nothing has been asked of the registry yet. */
async function travel(shaped: ShapedAnswer): Promise<void> {
  try {
    await shaped.latency()
  } catch {
    throw new CallerGone()
  }
}

function contentRoutes(
  store: Store,
  uploads: Uploads,
): Record<Exclude<Target['endpoint'], 'token'>, Record<string, Route>> {
  const manifest: Route = (exchange) => readManifestRoute(exchange, store)
  const blob: Route = (exchange) => readBlobRoute(exchange, store)
  return {
    unknown: {},
    ping: { GET: ping, HEAD: ping },
    manifest: {
      GET: manifest,
      HEAD: manifest,
      PUT: (exchange) => putManifestRoute(exchange, store),
      DELETE: (exchange) => deleteManifestRoute(exchange, store),
    },
    blob: { GET: blob, HEAD: blob, DELETE: (exchange) => deleteBlobRoute(exchange, store) },
    uploads: { POST: (exchange) => openUploadRoute(exchange, store, uploads) },
    upload: {
      GET: (exchange) => uploadStatusRoute(exchange, uploads),
      PATCH: (exchange) => appendUploadRoute(exchange, uploads),
      PUT: (exchange) => finishUploadRoute(exchange, uploads),
      DELETE: (exchange) => cancelUploadRoute(exchange, uploads),
    },
    tags: { GET: (exchange) => listTagsRoute(exchange, store) },
    referrers: { GET: (exchange) => listReferrersRoute(exchange, store) },
  }
}

function flowOf({ profile, accounts, store, clock }: FrontOptions): BearerFlow | BasicFlow | null {
  const { authentication } = profile
  if (authentication.scheme === 'bearer') return new BearerFlow({ authentication, accounts, store, clock })
  return authentication.scheme === 'basic' ? new BasicFlow({ authentication, accounts, store, clock }) : null
}

function tokenRoutes(flow: BearerFlow | BasicFlow | null): Record<string, Route> {
  if (!(flow instanceof BearerFlow)) return {}
  const post: Route = (exchange) => flow.postToken(exchange)
  return { GET: (exchange) => flow.getToken(exchange), POST: flow.tokenByPost ? post : notFound }
}

function notFound(): never {
  throw new RegistryProblem('UNSUPPORTED', null, { status: 404 })
}

function recordOf({ request, target, source, user, bytesSent, rateLimitRemaining }: Exchange) {
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
