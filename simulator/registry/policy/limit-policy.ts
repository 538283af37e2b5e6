// A policy from data: each limit of a profile is one, and a profile is all of them, asked in their order.
import type { RegistryAccount } from '../../scenario/scenario.ts'
import type { RequestClass } from '../request-class.ts'
import { limitedAddress } from './address.ts'
import { createDockerHubPolicy } from './docker-hub.ts'
import type { CountedLimit, LimitSource } from './limit-source.ts'
import type { Policy, PolicyDecision, PolicyRefusal, PolicyRequest } from './policy.ts'
import { RollingWindow } from './rolling-window.ts'
import { TokenBucket } from './token-bucket.ts'

const unlimited: PolicyDecision = { allowed: true, headers: {}, rateLimitRemaining: null }

/** Counts one request; says how long to wait where it is one too many. */
interface Limiter {
  take(key: string, nowMs: number): { waitMs: number; onEnd?: () => void }
}

/**
 * The policy of these limits, of Docker Hub's for accounts that do not pay. A request that one limit refuses is not asked of those after it; those before it have counted it.
 *
 * @example
 * createPolicy([{ kind: 'docker-hub-pulls', anonymousPulls: 100, accountPulls: 200, windowSeconds: 21_600 }])
 */
export function createPolicy(limits: readonly LimitSource[], accounts: readonly RegistryAccount[] = []): Policy {
  const paid = new Set(accounts.filter(({ plan }) => plan === 'paid').map(({ username }) => username))
  const policies = limits.map((limit) => policyOf(limit, paid))
  return {
    versionChecksAreFree: policies.every(({ versionChecksAreFree }) => versionChecksAreFree),
    classes: [...new Set(policies.flatMap(({ classes }) => classes))],
    challengeHeaders: (source) => Object.assign({}, ...policies.map((policy) => policy.challengeHeaders(source))),
    decide: (request, nowMs) => decideAll(policies, request, nowMs),
  }
}

function decideAll(policies: readonly Policy[], request: PolicyRequest, nowMs: number): PolicyDecision {
  // Most registries have no limit or a single one, and virtual time asks by the million.
  if (policies.length <= 1) return policies[0]?.decide(request, nowMs) ?? unlimited
  const ends: (() => void)[] = []
  let headers: Record<string, string> = {}
  let rateLimitRemaining: number | null = null
  for (const policy of policies) {
    const decision = policy.decide(request, nowMs)
    if (!decision.allowed) {
      for (const end of ends) end()
      return decision
    }
    if (decision.onEnd) ends.push(decision.onEnd)
    headers = { ...headers, ...decision.headers }
    rateLimitRemaining ??= decision.rateLimitRemaining
  }
  const decision = { allowed: true, headers, rateLimitRemaining } as const
  if (ends.length === 0) return decision
  return {
    ...decision,
    onEnd: () => {
      for (const end of ends) end()
    },
  }
}

function policyOf(limit: LimitSource, paid: ReadonlySet<string>): Policy {
  if (limit.kind === 'docker-hub-pulls') return createDockerHubPolicy(limit, paid)
  const limiter = limiterOf(limit)
  const { classes } = limit
  return {
    versionChecksAreFree: !classes.includes('version-check'),
    classes: [...new Set(classes.map(wholeClass))],
    challengeHeaders: () => ({}),
    decide(request, nowMs) {
      if (!concerns(limit, request)) return unlimited
      const { waitMs, onEnd } = limiter.take(keyOf(limit, request), nowMs)
      if (waitMs > 0) return refusalOf(limit, { waitMs, nowMs })
      return onEnd ? { ...unlimited, onEnd } : unlimited
    },
  }
}

function concerns(limit: CountedLimit, { class: requestClass, part, user, challenged }: PolicyRequest): boolean {
  const { classes, callers = 'all', beforeAuthentication = false } = limit
  const isNamed = classes.includes(requestClass) || (part !== undefined && classes.includes(part))
  if (!isNamed || (challenged && !beforeAuthentication)) return false
  return callers === 'all' || (callers === 'accounts') === (user !== null)
}

