// Tokens of one scope: fetched when first needed, shared by those who need the same, kept until they expire or are refused.
// Sources: docs/registries.md 3, the distribution project's token specification.
import type { RegistryCredentials } from './engine.ts'
import { RegistryFailure } from './failure.ts'
import { describeJsonError } from './go-text.ts'
import type { Persona } from './personas.ts'
import { type Authorization, discard, type Session, type SessionRequest } from './session.ts'
import type { Answer } from './transport.ts'

export type Login = Pick<RegistryCredentials, 'username' | 'password'>

/** Sends a token request for whoever needs the token: his session, and how an answer that is no success ends his pull. */
export interface TokenSender {
  session: Session
  send(request: SessionRequest): Promise<Answer>
  refuse(answer: Answer, request: SessionRequest): Promise<RegistryFailure>
}

interface Token {
  value: string
  expiresAtMs: number
}

/** Answers to POST after which a token is asked for with GET. */
const postUnknown = new Set([400, 401, 404, 405])

export class TokenSource {
  readonly #habits: Persona['token']
  readonly #nowMs: () => number
  readonly #realm: string
  readonly #parameters: Record<string, string>
  readonly #login: Login | null
  #token: Token | null = null
  #pending: Promise<Token> | null = null

  constructor(options: {
    habits: Persona['token']
    /** The query besides the service and the account. */
    query: Record<string, string>
    challenge: Record<string, string>
    login: Login | null
    nowMs: () => number
  }) {
    const { realm = '', service = '' } = options.challenge
    this.#habits = options.habits
    this.#nowMs = options.nowMs
    this.#realm = realm
    this.#parameters = { ...options.query, ...(service && { service }) }
    this.#login = options.login
  }

  async authorization(sender: TokenSender, signal: AbortSignal): Promise<Authorization> {
    const token = await this.#valid(sender, signal)
    return { header: `Bearer ${token.value}`, expired: () => this.#isExpired(token) }
  }

  /** Forgets a token that was refused, unless another took its place meanwhile. */
  drop({ header }: Authorization): void {
    if (header === `Bearer ${this.#token?.value}`) this.#token = null
  }

  async #valid(sender: TokenSender, signal: AbortSignal): Promise<Token> {
    if (this.#token && !this.#isExpired(this.#token)) return this.#token
    while (this.#pending) {
      // Another request fetches a token; its failure is not ours.
      const token = await this.#pending.catch(() => null)
      signal.throwIfAborted()
      if (token) return token
    }
    this.#pending = this.#fetch(sender, signal).finally(() => {
      this.#pending = null
    })
    this.#token = await this.#pending
    return this.#token
  }

  #isExpired(token: Token): boolean {
    return this.#habits.renewed === 'when-expired' && token.expiresAtMs <= this.#nowMs()
  }

  async #fetch(sender: TokenSender, signal: AbortSignal): Promise<Token> {
    const sentAtMs = this.#nowMs()
    const { answer, request } = await this.#ask(sender, signal)
    if (answer.statusCode < 200 || answer.statusCode > 399) throw await sender.refuse(answer, request)
    const reply = parseReply((await sender.session.read(answer, signal)).toString())
    const value = reply.token || reply.access_token
    if (typeof value !== 'string') {
      throw new RegistryFailure('MALFORMED', 'authorization server did not include a token in the response')
    }
    // Not from `issued_at`: the token server's clock may differ from this one.
    return { value, expiresAtMs: sentAtMs + this.#lifetimeMs(Number(reply.expires_in) || 0) }
  }

  #lifetimeMs(seconds: number): number {
    const { lifetimeSecondsMin } = this.#habits
    if (lifetimeSecondsMin === null) return seconds === 0 ? Number.POSITIVE_INFINITY : seconds * 1_000
    return Math.max(seconds, lifetimeSecondsMin) * 1_000
  }

  async #ask(sender: TokenSender, signal: AbortSignal): Promise<{ answer: Answer; request: SessionRequest }> {
    if (this.#login && this.#habits.firstCall === 'post-then-get') {
      const request = this.#post(this.#login, signal)
      const answer = await sender.send(request)
      if (!postUnknown.has(answer.statusCode)) return { answer, request }
      await discard(answer)
    }
    const request = this.#get(signal)
    return { answer: await sender.send(request), request }
  }

  #get(signal: AbortSignal): SessionRequest {
    const login = this.#login
    const query = new URLSearchParams({
      ...this.#parameters,
      ...(login && this.#habits.namesAccount && { account: login.username }),
    })
    query.sort()
    const headers: Record<string, string> = login ? { Authorization: basic(login) } : {}
    const target = `${this.#realm}${this.#realm.includes('?') ? '&' : '?'}${query}`
    return { method: 'GET', target, headers, quick: true, signal }
  }

  #post({ username, password }: Login, signal: AbortSignal): SessionRequest {
    const form = { grant_type: 'password', client_id: 'containerd-client', ...this.#parameters, username, password }
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8' }
    return {
      ...{ method: 'POST', target: this.#realm, headers, quick: true, signal },
      body: new URLSearchParams(form).toString(),
    }
  }
}

/** The Authorization header of an account. */
export function basic({ username, password }: Login): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}

function parseReply(text: string): { token?: unknown; access_token?: unknown; expires_in?: unknown } {
  try {
    return Object(JSON.parse(text))
  } catch {
    throw new RegistryFailure('MALFORMED', `unable to decode token response: ${describeJsonError(text)}`)
  }
}
