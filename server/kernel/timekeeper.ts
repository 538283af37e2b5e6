// A clock that people can freeze, move and scale, and everything that waits on it: one per running server or run. It is the one place
// where what is due meets the wall.
import type { Clock } from './clock.ts'
import { MinHeap } from './min-heap.ts'

/** Timers of the platform cannot wait longer; what is due later is waited for in parts. */
const wallDelayMsMax = 2 ** 31 - 1

/** How finely the timers of the platform count. */
const timerMs = 1

/** Something that waits for its moment. */
export interface Appointment {
  /** It will not happen; of no effect once it has. */
  cancel(): void
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
  readonly #tasks = new Map<number, () => void>()
  /** Work with the outside world under way; the clock of `advance` stands still until it is over. */
  #busy = 0
  #idle = Promise.withResolvers<void>()
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

  constructor({ startMs = Date.now(), speed = 1, frozen = false } = {}) {
    this.#originMs = startMs
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

  /** Has something happen at a moment; at once, but never within this call, where the moment has passed. */
  at(atMs: number, happen: () => void): Appointment {
    const id = this.#nextId++
    this.#tasks.set(id, happen)
    this.#due.push(atMs, id)
    this.#wakeAt(atMs)
    return { cancel: () => void this.#tasks.delete(id) }
  }

  /** Waits so long; rejects with the signal's reason once it is aborted. */
  wait(durationMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const give = () => {
        appointment.cancel()
        reject(signal?.reason)
      }
      const appointment = this.at(this.nowMs() + durationMs, () => {
        signal?.removeEventListener('abort', give)
        resolve()
      })
      signal?.addEventListener('abort', give, { once: true })
    })
  }

  /** Work that `advance` waits for before it moves the clock: a request to somewhere, never a wait on this clock. */
  begin(): () => void {
    if (this.#busy === 0) this.#idle = Promise.withResolvers()
    this.#busy += 1
    let isOver = false
    return () => {
      if (isOver) return
      isOver = true
      this.#busy -= 1
      if (this.#busy === 0) this.#idle.resolve()
    }
  }

  /**
   * Something that work under way depends on waits for this clock, such as a server of this process that holds an answer back: until the
   * returned function is called, that work does not hold `advance` up.
   */
  pause(): () => void {
    if (this.#busy === 0) return () => {}
    this.#busy -= 1
    if (this.#busy === 0) this.#idle.resolve()
    let isOver = false
    return () => {
      if (isOver) return
      isOver = true
      if (this.#busy === 0) this.#idle = Promise.withResolvers()
      this.#busy += 1
    }
  }

  /**
   * Moves the clock on, through everything that is due until then, and answers once that has settled. A clock that runs goes on
   * running from there. Calls at the same time take their turns. Once the signal is aborted the clock stays at the moment that it has
   * come to.
   */
  advance(durationMs: number, signal?: AbortSignal): Promise<void> {
    const advance = async () => {
      if (signal?.aborted) return
      const { isFrozen } = this.state
      this.freeze()
      const untilMs = this.#originMs + durationMs
      try {
        await this.#advanceTo(untilMs, signal)
      } finally {
        if (!isFrozen) this.run()
      }
    }
    const advanced = this.#advancing.then(advance)
    // What broke one call is told to its caller alone.
    this.#advancing = advanced.catch(() => {})
    return advanced
  }

  /** Nothing happens any more. */
  close(): void {
    this.#isClosed = true
    this.#tasks.clear()
    clearTimeout(this.#timer)
  }

  async #advanceTo(untilMs: number, signal: AbortSignal | undefined): Promise<void> {
    await this.#settle()
    while (this.nextMs <= untilMs && !this.#isClosed) {
      if (signal?.aborted) return
      this.#originMs = Math.max(this.#originMs, this.nextMs)
      this.#runDue()
      await this.#settle()
    }
    this.#originMs = untilMs
  }

  /** Until nothing is under way; what has just ended may begin something else in the same turn of the event loop. */
  async #settle(): Promise<void> {
    do {
      if (this.#busy > 0) await this.#idle.promise
      await new Promise(setImmediate)
    } while (this.#busy > 0)
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
    while (this.nextMs <= this.nowMs()) {
      const id = this.#due.pop()
      const happen = this.#tasks.get(id)
      this.#tasks.delete(id)
      happen?.()
    }
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
