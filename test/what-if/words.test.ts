import fc from 'fast-check'
import { expect, test } from 'vitest'
import { estimate } from '../../simulator/what-if/statistics.ts'
import { formatEstimate, formatShare, formatVerdict } from '../../simulator/what-if/words.ts'

const repeat = (runs: number, value: number) => Array.from({ length: runs }, () => value)

test.for<[string, Parameters<typeof estimate>, string]>([
  ['no run', [[]], 'no run'],
  ['a run without the number', [[1_000, null]], '1 of 2 runs'],
  ['one run', [[1_000]], '1s (one run)'],
  ['what follows from the scenario', [[1_000, 1_000], { certain: true }], '1s (certain)'],
  ['runs that agree', [repeat(5, 14)], '14ms (unknown, 5 alike)'],
  ['few runs', [[1_000, 3_000]], '2s (unknown, 1s to 3s)'],
  ['one exception', [[...repeat(4, 14), 38_000]], '7.6s (unknown, 14ms to 38s)'],
  ['an even interval', [[10_000, 11_000, 12_000, 13_000, 14_000]], '12s ± 3.3s'],
  ['a skewed interval', [[1_000, 1_100, 1_200, 1_300, 1_900, 9_000]], '2.6s +9.6s −2.6s'],
])('of %s it says what is known', ([, [values, options], text]) => {
  expect(formatEstimate(estimate(values, options), 'ms')).toBe(text)
})

test('a number without an interval never stands alone', () => {
  const values = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 30 })
  fc.assert(
    fc.property(values, (some) => {
      const found = estimate(some)
      const text = formatEstimate(found, 'count')
      if (found.known === 'interval') expect(text).toMatch(/ (± |\+)/)
      else expect(text).toMatch(/ \((one run|unknown, .+)\)$/)
    }),
  )
})

test.for<[string, Parameters<typeof estimate>, string]>([
  ['no seed', [[]], 'unknown: no run'],
  ['one seed', [[0]], 'unknown: one seed cannot tell'],
  ['one seed with a difference', [[7]], 'unknown: one seed cannot tell'],
  ['ties', [repeat(5, 0)], 'unknown: 5 seeds cannot tell; equal in all, yet up to 45 % of others may differ'],
  ['what follows from the scenario', [[0, 0], { certain: true }], 'the same'],
  ['a difference that follows', [[-3], { certain: true }], 'less, with every seed'],
  ['one difference in five', [[0, 0, 0, 0, 5]], 'unknown: 5 seeds cannot tell'],
  ['the same difference', [repeat(20, 3)], 'more in all 20 seeds, so in 86 % of others or more; how much is unknown'],
  ['a clear difference', [[10, 11, 12, 13, 14]], 'more'],
  ['a clear difference downwards', [[-10, -11, -12, -13, -14]], 'less'],
  ['chance', [[-2, 1, -1, 2, 3]], 'unknown: 5 seeds show no difference that is not chance'],
  ['a side without the number', [[1, null]], 'unknown: not reached in every run'],
])('of %s the verdict is what the seeds can tell', ([, [values, options], verdict]) => {
  expect(formatVerdict(estimate(values, options))).toBe(verdict)
})

test('seeds alone never make two sides the same', () => {
  const differences = fc.array(fc.integer({ min: -1, max: 1 }), { minLength: 1, maxLength: 400 })
  fc.assert(
    fc.property(differences, (some) => {
      expect(formatVerdict(estimate(some))).not.toMatch(/\bsame\b/)
    }),
  )
})

test('small shares keep what distinguishes them', () => {
  expect([1, 0.451, 0.093, 0.05, 0.0099].map(formatShare)).toEqual(['100 %', '45 %', '9.3 %', '5 %', '0.99 %'])
})
