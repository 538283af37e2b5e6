// Docker Hub's pull limit as it stands today: a rolling window of six hours, counted in half pulls, because pulling a multi-arch image
// reads two manifests. docs/registries.md says where each rule is known from and which are choices.
import { createHash } from 'node:crypto'
import { limitedAddress } from './address.ts'
import { BegunPulls } from './begun-pulls.ts'
import type { DockerHubLimit } from './limit-source.ts'
import type { Policy, PolicyDecision, PolicyRequest } from './policy.ts'
import { RollingWindow } from './rolling-window.ts'

const today = { anonymousPulls: 100, accountPulls: 200, windowSeconds: 21_600 }
const halvesOfPull = 2
/** An engine asks for the manifest right after the index; what takes longer than this was no pull. */
const begunPullLifetimeMs = 900_000

/**
 * A fresh Docker Hub limiter. GETs of manifests count: half a pull each where the manifest is an index or listed by one, a pull where
 * it stands alone. A pull that has read its index is sure of its manifest: the other half is set aside for it. HEADs, blobs, GETs that find nothing and refused GETs are free, and a HEAD is answered also when nothing remains.
 *
 * What nobody has shown of the real one is an option, off by default: `retryAfter` of refusals, HEAD refused too
 * (`refusesVersionChecks`), refused GETs that count (`countsRefused`). Users in `unlimited` are neither counted nor told of limits.
 *
 * @example
 * const policy = createDockerHubPolicy()
 * policy.decide(request, 0) // { allowed: true, headers: { 'ratelimit-remaining': '100;w=21600', ... }, rateLimitRemaining: 100 }
 */
export function createDockerHubPolicy(
  options: Omit<DockerHubLimit, 'kind'> = today,
  unlimited: ReadonlySet<string> = new Set(),
): Policy {
  const { anonymousPulls, accountPulls, windowSeconds } = options
  const { retryAfter = false, refusesVersionChecks = false, countsRefused = false } = options
  const halfPulls = new RollingWindow(windowSeconds * 1_000)
  const begun = new BegunPulls(begunPullLifetimeMs)
  return {
    versionChecksAreFree: !refusesVersionChecks,
    classes: refusesVersionChecks ? ['manifest', 'version-check'] : ['manifest'],
    challengeHeaders: (source) => ({ 'docker-ratelimit-source': limitedAddress(source) }),
    decide(request, nowMs) {
      const isRead = request.class === 'manifest' || request.class === 'version-check'
      if (request.challenged || !isRead || (request.user !== null && unlimited.has(request.user))) {
        return { allowed: true, headers: {}, rateLimitRemaining: null }
      }
      const key = request.user === null ? `address ${limitedAddress(request.source)}` : `user ${request.user}`
      const limit = request.user === null ? anonymousPulls : accountPulls
      const used = halfPulls.used(key, nowMs)
      const cost = request.class === 'manifest' ? halfPullsOf(request) : 0
      if (!mayPass(request, { key, left: limit * halvesOfPull - used, nowMs })) {
        const waitMs = halfPulls.freesAtMs(key, nowMs) - nowMs
        if (countsRefused && cost > 0) halfPulls.add(key, cost, nowMs)
        const headers = limitHeaders(request, { limit, remaining: 0, windowSeconds })
        return refusal(
          request,
          retryAfter ? { ...headers, 'retry-after': String(Math.max(1, Math.ceil(waitMs / 1_000))) } : headers,
        )
      }
      if (cost > 0) halfPulls.add(key, cost, nowMs)
      const remaining = Math.max(0, limit - Math.floor((used + cost) / halvesOfPull))
      const headers = limitHeaders(request, { limit, remaining, windowSeconds })
      return { allowed: true, headers, rateLimitRemaining: remaining }
    },
  }

  function mayPass(request: PolicyRequest, state: { key: string; left: number; nowMs: number }): boolean {
    if (request.class === 'manifest') return admits(request, state)
    return !refusesVersionChecks || state.left > 0
  }

  /** An engine asks for an index by the digest of its version check, and then for the manifest of its platform: one pull. */
  function admits(
    { role, repository, reference, digest }: PolicyRequest,
    { key, left, nowMs }: { key: string; left: number; nowMs: number },
  ): boolean {
    const name = repository ?? ''
    if (role === 'platform' && begun.finish(key, name, nowMs)) return true
    const free = left - begun.count(key, nowMs)
    if (role !== 'index' || reference !== digest) return free > 0
    if (free < halvesOfPull) return false
    begun.begin(key, name, nowMs)
    return true
  }
}

function halfPullsOf({ role }: PolicyRequest): number {
  if (role === null) return 0
  return role === 'single' ? halvesOfPull : 1
}

function refusal(request: PolicyRequest, headers: Record<string, string>): PolicyDecision {
  const message =
    request.user === null
      ? 'You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit'
      : `You have reached your pull rate limit as '${request.user}': dckr_jti_${tokenMark(request.user)}. You may increase the limit by upgrading. https://www.docker.com/increase-rate-limit`
  return {
    allowed: false,
    status: 429,
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ errors: [{ code: 'TOOMANYREQUESTS', message }] }),
    rateLimitRemaining: 0,
  }
}

function limitHeaders(
  { source, user }: PolicyRequest,
  { limit, remaining, windowSeconds }: { limit: number; remaining: number; windowSeconds: number },
): Record<string, string> {
  return {
    'ratelimit-limit': `${limit};w=${windowSeconds}`,
    'ratelimit-remaining': `${remaining};w=${windowSeconds}`,
    'docker-ratelimit-source': user === null ? limitedAddress(source) : userId(user),
  }
}

/** Docker Hub names an account by its id, which is a UUID; ours follows from the name. */
function userId(user: string): string {
  const hex = createHash('sha256').update(`kasm-sim-user\n${user}`).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

function tokenMark(user: string): string {
  return createHash('sha256').update(`kasm-sim-token\n${user}`).digest('base64url').slice(0, 27).concat('=')
}
