import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Estimate, estimate, isPrecise, leastRunsFor, runsNeeded } from '../../simulator/what-if/statistics.ts'

const many = (runs: number, value: (index: number) => number) =>
  Array.from({ length: runs }, (_, index) => value(index))

const number = fc.integer({ min: -1_000_000_000, max: 1_000_000_000 }).map((whole) => whole / 1_000)

test('of one run nothing is known, whatever it measured', () => {
  fc.assert(
    fc.property(number, (value) => {
      expect(estimate([value])).toMatchObject({ mean: value, known: 'single-run', low: null, high: null })
    }),
  )
})

test('runs that agree never show that the next one will', () => {
  fc.assert(
    fc.property(number, fc.integer({ min: 2, max: 400 }), (value, runs) => {
      const found = estimate(many(runs, () => value))
      expect(found).toMatchObject({ known: 'unknown', why: 'all-equal', low: null, high: null })
      // The rule of three: so many runs without it leave about 3 / runs.
      expect((1 - found.unseenAtMost) ** runs).toBeCloseTo(0.05, 6)
    }),
  )
})

test('values are certain where no run drew a random number, were there but one', () => {
  expect(estimate([5], { certain: true })).toMatchObject({
    mean: 5,
    known: 'certain',
    low: 5,
    high: 5,
    unseenAtMost: 0,
  })
  expect(estimate([], { certain: true })).toMatchObject({ mean: null, known: 'unknown', why: 'no-runs' })
  expect(estimate([null], { certain: true })).toMatchObject({ mean: null, known: 'unknown', why: 'not-reached' })
})

test.for<[string, number[], Partial<Estimate>]>([
  ['fewer than five', [10, 12, 14, 13], { known: 'unknown', why: 'too-few', seen: { least: 10, most: 14 } }],
  ['one exception of five', [14, 14, 14, 14, 38_000], { known: 'unknown', why: 'nearly-all-equal' }],
  ['one exception of thirty', [...many(29, () => 14), 38_000], { known: 'unknown', why: 'nearly-all-equal' }],
  [
    'three exceptions of thirty, none like another',
    [...many(27, () => 14), 38_000, 21_000, 9_000],
    { known: 'unknown', why: 'nearly-all-equal' },
  ],
  ['five that differ', [10, 12, 14, 13, 31], { known: 'interval', why: null }],
  ['counts that repeat', [3, 3, 4, 5, 4], { known: 'interval', why: null }],
])('of %s it says what is known', ([, values, expected]) => {
  expect(estimate(values)).toMatchObject(expected)
})

test('of two outcomes, each seen twice, the interval is that of their probability', () => {
  const { known, mean, low, high } = estimate([...many(27, () => 100), 200, 200, 200])
  expect({ known, mean }).toEqual({ known: 'interval', mean: 110 })
  // Clopper and Pearson give 2.1 % to 26.5 %; that two were seen takes from the lower end.
  expect(low).toBeCloseTo(100.27, 1)
  expect(high).toBeCloseTo(126.36, 1)
})

test('the interval reaches further on the side to which the values are skewed, and mirrors with them', () => {
  const values = [1, 2, 2.5, 3, 3.2, 4, 20]
  const { mean, low, high } = estimate(values)
  expect((high ?? 0) - (mean ?? 0)).toBeGreaterThan(2 * ((mean ?? 0) - (low ?? 0)))
  const mirrored = estimate(values.map((value) => -value))
  expect(mirrored.low).toBeCloseTo(-(high ?? 0), 9)
  expect(mirrored.high).toBeCloseTo(-(low ?? 0), 9)
})

test('an interval holds the mean, has ends, moves and scales with the values', () => {
  const values = fc.array(fc.integer({ min: 0, max: 1_000_000 }), { minLength: 5, maxLength: 40 })
  fc.assert(
    fc.property(
      values,
      fc.integer({ min: 1, max: 1_000 }),
      fc.integer({ min: 0, max: 1_000 }),
      (some, scale, shift) => {
        const one = estimate(some)
        const other = estimate(some.map((value) => value * scale + shift))
        expect(other.known).toBe(one.known)
        if (one.low === null || one.high === null || other.low === null || other.high === null) return
        expect(one.low).toBeLessThanOrEqual(one.mean ?? Number.NaN)
        expect(one.high).toBeGreaterThanOrEqual(one.mean ?? Number.NaN)
        const size = scale * (one.high - one.low)
        expect(Math.abs(other.low - (one.low * scale + shift)) / size).toBeLessThan(1e-6)
        expect(Math.abs(other.high - (one.high * scale + shift)) / size).toBeLessThan(1e-6)
      },
    ),
  )
})

test('no interval goes below what no value can be below', () => {
  expect(estimate([0, 0.1, 0.2, 0.1, 9], { floor: 0 }).low).toBe(0)
  expect(estimate([0, 0.1, 0.2, 0.1, 9]).low).toBeLessThan(0)
})

test('gives no mean where a run has no number', () => {
  expect(estimate([5, null, 7])).toMatchObject({
    runs: 3,
    reached: 2,
    mean: null,
    why: 'not-reached',
    known: 'unknown',
  })
})

test('a precision has a least number of runs, with which a run as rare as it would have been seen', () => {
  expect([0.2, 0.1, 0.05, 0.01].map(leastRunsFor)).toEqual([30, 30, 59, 299])
  const narrow = many(58, (index) => 100 + (index % 7) / 1_000)
  expect(isPrecise(estimate(narrow), 0.05)).toBe(false)
  expect(runsNeeded(estimate(narrow), 0.05)).toBe(59)
  expect(isPrecise(estimate([...narrow, 100]), 0.05)).toBe(true)
})

test('ties alone are not precise: a run that differs must be rarer than one in a hundred', () => {
  const alike = (runs: number) => estimate(many(runs, () => 14))
  for (const runs of [2, 5, 30, 59, 298]) {
    expect(isPrecise(alike(runs), 0.05)).toBe(false)
    expect(runsNeeded(alike(runs), 0.05)).toBe(runs < 59 ? 59 : 299)
  }
  expect(isPrecise(alike(299), 0.05)).toBe(true)
  expect(isPrecise(estimate([14], { certain: true }), 0.05)).toBe(true)
})

test('a few exceptions ask for more runs, and never for twice as many at once', () => {
  const fault = (runs: number) => estimate(many(runs, (index) => (index % 50 === 7 ? 38_000 + index : 14)))
  expect(runsNeeded(fault(59), 0.05)).toBe(118)
  expect(isPrecise(fault(300), 0.05)).toBe(false)
  const values = fc.array(fc.integer({ min: 1, max: 1_000 }), { minLength: 59, maxLength: 200 })
  fc.assert(
    fc.property(values, (some) => {
      const found = estimate(some)
      const needed = runsNeeded(found, 0.05)
      expect(needed).toBeGreaterThanOrEqual(found.runs)
      expect(needed).toBeLessThanOrEqual(Math.max(2 * found.runs, 299))
      expect(needed === found.runs).toBe(isPrecise(found, 0.05))
    }),
  )
})

test('more runs are of no use where a run has no number', () => {
  const found = estimate([5, null, 7])
  expect(runsNeeded(found, 0.05)).toBe(3)
  expect(isPrecise(found, 0.05)).toBe(false)
})
