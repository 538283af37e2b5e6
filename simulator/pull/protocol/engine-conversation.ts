// What one pull of a Docker Engine with a graphdriver store says to one registry: a ping for the challenge, then tokens of one scope, or
// Basic; and `docker login`. Sources: docs/registries.md 3, the distribution project's token specification.
import { RegistryConversation, retryAfterMsOf } from './conversation.ts'
import { challengedRefusal, RegistryFailure, refusal } from './failure.ts'
import type { Endpoint } from './names.ts'
import type { PullEngine } from './pull-engine.ts'
import type { PullThread } from './pull-thread.ts'
import { pingRequest } from './requests.ts'
import type { Answer, Authorization, Login, RegistryRequest, Script } from './steps.ts'
import type { TokenNeed, TokenSender, TokenSource } from './tokens.ts'

interface ConversationOptions {
  endpoint: Endpoint
  login: Login | null
  /** Null for a log-in, which touches none. */
  repository: string | null
  /** What is said where a token is asked for, besides the service and the account. */
  query: Record<string, string>
  tokensFor(need: TokenNeed): TokenSource
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
  *ping(): Script {
    const request = pingRequest()
    const { status, challenges } = yield* this.#named(request)
    if (status !== 401) return
    const bearer = challenges.find(({ scheme }) => scheme === 'bearer')
    this.#isBasic = bearer === undefined && challenges.some(({ scheme }) => scheme === 'basic')
    if (bearer === undefined) return
    const { repository, query, login } = this.#options
    this.#tokens = this.#options.tokensFor({ challenge: bearer.parameters, repository, query, login })
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
        const answer = yield* this.exchange(request, authorization)
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

  sendForToken(_thread: PullThread, request: RegistryRequest, login: Authorization | null): Script<Answer> {
    return this.#named(request, login)
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

  #basic(): Authorization | null {
    if (!this.#isBasic) return null
    const { login } = this.#options
    if (login === null) throw new RegistryFailure('UNAUTHORIZED', 'no basic auth credentials', { status: 401 })
    return { login }
  }

  /** Puts the request's name before the words of its failure, as the engine does where a request got no answer. */
  *#named(request: RegistryRequest, login: Authorization | null = null): Script<Answer> {
    try {
      return yield* this.exchange(request, login)
    } catch (error) {
      throw error instanceof RegistryFailure ? error.within(this.nameOf(request)) : error
    }
  }
}

/** What a log-in says besides the service and the account. */
const loginQueries = { docker: { client_id: 'docker', offline_token: 'true' }, podman: {} } as const

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
  const conversation = new EngineConversation({
    ...{ endpoint, login, repository: null, query: loginQueries[as] },
    tokensFor: (need) => engine.tokensOfLogIn(need),
  })
  yield* conversation.ping()
  const { status, statusText } = yield* conversation.ask(thread, pingRequest())
  if (status === 200) return
  const text = `login attempt to ${endpoint.shownUrl}/v2/ failed with status: ${status} ${statusText}`
  const code = status === 429 ? 'TOOMANYREQUESTS' : status < 500 ? 'UNAUTHORIZED' : 'UNAVAILABLE'
  throw new RegistryFailure(code, text, { status })
}