function wholeClass(named: CountedLimit['classes'][number]): RequestClass {
  if (named === 'manifest-push') return 'push'
  return named === 'tag-list' ? 'other' : named
}

function keyOf({ key }: CountedLimit, { source, user, authorization }: PolicyRequest): string {
  if (key === 'registry') return ''
  if (key === 'authorization' && authorization !== undefined) return `authorization ${authorization}`
  return key === 'caller' && user !== null ? `user ${user}` : `address ${limitedAddress(source)}`
}

function limiterOf(limit: CountedLimit): Limiter {
  if (limit.kind === 'connections') return new OpenAnswers(limit.connections)
  const { requests, perSeconds } = limit
  if (limit.kind === 'rolling-window') return new RequestWindow({ requests, windowMs: perSeconds * 1_000 })
  const capacity = limit.kind === 'leaky-bucket' ? limit.burst + 1 : limit.burst
  const bucket = new TokenBucket({ capacity, perMs: requests / (perSeconds * 1_000) })
  return { take: (key, nowMs) => ({ waitMs: bucket.take(key, nowMs) }) }
}

/** So many requests in a rolling window; those refused are not counted. */
class RequestWindow implements Limiter {
  readonly #requests: number
  readonly #window: RollingWindow

  constructor({ requests, windowMs }: { requests: number; windowMs: number }) {
    this.#requests = requests
    this.#window = new RollingWindow(windowMs)
  }

  take(key: string, nowMs: number) {
    if (this.#window.used(key, nowMs) >= this.#requests) {
      return { waitMs: this.#window.freesAtMs(key, nowMs) - nowMs }
    }
    this.#window.add(key, 1, nowMs)
    return { waitMs: 0 }
  }
}

/** So many answers at a time. Nobody knows when one of them ends, so whoever is refused is told to wait a second. */
class OpenAnswers implements Limiter {
  readonly #max: number
  readonly #open = new Map<string, number>()

  constructor(max: number) {
    this.#max = max
  }

  take(key: string) {
    const open = this.#open.get(key) ?? 0
    if (open >= this.#max) return { waitMs: 1_000 }
    this.#open.set(key, open + 1)
    return { waitMs: 0, onEnd: () => this.#close(key) }
  }

  #close(key: string): void {
    const left = (this.#open.get(key) ?? 0) - 1
    if (left > 0) this.#open.set(key, left)
    else this.#open.delete(key)
  }
}

function refusalOf({ refusal }: CountedLimit, wait: { waitMs: number; nowMs: number }): PolicyRefusal {
  const { status = 429, headers = {}, body = '', lineEnds } = refusal
  return {
    allowed: false,
    status,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, fill(value, wait)])),
    body: fill(body, wait),
    rateLimitRemaining: null,
    ...(lineEnds ? { lineEnds } : {}),
  }
}

function fill(template: string, { waitMs, nowMs }: { waitMs: number; nowMs: number }): string {
  return template
    .replaceAll('{retryAfterSeconds}', String(Math.ceil(waitMs / 1_000)))
    .replaceAll('{retryAfterDate}', new Date(Math.ceil((nowMs + waitMs) / 1_000) * 1_000).toUTCString())
    .replaceAll('{retryAfterGoDuration}', goDuration(waitMs))
}

/** As Go prints a duration: `880.092µs`, `333.939671ms`, `1m5s`. */
function goDuration(durationMs: number): string {
  const round = (value: number) => String(Number(value.toFixed(6)))
  if (durationMs < 1) return `${Number((durationMs * 1_000).toFixed(3))}µs`
  if (durationMs < 1_000) return `${round(durationMs)}ms`
  const seconds = durationMs / 1_000
  const minutes = Math.floor(seconds / 60)
  const hours = Math.floor(minutes / 60)
  const rest = `${round(seconds - minutes * 60)}s`
  if (hours > 0) return `${hours}h${minutes % 60}m${rest}`
  return minutes > 0 ? `${minutes}m${rest}` : rest
}
