// A request as the rules of a registry see it, whichever wire brought it: over sockets it is read from a request line and headers, in
// virtual time a pull asks so at once.
import type { RequestClass, RequestPart } from '../request-class.ts'

export interface Login {
  username: string
  password: string
}

/** What a caller may do in one repository. */
export interface Access {
  type: 'repository'
  name: string
  actions: readonly string[]
}

/** What a Bearer token says. On its way over a socket it is signed text, in virtual time it is itself. */
export interface Token {
  /** Null for a caller without an account. */
  user: string | null
  access: readonly Access[]
  endsAtMs: number
}

/** What a refresh token says: who has logged in. */
export interface RefreshToken {
  user: string
  /** Whether it was given for a login that may only pull. */
  readOnly: boolean
  /** Infinite where it is good for ever. */
  endsAtMs: number
}

/**
 * How a request says who sends it: a user name and password (Basic), or a token (Bearer). A login is null where it cannot be read, a
 * token where the registry did not give it; `encoded` is the login that the text of a token also is, for registries that take one in
 * its place.
 */
export type Authorization = { login: Login | null } | { token: Token | null; encoded?: Login | null }

/** A request to the registry itself, its token endpoint aside. */
export interface RegistryRequest {
  method: string
  class: RequestClass
  /** The part of its class that some limits count apart; absent where it is of none. */
  part?: RequestPart
  /** Null where it touches none. */
  repository: string | null
  /** A tag or a digest. */
  reference: string | null
  action: 'pull' | 'push' | 'delete'
  /** The repository that a blob is mounted from: it is read. */
  mountsFrom: string | null
  /** Null where there is none. */
  authorization: Authorization | null
  /** What tells one authorization from another, for limits that are counted by it. */
  authorizationKey: string | undefined
  /** Address of the caller. */
  source: string
}

/** A request for a token. Scopes are what it asks for. */
export interface TokenRequest {
  method: string
  source: string
  scopes: readonly Access[]
  wantsRefreshToken: boolean
  by:
    | { grant: 'anonymous' }
    | { grant: 'password'; login: Login | null }
    /** A token of null is not ours, or is over; `isGiven` tells whether there was one at all. */
    | { grant: 'refresh'; token: RefreshToken | null; isGiven: boolean }
    | { grant: 'unsupported' }
}
