// What clients other than the graphdriver engine say to one registry in one pull: they authenticate when they are told to, and send
// again what their persona's rules send again. docs/pull.md has the rules with their sources.
import type { RandomStream } from '../../server/kernel/random.ts'
import type { ImageReference } from '../../server/kernel/reference.ts'
import { type Challenge, parseChallenges } from '../registry/challenge.ts'
import { Attempts } from './attempts.ts'
import { type Connection, noAuthorization, tokenSource } from './authenticate.ts'
import type { Delay } from './blob.ts'
import { type ClientWords, type FailedRequest, firstError, type Step, wordsOf } from './client-words.ts'
import { RegistryFailure, refusal } from './failure.ts'
import type { Endpoint } from './names.ts'
import type { Persona } from './personas.ts'
import { retryAfterHeaderMs } from './retry-after.ts'
import { type Authorization, discard, Session, type SessionRequest } from './session.ts'
import { basic, type Login, type TokenSender, type TokenSource } from './tokens.ts'
import type { Answer } from './transport.ts'

export interface ClientRequest extends SessionRequest {
  step: Step
}

export interface ClientOptions {
  persona: Persona
  connection: Connection
  endpoint: Endpoint
  reference: ImageReference
  /** Of the reference's registry. */
  login: Login | null
  delay: Delay
  random: RandomStream
}

/** What is not worth another try of the whole pull. */
const finalStatuses = new Set([401, 403, 404])

export class Client {
  readonly session: Session
  readonly words: ClientWords
  readonly #options: ClientOptions
  #tokens: TokenSource | null = null
  #basic: Authorization | null = null

  constructor(options: ClientOptions) {
    const { persona, connection, endpoint } = options
    this.#options = options
    this.words = wordsOf(persona.name)
    this.session = new Session({ ...connection, endpoint, authorize: noAuthorization })
  }

  /** Asks the registry how to authenticate. @throws RegistryFailure */
  async ping(signal: AbortSignal): Promise<void> {
    const request: ClientRequest = { method: 'GET', target: '/v2/', step: 'ping', quick: true, signal }
    const answer = await this.#sendPatiently(request, async () => null)
    if (answer.statusCode === 401) this.#learn(parseChallenges(answer.headers['www-authenticate']))
    else if (answer.statusCode !== 200) throw await this.refuse(answer, request)
    await discard(answer)
  }

  /**
   * The last answer to a request, whatever its status.
   *
   * @throws RegistryFailure when there is none, or no authorization to be had
   */
  send(request: ClientRequest): Promise<Answer> {
    return this.#sendPatiently(request, (signal) => this.#authorization(signal))
  }

