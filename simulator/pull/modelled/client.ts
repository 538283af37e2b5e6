// What clients other than the graphdriver engine say to one registry in one pull, in virtual time: client.ts of the folder above, with
// the same attempts and the same words.
import { STATUS_CODES } from 'node:http'
import type { RandomStream } from '../../../server/kernel/random.ts'
import type { ImageReference } from '../../../server/kernel/reference.ts'
import type { ModelledAnswer, ModelledLogin, ModelledRequest, ModelledToken } from '../../registry/modelled-registry.ts'
import { Attempts } from '../attempts.ts'
import { type ClientWords, type FailedRequest, firstError, type Step, wordsOf } from '../client-words.ts'
import { RegistryFailure, refusal } from '../failure.ts'
import type { Endpoint } from '../names.ts'
import type { Persona } from '../personas.ts'
import type { PullAsks } from './asks.ts'
import { type PlainRequest, ping } from './plain-request.ts'
import { brokenOf, isRedirect, retryAfterOf } from './session.ts'
import type { Script, Strand } from './strand.ts'
import type { ModelledTokens, TokenSender } from './tokens.ts'

export interface ClientRequest extends PlainRequest {
  step: Step
}

interface ModelledClientOptions {
  asks: PullAsks
  persona: Persona
  endpoint: Endpoint
  reference: ImageReference
  login: ModelledLogin | null
  tokens: ModelledTokens
  tokenPath: string
  random: () => RandomStream
}

type Authorization = ModelledRequest['authorization']

/** What is not worth another try of the whole pull. */
const finalStatuses = new Set([401, 403, 404])

export class ModelledClient implements TokenSender {
  readonly asks: PullAsks
  readonly words: ClientWords
  readonly #options: ModelledClientOptions
  #challenge: ModelledAnswer['challenge'] = null

  constructor(options: ModelledClientOptions) {
    this.#options = options
    this.asks = options.asks
    this.words = wordsOf(options.persona.name)
  }

  /** Asks the registry how to authenticate. @throws RegistryFailure */
  *ping(strand: Strand): Script {
    const request: ClientRequest = { ...ping, step: 'ping' }
    const answer = yield* this.#askPatiently(strand, request, () => null)
    if (answer.status === 401) this.#learn(answer)
    else if (answer.status !== 200) throw this.refuse(answer, request, strand.clientMs)
  }

  /** The last answer to a request, whatever its status. @throws RegistryFailure when there is none, or no authorization to be had */
  *ask(strand: Strand, request: ClientRequest): Script<ModelledAnswer> {
    return yield* this.#askPatiently(strand, request, null)
  }

  /** Sends a request for a token. */
  *send(strand: Strand, request: PlainRequest, authorization: Authorization): Script<ModelledAnswer> {
    const tokenRequest: ClientRequest = { ...request, step: 'token' }
    if (this.#options.persona.token.retried) {
      return yield* this.#askPatiently(strand, tokenRequest, () => authorization)
    }
    const answer = yield* this.#askOnce(tokenRequest, authorization)
    const broken = this.#brokenOf(answer, tokenRequest)
    if (broken !== null) throw broken
    return answer
  }

  /** What an answer that is no success means, in the client's words. */
  refuse(answer: ModelledAnswer, request: PlainRequest & { step?: Step }, nowMs: number): RegistryFailure {
    const { status, body } = answer
    const reason = STATUS_CODES[status] ?? ''
    const step = request.step ?? 'token'
    const plain = refusal({ status, reason, body, retryAfterMs: retryAfterOf(answer, nowMs) })
    const statusLine = `${status} ${reason}`.trimEnd()
    const failed = this.failed({ ...request, step })
    const words = { ...failed, status, statusLine, error: firstError(body), body, plain: plain.message }
    const retried = (step === 'resolve' || step === 'document') && !finalStatuses.has(status)
    return new RegistryFailure(plain.code, this.words.refused(words), {
      ...{ status, retried, retryAfterMs: plain.retryAfterMs },
    })
  }

