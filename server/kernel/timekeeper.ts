// A clock that people can freeze, move and scale, and everything that waits on it: one per running server or run. It is the one place
// where what is due meets the wall.
import type { Clock } from './clock.ts'
import { InvariantError } from './errors.ts'
import { tickAt } from './event-queue.ts'
import { MinHeap } from './min-heap.ts'
import { kindOfTurn, type TurnKind, turnOf } from './turns.ts'
import { type Work, WorkList } from './work.ts'

/** Timers of the platform cannot wait longer; what is due later is waited for in parts. */
const wallDelayMsMax = 2 ** 31 - 1

/** How finely the timers of the platform count. */
const timerMs = 1

/** After so long on the wall in which nothing happens to any work, what is waited for will not come. */
const stuckAfterWallMs = 5 * 60_000

/** So many pieces of work are named where nothing moves. */
const namesToldMax = 5

/** Something that waits for its moment. */
export interface Appointment {
  /** It will not happen; of no effect once it has. */
  cancel(): void
}

interface Task {
  /** When it was due, or was asked for where that was later. */
  dueMs: number
  turn: number
  happen: () => void
}

/** What the clock was told to do. */
export interface ClockState {
  nowMs: number
  isFrozen: boolean
  /** How many times as fast as the wall it runs when it is not frozen. */
  speed: number
}

/**
 * Runs what is due in the order of moments, and of equal moments in the order in which they were made. At a pace the wall drives it;
 * frozen, only `advance` does, and then nothing is skipped: the clock stands at each moment in turn until what began there has settled.
 *
 * @example
 * const timekeeper = new Timekeeper({ startMs: 0, frozen: true })
 * timekeeper.at(30_000, () => checkIn())
 * await timekeeper.advance(60_000) // checkIn ran at 30,000
 */
export class Timekeeper implements Clock {
  readonly #due = new MinHeap()
  readonly #tasks = new Map<number, Task>()
  /** Work with the outside world under way; a clock that is moved on stands still until it is over. */
  readonly work = new WorkList()
  readonly #stuckAfterWallMs: number
  #onLate: ((kind: TurnKind, lateMs: number) => void) | null = null
  #nextId = 0
  #originMs: number
  #originWallMs = performance.now()
  /** The moment of a timer that came a little early: until the wall has caught up, it is that moment. */
  #leastMs = Number.NEGATIVE_INFINITY
  #speed: number
  #isFrozen: boolean
  #isClosed = false
  #timer: NodeJS.Timeout | undefined
  #timerMs = Number.POSITIVE_INFINITY
  #advancing: Promise<void> = Promise.resolve()

  constructor({ startMs = Date.now(), speed = 1, frozen = false, stuckAfterMs = stuckAfterWallMs } = {}) {
    this.#originMs = startMs
    this.#stuckAfterWallMs = stuckAfterMs
    this.#speed = speed
    this.#isFrozen = frozen
  }

