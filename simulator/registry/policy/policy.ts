// The contract of a registry's policy: who may, how often, and how it says no. Pure and told the time;
// the HTTP front and the virtual model both ask it.

import type { RegistryAccount } from '../../scenario/scenario.ts'
import type { RequestClass, RequestPart } from '../request-class.ts'
import type { LimitSource } from './limit-source.ts'

/** A request as the policy sees it, after the front has read its target. */
export interface PolicyRequest {
  method: string
  class: RequestClass
  repository: string | null
  /** The tag or digest asked for. */
  reference: string | null
  /** Digest of the manifest that would be served; null when there is none. */
  digest: string | null
  /** What that manifest is: an index, one that an index of its repository lists, or one that stands alone. */
  role: 'index' | 'platform' | 'single' | null
  /** The caller's address. */
  source: string
  /** The user a valid credential names; null for an anonymous caller, and of a request for a token. */
  user: string | null
  /** Whether the registry would answer with a challenge (401): a limit in front of the authentication counts it all the same. */
  challenged: boolean
  /** The part of its class that some limits count apart; absent where it is of none. */
  part?: RequestPart
  /** The Authorization header as it came, for limits that are counted by it; absent where nobody reads it. */
  authorization?: string | undefined
}

/** A no. Header names are written as the real registry writes them. */
export interface PolicyRefusal {
  allowed: false
  status: number
  headers: Record<string, string>
  body: string
  rateLimitRemaining: number | null
  /** How the lines of the head end where the answer goes out byte for byte and the connection is closed; absent: as HTTP has it. */
  lineEnds?: 'crlf' | 'lf'
}

/** The policy's answer. `onEnd` is there where the policy must be told when the answer has ended. */
export type PolicyDecision =
  | { allowed: true; headers: Record<string, string>; rateLimitRemaining: number | null; onEnd?: () => void }
  | PolicyRefusal

/** One registry's limiter. It keeps counts, so each registry has its own. */
export interface Policy {
  /** Judges a request and counts it. Of a manifest that is not there it is asked too, with a null digest and role. */
  decide(request: PolicyRequest, nowMs: number): PolicyDecision
  /** True where a version check never costs anything and is never refused, so that nothing hangs on its moment. */
  readonly versionChecksAreFree: boolean
  /** The classes of requests that it counts or may refuse. */
  readonly classes: readonly RequestClass[]
  /** Headers of an answer that asks for a token (401). */
  challengeHeaders(source: string): Record<string, string>
}

/** How a profile authenticates. */
export type Authentication =
  | { scheme: 'none' }
  | {
      scheme: 'bearer'
      service: string
      tokenLifetimeSeconds: number
      /** Whether a pull needs no account. */
      anonymousPull: boolean
      /** Path of the token endpoint; default `/token`. */
      tokenPath?: TokenPath
      /** Which user names have a meaning of their own; default none. */
      credentials?: 'google'
      /** Whether `Bearer base64(user:password)` is taken in place of a token, and Basic denied. */
      encodedPasswords?: boolean
      /** False where the token endpoint knows GET only, and answers POST with 404: then there are no refresh tokens either. */
      tokenByPost?: boolean
      /** Whether a login that asks for a refresh token gets one; default true. */
      refreshTokens?: boolean
      /** How long a refresh token is good for; absent: for ever. */
      refreshTokenLifetimeSeconds?: number
      failedLogins?: FailedLoginsSource
    }
  | {
      scheme: 'basic'
      service: string
      /** How long a password is good for, from the registry's start; absent: for ever. */
      passwordLifetimeSeconds?: number
      failedLogins?: FailedLoginsSource
    }

/** What becomes of those who log in wrongly too often: everybody of the key is refused for a while, whatever the password. */
export interface FailedLoginsSource {
  attempts: number
  perSeconds: number
  banSeconds: number
  key: 'address' | 'username'
  /** Default 403. */
  status?: number
  /** Of the error document; default that of DENIED. */
  message?: string
}

/** Blobs are not answered but redirected to a second origin, by an address that is signed and ends. */
export interface BlobRedirectSource {
  /** Default 307. */
  status?: number
  /** How long the address is good for. */
  lifetimeSeconds: number
}

/** Paths of token endpoints. */
export const tokenPaths = ['/token', '/v2/token', '/v2/auth', '/jwt/auth', '/service/token', '/oauth2/token'] as const
type TokenPath = (typeof tokenPaths)[number]

/** A named kind of registry: how it authenticates and limits, and where that is known from. */
export interface Profile {
  name: string
  description: string
  /** Sections of the documentation that the behaviour was taken from. */
  source: string
  authentication: Authentication
  /** The limits as data, in the order in which they are asked. */
  limits: readonly LimitSource[]
  /** Absent where the registry answers blobs itself. */
  blobRedirect?: BlobRedirectSource
  /** A fresh limiter; accounts say who is not limited. */
  createPolicy(accounts?: readonly RegistryAccount[]): Policy
}
