// Docker Hub's counting rules, told the time.
import { expect, test } from 'vitest'
import { createDockerHubPolicy } from '../../../simulator/registry/policy/docker-hub.ts'
import type { PolicyRequest } from '../../../simulator/registry/policy/policy.ts'
import { findProfile } from '../../../simulator/registry/policy/profiles.ts'
import { request } from './limits.ts'

const hourMs = 3_600_000

test('takes one pull for each two manifests of a multi-arch image', () => {
  const policy = createDockerHubPolicy()
  const remaining = [1, 2, 3, 4, 5].map(() => policy.decide(request(), 0).rateLimitRemaining)
  expect(remaining).toEqual([100, 99, 99, 98, 98])
})

test('takes one pull for a manifest that stands alone', () => {
  const policy = createDockerHubPolicy()
  const remaining = [1, 2, 3].map(() => policy.decide(request({ role: 'single' }), 0).rateLimitRemaining)
  expect(remaining).toEqual([99, 98, 97])
})

test('answers the last half pull with a whole one and refuses what follows', () => {
  const policy = createDockerHubPolicy()
  for (let get = 1; get <= 199; get += 1) expect(policy.decide(request(), 0).allowed).toBe(true)
  expect(policy.decide(request({ role: 'single' }), 0)).toMatchObject({ allowed: true, rateLimitRemaining: 0 })
  expect(policy.decide(request(), 0)).toMatchObject({ allowed: false, status: 429, rateLimitRemaining: 0 })
})

test('sets the second half aside for pulls that have read their index by digest', () => {
  const policy = createDockerHubPolicy()
  const digest = `sha256:${'0'.repeat(64)}`
  const index = request({ reference: digest })
  const manifest = request({
    reference: `sha256:${'1'.repeat(64)}`,
    digest: `sha256:${'1'.repeat(64)}`,
    role: 'platform',
  })
  for (let pull = 1; pull <= 100; pull += 1) expect(policy.decide(index, 0).allowed).toBe(true)
  expect(policy.decide(index, 0).allowed).toBe(false)
  for (let pull = 1; pull <= 100; pull += 1) expect(policy.decide(manifest, 1_000).allowed).toBe(true)
  expect(policy.decide(manifest, 1_000).allowed).toBe(false)
})

test('gives back what was set aside for a manifest that nobody asked for within a quarter of an hour', () => {
  const policy = createDockerHubPolicy()
  const index = request({ reference: `sha256:${'0'.repeat(64)}` })
  for (let pull = 1; pull <= 100; pull += 1) policy.decide(index, 0)
  expect(policy.decide(request(), 899_999).allowed).toBe(false)
  expect(policy.decide(request(), 900_000).allowed).toBe(true)
})

test('does not count what it refuses', () => {
  const policy = createDockerHubPolicy()
  for (let get = 0; get < 200; get += 1) policy.decide(request(), get)
  for (let get = 0; get < 50; get += 1) expect(policy.decide(request(), 5 * hourMs).allowed).toBe(false)
  const later = policy.decide(request(), 6 * hourMs + 199)
  expect(later).toMatchObject({ allowed: true, rateLimitRemaining: 100 })
})

test('frees each pull six hours after it was made', () => {
  const policy = createDockerHubPolicy()
  for (let get = 0; get < 100; get += 1) policy.decide(request(), 0)
  for (let get = 0; get < 100; get += 1) policy.decide(request(), hourMs)
  expect(policy.decide(request(), 6 * hourMs - 1).allowed).toBe(false)
  const check = request({ class: 'version-check', method: 'HEAD' })
  expect(policy.decide(check, 6 * hourMs).rateLimitRemaining).toBe(50)
  expect(policy.decide(check, 7 * hourMs).rateLimitRemaining).toBe(100)
})

test('limits a whole /64 of IPv6, an IPv4 address, and an account, each on its own', () => {
  const policy = createDockerHubPolicy()
  const remaining = (change: Partial<PolicyRequest>) =>
    policy.decide(request({ role: 'single', ...change }), 0).rateLimitRemaining
  expect(remaining({ source: '2001:db8:1:2::1' })).toBe(99)
  expect(remaining({ source: '2001:db8:1:2:ffff::9' })).toBe(98)
  expect(remaining({ source: '2001:db8:1:3::1' })).toBe(99)
  expect(remaining({ source: '192.0.2.1' })).toBe(99)
  expect(remaining({ source: '::ffff:192.0.2.1' })).toBe(98)
  expect(remaining({ user: 'alice' })).toBe(199)
  expect(remaining({ user: 'alice', source: '192.0.2.77' })).toBe(198)
  expect(remaining({ user: '192.0.2.1' })).toBe(199)
})

