// What one pull says to one registry: counts its requests, authorizes them, follows redirects, and turns every failure into
// the engine's words.
import { type Challenge, parseChallenges } from '../registry/challenge.ts'
import { challengedRefusal, RegistryFailure, refusal } from './failure.ts'
import { describeNetworkError } from './go-text.ts'
import type { Endpoint } from './names.ts'
import { retryAfterHeaderMs } from './retry-after.ts'
import type { Answer, Transport, TransportRequest } from './transport.ts'

/** Requests and bytes of one pull, its log-in included. */
export interface Tally {
  requests: number
  receivedBytes: number
  /** Told what a request that got no answer died of. */
  onNoAnswer?: ((error: unknown) => void) | undefined
}

/** An Authorization header, and whether it is past its time by now. */
export interface Authorization {
  header: string
  expired: () => boolean
}

/** Gives the authorization of a request to the session's registry; null for none. */
export type Authorize = (signal: AbortSignal) => Promise<Authorization | null>

export interface SessionRequest {
  method: 'GET' | 'HEAD' | 'POST'
  /** A path under the registry, or an absolute URL elsewhere. */
  target: string
  headers?: Record<string, string | string[]>
  body?: string
  quick?: boolean
  signal: AbortSignal
}

const redirectStatuses = new Set([301, 302, 303, 307, 308])
const redirectsMax = 10
const verbs = { GET: 'Get', HEAD: 'Head', POST: 'Post' } as const
/** Manifests, configurations and error bodies are kept in memory; nothing honest is longer. */
const documentBytesMax = 8 * 2 ** 20

export class Session {
  readonly endpoint: Endpoint
  readonly tally: Tally
  readonly #transport: Transport
  readonly #authorize: Authorize
  readonly #nowMs: () => number

  constructor(options: {
    endpoint: Endpoint
    tally: Tally
    transport: Transport
    nowMs: () => number
    authorize: Authorize
  }) {
    this.endpoint = options.endpoint
    this.tally = options.tally
    this.#transport = options.transport
    this.#authorize = options.authorize
    this.#nowMs = options.nowMs
  }

  /**
   * The answer to a request, whatever its status.
   *
   * @throws RegistryFailure when there is no answer, or no authorization to be had
   */
  async request(request: SessionRequest): Promise<Answer> {
    const { method, body = null, quick = false, signal } = request
    let url = this.#urlOf(request.target)
    for (let redirects = 0; redirects < redirectsMax; redirects += 1) {
      const answer = await this.#sendAuthorized({ method, url, headers: request.headers ?? {}, body, quick, signal })
      const { location } = answer.headers
      if (!redirectStatuses.has(answer.statusCode) || typeof location !== 'string') return answer
      await discard(answer)
      url = new URL(location, url)
    }
    throw new RegistryFailure('UNAVAILABLE', `stopped after ${redirectsMax} redirects`, { retried: true })
  }

  /** The request as the engine's errors name it: `Head "https://registry-1.docker.io/v2/..."`. */
  name({ method, target }: Pick<SessionRequest, 'method' | 'target'>): string {
    const url = target.startsWith('/') ? this.endpoint.shownUrl + target : target
    return `${verbs[method]} "${url}"`
  }

  /**
   * The whole body of an answer.
   *
   * @throws RegistryFailure TRUNCATED when it ends early
   */
  async read(answer: Answer, signal: AbortSignal): Promise<Buffer> {
    const pieces: Buffer[] = []
    let sizeBytes = 0
    try {
      for await (const piece of answer.body as AsyncIterable<Buffer>) {
        pieces.push(piece)
        sizeBytes += piece.length
        if (sizeBytes > documentBytesMax) break
      }
    } catch (error) {
      throw bodyFailure(error, signal)
    }
    if (sizeBytes > documentBytesMax) throw new RegistryFailure('MALFORMED', 'http: request body too large')
    return Buffer.concat(pieces)
  }

  /** What an answer that is no success means. */
  async refuse(answer: Answer, signal: AbortSignal): Promise<RegistryFailure> {
    const body = await this.read(answer, signal)
    const status = answer.statusCode
    if (status === 401) {
      for (const { parameters } of bearerChallenges(answer)) {
        const failure = challengedRefusal(parameters['error'] ?? '', parameters['error_description'] ?? null)
        if (failure) return failure
      }
    }
    const retryAfterMs = retryAfterHeaderMs(answer.headers['retry-after'], this.#nowMs())
    return refusal({ status, reason: answer.statusText, body: body.toString(), retryAfterMs })
  }

  async #sendAuthorized(request: TransportRequest): Promise<Answer> {
    for (let renewed = false; ; renewed = true) {
      request.signal.throwIfAborted()
      // Credentials are for this registry alone: a redirect to another host goes without.
      const authorization = this.#owns(request.url) ? await this.#authorize(request.signal) : null
      const headers = authorization ? { ...request.headers, Authorization: authorization.header } : request.headers
      const answer = await this.#send({ ...request, headers })
      // A token that expired on its way: in a run of high speed a few milliseconds are minutes.
      if (renewed || answer.statusCode !== 401 || !authorization?.expired()) return answer
      await discard(answer)
    }
  }

  async #send(request: TransportRequest): Promise<Answer> {
    this.tally.requests += 1
    try {
      return await this.#transport.send(request)
    } catch (error) {
      request.signal.throwIfAborted()
      this.tally.onNoAnswer?.(error)
      const { code, text } = describeNetworkError(error, request.url.host)
      throw new RegistryFailure(code, text, { retried: true, cause: error })
    }
  }

  #urlOf(target: string): URL {
    try {
      return new URL(target.startsWith('/') ? this.endpoint.url + target : target)
    } catch (cause) {
      throw new RegistryFailure('MALFORMED', `parse ${JSON.stringify(target)}: invalid URL`, { cause })
    }
  }

  #owns(url: URL): boolean {
    return url.href.startsWith(`${this.endpoint.url}/v2/`)
  }
}

/** Lets go of a body that nobody reads. */
export async function discard(answer: Answer): Promise<void> {
  await answer.body.dump().catch(() => undefined)
}

/** Why a body ended before its end. */
export function bodyFailure(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason
  return new RegistryFailure('TRUNCATED', 'unexpected EOF', { retried: true, cause: error })
}

function bearerChallenges(answer: Answer): Challenge[] {
  return parseChallenges(answer.headers['www-authenticate']).filter(({ scheme }) => scheme === 'bearer')
}
