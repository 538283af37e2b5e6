// Tokens of one scope in virtual time: fetched when first needed, shared by those who need the same (tokens.ts of the folder above).
import type { ModelledAnswer, ModelledLogin, ModelledRequest, ModelledToken } from '../../registry/modelled-registry.ts'
import type { Persona } from '../personas.ts'
import { type PlainRequest, ping } from './plain-request.ts'
import type { Script, Strand } from './strand.ts'

/** Sends a token request for whoever needs the token; throws RegistryFailure in the words of his client. */
export interface TokenSender {
  send(strand: Strand, request: PlainRequest, authorization: ModelledRequest['authorization']): Script<ModelledAnswer>
  refuse(answer: ModelledAnswer, request: PlainRequest, nowMs: number): Error
}

const get: PlainRequest = { ...ping, class: 'token' }
const post: PlainRequest = { ...get, method: 'POST' }

/** Answers to POST after which a token is asked for with GET. */
const postUnknown = new Set([400, 401, 404, 405])

export class ModelledTokens {
  readonly #habits: Persona['token']
  readonly #login: ModelledLogin | null
  #token: ModelledToken | null = null
  /** As its owner reckons. */
  #expiresAtMs = Number.NaN
  #fetching = false
  readonly #waiting: Strand[] = []

  constructor(habits: Persona['token'], login: ModelledLogin | null) {
    this.#habits = habits
    this.#login = login
  }

  /** The token where there is nothing to fetch. */
  known(nowMs: number): ModelledToken | null {
    return this.#token !== null && !this.isExpired(nowMs) ? this.#token : null
  }

  isExpired(nowMs: number): boolean {
    return this.#habits.renewed === 'when-expired' && this.#expiresAtMs <= nowMs
  }

  /** Forgets a token that was refused, unless another took its place meanwhile. */
  drop(token: ModelledToken): void {
    if (token === this.#token) this.#token = null
  }

  *fetch(strand: Strand, sender: TokenSender): Script<ModelledToken> {
    while (this.#fetching) {
      // Another request fetches a token; its failure is not ours.
      this.#waiting.push(strand)
      yield null
      const known = this.known(strand.clientMs)
      if (known !== null) return known
    }
    this.#fetching = true
    try {
      const sentAtMs = strand.clientMs
      const { answer, request } = yield* this.#ask(strand, sender)
      const { token } = answer
      if (token === null) throw sender.refuse(answer, request, strand.clientMs)
      this.#token = token
      this.#expiresAtMs = sentAtMs + Math.max(token.lifetimeSeconds, this.#habits.lifetimeSecondsMin ?? 0) * 1_000
      return token
    } finally {
      this.#fetching = false
      for (const waiting of this.#waiting.splice(0)) waiting.wake(strand.clientMs)
    }
  }

  *#ask(strand: Strand, sender: TokenSender): Script<{ answer: ModelledAnswer; request: PlainRequest }> {
    const authorization = this.#login && { login: this.#login }
    if (this.#login !== null && this.#habits.firstCall === 'post-then-get') {
      const answer = yield* sender.send(strand, post, authorization)
      if (!postUnknown.has(answer.status)) return { answer, request: post }
    }
    return { answer: yield* sender.send(strand, get, authorization), request: get }
  }
}