  nowMs(): number {
    if (this.#isFrozen) return this.#originMs
    return Math.max(this.#leastMs, this.#originMs + (performance.now() - this.#originWallMs) * this.#speed)
  }

  get state(): ClockState {
    return { nowMs: this.nowMs(), isFrozen: this.#isFrozen, speed: this.#speed }
  }

  /** When the next thing is due; Infinity when nothing is. */
  get nextMs(): number {
    while (this.#due.size > 0 && !this.#tasks.has(this.#due.first)) this.#due.pop()
    return this.#due.firstKey
  }

  /** The clock stands still from now on. */
  freeze(): void {
    this.#pace({ isFrozen: true })
  }

  /** The clock runs from now on, `speed` times as fast as the wall. */
  run(speed = this.#speed): void {
    this.#pace({ isFrozen: false, speed })
  }

  /**
   * Has something happen at a moment; at once, but never within this call, where the moment has passed. At an equal moment turns decide,
   * and then who asked first.
   */
  at(atMs: number, happen: () => void, turn: number = this.#turnOfOther()): Appointment {
    const id = this.#nextId++
    const dueMs = tickAt(atMs)
    this.#tasks.set(id, { dueMs: Math.max(dueMs, this.nowMs()), turn, happen })
    this.#due.push(dueMs, id, turn)
    this.#wakeAt(dueMs)
    return { cancel: () => void this.#tasks.delete(id) }
  }

  /** Waits so long; rejects with the signal's reason once it is aborted. */
  wait(durationMs: number, signal?: AbortSignal, turn?: number): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const give = () => {
        appointment.cancel()
        reject(signal?.reason)
      }
      const happen = () => {
        signal?.removeEventListener('abort', give)
        resolve()
      }
      const appointment = this.at(this.nowMs() + durationMs, happen, turn)
      signal?.addEventListener('abort', give, { once: true })
    })
  }

  /** Work that the clock waits for before it is moved on: a request to somewhere, never a wait on this clock. */
  begin(name: string): Work {
    return this.work.begin(name)
  }

  /** Does such work, and gives back what came of it. */
  async during<Result>(name: string, act: () => Promise<Result>): Promise<Result> {
    const work = this.begin(name)
    try {
      return await act()
    } finally {
      work.end()
    }
  }

  /** Told by how much each thing was late, of a clock that runs. */
  watchLateness(onLate: (kind: TurnKind, lateMs: number) => void): void {
    this.#onLate = onLate
  }

  /**
   * Moves the clock on, through everything that is due until then, and answers once that has settled. A clock that runs goes on
   * running from there. Calls at the same time take their turns. Once the signal is aborted the clock stays at the moment that it has
   * come to.
   *
   * @throws whatever something due throws
   */
  advance(durationMs: number, signal?: AbortSignal): Promise<void> {
    const isGone = () => signal?.aborted ?? false
    return this.#inTurn(async () => {
      if (isGone()) return
      const untilMs = this.#originMs + durationMs
      await this.#drive(untilMs, isGone)
      if (!this.#isClosed && !isGone()) this.#originMs = Math.max(this.#originMs, untilMs)
    })
  }

  /** Moves on from one thing that is due to the next, until there is none or it is over; `settled` is told after each. */
  drive({ isOver, settled }: { isOver: () => boolean; settled: () => void }): Promise<void> {
    return this.#inTurn(() =>
      this.#drive(Number.MAX_VALUE, () => {
        settled()
        return isOver()
      }),
    )
  }

  /** Nothing happens any more. */
  close(): void {
    this.#isClosed = true
    this.#tasks.clear()
    clearTimeout(this.#timer)
  }

  /** One call at a time has the clock, which stands still for it. What broke one is told to its caller alone. */
  #inTurn(act: () => Promise<void>): Promise<void> {
    const acted = this.#advancing.then(async () => {
      const { isFrozen } = this.state
      this.freeze()
      try {
        await act()
      } finally {
        if (!isFrozen) this.run()
      }
    })
    this.#advancing = acted.catch(() => {})
    return acted
  }

  async #drive(untilMs: number, isOver: () => boolean): Promise<void> {
    await this.#settle()
    while (!isOver() && this.nextMs <= untilMs && !this.#isClosed) {
      this.#originMs = Math.max(this.#originMs, this.nextMs)
      this.#runNext()
      await this.#settle()
    }
  }

  /** Until nothing is under way; what has just ended may begin something else in the same turn of the event loop. */
  async #settle(): Promise<void> {
    do {
      if (this.work.holding > 0) await this.#untilIdle()
      await new Promise(setImmediate)
    } while (this.work.holding > 0)
  }

  /** @throws InvariantError where what is under way never ends, which nobody who waits for the clock could tell from a slow machine */
  async #untilIdle(): Promise<void> {
    const stuck = Promise.withResolvers<never>()
    let { changes } = this.work
    const watch = setInterval(() => {
      if (this.work.changes === changes) stuck.reject(this.#stuckError())
      changes = this.work.changes
    }, this.#stuckAfterWallMs)
    try {
      await Promise.race([this.work.idle, stuck.promise])
    } finally {
      clearInterval(watch)
    }
  }

  #stuckError(): InvariantError {
    const names = this.work.names
    const more = names.length > namesToldMax ? ` and ${names.length - namesToldMax} more` : ''
    const waited = Math.round(this.#stuckAfterWallMs / 1_000)
    return new InvariantError(
      `the clock waits for work that does not end: nothing has come of ${names.slice(0, namesToldMax).join(', ')}${more} in ${waited} s`,
    )
  }

  #turnOfOther(): number {
    return turnOf('other', this.work.takeNumber())
  }

  #pace({ isFrozen, speed = this.#speed }: { isFrozen: boolean; speed?: number }): void {
    this.#originMs = this.nowMs()
    this.#originWallMs = performance.now()
    this.#isFrozen = isFrozen
    this.#speed = speed
    this.#stopTimer()
    this.#wakeAt(this.nextMs)
  }

  #runDue(): void {
    while (this.nextMs <= this.nowMs()) this.#runNext()
  }

  #runNext(): void {
    const id = this.#due.pop()
    const task = this.#tasks.get(id)
    this.#tasks.delete(id)
    if (task === undefined) return
    if (!this.#isFrozen) this.#onLate?.(kindOfTurn(task.turn), this.nowMs() - task.dueMs)
    task.happen()
  }

  /** One timer serves all; a timer set for an earlier moment stays. */
  #wakeAt(atMs: number): void {
    if (this.#isFrozen || this.#isClosed || atMs >= this.#timerMs) return
    this.#stopTimer()
    this.#timerMs = atMs
    const delayMs = Math.min(Math.max(0, (atMs - this.nowMs()) / this.#speed), wallDelayMsMax)
    this.#timer = setTimeout(() => {
      this.#timerMs = Number.POSITIVE_INFINITY
      // The platform's timers count whole milliseconds: one that comes less than that too early is taken for punctual.
      if ((atMs - this.nowMs()) / this.#speed < timerMs) this.#leastMs = atMs
      this.#runDue()
      this.#wakeAt(this.nextMs)
    }, delayMs)
  }

  #stopTimer(): void {
    clearTimeout(this.#timer)
    this.#timerMs = Number.POSITIVE_INFINITY
  }
}
