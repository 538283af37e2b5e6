// What a backend says to its upstream: one pool of connections, requests with authorization, redirects followed, and failures in
// the words of a registry.
import type { Readable } from 'node:stream'
import { Agent, type Dispatcher } from 'undici'
import { type Clock, createClock } from '../../../server/kernel/clock.ts'
import { KasmSimError } from '../../../server/kernel/errors.ts'
import { RegistryProblem } from '../answer/problem.ts'
import { CallerGone } from '../http/exchange.ts'
import { type UpstreamAccount, UpstreamLogin } from './upstream-login.ts'
import { isRegistryUrl } from './url.ts'

/** An answer of any status. Its body must be read or dumped. */
export type UpstreamAnswer = Dispatcher.ResponseData

export interface UpstreamRequest {
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** A path of the upstream, or where it sent us. */
  target: string | URL
  headers?: Record<string, string>
  /** A stream can be sent once only: then a 401 is the answer. */
  body?: Readable | Buffer | null
  /** What a token must allow. */
  scopes: readonly string[]
  signal: AbortSignal
}

interface PingOptions {
  account: UpstreamAccount | null
  /** How long the first answer may take; default 15 s. */
  answersWithinMs?: number
  /** Comes between this client and its connections; default: nothing. */
  intercept?: Dispatcher.DispatcherComposeInterceptor
  /** Told what a request that got no answer died of. */
  onNoAnswer?: ((error: unknown) => void) | undefined
}

const redirectStatuses = new Set([301, 302, 303, 307, 308])
const redirectsMax = 5
const connectTimeoutMs = 10_000
/** For the first answer, which says that there is a registry. */
const pingTimeoutMs = 15_000
/** Short, so that an upstream never closes a connection that is about to be used again. */
const idleConnectionMs = 1_000
/** For answers that are held in memory: manifests, lists, errors. */
const documentBytesMax = 32 * 2 ** 20

/**
 * The client of one upstream.
 *
 * @example
 * const client = await UpstreamClient.connect({ url: 'https://registry.example', account: null })
 */
