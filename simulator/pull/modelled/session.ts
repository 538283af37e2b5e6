// What one pull of a Docker Engine with a graphdriver store says to one registry in virtual time: session.ts and authenticate.ts of the
// folder above, in the same words.
import { STATUS_CODES } from 'node:http'
import type { ModelledAnswer, ModelledLogin, ModelledRequest } from '../../registry/modelled-registry.ts'
import { challengedRefusal, RegistryFailure, refusal } from '../failure.ts'
import { malformedAnswer } from '../go-text.ts'
import type { Endpoint } from '../names.ts'
import { retryAfterHeaderMs } from '../retry-after.ts'
import type { PullAsks } from './asks.ts'
import { type PlainRequest, ping } from './plain-request.ts'
import type { Script, Strand } from './strand.ts'
import type { ModelledTokens, TokenSender } from './tokens.ts'

export interface SessionOptions {
  asks: PullAsks
  endpoint: Endpoint
  login: ModelledLogin | null
  /** Null for a log-in, which touches none. */
  repository: string | null
  tokens: ModelledTokens
}

type Authorization = ModelledRequest['authorization']

export class ModelledSession implements TokenSender {
  readonly asks: PullAsks
  readonly #options: SessionOptions
  #challenge: ModelledAnswer['challenge'] = null

  constructor(options: SessionOptions) {
    this.#options = options
    this.asks = options.asks
  }

  /** Learns how to authenticate. The answer's status does not matter, only whether it challenges. */
  *ping(strand: Strand): Script {
    const asked = this.#asked(ping, null)
    const answer = strand.askEarly(asked) ?? (yield asked)
    this.#assertReadable(ping, answer)
    this.#challenge = answer.status === 401 ? answer.challenge : null
  }

  /**
   * The answer to a request, whatever its status.
   *
   * @throws RegistryFailure when there is no answer, or no authorization to be had
   */
  *ask(strand: Strand, request: PlainRequest): Script<ModelledAnswer> {
    const { tokens } = this.#options
    for (let renewed = false; ; renewed = true) {
      const known = this.#known(strand)
      const authorization = known === undefined ? yield* this.#authorize(strand, request) : known
      const asked = this.#asked(request, authorization)
      let answer = strand.askEarly(asked) ?? (yield asked)
      if (isRedirect(answer)) answer = yield { ...asked, authorization: null, redirected: true }
      this.#assertReadable(request, answer)
      // A token that expired on its way.
      const expired = authorization !== null && 'token' in authorization && tokens.isExpired(strand.clientMs)
      if (renewed || answer.status !== 401 || !expired) return answer
    }
  }

  /** The answer to a request that nothing hangs on, where it needs no new token; else null. */
  askEarly(strand: Strand, request: PlainRequest): ModelledAnswer | null {
    const authorization = this.#known(strand)
    return authorization === undefined ? null : strand.askEarly(this.#asked(request, authorization))
  }

  *send(strand: Strand, request: PlainRequest, authorization: Authorization): Script<ModelledAnswer> {
    const asked = this.#asked(request, authorization)
    const answer = strand.askEarly(asked) ?? (yield asked)
    this.#assertReadable(request, answer)
    return answer
  }

  refuse(answer: ModelledAnswer, _request: PlainRequest, nowMs: number): RegistryFailure {
    const { status, body, challengeError } = answer
    const challenged = status === 401 ? challengedRefusal(challengeError ?? '', null) : null
    const retryAfterMs = retryAfterOf(answer, nowMs)
    return challenged ?? refusal({ status, reason: STATUS_CODES[status] ?? '', body, retryAfterMs })
  }

  #asked(request: PlainRequest, authorization: Authorization): ModelledRequest {
    const repository = request.class === 'ping' ? null : this.#options.repository
    // Written out, since pulls ask by the million.
    return {
      class: request.class,
      method: request.method,
      reference: request.reference,
      image: request.image,
      role: request.role,
      sizeBytes: request.sizeBytes,
      offset: request.offset,
      redirected: request.redirected,
      isLayer: request.isLayer,
      repository,
      source: this.asks.source,
      authorization,
    }
  }

  /** @throws RegistryFailure where there is no answer */
  #assertReadable(request: PlainRequest, answer: ModelledAnswer): void {
    const failure = brokenOf(answer)
    if (failure !== null) throw failure.within(this.#name(request))
  }

  /** The authorization where there is nothing to fetch; undefined where there is. */
  #known(strand: Strand): Authorization | undefined {
    const { login, tokens } = this.#options
    if (this.#challenge === null) return null
    if (this.#challenge === 'basic') return login === null ? undefined : { login }
    const token = tokens.known(strand.clientMs)
    return token === null ? undefined : { token }
  }

  *#authorize(strand: Strand, request: PlainRequest): Script<Authorization> {
    if (this.#challenge === null) return null
    try {
      if (this.#challenge === 'bearer') return { token: yield* this.#options.tokens.fetch(strand, this) }
    } catch (error) {
      throw error instanceof RegistryFailure ? error.within(this.#name(request)) : error
    }
    const failure = new RegistryFailure('UNAUTHORIZED', 'no basic auth credentials', { status: 401 })
    throw failure.within(this.#name(request))
  }

  /** The request as errors name it. */
  #name({ class: requestClass, method, reference }: PlainRequest): string {
    const kind = requestClass === 'blob' ? 'blobs' : 'manifests'
    const path = requestClass === 'ping' ? '' : `${this.#options.repository}/${kind}/${reference}`
    return `${method === 'HEAD' ? 'Head' : 'Get'} "${this.#options.endpoint.shownUrl}/v2/${path}"`
  }
}

/** What an answer's `Retry-After` asks for. */
export function retryAfterOf({ headers }: ModelledAnswer, nowMs: number): number | null {
  const header = Object.entries(headers).find(([name]) => /^retry-after$/i.test(name))?.[1]
  return retryAfterHeaderMs(header, nowMs)
}

/** Where an answer sends its caller, nobody else is sent with an authorization. */
export function isRedirect({ status }: ModelledAnswer): boolean {
  return status === 301 || status === 302 || status === 303 || status === 307 || status === 308
}

/** Why there is no answer, or none that can be read. */
export function brokenOf({ status, lost }: ModelledAnswer): RegistryFailure | null {
  if (lost === 'malformed') {
    return new RegistryFailure('MALFORMED', malformedAnswer, { retried: true })
  }
  return status === 0 || lost === 'cut' ? new RegistryFailure('UNAVAILABLE', 'EOF', { retried: true }) : null
}

/** `docker login`: a ping, a token without a scope, and the ping again with it. */
export function* logIn(session: ModelledSession, strand: Strand, { shownUrl }: Endpoint): Script {
  yield* session.ping(strand)
  const { status } = yield* session.ask(strand, ping)
  if (status === 200) return
  const text = `login attempt to ${shownUrl}/v2/ failed with status: ${status} ${STATUS_CODES[status] ?? ''}`
  const code = status === 429 ? 'TOOMANYREQUESTS' : status < 500 ? 'UNAUTHORIZED' : 'UNAVAILABLE'
  throw new RegistryFailure(code, text, { status })
}
