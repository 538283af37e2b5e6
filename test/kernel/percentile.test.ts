// One definition of a percentile, held against what it says, and the recorder of the report against it.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { percentile, percentileRank } from '../../server/kernel/percentile.ts'
import { DistributionRecorder } from '../../simulator/report/distribution.ts'

const values = fc.array(fc.integer({ min: 0, max: 1_000 }), { minLength: 1, maxLength: 200 })

test('it is the smallest value that the share of values do not exceed', () => {
  fc.assert(
    fc.property(values, fc.integer({ min: 1, max: 100 }), (all, percent) => {
      const found = percentile(all, percent / 100) ?? Number.NaN
      const atMost = (limit: number) => all.filter((value) => value <= limit).length * 100
      expect(all).toContain(found)
      expect(atMost(found)).toBeGreaterThanOrEqual(percent * all.length)
      expect(atMost(found - 1)).toBeLessThan(percent * all.length)
    }),
  )
  expect(percentile([], 0.5)).toBeNull()
  expect(percentileRank(0.07, 100)).toBe(7)
})

test('the report means the same by it, as exactly as it keeps values', () => {
  fc.assert(
    fc.property(values, (all) => {
      const recorder = new DistributionRecorder()
      for (const value of all) recorder.record(value)
      const { p50, p95 } = recorder.result() ?? {}
      expect([p50, p95]).toEqual([percentile(all, 0.5), percentile(all, 0.95)])
    }),
  )
})