export class UpstreamClient {
  /** Without a slash at its end. */
  readonly url: string
  readonly #agent = new Agent({
    connect: { timeout: connectTimeoutMs },
    keepAliveTimeout: idleConnectionMs,
    keepAliveMaxTimeout: idleConnectionMs,
  })
  readonly #dispatcher: Dispatcher
  readonly #login: UpstreamLogin
  readonly #onNoAnswer: ((error: unknown) => void) | undefined

  private constructor(
    options: { url: string; clock: Clock } & Pick<PingOptions, 'account' | 'intercept' | 'onNoAnswer'>,
  ) {
    this.url = options.url
    this.#onNoAnswer = options.onNoAnswer
    this.#dispatcher = options.intercept ? this.#agent.compose(options.intercept) : this.#agent
    this.#login = new UpstreamLogin({ ...options, dispatcher: this.#dispatcher })
  }

  /**
   * Makes sure that there is a registry at a URL and that it lets the account in.
   *
   * @throws KasmSimError SERVER_UNREACHABLE where nothing answers, BACKEND_INVALID where what answers is of no use
   */
  static async connect(options: { url: string } & PingOptions): Promise<UpstreamClient> {
    const url = originOf(options.url)
    // Tokens of the upstream expire by the wall, however fast the run's own clock goes.
    const client = new UpstreamClient({ ...options, url, clock: createClock() })
    try {
      await client.#assertRegistry(options)
      return client
    } catch (error) {
      await client.close()
      throw error
    }
  }

  /**
   * The answer to a request, whatever its status.
   *
   * @throws RegistryProblem UNAVAILABLE where there is none, DENIED where there is no token, CallerGone once the signal is aborted
   */
  async send(request: UpstreamRequest): Promise<UpstreamAnswer> {
    let answer = await this.#sendOnce(request)
    if (answer.statusCode === 401 && !isStream(request.body) && this.#login.learn(answer.headers['www-authenticate'])) {
      await answer.body.dump()
      this.#login.forget(request.scopes)
      answer = await this.#sendOnce(request)
    }
    return answer
  }

  /**
   * The whole body of an answer. A refusal whose text breaks off, as that of a range sometimes does, is a refusal all the same.
   *
   * @throws RegistryProblem UNAVAILABLE when it breaks off or is too long
   */
  async read({ body, statusCode }: UpstreamAnswer): Promise<Buffer> {
    const pieces: Buffer[] = []
    let sizeBytes = 0
    try {
      for await (const piece of body as AsyncIterable<Buffer>) {
        pieces.push(piece)
        sizeBytes += piece.length
        if (sizeBytes > documentBytesMax) break
      }
    } catch (error) {
      if (statusCode < 400) throw unavailable(error)
    }
    if (sizeBytes > documentBytesMax) throw unavailable(new Error('its answer is too long'))
    return Buffer.concat(pieces)
  }

  close(): Promise<void> {
    return this.#agent.destroy()
  }

  async #sendOnce(request: UpstreamRequest): Promise<UpstreamAnswer> {
    const { method, headers = {}, body = null, scopes, signal } = request
    let url = new URL(request.target, this.url)
    try {
      for (let redirects = 0; redirects <= redirectsMax; redirects += 1) {
        // Credentials are for the upstream alone: what lies elsewhere is asked without.
        const authorization = url.origin === this.url ? await this.#login.authorization(scopes) : null
        const answer = await this.#dispatcher.request({
          ...{ origin: url.origin, path: url.pathname + url.search, method, body, signal },
          headers: { ...headers, 'accept-encoding': 'identity', ...(authorization && { authorization }) },
        })
        const { location } = answer.headers
        const isRedirect = redirectStatuses.has(answer.statusCode) && (method === 'GET' || method === 'HEAD')
        if (!isRedirect || typeof location !== 'string') return answer
        await answer.body.dump()
        url = new URL(location, url)
      }
      throw new Error(`it redirects more than ${redirectsMax} times`)
    } catch (error) {
      if (signal.aborted || error instanceof CallerGone) throw new CallerGone()
      if (error instanceof RegistryProblem) throw error
      this.#onNoAnswer?.(error)
      throw unavailable(error)
    }
  }

  async #assertRegistry({ account, answersWithinMs = pingTimeoutMs }: PingOptions): Promise<void> {
    const { statusCode, headers } = await this.#ping(account, answersWithinMs)
    const isRegistry =
      headers['docker-distribution-api-version'] !== undefined || /json/.test(String(headers['content-type'] ?? 'json'))
    if (statusCode === 200 && isRegistry) return
    if (statusCode === 401 && account === null && this.#login.learn(headers['www-authenticate'])) return
    throw this.#invalid(
      statusCode === 401 && headers['www-authenticate'] !== undefined
        ? `it does not let ${account?.username ?? 'anybody without an account'} in`
        : `what answers there is no registry (GET /v2/ has status ${statusCode})`,
    )
  }

  /** @throws KasmSimError SERVER_UNREACHABLE, also where an answer begins and does not end */
  async #ping(account: UpstreamAccount | null, withinMs: number): Promise<UpstreamAnswer> {
    const signal = AbortSignal.timeout(withinMs)
    const ping = { method: 'GET', target: '/v2/', scopes: [], signal } as const
    try {
      // Without an account a token of no scope is of no use, and not every token server gives one.
      const answer = await (account === null ? this.#sendOnce(ping) : this.send(ping))
      await answer.body.dump()
      if (signal.aborted) throw new CallerGone()
      return answer
    } catch (error) {
      const cause = signal.aborted ? `it gives no answer within ${withinMs / 1_000} s` : messageOf(error)
      if (!signal.aborted && !(error instanceof RegistryProblem && error.status === 503)) throw this.#invalid(cause)
      throw new KasmSimError(
        'SERVER_UNREACHABLE',
        `Failed to reach the registry ${this.url}: ${cause}. Check that it runs, and its address.`,
        { cause: error },
      )
    }
  }

  #invalid(cause: string): KasmSimError {
    return new KasmSimError(
      'BACKEND_INVALID',
      `Failed to use the registry ${this.url}: ${cause}. Give the URL of a registry, and an account that it knows.`,
    )
  }
}

/** @throws KasmSimError BACKEND_INVALID */
function originOf(text: string): string {
  if (isRegistryUrl(text)) return new URL(text).origin
  throw new KasmSimError(
    'BACKEND_INVALID',
    `Failed to use the registry ${text}: it is no URL of a registry. Write it like https://registry.example:5000, without a path.`,
  )
}

function isStream(body: UpstreamRequest['body']): boolean {
  return body !== null && body !== undefined && !Buffer.isBuffer(body)
}

function unavailable(error: unknown): RegistryProblem {
  return new RegistryProblem('UNAVAILABLE', null, {
    message: `the upstream registry gives no answer: ${messageOf(error)}`,
  })
}

/** What OpenSSL says where plain HTTP answers names its source files over several lines. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if ((error as NodeJS.ErrnoException).code === 'ERR_SSL_WRONG_VERSION_NUMBER') return 'it does not speak TLS'
  return (error.message || error.name).trim()
}
