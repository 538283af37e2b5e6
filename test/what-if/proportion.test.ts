import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  probabilityInterval,
  probabilityIntervalOfSeen,
  runsToExclude,
  unseenAtMost,
} from '../../simulator/what-if/proportion.ts'

/** The probability of each count of hits, computed one from the other. */
function binomial(of: number, probability: number): number[] {
  const shares = [(1 - probability) ** of]
  for (let hits = 1; hits <= of; hits += 1) {
    shares.push((((shares[hits - 1] ?? 0) * (of - hits + 1)) / hits) * (probability / (1 - probability)))
  }
  return shares
}

test('is the interval of Clopper and Pearson', () => {
  // The values that R's binom.test(3, 30) prints.
  expect(probabilityInterval({ hits: 3, of: 30 }).low).toBeCloseTo(0.021_117_14, 6)
  expect(probabilityInterval({ hits: 3, of: 30 }).high).toBeCloseTo(0.265_288_5, 6)
  expect(probabilityInterval({ hits: 0, of: 0 })).toEqual({ low: 0, high: 1 })
})

test('follows the rule of three where none or all did', () => {
  expect(probabilityInterval({ hits: 0, of: 100 })).toEqual({ low: 0, high: unseenAtMost(100) })
  expect(unseenAtMost(100)).toBeCloseTo(0.03, 3)
  expect(probabilityInterval({ hits: 5, of: 5 }).low).toBeCloseTo(0.05 ** (1 / 5), 12)
  expect(runsToExclude(0.05)).toBe(59)
  expect(unseenAtMost(runsToExclude(0.02))).toBeLessThanOrEqual(0.02)
})

test('both hold the true probability in nearly all cases that have an interval, for every probability', () => {
  const probability = fc.double({ min: 0.02, max: 0.98, noNaN: true })
  fc.assert(
    fc.property(probability, fc.integer({ min: 5, max: 60 }), (truth, of) => {
      const shares = binomial(of, truth)
      const covered = (hits: number[], interval: (hits: number) => { low: number; high: number }) => {
        const total = hits.reduce((sum, count) => sum + (shares[count] ?? 0), 0)
        const held = hits.filter((count) => interval(count).low <= truth && truth <= interval(count).high)
        return held.reduce((sum, count) => sum + (shares[count] ?? 0), 0) / total
      }
      const counts = shares.map((_, count) => count)
      // Where nothing was hit, or all was, the one bound that is left has all of the error: 5 % there, 2.5 % elsewhere.
      expect(covered(counts, (hits) => probabilityInterval({ hits, of }))).toBeGreaterThan(0.925)
      const seen = counts.filter((count) => count >= 2 && count <= of - 2)
      expect(covered(seen, (hits) => probabilityIntervalOfSeen({ hits, of }))).toBeGreaterThan(0.95 - 1e-6)
    }),
    { numRuns: 60 },
  )
})
