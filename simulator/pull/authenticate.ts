// How a Docker Engine authenticates: a ping for the challenge, then tokens of one scope, or Basic; and `docker login`.
// Sources: docs/registries.md 3, the distribution project's token specification.
import { type Challenge, parseChallenges } from '../registry/challenge.ts'
import { RegistryFailure } from './failure.ts'
import type { Endpoint } from './names.ts'
import type { Persona } from './personas.ts'
import { type Authorize, discard, Session, type Tally } from './session.ts'
import { basic, type Login, type TokenSender, TokenSource } from './tokens.ts'
import type { Transport } from './transport.ts'

/** What every session of an engine shares. */
export interface Connection {
  transport: Transport
  tally: Tally
  nowMs: () => number
  tokenHabits: Persona['token']
  /** Tokens that outlive a pull, by what they are for; empty where pulls share none. */
  tokens: Map<string, TokenSource>
}

export const noAuthorization: Authorize = async () => null

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
 * `docker login`: a ping, a token without a scope, and the ping again with it. What it says besides the service is in `query`.
 *
 * @throws RegistryFailure UNAUTHORIZED where the registry knows no such account
 */
export async function logIn(
  connection: Connection,
  options: { endpoint: Endpoint; login: Login; query: Record<string, string>; signal: AbortSignal },
): Promise<void> {
  const { endpoint, login, query, signal } = options
  const challenges = await ping(connection, endpoint, signal)
  const habits = { ...connection.tokenHabits, firstCall: 'get', sharedBy: 'pull', namesAccount: true } as const
  const authorize = authorizer({ ...connection, tokenHabits: habits }, { endpoint, challenges, login, query })
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
    const source = tokenSource(connection, { challenge: bearer.parameters, login, query })
    const session = new Session({ ...connection, endpoint, authorize: noAuthorization })
    const sender: TokenSender = {
      session,
      send: (request) => named(session.name(request), () => session.request(request)),
      refuse: (answer, { signal }) => session.refuse(answer, signal),
    }
    return (signal) => source.authorization(sender, signal)
  }
  if (!challenges.some(({ scheme }) => scheme === 'basic')) return noAuthorization
  return async () => {
    if (login === null) throw new RegistryFailure('UNAUTHORIZED', 'no basic auth credentials', { status: 401 })
    return { header: basic(login), expired: () => false }
  }
}

/** The tokens for a challenge: the engine's, where its pulls share them, else new ones. */
export function tokenSource(
  { tokenHabits: habits, tokens, nowMs }: Connection,
  options: { challenge: Record<string, string>; login: Login | null; query: Record<string, string> },
): TokenSource {
  const source = () => new TokenSource({ habits, nowMs, ...options })
  if (habits.sharedBy === 'pull') return source()
  const { challenge, login, query } = options
  const key = JSON.stringify([challenge['realm'], challenge['service'], query, login])
  const known = tokens.get(key) ?? source()
  tokens.set(key, known)
  return known
}
