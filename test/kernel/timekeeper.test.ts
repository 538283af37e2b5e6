// The clock that can be frozen, moved and scaled, with what waits on it.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Timekeeper } from '../../server/kernel/timekeeper.ts'

const frozen = () => new Timekeeper({ startMs: 0, frozen: true })

test('stands still while it is frozen and keeps its time when it runs again', async () => {
  const timekeeper = new Timekeeper({ startMs: 5_000, speed: 1_000 })
  timekeeper.freeze()
  const { nowMs } = timekeeper.state
  await new Promise(setImmediate)
  expect(timekeeper.nowMs()).toBe(nowMs)
  timekeeper.run(1_000_000)
  await expect.poll(() => timekeeper.nowMs()).toBeGreaterThan(nowMs + 1_000_000)
  timekeeper.close()
})

test('runs what is due in the order of moments, then of making, each at its own moment', async () => {
  const timekeeper = frozen()
  const seen: string[] = []
  const tell = (name: string) => () => seen.push(`${name} ${timekeeper.nowMs()}`)
  timekeeper.at(20, tell('late'))
  timekeeper.at(10, tell('first'))
  timekeeper.at(10, tell('second'))
  timekeeper.at(31, tell('never'))
  await timekeeper.advance(30)
  expect(seen).toEqual(['first 10', 'second 10', 'late 20'])
  expect(timekeeper.state).toEqual({ nowMs: 30, isFrozen: true, speed: 1 })
})

test('runs what the things due have made due themselves', async () => {
  const timekeeper = frozen()
  let ticks = 0
  const tick = () => {
    ticks += 1
    timekeeper.at(timekeeper.nowMs() + 30_000, tick)
  }
  timekeeper.at(30_000, tick)
  await timekeeper.advance(3_600_000)
  expect(ticks).toBe(120)
})

test('never runs what was cancelled', async () => {
  const timekeeper = frozen()
  let ran = false
  timekeeper
    .at(10, () => {
      ran = true
    })
    .cancel()
  expect(timekeeper.nextMs).toBe(Number.POSITIVE_INFINITY)
  await timekeeper.advance(100)
  expect(ran).toBe(false)
})

test('stands at a moment until the work that began there is over', async () => {
  const timekeeper = frozen()
  const work = Promise.withResolvers<void>()
  const seen: number[] = []
  timekeeper.at(10, () => {
    const { end } = timekeeper.begin('a request')
    void work.promise.then(() => {
      seen.push(timekeeper.nowMs())
      end()
      end()
    })
  })
  timekeeper.at(20, () => seen.push(timekeeper.nowMs()))
  const advanced = timekeeper.advance(30)
  await new Promise(setImmediate)
  await new Promise(setImmediate)
  expect(timekeeper.nowMs()).toBe(10)
  work.resolve()
  await advanced
  expect(seen).toEqual([10, 20])
})

test('waits on its own time, and rejects a wait whose signal is aborted', async () => {
  const timekeeper = frozen()
  const controller = new AbortController()
  const given = timekeeper.wait(50, controller.signal)
  const rejected = expect(given).rejects.toThrow('enough')
  const waited = timekeeper.wait(40).then(() => timekeeper.nowMs())
  controller.abort(new Error('enough'))
  await rejected
  await expect(timekeeper.wait(1, controller.signal)).rejects.toThrow('enough')
  await timekeeper.advance(100)
  expect(await waited).toBe(40)
})

test('lets advances that come together take their turns', async () => {
  const timekeeper = frozen()
  await Promise.all([timekeeper.advance(10), timekeeper.advance(20)])
  expect(timekeeper.nowMs()).toBe(30)
})

test('tells what broke an advance to its caller alone', async () => {
  const timekeeper = frozen()
  timekeeper.at(10, () => {
    throw new Error('broken')
  })
  const broken = timekeeper.advance(20)
  const next = timekeeper.advance(20)
  await expect(broken).rejects.toThrow('broken')
  await next
  expect(timekeeper.nowMs()).toBe(30)
})

test('goes on running after an advance, from the moment it was moved to', async () => {
  const timekeeper = new Timekeeper({ startMs: 0, speed: 1 })
  await timekeeper.advance(86_400_000)
  expect(timekeeper.state.isFrozen).toBe(false)
  expect(timekeeper.nowMs()).toBeGreaterThanOrEqual(86_400_000)
  timekeeper.close()
})

test('is driven by the wall where it runs, and by no one once it is closed', async () => {
  const timekeeper = new Timekeeper({ startMs: 0, speed: 10_000 })
  const seen: number[] = []
  await new Promise<void>((resolve) => {
    timekeeper.at(30_000, () => {
      seen.push(timekeeper.nowMs())
      resolve()
    })
  })
  expect(seen[0]).toBeGreaterThanOrEqual(30_000)
  timekeeper.at(timekeeper.nowMs(), () => seen.push(0))
  timekeeper.close()
  await new Promise(setImmediate)
  expect(seen).toHaveLength(1)
})

test('runs everything exactly once whatever steps an hour is cut into', async () => {
  const moments = fc.array(fc.integer({ min: 0, max: 1_000 }), { maxLength: 30 })
  await fc.assert(
    fc.asyncProperty(
      moments,
      fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 6 }),
      async (due, steps) => {
        const timekeeper = frozen()
        const seen: number[] = []
        for (const atMs of due) timekeeper.at(atMs, () => seen.push(timekeeper.nowMs()))
        for (const step of steps) await timekeeper.advance(step)
        const nowMs = steps.reduce((sum, step) => sum + step, 0)
        expect(seen).toEqual(due.filter((atMs) => atMs <= nowMs).sort((a, b) => a - b))
      },
    ),
    { numRuns: 50 },
  )
})
