// How a backend logs in to its upstream: Bearer tokens by the distribution project's token specification, or Basic.
import type { Dispatcher } from 'undici'
import type { Clock } from '../../../server/kernel/clock.ts'
import { RegistryProblem } from '../answer/problem.ts'
import { type Challenge, parseChallenges } from '../challenge.ts'

/** An account of the upstream. */
export interface UpstreamAccount {
  username: string
  password: string
}

interface Token {
  value: string
  expiresAtMs: number
}

const tokenLifetimeSecondsMin = 60
const tokenTimeoutMs = 15_000
/** A token is renewed before its time is over, so that it is good for as long as an upload takes to begin. */
const renewalMs = 10_000

/** The credentials of one upstream, with a token for each scope that was asked for. */
export class UpstreamLogin {
  readonly #account: UpstreamAccount | null
  readonly #clock: Clock
  readonly #dispatcher: Dispatcher
  #challenge: Challenge | null = null
  readonly #tokens = new Map<string, Promise<Token>>()

  constructor(options: { account: UpstreamAccount | null; clock: Clock; dispatcher: Dispatcher }) {
    this.#account = options.account
    this.#clock = options.clock
    this.#dispatcher = options.dispatcher
  }

  /** Learns from a 401 how to log in; false where it says nothing that helps. */
  learn(header: string | string[] | undefined): boolean {
    const challenge = parseChallenges(header).find(({ scheme }) => scheme === 'bearer' || scheme === 'basic')
    if (challenge === undefined || (challenge.scheme === 'basic' && this.#account === null)) return false
    this.#challenge = challenge
    return true
  }

  /**
   * The Authorization header for scopes like `repository:team/app:pull`; null where the upstream asks for none.
   *
   * @throws RegistryProblem DENIED where the token server refuses
   */
  async authorization(scopes: readonly string[]): Promise<string | null> {
    const challenge = this.#challenge
    if (challenge === null) return null
    if (challenge.scheme === 'basic') return this.#account && basic(this.#account)
    const key = scopes.join(' ')
    const known = this.#tokens.get(key)
    const token = await known
    if (token && token.expiresAtMs - renewalMs > this.#clock.nowMs()) return `Bearer ${token.value}`
    // Of those who found it expired the first fetches the next one for all.
    const renewed = this.#tokens.get(key)
    return `Bearer ${(await (renewed === known || renewed === undefined ? this.#renew(challenge, scopes) : renewed)).value}`
  }

  /** Forgets the token of scopes that the upstream no longer takes. */
  forget(scopes: readonly string[]): void {
    this.#tokens.delete(scopes.join(' '))
  }

  #renew(challenge: Challenge, scopes: readonly string[]): Promise<Token> {
    const key = scopes.join(' ')
    const pending = this.#fetch(challenge, scopes)
    this.#tokens.set(key, pending)
    // A failure is told to those who wait for it, and not kept.
    pending.catch(() => this.#tokens.delete(key))
    return pending
  }

  async #fetch({ parameters }: Challenge, scopes: readonly string[]): Promise<Token> {
    const sentAtMs = this.#clock.nowMs()
    const url = URL.parse(parameters['realm'] ?? '')
    if (url === null) throw denied('it names no token server')
    if (parameters['service'] !== undefined) url.searchParams.set('service', parameters['service'])
    for (const scope of scopes) url.searchParams.append('scope', scope)
    const answer = await this.#dispatcher.request({
      origin: url.origin,
      path: url.pathname + url.search,
      ...{ method: 'GET', headersTimeout: tokenTimeoutMs, bodyTimeout: tokenTimeoutMs },
      headers: this.#account ? { authorization: basic(this.#account) } : {},
    })
    if (answer.statusCode !== 200) {
      await answer.body.dump()
      throw denied(`its token server answers with status ${answer.statusCode}`)
    }
    const reply = Object(await answer.body.json().catch(() => null)) as Record<string, unknown>
    const value = reply['token'] || reply['access_token']
    if (typeof value !== 'string') throw denied('its token server gives no token')
    const lifetimeSeconds = Math.max(Number(reply['expires_in']) || 0, tokenLifetimeSecondsMin)
    return { value, expiresAtMs: sentAtMs + lifetimeSeconds * 1_000 }
  }
}

function denied(cause: string): RegistryProblem {
  return new RegistryProblem('DENIED', null, { message: `the upstream registry lets this front not in: ${cause}` })
}

function basic({ username, password }: UpstreamAccount): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}
