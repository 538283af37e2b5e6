// The queue and the clock of virtual time.
import { expect, test } from 'vitest'
import { EventQueue, tickAt } from '../../server/kernel/event-queue.ts'

test('runs tasks by moment, then by place, then in the order of scheduling', () => {
  const queue = new EventQueue()
  const seen: string[] = []
  const task = (name: string) => ({ due: (nowMs: number) => void seen.push(`${name} ${nowMs}`) })
  queue.schedule(20, task('last'))
  queue.schedule(10, task('third'))
  queue.schedule(10, task('second'), 2)
  queue.schedule(10, task('first'), 1)
  while (queue.nextMs < Number.POSITIVE_INFINITY) queue.runNext()
  expect(seen).toEqual(['first 10', 'second 10', 'third 10', 'last 20'])
})

test('lets nothing happen in the past', () => {
  const queue = new EventQueue()
  queue.advance(100)
  queue.schedule(5, { due: (nowMs) => expect(nowMs).toBe(100) })
  expect(queue.nextMs).toBe(100)
  queue.runNext()
  expect(queue.nextMs).toBe(Number.POSITIVE_INFINITY)
})

test('puts moments on a grid on which sums are exact', () => {
  const step = tickAt(0.1)
  expect(step).toBeGreaterThanOrEqual(0.1)
  expect(step + step + step).toBe(3 * step)
})

test('refuses a moment that is no number, which would never come', () => {
  const queue = new EventQueue()
  expect(() => queue.schedule(Number.NaN, { due: () => {} })).toThrow('a task is due at no moment')
})
