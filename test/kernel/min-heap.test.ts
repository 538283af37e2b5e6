import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MinHeap } from '../../server/kernel/min-heap.ts'

test('gives values back by key and, among equal keys, in the order in which they came', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 3_000 }), (keys) => {
      const heap = new MinHeap()
      for (const [value, key] of keys.entries()) heap.push(key, value)
      const expected = keys.map((key, value) => ({ key, value })).sort((a, b) => a.key - b.key || a.value - b.value)
      expect(expected.map(() => heap.pop())).toEqual(expected.map(({ value }) => value))
      expect([heap.size, heap.pop(), heap.firstKey]).toEqual([0, -1, Number.POSITIVE_INFINITY])
    }),
  )
})

test('keeps its order while values come and go', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.integer({ min: 0, max: 20 })), { maxLength: 500 }), (steps) => {
      const heap = new MinHeap()
      let held: { key: number; value: number }[] = []
      steps.forEach((key, value) => {
        if (key !== null) {
          heap.push(key, value)
          held = [...held, { key, value }].sort((a, b) => a.key - b.key || a.value - b.value)
        } else {
          expect(heap.firstKey).toBe(held[0]?.key ?? Number.POSITIVE_INFINITY)
          expect(heap.pop()).toBe(held.shift()?.value ?? -1)
        }
      })
    }),
  )
})