  /** What an answer that is no success means, in the client's words. */
  async refuse(answer: Answer, request: ClientRequest): Promise<RegistryFailure> {
    const { statusCode: status, statusText } = answer
    const body = (await this.session.read(answer, request.signal)).toString()
    const retryAfterMs = retryAfterHeaderMs(answer.headers['retry-after'], this.#options.connection.nowMs())
    const plain = refusal({ status, reason: statusText, body, retryAfterMs })
    const statusLine = `${status} ${statusText}`.trimEnd()
    const words = { ...this.failed(request), status, statusLine, error: firstError(body), body, plain: plain.message }
    const isManifest = request.step === 'resolve' || request.step === 'document'
    const retried = isManifest && !finalStatuses.has(status)
    return new RegistryFailure(plain.code, this.words.refused(words), {
      status,
      retried,
      retryAfterMs: plain.retryAfterMs,
    })
  }

  /** A request as words name it. */
  failed({ step, method, target }: Pick<ClientRequest, 'step' | 'method' | 'target'>): FailedRequest {
    const { endpoint, reference, persona } = this.#options
    // go-containerregistry knows Docker Hub by its older name.
    const base = persona.name === 'crane' ? endpoint.shownUrl.replace('registry-1.', 'index.') : endpoint.shownUrl
    const url = target.startsWith('/') ? base + target : target
    return { reference, step, method, url, target: target.replace(/^.*\//, '') }
  }

  async #sendPatiently(
    request: ClientRequest,
    authorize: (signal: AbortSignal) => Promise<Authorization | null>,
  ): Promise<Answer> {
    const { persona, random, delay, connection } = this.#options
    const attempts = new Attempts(persona, random)
    let refusedTokens = 0
    for (;;) {
      const authorization = await authorize(request.signal)
      const answer = await this.#sendOnce(request, authorization)
      if (!(answer instanceof RegistryFailure)) {
        if (this.#mayAuthenticateAgain(answer, authorization, refusedTokens) && attempts.takeFree()) {
          if (authorization) refusedTokens += 1
          await discard(answer)
          continue
        }
      }
      const waitMs =
        answer instanceof RegistryFailure
          ? attempts.waitMs('broken', null)
          : attempts.waitMs(answer.statusCode, retryAfterHeaderMs(answer.headers['retry-after'], connection.nowMs()))
      if (waitMs === null) {
        if (answer instanceof RegistryFailure) throw answer
        return answer
      }
      if (!(answer instanceof RegistryFailure)) await discard(answer)
      if (waitMs > 0) await delay(waitMs, request.signal)
    }
  }

  /** An answer, or why there is none. */
  async #sendOnce(request: ClientRequest, authorization: Authorization | null): Promise<Answer | RegistryFailure> {
    const { connection, endpoint } = this.#options
    const fixed = authorization && { header: authorization.header, expired: () => false }
    const session = new Session({ ...connection, endpoint, authorize: async () => fixed })
    try {
      return await session.request(request)
    } catch (error) {
      request.signal.throwIfAborted()
      if (!(error instanceof RegistryFailure)) throw error
      return error.reworded(this.words.broken(this.failed(request), error.message))
    }
  }

  async #authorization(signal: AbortSignal): Promise<Authorization | null> {
    if (!this.#tokens) return this.#basic
    const { persona } = this.#options
    const sender: TokenSender = {
      session: this.session,
      send: (request) => {
        const tokenRequest: ClientRequest = { ...request, step: 'token' }
        if (persona.token.retried) return this.#sendPatiently(tokenRequest, async () => null)
        return this.#sendOnce(tokenRequest, null).then((answer) => {
          if (answer instanceof RegistryFailure) throw answer
          return answer
        })
      },
      refuse: (answer, request) => this.refuse(answer, { ...request, step: 'token' }),
    }
    return this.#tokens.authorization(sender, signal)
  }

  /** Whether a request that was answered 401 is sent again, with an authorization or a new one. */
  #mayAuthenticateAgain(answer: Answer, used: Authorization | null, refusedTokens: number): boolean {
    if (answer.statusCode !== 401) return false
    const { persona } = this.#options
    const challenges = parseChallenges(answer.headers['www-authenticate'])
    if (used === null) return !persona.ping && this.#learn(challenges)
    if (!this.#tokens) return false
    // A token that expired on its way: in a run of high speed a few milliseconds are minutes.
    if (used.expired()) return refusedTokens === 0
    if (persona.token.renewed === 'when-refused' || challenges.some(({ parameters }) => parameters['error'])) {
      if (persona.ping && persona.token.renewed !== 'when-refused') return false
      this.#tokens.drop(used)
      return refusedTokens === 0
    }
    // Without an error in the challenge containerd sends the same token again, until its attempts are used up.
    return !persona.ping
  }

  /** Takes up the first challenge that can be answered; false where there is none. */
  #learn(challenges: Challenge[]): boolean {
    const { connection, login, reference } = this.#options
    const bearer = challenges.find(({ scheme }) => scheme === 'bearer')
    if (bearer) {
      const query = { scope: `repository:${reference.repository}:pull` }
      this.#tokens = tokenSource(connection, { challenge: bearer.parameters, login, query })
      return true
    }
    if (!login || !challenges.some(({ scheme }) => scheme === 'basic')) return false
    this.#basic = { header: basic(login), expired: () => false }
    return true
  }
}
