// The clocks that shells hold.
import { expect, test } from 'vitest'
import { createClock, createManualClock } from '../../server/kernel/clock.ts'

test('starts at the wall time', () => {
  const beforeMs = Date.now()
  const nowMs = createClock().nowMs()
  expect(nowMs).toBeGreaterThanOrEqual(beforeMs)
  expect(nowMs).toBeLessThan(beforeMs + 5_000)
})

test('runs as many times faster than the process clock as it is told', async () => {
  const originMs = performance.now()
  const clock = createClock({ speed: 1_000, startMs: 0 })
  const laterMs = performance.now()
  await expect.poll(() => performance.now() - laterMs, { interval: 1 }).toBeGreaterThan(5)
  const lowestMs = (performance.now() - laterMs) * 1_000
  const nowMs = clock.nowMs()
  const highestMs = (performance.now() - originMs) * 1_000
  expect(nowMs).toBeGreaterThanOrEqual(lowestMs)
  expect(nowMs).toBeLessThanOrEqual(highestMs)
})

test('never runs backwards', () => {
  const clock = createClock({ speed: 60 })
  const times = Array.from({ length: 1_000 }, () => clock.nowMs())
  expect(times).toEqual([...times].sort((a, b) => a - b))
})

test('stands still until it is moved', () => {
  const clock = createManualClock(5)
  expect(clock.nowMs()).toBe(5)
  clock.advance(30_000)
  clock.advance(0.5)
  expect(clock.nowMs()).toBe(30_005.5)
})
