import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findMax, parseRange } from '../../simulator/what-if/find-max.ts'

const search = (low: number, high: number, passes: (value: number) => boolean) =>
  findMax({ low, high, probe: async (value) => ({ value, passed: passes(value) }) })

test('finds every threshold of every range, in about twice the binary digits of its width', async () => {
  const range = fc.tuple(fc.nat(1_000), fc.integer({ min: 1, max: 100_000 }), fc.nat(110_000))
  await fc.assert(
    fc.asyncProperty(range, async ([low, width, threshold]) => {
      const high = low + width
      const { best, end, probes, contradiction } = await search(low, high, (value) => value <= threshold)
      const expected = threshold < low ? null : Math.min(threshold, high)
      expect(best).toBe(expected)
      expect(end).toBe(threshold < low ? 'lowest-fails' : threshold >= high ? 'highest-passes' : 'found')
      expect(contradiction).toBeNull()
      expect(probes.length).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(high + 1)) + 3)
      expect(probes.every(({ value }) => value >= low && value <= high)).toBe(true)
      expect(new Set(probes.map(({ value }) => value)).size).toBe(probes.length)
    }),
  )
})

test('reports a larger value that passes where a smaller one fails', async () => {
  const { best, contradiction } = await search(1, 1_000, (value) => value < 20 || value > 50)
  expect(best).toBe(19)
  expect(contradiction).toEqual({ fails: 20, passes: 64 })
})

test('keeps what it knows when it is interrupted', async () => {
  const probe = async (value: number) => (value > 4 ? null : { value, passed: true })
  expect(await findMax({ low: 1, high: 100, probe })).toMatchObject({ best: 4, end: 'interrupted' })
  expect(await findMax({ low: 1, high: 100, probe: async () => null })).toMatchObject({ best: null, probes: [] })
})

test.for(['10', '10..', '10..x', '20..10', '10..10', '1.5..3', '-1..3', '1..99999999999999999999'])(
  'refuses the range %s',
  (text) => {
    expect(() => parseRange('fleet.agents', text)).toThrow(/two whole numbers, the smaller one first.*fleet\.agents=10/)
  },
)

test('reads a range', () => {
  expect(parseRange('fleet.agents', '10..100000')).toEqual({ low: 10, high: 100_000 })
})
