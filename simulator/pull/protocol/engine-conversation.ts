// What one pull of a Docker Engine with a graphdriver store says to one registry: a ping for the challenge, then tokens of one scope, or
// Basic; and `docker login`. Sources: docs/registries.md 3, the distribution project's token specification.
import type { Challenge } from '../../registry/challenge.ts'
import { RegistryConversation, retryAfterMsOf } from './conversation.ts'
import { challengedRefusal, RegistryFailure, refusal } from './failure.ts'
import type { Endpoint } from './names.ts'
import type { PullEngine } from './pull-engine.ts'
import type { PullThread } from './pull-thread.ts'
import { pingRequest } from './requests.ts'
import type { Answer, Authorization, Login, RegistryRequest, Script } from './steps.ts'
import { needOf, type TokenSender, type TokenSource } from './tokens.ts'

interface ConversationOptions {
  engine: PullEngine
  endpoint: Endpoint
  login: Login | null
  /** Null for a log-in, which touches none. */
  repository: string | null
  /** Whose log-in it is; null where it is none. */
  logsInAs: 'docker' | 'podman' | null
}

export class EngineConversation extends RegistryConversation implements TokenSender {
  readonly #options: ConversationOptions
  /** How to authenticate: with tokens, with Basic, or not at all. */
  #tokens: TokenSource | null = null
  #isBasic = false

  constructor(options: ConversationOptions) {
    super(options.endpoint)
    this.#options = options
  }

  /** Learns how to authenticate. The answer's status does not matter, only whether it challenges: so does the engine. */
  *ping(thread: PullThread): Script {
    const request = this.address(pingRequest(), null)
    const answer = thread.askAtOnce(request) ?? (yield request)
    const { status, challenges } = this.isFinal(answer) ? answer : yield* this.#named(request, answer)
    if (status !== 401) return
    const bearer = challenges.find(({ scheme }) => scheme === 'bearer')
    this.#isBasic = bearer === undefined && challenges.some(({ scheme }) => scheme === 'basic')
    if (bearer !== undefined) this.#tokens = this.#tokensFor(bearer)
  }

  /** The last answer to a request where nothing has to happen before; else null, and it is to be asked for. */
  askAtOnce(thread: PullThread, request: RegistryRequest): Answer | null {
    const token = this.#tokens === null ? null : this.#tokens.known(thread.nowMs)
    if (this.#isBasic || (token === null && this.#tokens !== null)) return null
    const answer = thread.askAtOnce(this.address(request, token))
    return answer !== null && this.isFinal(answer) ? answer : null
  }

  /**
   * The answer to a request, whatever its status.
   *
   * @throws RegistryFailure when there is no answer, or no authorization to be had
   */
  *ask(thread: PullThread, request: RegistryRequest): Script<Answer> {
    try {
      for (let renewed = false; ; renewed = true) {
        const authorization =
          this.#tokens === null
            ? this.#basic()
            : (this.#tokens.known(thread.nowMs) ?? (yield* this.#tokens.fetch(thread, this)))
        let answer = yield this.address(request, authorization)
        if (!this.isFinal(answer)) answer = yield* this.followed(request, answer)
        // A token that expired on its way: in a run of high speed a few milliseconds are minutes.
        const isLate = answer.status === 401 && this.#tokens !== null && this.#tokens.isExpired(thread.nowMs)
        if (renewed || !isLate) return answer
      }
    } catch (error) {
      // The engine does not name the request where a blob is not to be had.
      if (!(error instanceof RegistryFailure) || request.kind === 'blob') throw error
      throw error.within(this.nameOf(request))
    }
  }

  *sendForToken(_thread: PullThread, request: RegistryRequest, login: Authorization | null): Script<Answer> {
    const answer = yield this.address(request, login)
    return this.isFinal(answer) ? answer : yield* this.#named(request, answer)
  }

  /** What an answer that is no success means. */
  refusalOf(answer: Answer, _request: RegistryRequest, nowMs: number): RegistryFailure {
    if (answer.cut !== null) return answer.cut
    const { status, statusText: reason, text: body } = answer
    if (status === 401) {
      for (const { scheme, parameters } of answer.challenges) {
        if (scheme !== 'bearer') continue
        const failure = challengedRefusal(parameters['error'] ?? '', parameters['error_description'] ?? null)
        if (failure) return failure
      }
    }
    return refusal({ status, reason, body, retryAfterMs: retryAfterMsOf(answer, nowMs) })
  }

  #tokensFor(challenge: Challenge): TokenSource {
    const { engine, repository, login, logsInAs } = this.#options
    if (logsInAs !== null) {
      const extras = loginExtras[logsInAs]
      return engine.tokensOfLogIn(needOf(challenge, { repository, login, namesAccount: true, extras }))
    }
    const { namesAccount } = engine.persona.token
    return engine.tokensFor(needOf(challenge, { repository, login, namesAccount, extras: noExtras }))
  }

  #basic(): Authorization | null {
    if (!this.#isBasic) return null
    const { login } = this.#options
    if (login === null) throw new RegistryFailure('UNAUTHORIZED', 'no basic auth credentials', { status: 401 })
    return { login }
  }

  /** Puts the request's name before the words of its failure, as the engine does where a request got no answer. */
  *#named(request: RegistryRequest, first: Answer): Script<Answer> {
    try {
      return yield* this.followed(request, first)
    } catch (error) {
      throw error instanceof RegistryFailure ? error.within(this.nameOf(request)) : error
    }
  }
}

const noExtras = {}
/** What a log-in says besides the service and the account. */
const loginExtras = { docker: { client_id: 'docker', offline_token: 'true' }, podman: {} } as const

/**
 * `docker login`: a ping, a token without a scope, and the ping again with it.
 *
 * @throws RegistryFailure UNAUTHORIZED where the registry knows no such account
 */
export function* logIn(
  thread: PullThread,
  engine: PullEngine,
  { endpoint, login, as }: { endpoint: Endpoint; login: Login; as: 'docker' | 'podman' },
): Script {
  const conversation = new EngineConversation({ engine, endpoint, login, repository: null, logsInAs: as })
  yield* conversation.ping(thread)
  const { status, statusText } = yield* conversation.ask(thread, pingRequest())
  if (status === 200) return
  const text = `login attempt to ${endpoint.shownUrl}/v2/ failed with status: ${status} ${statusText}`
  const code = status === 429 ? 'TOOMANYREQUESTS' : status < 500 ? 'UNAUTHORIZED' : 'UNAVAILABLE'
  throw new RegistryFailure(code, text, { status })
}
