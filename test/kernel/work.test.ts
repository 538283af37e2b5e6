// The work that a clock waits for: what holds it up, what does not, and that no interleaving mixes one piece up with another.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { InvariantError } from '../../server/kernel/errors.ts'
import { Timekeeper } from '../../server/kernel/timekeeper.ts'
import type { Work } from '../../server/kernel/work.ts'

const frozen = (more = {}) => new Timekeeper({ startMs: 0, frozen: true, ...more })
const turnOfLoop = () => new Promise(setImmediate)

test('work that waits for the clock lets it move on, and holds it once it goes on', async () => {
  const timekeeper = frozen()
  const seen: string[] = []
  const work = timekeeper.begin('a request')
  const answer = async () => {
    const goOn = work.pause()
    await timekeeper.wait(100)
    goOn()
    for (let turn = 0; turn < 5; turn += 1) await turnOfLoop()
    seen.push(`answered at ${timekeeper.nowMs()}`)
  }
  void answer().then(work.end)
  timekeeper.at(200, () => seen.push('the next thing'))
  await timekeeper.advance(300)
  expect(seen).toEqual(['answered at 100', 'the next thing'])
})

test('a request that its caller gives up is waited for until its server has noticed, and frees nothing of another', async () => {
  const timekeeper = frozen()
  const [given, other] = [timekeeper.begin('given up'), timekeeper.begin('another')]
  const leave = given.join()
  const goOn = given.pause()
  given.end()
  expect(timekeeper.work.names).toEqual(['given up', 'another'])
  leave()
  goOn()
  goOn()
  expect(timekeeper.work.names).toEqual(['another'])
  let isOver = false
  const advanced = timekeeper.advance(10).then(() => {
    isOver = true
  })
  for (let turn = 0; turn < 5; turn += 1) await turnOfLoop()
  expect(isOver).toBe(false)
  other.end()
  await advanced
})

test('work is found by its number as a header has it, until it is over', () => {
  const { work } = frozen()
  const request = work.begin('a request')
  expect(work.find(String(request.number))).toBe(request)
  const leave = request.join()
  request.end()
  expect(work.find(String(request.number))).toBe(request)
  leave()
  expect(work.find(String(request.number))).toBeNull()
  expect(work.find('nonsense')).toBeNull()
  expect(work.find(undefined)).toBeNull()
})

test('says which work never ends instead of waiting for ever', async () => {
  const timekeeper = frozen({ stuckAfterMs: 5 })
  const { end } = timekeeper.begin('GET /v2/')
  const stuck = timekeeper.advance(10)
  await expect(stuck).rejects.toThrow(InvariantError)
  await expect(stuck).rejects.toThrow('nothing has come of GET /v2/')
  end()
  await timekeeper.advance(10)
  expect(timekeeper.nowMs()).toBe(10)
})

/** What is done to one of some pieces of work; every step of every kind may come at any time and twice. */
const step = fc.record({ kind: fc.constantFrom('pause', 'resume', 'join', 'leave', 'end', 'look'), of: fc.nat(3) })

/** A piece of work, and what a reader of its rules would say of it. */
class Piece {
  readonly work: Work
  readonly #undo = { resume: [] as (() => void)[], leave: [] as (() => void)[] }
  #hasEnded = false

  constructor(work: Work) {
    this.work = work
  }

  get holds(): boolean {
    return this.#hasEnded ? this.#undo.leave.length > 0 : this.#undo.resume.length === 0
  }

  do(kind: string): void {
    if (kind === 'pause') this.#undo.resume.push(this.work.pause())
    if (kind === 'join') this.#undo.leave.push(this.work.join())
    if (kind === 'resume' || kind === 'leave') {
      const undo = this.#undo[kind].pop()
      undo?.()
      undo?.()
    }
    if (kind === 'end') {
      this.#hasEnded = true
      this.work.end()
    }
  }

  finish(): void {
    this.do('end')
    while (this.#undo.resume.length > 0) this.do('resume')
    while (this.#undo.leave.length > 0) this.do('leave')
  }
}

test('the clock moves on exactly while nothing holds it, whatever happens to what in which order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const timekeeper = frozen()
      const pieces = [0, 1, 2, 3].map((index) => new Piece(timekeeper.begin(`piece ${index}`)))
      const holding = () => pieces.filter(({ holds }) => holds)
      const moments = 20
      let moved = 0
      let movedWhileHeld = 0
      for (let atMs = 1; atMs <= moments; atMs += 1) {
        timekeeper.at(atMs, () => {
          moved += 1
          if (holding().length > 0) movedWhileHeld += 1
        })
      }
      const advanced = timekeeper.advance(moments)
      for (const { kind, of } of steps) {
        if (kind === 'look') await turnOfLoop()
        else pieces[of]?.do(kind)
        expect(timekeeper.work.names).toEqual(holding().map(({ work }) => work.name))
      }
      for (const piece of pieces) piece.finish()
      await advanced
      expect(timekeeper.work.holding).toBe(0)
      expect({ moved, movedWhileHeld }).toEqual({ moved: moments, movedWhileHeld: 0 })
    }),
    { numRuns: 200 },
  )
})
