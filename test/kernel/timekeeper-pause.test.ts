// Work under way that itself waits for the clock does not hold the clock up.
import { expect, test } from 'vitest'
import { Timekeeper } from '../../server/kernel/timekeeper.ts'

test('work that is paused lets the clock move on, and holds it once it goes on', async () => {
  const timekeeper = new Timekeeper({ startMs: 0, frozen: true })
  const seen: string[] = []
  const answer = async () => {
    const goOn = timekeeper.pause()
    await timekeeper.wait(100)
    goOn()
    await new Promise((resolve) => setTimeout(resolve, 5))
    seen.push(`answered at ${timekeeper.nowMs()}`)
  }
  const end = timekeeper.begin()
  void answer().then(end)
  timekeeper.at(200, () => seen.push('the next thing'))
  await timekeeper.advance(300)
  expect(seen).toEqual(['answered at 100', 'the next thing'])
})

test('a pause without work under way means nothing', async () => {
  const timekeeper = new Timekeeper({ startMs: 0, frozen: true })
  const goOn = timekeeper.pause()
  goOn()
  goOn()
  const end = timekeeper.begin()
  let isOver = false
  const advanced = timekeeper.advance(10).then(() => {
    isOver = true
  })
  for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate)
  expect(isOver).toBe(false)
  end()
  await advanced
})
