// `kasm-sim profiles`: the kinds of registry that can be stood up by name, and what each does.
import type { CountedLimit, LimitSource } from '../registry/policy/limit-source.ts'
import type { Authentication, Profile } from '../registry/policy/policy.ts'
import { profiles as all } from '../registry/policy/profiles.ts'
import { loadProfile } from '../registry/profile-file.ts'

/**
 * Lists the profiles, or tells one in detail. Its JSON is a profile file itself: a place to start one's own from.
 *
 * @throws KasmSimError PROFILE_UNKNOWN | PROFILE_INVALID
 */
export function profiles(name: string | undefined, flags: { json?: true }): void {
  const chosen = name === undefined ? null : loadProfile(name)
  if (flags.json) {
    process.stdout.write(`${JSON.stringify(chosen ? dataOf(chosen) : all.map(dataOf), null, 2)}\n`)
    return
  }
  process.stdout.write(chosen ? describe(chosen) : listed())
}

function listed(): string {
  const width = Math.max(...all.map((profile) => profile.name.length))
  return all.map((profile) => `${profile.name.padEnd(width)}  ${profile.description}\n`).join('')
}

function dataOf({ createPolicy: _, ...data }: Profile) {
  return data
}

function describe({ name, description, source, authentication, limits, blobRedirect }: Profile): string {
  const rows = [
    ['known from', source],
    ['authentication', describeAuthentication(authentication)],
    ...describeBan(authentication).map((text) => ['wrong logins', text]),
    ...(limits.length === 0 ? [['limits', 'none']] : limits.map((limit) => ['limit', describeLimit(limit)])),
    ...(blobRedirect
      ? [
          [
            'blobs',
            `${blobRedirect.status ?? 307} to a second origin, by an address good for ${blobRedirect.lifetimeSeconds} s`,
          ],
        ]
      : []),
  ]
  const lines = rows.map(([label = '', text]) => `  ${label.padEnd(14)}  ${text}`)
  return `${[`${name}${description && `: ${description}`}`, '', ...lines].join('\n')}\n`
}

function describeAuthentication(authentication: Authentication): string {
  if (authentication.scheme === 'none') return 'none'
  if (authentication.scheme === 'basic') {
    const { service, passwordLifetimeSeconds: seconds } = authentication
    return `Basic, service ${service}${seconds === undefined ? '' : `, passwords good for ${seconds} s`}`
  }
  const { service, tokenPath = '/token', tokenLifetimeSeconds, anonymousPull } = authentication
  const who = anonymousPull ? 'also without an account' : 'with an account only'
  return `Bearer, service ${service}, tokens from ${tokenPath} good for ${tokenLifetimeSeconds} s; pulls ${who}`
}

function describeBan(authentication: Authentication): string[] {
  if (authentication.scheme === 'none' || !authentication.failedLogins) return []
  const { attempts, perSeconds, banSeconds, key, status = 403 } = authentication.failedLogins
  const whose = key === 'address' ? 'an address' : 'a user name'
  return [`${attempts} in ${perSeconds} s of ${whose}, then ${status} for ${banSeconds} s`]
}

function describeLimit(limit: LimitSource): string {
  if (limit.kind === 'docker-hub-pulls') {
    const { anonymousPulls, accountPulls, windowSeconds } = limit
    return `${anonymousPulls} pulls in ${windowSeconds} s for an address without an account, ${accountPulls} for an account (rolling window, counted in half pulls)`
  }
  const { classes, refusal } = limit
  const [, message] = /"message":"([^"]*)"/.exec(refusal.body ?? '') ?? []
  const headers = Object.entries(refusal.headers ?? {}).filter(([header]) => /^retry-after$/i.test(header))
  const told = [String(refusal.status ?? 429), ...headers.map(([header, value]) => `${header}: ${value}`)].join(', ')
  const words = message === undefined ? '' : ` "${message}"`
  return `${describeRate(limit)} of ${classes.join(', ')} for ${describeCallers(limit)}, then ${told}${words}`
}

function describeRate(limit: CountedLimit): string {
  if (limit.kind === 'connections') return `${limit.connections} answers at a time`
  const rate = `${limit.requests} requests in ${limit.perSeconds} s`
  switch (limit.kind) {
    case 'rolling-window':
      return `${rate} (rolling window)`
    case 'token-bucket':
      return `${rate} (token bucket, ${limit.burst} at once)`
    case 'leaky-bucket':
      return `${rate} (leaky bucket, burst ${limit.burst})`
    default:
      return limit satisfies never
  }
}

function describeCallers({ key, callers = 'all' }: CountedLimit): string {
  if (key === 'registry') return 'all together'
  if (key === 'authorization') return 'an Authorization header, or an address without one'
  if (callers === 'accounts') return 'an account'
  return key === 'caller' && callers === 'all' ? 'an account, or an address without one' : 'an address'
}