  /** A request as words name it. */
  failed(request: ClientRequest): FailedRequest {
    const { endpoint, reference, persona } = this.#options
    // go-containerregistry knows Docker Hub by its older name.
    const base = persona.name === 'crane' ? endpoint.shownUrl.replace('registry-1.', 'index.') : endpoint.shownUrl
    const { step, method } = request
    return { reference, step, method, url: base + this.#pathOf(request), target: request.reference ?? '' }
  }

  #pathOf({ class: requestClass, reference }: PlainRequest): string {
    if (requestClass === 'ping') return '/v2/'
    if (requestClass === 'token') return this.#options.tokenPath
    return `/v2/${this.#options.reference.repository}/${requestClass === 'blob' ? 'blobs' : 'manifests'}/${reference}`
  }

  /** `fixed` says with what it is sent; null where that is to be found out. */
  *#askPatiently(strand: Strand, request: ClientRequest, fixed: (() => Authorization) | null): Script<ModelledAnswer> {
    const { persona, random } = this.#options
    let attempts: Attempts | null = null
    let refusedTokens = 0
    for (;;) {
      const authorization = fixed === null ? yield* this.#authorize(strand) : fixed()
      const answer = yield* this.#askOnce(request, authorization)
      if (answer.status >= 200 && answer.status <= 299 && answer.lost === null) return answer
      attempts ??= new Attempts(persona, random())
      const broken = this.#brokenOf(answer, request)
      const again = broken === null && this.#mayAuthenticateAgain(strand, answer, { authorization, refusedTokens })
      if (again && attempts.takeFree()) {
        if (authorization !== null) refusedTokens += 1
        continue
      }
      const retryAfterMs = retryAfterOf(answer, strand.clientMs)
      const waitMs = attempts.waitMs(broken === null ? answer.status : 'broken', retryAfterMs)
      if (waitMs === null) {
        if (broken !== null) throw broken
        return answer
      }
      strand.clientMs += waitMs
    }
  }

  *#askOnce(request: ClientRequest, authorization: Authorization): Script<ModelledAnswer> {
    const { step: _, ...plain } = request
    const { reference, asks } = this.#options
    const repository = request.class === 'ping' ? null : reference.repository
    const asked = { ...plain, repository, source: asks.source, authorization }
    const answer = yield asked
    return isRedirect(answer) ? yield { ...asked, authorization: null, redirected: true } : answer
  }

  #brokenOf(answer: ModelledAnswer, request: ClientRequest): RegistryFailure | null {
    const failure = brokenOf(answer)
    return failure === null ? null : failure.reworded(this.words.broken(this.failed(request), failure.message))
  }

  *#authorize(strand: Strand): Script<Authorization> {
    const { login, tokens } = this.#options
    if (this.#challenge === null) return null
    if (this.#challenge === 'basic') return login && { login }
    return { token: tokens.known(strand.clientMs) ?? (yield* tokens.fetch(strand, this)) }
  }

  /** Whether a request that was answered 401 is sent again, with an authorization or a new one. */
  #mayAuthenticateAgain(
    strand: Strand,
    answer: ModelledAnswer,
    { authorization, refusedTokens }: { authorization: Authorization; refusedTokens: number },
  ): boolean {
    if (answer.status !== 401) return false
    const { persona, tokens } = this.#options
    if (authorization === null) return !persona.ping && this.#learn(answer)
    if (!('token' in authorization)) return false
    // A token that expired on its way.
    if (tokens.isExpired(strand.clientMs)) return refusedTokens === 0
    if (persona.token.renewed === 'when-refused' || answer.challengeError !== null) {
      if (persona.ping && persona.token.renewed !== 'when-refused') return false
      tokens.drop(authorization.token as ModelledToken)
      return refusedTokens === 0
    }
    // Without an error in the challenge containerd sends the same token again, until its attempts are used up.
    return !persona.ping
  }

  /** Takes up the challenge; false where it cannot be answered. */
  #learn({ challenge }: ModelledAnswer): boolean {
    if (challenge === null || (challenge === 'basic' && this.#options.login === null)) return false
    this.#challenge = challenge
    return true
  }
}
