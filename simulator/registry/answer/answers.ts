// What a registry answers before it looks at any content: whether a fault hits a request, who sends it, what the limits say, what a
// token is granted. Pure and told the time; the HTTP front and the registry of virtual time both ask it, and only carry out.
import type { RegistryAccount } from '../../scenario/scenario.ts'
import type { Policy, PolicyRefusal, PolicyRequest, Profile } from '../policy/policy.ts'
import type { RequestClass } from '../request-class.ts'
import { AccessRules, type Admission, type Grant } from './access-rules.ts'
import type { Problem } from './problem.ts'
import type { RegistryRequest, TokenRequest } from './request.ts'

/** What a policy must know of a manifest before it decides. */
export interface ManifestIdentity {
  digest: string
  role: NonNullable<PolicyRequest['role']>
}

/** Whether a request is let through to the content, with what goes out beside whatever is answered. */
export interface Decision {
  user: string | null
  /** Headers that the limits add. */
  headers: Record<string, string>
  rateLimitRemaining: number | null
  /** To be told when the answer has ended; null where nobody waits for it. */
  onEnd: (() => void) | null
  /** Why it is not let through; null where it is. */
  no: { limit: PolicyRefusal } | { problem: Problem } | null
}

interface RegistryAnswersOptions {
  profile: Profile
  accounts: readonly RegistryAccount[]
  /** Whether the registry has such a repository. */
  knows: (repository: string) => boolean
  startedAtMs: number
}

const allClasses = ['ping', 'token', 'version-check', 'manifest', 'blob', 'other'] as const
const nobody: Admission = { user: null, problem: null }

/**
 * The rules of one registry.
 *
 * @example
 * const answers = new RegistryAnswers({ profile: findProfile('docker-hub-anonymous'), accounts: [], knows: () => true, startedAtMs: 0 })
 * const admission = answers.admit(request, nowMs)
 * const { no } = answers.decide(request, admission, null, nowMs)
 */
export class RegistryAnswers {
  readonly access: AccessRules
  readonly #policy: Policy
  readonly #free: ReadonlySet<RequestClass>

  constructor({ profile, ...options }: RegistryAnswersOptions) {
    this.#policy = profile.createPolicy(options.accounts)
    this.access = new AccessRules({ authentication: profile.authentication, ...options })
    this.#free = new Set(allClasses.filter((each) => isFree(each, this.#policy)))
  }

  /** Whether nothing hangs on the moment of a request of this class: it costs nothing and is never refused. */
  isFree(requestClass: RequestClass): boolean {
    return !this.access.countsLogins && this.#free.has(requestClass)
  }

  /** Who sends a request. Of one that has a problem no content is to be looked at. */
  admit(request: RegistryRequest, nowMs: number): Admission {
    return this.access.admit(request, nowMs)
  }

  /**
   * Asks the limits, which count it, and says why it is not let through. A limit speaks before a challenge does: it stands in front.
   * `manifest` is the one that would be served; null where there is none, or none is asked for.
   */
  decide(
    request: RegistryRequest,
    { user, problem }: Admission,
    manifest: ManifestIdentity | null,
    nowMs: number,
  ): Decision {
    const decision = this.#policy.decide(
      {
        method: request.method,
        class: request.class,
        ...(request.part === undefined ? {} : { part: request.part }),
        repository: request.repository,
        reference: request.reference,
        digest: manifest?.digest ?? null,
        role: manifest?.role ?? null,
        source: request.source,
        user,
        challenged: problem !== null,
        authorization: request.authorizationKey,
      },
      nowMs,
    )
    const { headers, rateLimitRemaining } = decision
    if (!decision.allowed) return { user, headers, rateLimitRemaining, onEnd: null, no: { limit: decision } }
    const onEnd = decision.onEnd ?? null
    if (problem === null) return { user, headers, rateLimitRemaining, onEnd, no: null }
    const challengeHeaders = this.#policy.challengeHeaders(request.source)
    return { user, headers: challengeHeaders, rateLimitRemaining, onEnd, no: { problem } }
  }

  /** The same of a request for a token, which nobody has to be let in for. */
  decideToken(request: RegistryRequest, nowMs: number): Decision {
    return this.decide(request, nobody, null, nowMs)
  }

  /** What the token endpoint gives to a request that was let through. */
  grant(request: TokenRequest, nowMs: number): Grant | Problem {
    return this.access.grant(request, nowMs)
  }
}

function isFree(requestClass: (typeof allClasses)[number], { classes, versionChecksAreFree }: Policy): boolean {
  return requestClass === 'version-check' ? versionChecksAreFree : !classes.includes(requestClass)
}
