// Authentication as the engine does it: a ping to learn how, a token of one scope when it is first needed, kept until it expires,
// or Basic; and `docker login`. Sources: docs/registries.md 3, the distribution project's token specification.
import { type Challenge, parseChallenges } from './challenge.ts'
import type { RegistryCredentials } from './engine.ts'
import { RegistryFailure } from './failure.ts'
import { describeJsonError } from './go-text.ts'
import type { Endpoint } from './names.ts'
import { type Authorization, type Authorize, discard, Session, type Tally } from './session.ts'
import type { Transport } from './transport.ts'

/** What every session of an engine shares. */
export interface Connection {
  transport: Transport
  tally: Tally
  nowMs: () => number
}

type Login = Pick<RegistryCredentials, 'username' | 'password'>

const tokenLifetimeSecondsMin = 60
const noAuthorization: Authorize = async () => null

/**
 * Pings a registry and gives the session in which a pull of one repository asks for everything else.
 * The ping's status does not matter, only whether it challenges: so does the engine.
 */
export async function openSession(
  connection: Connection,
  options: { endpoint: Endpoint; repository: string; login: Login | null; signal: AbortSignal },
): Promise<Session> {
  const { endpoint, repository, login, signal } = options
  const challenges = await ping(connection, endpoint, signal)
  const query = { scope: `repository:${repository}:pull` }
  const authorize = authorizer(connection, { endpoint, challenges, login, query })
  return new Session({ ...connection, endpoint, authorize })
}

/**
 * `docker login`: a ping, a token without a scope, and the ping again with it.
 *
 * @throws RegistryFailure UNAUTHORIZED where the registry knows no such account
 */
export async function logIn(
  connection: Connection,
  options: { endpoint: Endpoint; login: Login; signal: AbortSignal },
): Promise<void> {
  const { endpoint, login, signal } = options
  const challenges = await ping(connection, endpoint, signal)
  const query = { client_id: 'docker', offline_token: 'true' }
  const authorize = authorizer(connection, { endpoint, challenges, login, query })
  const session = new Session({ ...connection, endpoint, authorize })
  const request = { method: 'GET', target: '/v2/', quick: true, signal } as const
  const answer = await named(session.name(request), () => session.request(request))
  await discard(answer)
  if (answer.statusCode === 200) return
  const text = `login attempt to ${endpoint.shownUrl}/v2/ failed with status: ${answer.statusCode} ${answer.statusText}`
  const code = answer.statusCode === 429 ? 'TOOMANYREQUESTS' : answer.statusCode < 500 ? 'UNAUTHORIZED' : 'UNAVAILABLE'
  throw new RegistryFailure(code, text, { status: answer.statusCode })
}

/** Puts the request's name before the words of its failure, as the engine does where a request got no answer. */
export async function named<Result>(context: string, act: () => Promise<Result>): Promise<Result> {
  try {
    return await act()
  } catch (error) {
    throw error instanceof RegistryFailure ? error.within(context) : error
  }
}

async function ping(connection: Connection, endpoint: Endpoint, signal: AbortSignal): Promise<Challenge[]> {
  const session = new Session({ ...connection, endpoint, authorize: noAuthorization })
  const request = { method: 'GET', target: '/v2/', quick: true, signal } as const
  const answer = await named(session.name(request), () => session.request(request))
  await discard(answer)
  return answer.statusCode === 401 ? parseChallenges(answer.headers['www-authenticate']) : []
}

function authorizer(
  connection: Connection,
  options: { endpoint: Endpoint; challenges: Challenge[]; login: Login | null; query: Record<string, string> },
): Authorize {
  const { endpoint, challenges, login, query } = options
  const bearer = challenges.find(({ scheme }) => scheme === 'bearer')
  if (bearer) {
    const source = new TokenSource(connection, { endpoint, parameters: bearer.parameters, login, query })
    return (signal) => source.authorization(signal)
  }
  if (!challenges.some(({ scheme }) => scheme === 'basic')) return noAuthorization
  return async () => {
    if (login === null) throw new RegistryFailure('UNAUTHORIZED', 'no basic auth credentials', { status: 401 })
    return { header: basic(login), expired: () => false }
  }
}

interface Token {
  value: string
  expiresAtMs: number
}

/** The token of one scope: fetched when first needed, shared by the requests of a pull, renewed once it has expired. */
class TokenSource {
  readonly #session: Session
  readonly #nowMs: () => number
  readonly #target: string
  readonly #headers: Record<string, string>
  #token: Token | null = null
  #pending: Promise<Token> | null = null

  constructor(
    connection: Connection,
    options: {
      endpoint: Endpoint
      parameters: Record<string, string>
      login: Login | null
      query: Record<string, string>
    },
  ) {
    const { endpoint, parameters, login, query } = options
    this.#session = new Session({ ...connection, endpoint, authorize: noAuthorization })
    this.#nowMs = connection.nowMs
    const { realm = '', service = '' } = parameters
    const all = new URLSearchParams({
      ...query,
      ...(service && { service }),
      ...(login && { account: login.username }),
    })
    all.sort()
    this.#target = `${realm}${realm.includes('?') ? '&' : '?'}${all}`
    this.#headers = login ? { Authorization: basic(login) } : {}
  }

  async authorization(signal: AbortSignal): Promise<Authorization> {
    const token = await this.#valid(signal)
    return { header: `Bearer ${token.value}`, expired: () => this.#isExpired(token) }
  }

  async #valid(signal: AbortSignal): Promise<Token> {
    if (this.#token && !this.#isExpired(this.#token)) return this.#token
    while (this.#pending) {
      // Another request of this pull fetches a token; its failure is not ours.
      const token = await this.#pending.catch(() => null)
      signal.throwIfAborted()
      if (token) return token
    }
    this.#pending = this.#fetch(signal).finally(() => {
      this.#pending = null
    })
    this.#token = await this.#pending
    return this.#token
  }

  #isExpired(token: Token): boolean {
    return token.expiresAtMs <= this.#nowMs()
  }

  async #fetch(signal: AbortSignal): Promise<Token> {
    const sentAtMs = this.#nowMs()
    const session = this.#session
    const request = { method: 'GET', target: this.#target, headers: this.#headers, quick: true, signal } as const
    const answer = await named(session.name(request), () => session.request(request))
    if (answer.statusCode < 200 || answer.statusCode > 399) throw await session.refuse(answer, signal)
    const reply = parseReply((await session.read(answer, signal)).toString())
    const value = reply.token || reply.access_token
    if (typeof value !== 'string') {
      throw new RegistryFailure('MALFORMED', 'authorization server did not include a token in the response')
    }
    const lifetimeSeconds = Math.max(Number(reply.expires_in) || 0, tokenLifetimeSecondsMin)
    // Not from `issued_at`: the token server's clock may differ from this one.
    return { value, expiresAtMs: sentAtMs + lifetimeSeconds * 1_000 }
  }
}

function parseReply(text: string): { token?: unknown; access_token?: unknown; expires_in?: unknown } {
  try {
    return Object(JSON.parse(text))
  } catch {
    throw new RegistryFailure('MALFORMED', `unable to decode token response: ${describeJsonError(text)}`)
  }
}

function basic({ username, password }: Login): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}
