// Random streams: reproducible, and independent of one another.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { randomStream } from '../../server/kernel/random.ts'

const draw = (seed: number, name: string, count = 20) => {
  const stream = randomStream(seed, name)
  return Array.from({ length: count }, () => stream.uniform())
}

test('draws the same numbers from the same seed and name', () => {
  expect(draw(1, 'agent/17/start-up')).toEqual(draw(1, 'agent/17/start-up'))
})

test('draws the numbers that every earlier version drew', () => {
  const stream = randomStream(1, 'agent/17/start-up')
  const integers = Array.from({ length: 5 }, () => stream.integer({ low: 0, high: 30_000 }))
  expect(integers).toMatchInlineSnapshot(`
    [
      29180,
      16837,
      7779,
      9291,
      2207,
    ]
  `)
})

test('draws other numbers from another seed or another name', () => {
  const streams = [draw(1, 'a'), draw(2, 'a'), draw(1, 'b'), draw(11, ''), draw(1, '1'), draw(-1, 'a')]
  expect(new Set(streams.map(String)).size).toBe(streams.length)
})

test('keeps names apart whose hashes begin with the same 32 bits', () => {
  expect(draw(1, 'agent/102397/start-up')).not.toEqual(draw(1, 'agent/106215/start-up'))
})

test('does not move one stream by drawing from another', () => {
  const first = randomStream(1, 'a')
  const other = randomStream(1, 'b')
  const interleaved = Array.from({ length: 20 }, () => {
    other.uniform()
    return first.uniform()
  })
  expect(interleaved).toEqual(draw(1, 'a'))
})

test('stays within its bounds and reaches both of them', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: -5, max: 5 }), fc.nat(3), (seed, low, span) => {
      const stream = randomStream(seed, 'bounds')
      const drawn = new Set(Array.from({ length: 200 }, () => stream.integer({ low, high: low + span })))
      expect([...drawn].sort((a, b) => a - b)).toEqual(Array.from({ length: span + 1 }, (_, index) => low + index))
    }),
    { numRuns: 30 },
  )
})

test('spreads uniform numbers evenly from 0 up to, and without, 1', () => {
  const drawn = draw(7, 'spread', 10_000)
  expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0)
  expect(Math.max(...drawn)).toBeLessThan(1)
  for (let tenth = 0; tenth < 10; tenth += 1) {
    const share = drawn.filter((value) => Math.floor(value * 10) === tenth).length / drawn.length
    expect(share).toBeCloseTo(0.1, 1)
  }
})
