// Tokens of one scope: fetched when first needed, shared by those who need the same, kept until they expire or are refused.
// Sources: docs/registries.md 3, the distribution project's token specification.
import type { Challenge } from '../../registry/challenge.ts'
import { RegistryFailure } from './failure.ts'
import { describeJsonError } from './go-text.ts'
import type { Persona } from './personas.ts'
import type { PullThread } from './pull-thread.ts'
import { tokenRequest } from './requests.ts'
import {
  type Answer,
  type Authorization,
  type RegistryRequest,
  type Script,
  type TokenGrant,
  type TokenNeed,
  untilWoken,
} from './steps.ts'

/** Sends a token request for whoever needs the token, and says how an answer that is no success ends his pull. */
export interface TokenSender {
  sendForToken(thread: PullThread, request: RegistryRequest, login: Authorization | null): Script<Answer>
  refusalOf(answer: Answer, request: RegistryRequest, nowMs: number): RegistryFailure
}

/** Answers to POST after which a token is asked for with GET. */
const postUnknown = new Set([400, 401, 404, 405])

export class TokenSource {
  readonly #habits: Persona['token']
  readonly #need: TokenNeed
  #authorization: Authorization | null = null
  #expiresAtMs = Number.NaN
  #isFetching = false
  #waiting: PullThread[] | null = null

  constructor(habits: Persona['token'], need: TokenNeed) {
    this.#habits = habits
    this.#need = need
  }

  /** The token where there is nothing to fetch. */
  known(nowMs: number): Authorization | null {
    return this.#authorization !== null && !this.isExpired(nowMs) ? this.#authorization : null
  }

  isExpired(nowMs: number): boolean {
    return this.#habits.renewed === 'when-expired' && this.#expiresAtMs <= nowMs
  }

  /** Forgets a token that was refused, unless another took its place meanwhile. */
  drop(authorization: Authorization): void {
    if (authorization === this.#authorization) this.#authorization = null
  }

  /** @throws RegistryFailure */
  *fetch(thread: PullThread, sender: TokenSender): Script<Authorization> {
    while (this.#isFetching) {
      // Another request fetches a token; its failure is not ours.
      this.#waiting ??= []
      this.#waiting.push(thread)
      yield untilWoken
      const known = this.known(thread.nowMs)
      if (known !== null) return known
    }
    this.#isFetching = true
    try {
      const sentAtMs = thread.nowMs
      const { token, lifetimeSeconds } = yield* this.#grant(thread, sender)
      this.#authorization = { token }
      // Not from `issued_at`: the token server's clock may differ from this one.
      this.#expiresAtMs = sentAtMs + this.#lifetimeMs(lifetimeSeconds)
      return this.#authorization
    } finally {
      this.#isFetching = false
      const waiting = this.#waiting
      this.#waiting = null
      if (waiting !== null) for (const other of waiting) other.wake(thread.nowMs)
    }
  }

  #lifetimeMs(seconds: number): number {
    const { lifetimeSecondsMin } = this.#habits
    if (lifetimeSecondsMin === null) return seconds === 0 ? Number.POSITIVE_INFINITY : seconds * 1_000
    return Math.max(seconds, lifetimeSecondsMin) * 1_000
  }

  *#grant(thread: PullThread, sender: TokenSender): Script<TokenGrant> {
    const { login } = this.#need
    const authorization = login && { login }
    let request = tokenRequest('GET', this.#need)
    let answer: Answer | null = null
    if (login !== null && this.#habits.firstCall === 'post-then-get') {
      const post = tokenRequest('POST', this.#need)
      const posted = yield* sender.sendForToken(thread, post, authorization)
      if (!postUnknown.has(posted.status)) {
        request = post
        answer = posted
      }
    }
    answer ??= yield* sender.sendForToken(thread, request, authorization)
    if (answer.status < 200 || answer.status > 399) throw sender.refusalOf(answer, request, thread.nowMs)
    if (answer.cut !== null) throw answer.cut
    if (answer.grant === null) throw new RegistryFailure('MALFORMED', problemOf(answer.text))
    return answer.grant
  }
}

/** What a challenge asks for. */
export function needOf(
  { parameters }: Challenge,
  { repository, login, namesAccount, extras }: Omit<TokenNeed, 'realm' | 'service'>,
): TokenNeed {
  const { realm = '', service = '' } = parameters
  return { realm, service, repository, login, namesAccount, extras }
}

/** Reads a token server's document; null where it gives no token. */
export function readGrant(text: string): TokenGrant | null {
  try {
    const reply = Object(JSON.parse(text))
    const token = reply.token || reply.access_token
    return typeof token === 'string' ? { token, lifetimeSeconds: Number(reply.expires_in) || 0 } : null
  } catch {
    return null
  }
}

/** Why a document gives no token. */
function problemOf(text: string): string {
  try {
    JSON.parse(text)
    return 'authorization server did not include a token in the response'
  } catch {
    return `unable to decode token response: ${describeJsonError(text)}`
  }
}
