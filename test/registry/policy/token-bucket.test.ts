// Buckets against the plainest model of each.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createPolicy } from '../../../simulator/registry/policy/limit-policy.ts'
import { TokenBucket } from '../../../simulator/registry/policy/token-bucket.ts'
import { counted, request } from './limits.ts'

const asks = fc.array(fc.record({ key: fc.constantFrom('a', 'b'), afterMs: fc.integer({ min: 0, max: 30 }) }), {
  maxLength: 150,
})

test('lets through what a bucket that is filled drop by drop does, and says how long to wait', () => {
  fc.assert(
    fc.property(asks, fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 40 }), (list, capacity, msPerToken) => {
      const bucket = new TokenBucket({ capacity, perMs: 1 / msPerToken })
      // In milliseconds of filling, so that the model counts whole numbers.
      const model = new Map(['a', 'b'].map((key) => [key, capacity * msPerToken]))
      let nowMs = 0
      for (const { key, afterMs } of list) {
        for (const [each, left] of model) model.set(each, Math.min(capacity * msPerToken, left + afterMs))
        const left = model.get(key) as number
        nowMs += afterMs
        const waitMs = bucket.take(key, nowMs)
        expect(waitMs).toBeCloseTo(Math.max(0, msPerToken - left), 3)
        if (waitMs === 0) model.set(key, left - msPerToken)
      }
    }),
  )
})

test('as a leaky bucket lets through what nginx does with limit_req and nodelay', () => {
  fc.assert(
    fc.property(asks, fc.integer({ min: 0, max: 4 }), fc.constantFrom(50, 100, 500), (list, burst, requests) => {
      const policy = createPolicy([counted({ kind: 'leaky-bucket', requests, perSeconds: 1, burst })])
      // ngx_http_limit_req_module counts thousandths of a request; a key seen for the first time has none in excess.
      const excesses = new Map<string, { excess: number; atMs: number }>()
      let atMs = 0
      for (const { key, afterMs } of list) {
        atMs += afterMs
        const last = excesses.get(key)
        const excess = last ? Math.max(0, last.excess - requests * (atMs - last.atMs) + 1_000) : 0
        const allowed = excess <= burst * 1_000
        if (allowed) excesses.set(key, { excess, atMs })
        expect(policy.decide(request({ source: key }), atMs).allowed).toBe(allowed)
      }
    }),
  )
})

test('forgets buckets that are full again', () => {
  const bucket = new TokenBucket({ capacity: 2, perMs: 1 })
  for (let number = 0; number < 10_000; number += 1) bucket.take(`key ${number}`, number * 10)
  expect(bucket.size).toBeLessThan(10)
})
