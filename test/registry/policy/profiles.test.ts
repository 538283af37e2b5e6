import { expect, test } from 'vitest'
import { findProfile, profiles } from '../../../simulator/registry/policy/profiles.ts'
import { request } from './limits.ts'

test('finds every profile by its name, each with its own policy', () => {
  expect(profiles.map(({ name }) => findProfile(name))).toEqual(profiles)
  expect(new Set(profiles.map(({ name }) => name)).size).toBe(17)
  const [one, other] = [findProfile('retry-after-date').createPolicy(), findProfile('retry-after-date').createPolicy()]
  for (let get = 0; get < 100; get += 1) one.decide(request(), 0)
  expect([one.decide(request(), 0).allowed, other.decide(request(), 0).allowed]).toEqual([false, true])
})

test('names the closest profile where there is none of a name', () => {
  expect(() => findProfile('docker-hub')).toThrow(
    'Failed to find the registry profile "docker-hub": there is none of this name. Did you mean "docker-hub-anonymous"? `kasm-sim profiles` explains them.',
  )
  expect(() => findProfile('nome')).toThrow('Did you mean "none"?')
  expect(() => findProfile('artifactory')).toThrow('of this name. Known: none, docker-hub-anonymous, ')
  expect(() => findProfile('')).toThrow(expect.objectContaining({ code: 'PROFILE_UNKNOWN' }))
})

/** How many requests at one moment get through, of those that a profile counts. */
function allowedAtOnce(name: string, change: Parameters<typeof request>[0]): number {
  const policy = findProfile(name).createPolicy()
  let allowed = 0
  while (allowed < 100_000 && policy.decide(request(change), 0).allowed) allowed += 1
  return allowed
}

// Documented, or seen on the wire.
test.for([
  ['docker-hub-personal', { user: 'alice', role: 'single' }, 200],
  ['docker-hub-personal', { role: 'single' }, 100],
  ['docker-hub-2025-plan', { role: 'single' }, 10],
  ['docker-hub-2025-plan', { user: 'alice', role: 'single' }, 100],
  ['ecr-private', { class: 'blob', user: 'AWS' }, 3_000],
  ['ecr-private', { class: 'version-check', user: 'AWS' }, 2_000],
  ['google-artifact-registry', { class: 'blob', user: '_json_key' }, 60_000],
  ['quay', { class: 'manifest' }, 11],
  ['quay', { class: 'blob' }, 51],
  ['quay', { class: 'token' }, 3],
  ['gitlab', { user: 'alice' }, 1_000],
  ['acr', { user: 'alice' }, 3_000],
  ['acr', { user: 'alice', class: 'push' }, 500],
] as const)('%s lets %j through so often at once: %i', ([name, change, count]) => {
  expect(allowedAtOnce(name, change)).toBe(count)
})

// Chosen by this project: nobody publishes these numbers.
test.for([
  ['docker-hub-abuse', { class: 'ping', challenged: true }, 3_000],
  ['docker-hub-abuse', { class: 'token' }, 3_000],
  ['docker-hub-abuse', { class: 'version-check' }, 3_000],
  ['ghcr', {}, 1_000],
  ['ecr-public', { class: 'version-check' }, 3],
  ['ecr-public', { class: 'version-check', user: 'alice' }, 30],
  ['harbor-proxy', {}, 30],
  ['retry-after-seconds', {}, 100],
] as const)('%s lets %j through so often at once, by choice: %i', ([name, change, count]) => {
  expect(allowedAtOnce(name, change)).toBe(count)
})

test('the windows of Docker Hub roll as announced for 2025: an hour', () => {
  const policy = findProfile('docker-hub-2025-plan').createPolicy()
  for (let pull = 0; pull < 10; pull += 1) policy.decide(request({ role: 'single' }), 0)
  expect(policy.decide(request(), 3_599_999)).toMatchObject({
    allowed: false,
    headers: { 'ratelimit-limit': '10;w=3600' },
  })
  expect(policy.decide(request(), 3_600_000).allowed).toBe(true)
})

test('ECR Public lets one request a second through once its burst is spent', () => {
  const policy = findProfile('ecr-public').createPolicy()
  const allowed = [0, 0, 0, 0, 999, 1_000, 1_500, 2_000].map((atMs) => policy.decide(request(), atMs).allowed)
  expect(allowed).toEqual([true, true, true, false, false, true, false, true])
})

test('GHCR tells the delay as a Go duration in its message alone', () => {
  const policy = findProfile('ghcr').createPolicy()
  for (let get = 0; get < 1_000; get += 1) policy.decide(request(), 0)
  expect(policy.decide(request(), 0.5)).toMatchObject({
    headers: { 'content-type': 'application/json' },
    body: expect.stringMatching(/"message":"retry-after: 863\.63\dµs, allowed: 44000\/minute"/),
  })
})
