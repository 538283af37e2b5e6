// Profiles of one's own: what a file may say, and what people read where it is wrong.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test as base, expect } from 'vitest'
import { KasmSimError } from '../../server/kernel/errors.ts'
import { profiles } from '../../simulator/registry/policy/profiles.ts'
import { loadProfile } from '../../simulator/registry/profile-file.ts'
import { compileScenario } from '../../simulator/scenario/compile.ts'
import { request } from './policy/limits.ts'

// biome-ignore lint/correctness/noEmptyPattern: vitest reads the names of other fixtures from this pattern.
const test = base.extend('folder', ({}, { onCleanup }) => {
  const folder = mkdtempSync(join(tmpdir(), 'kasm-sim-profile-'))
  onCleanup(() => rmSync(folder, { recursive: true }))
  return folder
})

const own = `description: Ours.
authentication: { scheme: none }
limits:
  - kind: rolling-window
    requests: 2
    perSeconds: 10
    classes: [manifest]
    key: registry
    refusal: { status: 503, headers: { Retry-After: '{retryAfterSeconds}' }, body: busy }
`

function failureOf(file: string): KasmSimError {
  try {
    loadProfile(file)
  } catch (error) {
    if (error instanceof KasmSimError) return error
    throw error
  }
  throw new Error('nothing is wrong with it')
}

test('a file says what a profile does', ({ folder }) => {
  const file = join(folder, 'own.yaml')
  writeFileSync(file, own)
  const profile = loadProfile(file)
  expect(profile).toMatchObject({ name: file, description: 'Ours.', authentication: { scheme: 'none' } })
  const policy = profile.createPolicy()
  expect([0, 0, 4_000].map((atMs) => policy.decide(request(), atMs))).toMatchObject([
    { allowed: true },
    { allowed: true },
    { allowed: false, status: 503, headers: { 'Retry-After': '6' }, body: 'busy' },
  ])
})

test('every profile that comes with the program can be written to a file and read back', ({ folder }) => {
  for (const { createPolicy, ...data } of profiles) {
    const file = join(folder, `${data.name}.json`)
    writeFileSync(file, JSON.stringify(data))
    expect(loadProfile(file)).toMatchObject(data)
    expect(loadProfile(file).createPolicy().classes).toEqual(createPolicy().classes)
  }
})

test('the page on registries shows a file that works', ({ folder }) => {
  const page = readFileSync(new URL('../../docs/registries.md', import.meta.url), 'utf8')
  const file = join(folder, 'shown.yaml')
  writeFileSync(file, /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? '')
  const policy = loadProfile(file).createPolicy()
  for (let count = 0; count < 200; count += 1) expect(policy.decide(request(), 0).allowed).toBe(true)
  expect(policy.decide(request(), 0)).toMatchObject({ allowed: false, headers: { 'Retry-After': '60' } })
})

test('the page on registries has the section that each profile names', () => {
  const page = readFileSync(new URL('../../docs/registries.md', import.meta.url), 'utf8')
  for (const { name, source } of profiles) {
    const sections = [...source.matchAll(/\d(?:\.\d)?/g)].map(([section]) => section)
    expect(sections.length, name).toBeGreaterThan(0)
    for (const section of sections) expect(page, name).toMatch(new RegExp(`^##+ ${section}\\.? `, 'm'))
  }
})

test('a scenario names a file beside its own', ({ folder }) => {
  writeFileSync(join(folder, 'own.yaml'), own)
  const source = { name: 'x', fleet: { agents: 1 }, registry: { profile: './own.yaml' }, end: { after: '1m' } }
  const { registry } = compileScenario({ source, file: join(folder, 'x.yaml') })
  expect(registry.profile).toBe(join(folder, 'own.yaml'))
  const missing = { ...source, registry: { profile: './other.yaml' } }
  expect(() => compileScenario({ source: missing, file: join(folder, 'x.yaml') })).toThrow(
    /registry\.profile: failed to read the profile .*other\.yaml: there is no such file/,
  )
})