test.for(['ping', 'token', 'blob', 'push', 'other'] as const)(
  'leaves requests of the class %s alone',
  (requestClass) => {
    const policy = createDockerHubPolicy()
    for (let get = 0; get < 200; get += 1) policy.decide(request(), 0)
    expect(policy.decide(request({ class: requestClass }), 0)).toEqual({
      allowed: true,
      headers: {},
      rateLimitRemaining: null,
    })
  },
)

test('limits no account that pays, and tells it of no limit', () => {
  const accounts = [
    { username: 'paying', password: 'p', plan: 'paid' as const },
    { username: 'free', password: 'p', plan: 'personal' as const },
  ]
  const policy = findProfile('docker-hub-2025-plan').createPolicy(accounts)
  for (let get = 0; get < 250; get += 1) {
    expect(policy.decide(request({ user: 'paying' }), 0)).toEqual({
      allowed: true,
      headers: {},
      rateLimitRemaining: null,
    })
  }
  const free = Array.from({ length: 201 }, () => policy.decide(request({ user: 'free' }), 0).allowed)
  expect(free.lastIndexOf(true)).toBe(199)
})

const small = { anonymousPulls: 1, accountPulls: 1, windowSeconds: 60 }
const check = request({ class: 'version-check', method: 'HEAD' })

function exhausted(options: object) {
  const policy = createDockerHubPolicy({ ...small, ...options })
  policy.decide(request({ role: 'single' }), 0)
  return policy
}

test('says when to come back only where it is told to', () => {
  expect(exhausted({}).decide(request(), 10_500)).not.toMatchObject({ headers: { 'retry-after': expect.anything() } })
  expect(exhausted({ retryAfter: true }).decide(request(), 10_500)).toMatchObject({
    status: 429,
    headers: { 'retry-after': '50' },
  })
})

test('refuses version checks only where it is told to, and then counts them as no less free', () => {
  expect(exhausted({}).decide(check, 0)).toMatchObject({ allowed: true, rateLimitRemaining: 0 })
  const policy = exhausted({ refusesVersionChecks: true })
  expect(policy.decide(check, 0)).toMatchObject({ allowed: false, status: 429 })
  expect(policy.decide(check, 60_000).allowed).toBe(true)
  expect([policy.versionChecksAreFree, policy.classes]).toEqual([false, ['manifest', 'version-check']])
})

test('counts what it refuses only where it is told to, so that whoever goes on asking stays out', () => {
  const policy = exhausted({ countsRefused: true })
  for (let atMs = 0; atMs < 300_000; atMs += 20_000) {
    expect(policy.decide(request({ role: 'single' }), atMs).allowed).toBe(false)
  }
  expect(policy.decide(request(), 280_000 + 60_000).allowed).toBe(true)
})

test('an odd half is enough for a tag or a manifest, not for an index whose manifest is still to come', () => {
  const policy = createDockerHubPolicy({ anonymousPulls: 2, accountPulls: 2, windowSeconds: 3_600 })
  const digest = `sha256:${'0'.repeat(64)}`
  const platform = request({ role: 'platform', reference: digest.replaceAll('0', '1') })
  const used = [1, 2, 3].map(() => policy.decide(platform, 0))
  expect(used.map(({ rateLimitRemaining }) => rateLimitRemaining)).toEqual([2, 1, 1])
  expect(policy.decide(request({ reference: digest, digest }), 0)).toMatchObject({ allowed: false, status: 429 })
  expect(policy.decide(request(), 0)).toMatchObject({ allowed: true, rateLimitRemaining: 0 })
  expect(policy.decide(platform, 0).allowed).toBe(false)
})

test('an odd half that a begun pull is sure of is nobody else’s', () => {
  const policy = createDockerHubPolicy({ anonymousPulls: 1, accountPulls: 1, windowSeconds: 3_600 })
  const digest = `sha256:${'0'.repeat(64)}`
  expect(policy.decide(request({ reference: digest, digest }), 0)).toMatchObject({
    allowed: true,
    rateLimitRemaining: 1,
  })
  expect(policy.decide(request(), 0).allowed).toBe(false)
  expect(policy.decide(request({ role: 'platform', reference: digest.replaceAll('0', '1') }), 0).allowed).toBe(true)
})
