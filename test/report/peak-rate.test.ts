import fc from 'fast-check'
import { expect, test } from 'vitest'
import { PeakRate } from '../../simulator/report/peak-rate.ts'

function peakOf(...added: { amount: number; fromMs: number; toMs: number }[]): number {
  const rate = new PeakRate()
  for (const one of added) rate.add(one)
  return rate.perSecond()
}

test('of nothing it is 0', () => {
  expect(peakOf()).toBe(0)
})

test('spreads what takes long over the time it took', () => {
  expect(peakOf({ amount: 50_000, fromMs: 0, toMs: 25_000 })).toBe(2_000)
  expect(peakOf({ amount: 50_000, fromMs: 700, toMs: 25_700 })).toBe(2_000)
})

test('a moment counts as a whole', () => {
  expect(peakOf({ amount: 50_000, fromMs: 3_000, toMs: 3_000 })).toBe(5_000)
  expect(peakOf({ amount: 50_000, fromMs: 3_100, toMs: 3_900 })).toBe(5_000)
})

test('adds up what falls into the same ten seconds, whichever those are, and nothing else', () => {
  const burst = { amount: 1_000, fromMs: 15_500, toMs: 15_500 }
  expect(peakOf(burst, { ...burst, fromMs: 24_900, toMs: 24_900 })).toBe(200)
  expect(peakOf(burst, { ...burst, fromMs: 25_000, toMs: 25_000 })).toBe(100)
})

test('is what adding second by second gives', () => {
  const intervals = fc.array(
    fc.record({ amount: fc.integer({ min: 1, max: 1e6 }), fromMs: fc.nat(60_000), lengthMs: fc.nat(40_000) }),
    { minLength: 1, maxLength: 20 },
  )
  fc.assert(
    fc.property(intervals, (drawn) => {
      const added = drawn.map(({ amount, fromMs, lengthMs }) => ({ amount, fromMs, toMs: fromMs + lengthMs }))
      const seconds = Array.from({ length: 110 }, (_, second) =>
        added.reduce((sum, one) => sum + amountWithin(one, second * 1_000), 0),
      )
      const windows = seconds.map((_, from) => seconds.slice(from, from + 10).reduce((sum, amount) => sum + amount, 0))
      expect(Math.abs(peakOf(...added) - Math.max(...windows) / 10)).toBeLessThanOrEqual(1)
    }),
  )
})

function amountWithin({ amount, fromMs, toMs }: { amount: number; fromMs: number; toMs: number }, startMs: number) {
  if (Math.floor(fromMs / 1_000) === Math.floor(toMs / 1_000)) {
    return Math.floor(toMs / 1_000) * 1_000 === startMs ? amount : 0
  }
  const sharedMs = Math.max(0, Math.min(toMs, startMs + 1_000) - Math.max(fromMs, startMs))
  return (amount * sharedMs) / (toMs - fromMs)
}

test('a century costs no more than what happened in it', () => {
  const centuryMs = 36_500 * 86_400_000
  const burst = { amount: 1_000, fromMs: 0, toMs: 0 }
  const late = { amount: 5_000, fromMs: centuryMs, toMs: centuryMs }
  expect(peakOf(burst, late)).toBe(500)
  expect(peakOf(burst, late, { amount: centuryMs, fromMs: 0, toMs: centuryMs })).toBe(1_400)
})
