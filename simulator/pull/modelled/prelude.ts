// What an engine says before it asks for a manifest: log-in where there are credentials, ping, token. Counted and timed request for
// request like the real client (docs/pull.md); both kinds of time are compared in test/pull/modelled-failures.test.ts.
import type { RequestClass } from '../../events/events.ts'
import type { Authentication } from '../../registry/policy/policy.ts'

/** One request and its answer. */
export interface Exchange {
  class: Extract<RequestClass, 'ping' | 'token'>
  status: number
  authenticated: boolean
}

export interface Prelude {
  exchanges: readonly Exchange[]
  /** Whether the last exchange ends the pull: the account is unknown or its password wrong. */
  refused: boolean
}

const ping: Exchange = { class: 'ping', status: 200, authenticated: false }
const challenge: Exchange = { ...ping, status: 401 }
const authorizedPing: Exchange = { ...ping, authenticated: true }
const token: Exchange = { class: 'token', status: 200, authenticated: false }
const accountToken: Exchange = { ...token, authenticated: true }
const refusedToken: Exchange = { ...accountToken, status: 401 }

const open: Prelude = { exchanges: [ping], refused: false }
const openLoggedIn: Prelude = { exchanges: [ping, authorizedPing, ping], refused: false }
const anonymous: Prelude = { exchanges: [challenge, token], refused: false }
const loggedIn: Prelude = {
  exchanges: [challenge, accountToken, authorizedPing, challenge, accountToken],
  refused: false,
}
const loggedInElsewhere: Prelude = {
  exchanges: [challenge, accountToken, authorizedPing, challenge, token],
  refused: false,
}
const refused: Prelude = { exchanges: [challenge, refusedToken], refused: true }

/**
 * The exchanges before a pull's first manifest request. `login` says how the credentials fare, null without any; `used` whether they
 * belong to the registry of the reference.
 */
export function preludeOf(options: {
  /** Registries with Basic are not modelled. */
  scheme: Authentication['scheme']
  login: { accepted: boolean; used: boolean } | null
}): Prelude {
  const { scheme, login } = options
  if (scheme !== 'bearer') return login === null ? open : openLoggedIn
  if (login === null) return anonymous
  if (!login.accepted) return refused
  return login.used ? loggedIn : loggedInElsewhere
}
