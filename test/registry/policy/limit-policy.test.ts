// Limits written as data, told the time: whom they count, what they let by, and how they fill in their refusals.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createPolicy } from '../../../simulator/registry/policy/limit-policy.ts'
import type { CountedLimit } from '../../../simulator/registry/policy/limit-source.ts'
import { counted, request } from './limits.ts'

function once(change: Partial<CountedLimit> = {}) {
  return createPolicy([counted({ kind: 'rolling-window', requests: 1, perSeconds: 60 }, change)])
}

test('lets through so many requests in any window, and does not count those it refuses', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 150 }),
      fc.integer({ min: 1, max: 5 }),
      (gaps, requests) => {
        const limit = counted({ kind: 'rolling-window', requests, perSeconds: 0.1 })
        const policy = createPolicy([limit])
        const made: number[] = []
        let nowMs = 0
        for (const gap of gaps) {
          nowMs += gap
          const allowed = made.filter((atMs) => atMs > nowMs - 100).length < requests
          if (allowed) made.push(nowMs)
          expect(policy.decide(request(), nowMs).allowed).toBe(allowed)
        }
      },
    ),
  )
})

test('lets through so many answers at a time', () => {
  const step = fc.record({ key: fc.constantFrom('a', 'b'), ends: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), fc.integer({ min: 1, max: 4 }), (steps, connections) => {
      const policy = createPolicy([counted({ kind: 'connections', connections })])
      const open: Record<string, (() => void)[]> = { a: [], b: [] }
      for (const { key, ends } of steps) {
        const mine = open[key] ?? []
        if (ends) {
          mine.pop()?.()
          continue
        }
        const decision = policy.decide(request({ source: key }), 0)
        expect(decision.allowed).toBe(mine.length < connections)
        if (decision.allowed) mine.push(decision.onEnd as () => void)
      }
    }),
  )
})

test.for<[CountedLimit['key'], object, object, boolean]>([
  ['address', { source: '2001:db8:1:2::1' }, { source: '2001:db8:1:2::9' }, true],
  ['address', { source: '2001:db8:1:2::1' }, { source: '2001:db8:1:3::1' }, false],
  ['address', { user: 'alice' }, { user: 'bob' }, true],
  ['caller', { user: 'alice' }, { user: 'bob' }, false],
  ['caller', { user: 'alice' }, { user: 'alice', source: '198.51.100.7' }, true],
  ['caller', { user: 'alice' }, {}, false],
  ['registry', { user: 'alice' }, { source: '198.51.100.7' }, true],
])('counts by %s: %j and %j together: %s', ([key, first, second, together]) => {
  const policy = once({ key })
  expect(policy.decide(request(first), 0).allowed).toBe(true)
  expect(policy.decide(request(second), 0).allowed).toBe(!together)
})

test('concerns the callers and classes that it names, and challenges only where it stands before them', () => {
  const anonymous = once({ callers: 'anonymous' })
  for (let count = 0; count < 3; count += 1) {
    expect(anonymous.decide(request({ user: 'alice' }), 0).allowed).toBe(true)
    expect(anonymous.decide(request({ class: 'blob' }), 0).allowed).toBe(true)
    expect(anonymous.decide(request({ challenged: true }), 0).allowed).toBe(true)
  }
  const before = once({ beforeAuthentication: true })
  expect(before.decide(request({ challenged: true }), 0).allowed).toBe(true)
  expect(before.decide(request(), 0).allowed).toBe(false)
})

test('asks one limit after the other and gives back what a refused request had taken', () => {
  const policy = createPolicy([
    counted({ kind: 'connections', connections: 1 }),
    counted({ kind: 'rolling-window', requests: 1, perSeconds: 60 }, { callers: 'anonymous' }),
  ])
  const first = policy.decide(request(), 0)
  if (first.allowed) first.onEnd?.()
  expect(policy.decide(request(), 0).allowed).toBe(false)
  expect(policy.decide(request({ user: 'alice' }), 0).allowed).toBe(true)
})

test.for([
  [0.000_88 * 1_000, '880µs', '1'],
  [333.939_671, '333.939671ms', '1'],
  [65_000, '1m5s', '65'],
  [3_600_000, '1h0m0s', '3600'],
] as const)('tells to wait %d ms as %s', ([waitMs, duration, seconds]) => {
  const refusal = {
    headers: { 'retry-after': '{retryAfterSeconds}', 'x-date': '{retryAfterDate}' },
    body: 'wait {retryAfterGoDuration}',
  }
  const limit = counted({ kind: 'rolling-window', requests: 1, perSeconds: waitMs / 1_000 }, { refusal })
  const policy = createPolicy([limit])
  policy.decide(request(), 0)
  expect(policy.decide(request(), 0)).toMatchObject({
    status: 429,
    headers: { 'retry-after': seconds, 'x-date': new Date(Number(seconds) * 1_000).toUTCString() },
    body: `wait ${duration}`,
  })
})

test('says what it judges, and whether version checks are free', () => {
  const free = once({ classes: ['blob', 'manifest'] })
  expect([free.classes, free.versionChecksAreFree]).toEqual([['blob', 'manifest'], true])
  expect(once({ classes: ['version-check'] }).versionChecksAreFree).toBe(false)
  expect(createPolicy([]).versionChecksAreFree).toBe(true)
})

test('counts a part of a class alone where a limit names it, and with its class where that is named', () => {
  const upload = request({ class: 'push', method: 'PATCH' })
  const manifest = request({ class: 'push', method: 'PUT', part: 'manifest-push' })
  const policy = once({ classes: ['manifest-push'] })
  expect([upload, upload, manifest, manifest].map((each) => policy.decide(each, 0).allowed)).toEqual([
    true,
    true,
    true,
    false,
  ])
  expect(policy.classes).toEqual(['push'])
  const whole = once({ classes: ['push'] })
  expect([manifest, upload].map((each) => whole.decide(each, 0).allowed)).toEqual([true, false])
  const tags = once({ classes: ['tag-list'] })
  const list = request({ class: 'other', part: 'tag-list' })
  expect([request({ class: 'other' }), list, list].map((each) => tags.decide(each, 0).allowed)).toEqual([
    true,
    true,
    false,
  ])
})

test('counts by the Authorization header, or the address of those who bring none', () => {
  const policy = once({ key: 'authorization' })
  const allowed = (change: object) => policy.decide(request(change), 0).allowed
  expect([allowed({ authorization: 'Basic a' }), allowed({ authorization: 'Basic a', source: '192.0.2.2' })]).toEqual([
    true,
    false,
  ])
  expect([allowed({ authorization: 'Basic b' }), allowed({}), allowed({}), allowed({ source: '192.0.2.2' })]).toEqual([
    true,
    true,
    false,
    true,
  ])
})
