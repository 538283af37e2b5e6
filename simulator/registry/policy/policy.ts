// The contract of a registry's policy: who may, how often, and how it says no. Pure and told the time;
// the HTTP front and the virtual model both ask it.
import type { RequestClass } from '../../events/events.ts'

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
  /** The user a valid credential names; null for an anonymous caller. */
  user: string | null
}

/** The policy's answer. Header names are written as the real registry writes them. */
export type PolicyDecision =
  | { allowed: true; headers: Record<string, string>; rateLimitRemaining: number | null }
  | { allowed: false; status: number; headers: Record<string, string>; body: string; rateLimitRemaining: number | null }

/** One registry's limiter. It keeps counts, so each registry has its own. */
export interface Policy {
  /** Judges a request and counts it. Of a manifest that is not there it is asked too, with a null digest and role. */
  decide(request: PolicyRequest, nowMs: number): PolicyDecision
  /** True where a version check never costs anything and is never refused, so that nothing hangs on its moment. */
  readonly versionChecksAreFree: boolean
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
    }

/** A named kind of registry: how it authenticates and limits, and where that is known from. */
export interface Profile {
  name: string
  description: string
  /** Sections of the documentation that the behaviour was taken from. */
  source: string
  authentication: Authentication
  createPolicy(): Policy
}
