import fc from 'fast-check'
import { expect, test } from 'vitest'
import { estimate, runsNeeded } from '../../simulator/what-if/statistics.ts'

test('gives the mean and half of the 95 % interval of Student', () => {
  // Of 10, 12, 14: standard deviation 2, and the t of two degrees of freedom is 4.3027.
  const { mean, halfWidth } = estimate([10, 12, 14])
  expect(mean).toBe(12)
  expect(halfWidth).toBeCloseTo((4.3027 * 2) / Math.sqrt(3), 3)
  const { halfWidth: ofThirty } = estimate(Array.from({ length: 30 }, (_, index) => index % 2))
  expect(ofThirty).toBeCloseTo(2.0452 * Math.sqrt(7.5 / 29 / 30), 4)
})

test('knows no interval of one run, and an exact one of runs that agree', () => {
  expect(estimate([5])).toEqual({ runs: 1, reached: 1, mean: 5, halfWidth: null })
  expect(estimate([5, 5, 5])).toEqual({ runs: 3, reached: 3, mean: 5, halfWidth: 0 })
  expect(estimate([])).toEqual({ runs: 0, reached: 0, mean: null, halfWidth: null })
})

test('gives no mean where a run has no number', () => {
  expect(estimate([5, null, 7])).toEqual({ runs: 3, reached: 2, mean: null, halfWidth: null })
})

test('covers the true mean in about 95 of 100 samples', () => {
  let covered = 0
  for (let sample = 0; sample < 2_000; sample += 1) {
    const values = Array.from({ length: 5 }, (_, index) => Math.sin(1 + sample * 5 + index * 1.7) * 1e4).map(
      (value) => value - Math.floor(value),
    )
    const { mean, halfWidth } = estimate(values)
    if (Math.abs((mean ?? 0) - 0.5) <= (halfWidth ?? 0)) covered += 1
  }
  expect(covered / 2_000).toBeGreaterThan(0.92)
  expect(covered / 2_000).toBeLessThan(0.98)
})

test('asks for more runs until the interval is narrow enough, and never for twice as many at once', () => {
  expect(runsNeeded({ runs: 10, reached: 10, mean: 100, halfWidth: 4 }, 0.05)).toBe(10)
  expect(runsNeeded({ runs: 10, reached: 10, mean: 100, halfWidth: 6 }, 0.05)).toBe(15)
  expect(runsNeeded({ runs: 10, reached: 10, mean: 100, halfWidth: 80 }, 0.05)).toBe(20)
  expect(runsNeeded({ runs: 1, reached: 1, mean: 100, halfWidth: null }, 0.05)).toBe(2)
  expect(runsNeeded({ runs: 10, reached: 10, mean: 0, halfWidth: 0 }, 0.05)).toBe(10)
  expect(runsNeeded({ runs: 10, reached: 9, mean: null, halfWidth: null }, 0.05)).toBe(10)
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 1e4 }), fc.double({ min: 0, max: 1e6, noNaN: true }), (runs, halfWidth) => {
      const needed = runsNeeded({ runs, reached: runs, mean: 100, halfWidth }, 0.05)
      expect(needed).toBeGreaterThanOrEqual(runs)
      expect(needed).toBeLessThanOrEqual(2 * runs)
      expect(needed === runs).toBe(halfWidth <= 5)
    }),
  )
})