test.for([
  ['requests: 2', 'requests: 0', '5:15: limits[0].requests must be at least 1, it is 0'],
  [
    'perSeconds: 10',
    'perSeconds: 0',
    '6:17: limits[0].perSeconds must be a number of seconds, more than 0 and at most a year, it is 0',
  ],
  [
    '[manifest]',
    '[manifests]',
    '7:15: limits[0].classes[0] must be one of ping, token, version-check, manifest, blob, push, other, manifest-push, tag-list, it is "manifests"; did you mean "manifest"?',
  ],
  ['[manifest]', '[]', '7:14: limits[0].classes must be a list that is not empty, it is an empty list'],
  ['rolling-window', 'token-bucket', '4:5: limits[0].burst is missing'],
  ['status: 503', 'status: 200', '9:24: limits[0].refusal.status must be at least 400, it is 200'],
  [
    'Retry-After',
    'Retry After',
    '9:38: limits[0].refusal.headers must be header names, other than Content-Length and Transfer-Encoding, with texts of printable ASCII, it is an object',
  ],
  ['Retry-After:', "content-length: '9', Retry-After:", 'other than Content-Length'],
  [
    'scheme: none',
    `scheme: basic, service: 'a"b'`,
    'authentication.service must be a text of printable ASCII without quotes and backslashes',
  ],
  [
    'description: Ours.',
    'blobRedirect: { lifetimeSeconds: 9, status: 304 }',
    'blobRedirect.status must be one of 301, 302, 303, 307, 308, it is 304',
  ],
  ['scheme: none', 'scheme: digest', '2:27: authentication.scheme must be one of none, bearer, basic, it is "digest"'],
  ['requests: 2', 'requests: -1', '5:15: limits[0].requests must be at least 1, it is -1'],
  ['requests: 2', 'requests: .nan', '5:15: limits[0].requests must be a whole number, it is NaN'],
  ['requests: 2', 'requests: .inf', '5:15: limits[0].requests must be a whole number, it is Infinity'],
  ['requests: 2', 'requests: 1.5', '5:15: limits[0].requests must be a whole number, it is 1.5'],
  [
    'perSeconds: 10',
    'perSeconds: .nan',
    '6:17: limits[0].perSeconds must be a number of seconds, more than 0 and at most a year, it is NaN',
  ],
  ['kind: rolling-window', 'kind: leaky-bucket\n    burst: -1', '5:12: limits[0].burst must be at least 0, it is -1'],
  ['kind: rolling-window', 'kind: token-bucket\n    burst: 0', '5:12: limits[0].burst must be at least 1, it is 0'],
  [
    'scheme: none',
    'scheme: bearer, service: x, anonymousPull: true, tokenLifetimeSeconds: 59',
    'authentication.tokenLifetimeSeconds must be at least 60, it is 59',
  ],
  [
    'scheme: none',
    'scheme: basic, service: x, failedLogins: { attempts: 0, perSeconds: 1, banSeconds: 1, key: address }',
    'authentication.failedLogins.attempts must be at least 1, it is 0',
  ],
  [
    'description: Ours.',
    'blobRedirect: { lifetimeSeconds: 0 }',
    '1:34: blobRedirect.lifetimeSeconds must be at least 1',
  ],
  ['limits:', 'limit:', '3:1: "limit" is no field of a profile; did you mean "limits"?'],
  ['limits:', 'limits: [', 'flow'],
] as const)('tells where a file is wrong: %s as %s', ([right, wrong, problem], { folder }) => {
  const file = join(folder, 'own.yaml')
  writeFileSync(file, own.replace(right, wrong))
  const { code, message, position } = failureOf(file)
  expect(code).toBe('PROFILE_INVALID')
  expect(message).toContain(`Failed to read the profile ${file}: `)
  expect(message).toContain(problem)
  expect(position).toMatchObject({ file })
})

test('says which file is not there', () => {
  expect(failureOf('./nowhere.yaml').message).toBe(
    'Failed to read the profile ./nowhere.yaml: there is no such file. Name a file that is there, or a profile that `kasm-sim profiles` lists.',
  )
})
