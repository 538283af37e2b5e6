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

test('puts values with a place before others of an equal key, by their places, whenever they came', () => {
  const heap = new MinHeap()
  heap.push(7, 100)
  heap.push(7, 102, 2)
  heap.push(8, 103, 0)
  heap.push(7, 101, 1)
  heap.push(6, 104)
  expect([1, 2, 3, 4, 5].map(() => heap.pop())).toEqual([104, 101, 102, 100, 103])
})
