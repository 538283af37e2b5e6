import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RollingWindow } from '../../../simulator/registry/policy/rolling-window.ts'

test('counts what a plain sum over the window counts', () => {
  const use = fc.record({
    key: fc.constantFrom('a', 'b', 'c'),
    amount: fc.integer({ min: 1, max: 2 }),
    afterMs: fc.integer({ min: 0, max: 40 }),
  })
  fc.assert(
    fc.property(fc.array(use, { maxLength: 200 }), (uses) => {
      const window = new RollingWindow(100)
      const made: { key: string; amount: number; atMs: number }[] = []
      let nowMs = 0
      for (const { key, amount, afterMs } of uses) {
        nowMs += afterMs
        window.add(key, amount, nowMs)
        made.push({ key, amount, atMs: nowMs })
        for (const each of ['a', 'b', 'c']) {
          const expected = made
            .filter((one) => one.key === each && one.atMs > nowMs - 100)
            .reduce((sum, one) => sum + one.amount, 0)
          expect(window.used(each, nowMs)).toBe(expected)
        }
      }
    }),
  )
})

test('forgets keys that have fallen silent', () => {
  const window = new RollingWindow(100)
  for (let key = 0; key < 1_000; key += 1) window.add(`key ${key}`, 1, key)
  expect(window.size).toBeLessThan(250)
})
