// What clients other than the graphdriver engine say to one registry in one pull: they authenticate when they are told to, and send
// again what their persona's rules send again. docs/pull.md has the rules with their sources.
import type { Challenge } from '../../registry/challenge.ts'
import { Attempts } from './attempts.ts'
import { type ClientWords, type FailedRequest, firstError, wordsOf } from './client-words.ts'
import { RegistryConversation, retryAfterMsOf } from './conversation.ts'
import { RegistryFailure, refusal } from './failure.ts'
import type { ImagePull } from './pull-engine.ts'
import type { PullThread } from './pull-thread.ts'
import { pingRequest } from './requests.ts'
import type { Answer, Authorization, RegistryRequest, Script } from './steps.ts'
import { needOf, type TokenSender, type TokenSource } from './tokens.ts'

/** What is not worth another try of the whole pull. */
const finalStatuses = new Set([401, 403, 404])

export class ClientConversation extends RegistryConversation implements TokenSender {
  readonly words: ClientWords
  readonly #pull: ImagePull
  #tokens: TokenSource | null = null
  #basic: Authorization | null = null

  constructor(pull: ImagePull) {
    super(pull.endpoint)
    this.#pull = pull
    this.words = wordsOf(pull.engine.persona.name)
  }

  /** Asks the registry how to authenticate. @throws RegistryFailure */
  *ping(thread: PullThread): Script {
    const request = pingRequest()
    const answer = yield* this.#askPatiently(thread, request, { isFixed: true, authorization: null })
    if (answer.status === 401) this.#learn(answer.challenges)
    else if (answer.status !== 200) throw this.refusalOf(answer, request, thread.nowMs)
  }

  /**
   * The last answer to a request, whatever its status.
   *
   * @throws RegistryFailure when there is none, or no authorization to be had
   */
  ask(thread: PullThread, request: RegistryRequest): Script<Answer> {
    return this.#askPatiently(thread, request, { isFixed: false, authorization: null })
  }

  *sendForToken(thread: PullThread, request: RegistryRequest, authorization: Authorization | null): Script<Answer> {
    if (this.#pull.engine.persona.token.retried) {
      return yield* this.#askPatiently(thread, request, { isFixed: true, authorization })
    }
    const answer = yield* this.#askOnce(request, authorization)
    if (answer instanceof RegistryFailure) throw answer
    return answer
  }

  /** What an answer that is no success means, in the client's words. */
  refusalOf(answer: Answer, request: RegistryRequest, nowMs: number): RegistryFailure {
    if (answer.cut !== null) return answer.cut
    const { status, statusText: reason, text: body } = answer
    const plain = refusal({ status, reason, body, retryAfterMs: retryAfterMsOf(answer, nowMs) })
    const statusLine = `${status} ${reason}`.trimEnd()
    const words = { ...this.failed(request), status, statusLine, error: firstError(body), body, plain: plain.message }
    const isManifest = request.purpose === 'resolve' || request.purpose === 'document'
    const retried = isManifest && !finalStatuses.has(status)
    const { retryAfterMs } = plain
    return new RegistryFailure(plain.code, this.words.refused(words), { status, retried, retryAfterMs })
  }

  /** A request as words name it. */
  failed(request: RegistryRequest): FailedRequest {
    const { purpose, method, reference } = request
    return {
      ...{ reference: this.#pull.reference, purpose, method, target: reference ?? '' },
      url: this.shownUrlOf(request),
    }
  }

  protected override shownUrlOf(request: RegistryRequest): string {
    const url = super.shownUrlOf(request)
    // go-containerregistry knows Docker Hub by its older name.
    return this.#pull.engine.persona.name === 'crane'
      ? url.replace('https://registry-1.docker.io/', 'https://index.docker.io/')
      : url
  }

  /** `given` says with what it is sent, or that this is to be found out. */
  *#askPatiently(
    thread: PullThread,
    request: RegistryRequest,
    given: { isFixed: boolean; authorization: Authorization | null },
  ): Script<Answer> {
    const { engine } = this.#pull
    let attempts: Attempts | null = null
    let refusedTokens = 0
    for (;;) {
      const authorization = given.isFixed ? given.authorization : yield* this.#authorize(thread)
      const answer = yield* this.#askOnce(request, authorization)
      const isBroken = answer instanceof RegistryFailure
      if (!isBroken && answer.status >= 200 && answer.status <= 299) return answer
      attempts ??= new Attempts(engine.persona, engine.random(this.#pull.pulled.name))
      if (!isBroken && this.#mayAuthenticateAgain(thread, answer, { authorization, refusedTokens })) {
        if (attempts.takeFree()) {
          if (authorization !== null) refusedTokens += 1
          continue
        }
      }
      const waitMs = isBroken
        ? attempts.waitMs('broken', null)
        : attempts.waitMs(answer.status, retryAfterMsOf(answer, thread.nowMs))
      if (waitMs === null) {
        if (isBroken) throw answer
        return answer
      }
      if (waitMs > 0) yield waitMs
    }
  }

  /** An answer, or why there is none. */
  *#askOnce(request: RegistryRequest, authorization: Authorization | null): Script<Answer | RegistryFailure> {
    try {
      const answer = yield this.address(request, authorization)
      return this.isFinal(answer) ? answer : yield* this.followed(request, answer)
    } catch (error) {
      if (!(error instanceof RegistryFailure)) throw error
      return error.reworded(this.words.broken(this.failed(request), error.message))
    }
  }

  *#authorize(thread: PullThread): Script<Authorization | null> {
    if (this.#tokens === null) return this.#basic
    return this.#tokens.known(thread.nowMs) ?? (yield* this.#tokens.fetch(thread, this))
  }

  /** Whether a request that was answered 401 is sent again, with an authorization or a new one. */
  #mayAuthenticateAgain(
    thread: PullThread,
    answer: Answer,
    sent: { authorization: Authorization | null; refusedTokens: number },
  ): boolean {
    if (answer.status !== 401) return false
    const { ping, token } = this.#pull.engine.persona
    const { authorization, refusedTokens } = sent
    if (authorization === null) return !ping && this.#learn(answer.challenges)
    if (this.#tokens === null || 'login' in authorization) return false
    // A token that expired on its way: in a run of high speed a few milliseconds are minutes.
    if (this.#tokens.isExpired(thread.nowMs)) return refusedTokens === 0
    if (token.renewed === 'when-refused' || answer.challenges.some(({ parameters }) => parameters['error'])) {
      if (ping && token.renewed !== 'when-refused') return false
      this.#tokens.drop(authorization)
      return refusedTokens === 0
    }
    // Without an error in the challenge containerd sends the same token again, until its attempts are used up.
    return !ping
  }

  /** Takes up the first challenge that can be answered; false where there is none. */
  #learn(challenges: readonly Challenge[]): boolean {
    const { engine, ownLogin: login, reference } = this.#pull
    const { repository } = reference
    const bearer = challenges.find(({ scheme }) => scheme === 'bearer')
    if (bearer !== undefined) {
      const { namesAccount } = engine.persona.token
      this.#tokens = engine.tokensFor(needOf(bearer, { repository, login, namesAccount, extras: {} }))
      return true
    }
    if (login === null || !challenges.some(({ scheme }) => scheme === 'basic')) return false
    this.#basic = { login }
    return true
  }
}
