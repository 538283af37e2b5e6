// What the virtual driver schedules for an agent besides its pulls: its timers and its check-ins.
import type { HeartbeatRequest } from '../../server/api/manager.ts'
import { type EventQueue, type Task, tickAt } from '../../server/kernel/event-queue.ts'
import type { CheckInAnswer } from '../agent/agent.ts'

/** A timer that can be set anew: only what it was last armed for counts. */
export class TimerTask implements Task {
  readonly #callback: (nowMs: number) => void
  readonly #place: number | undefined
  #atMs = Number.NaN

  constructor(callback: (nowMs: number) => void, place?: number) {
    this.#callback = callback
    this.#place = place
  }

  arm(atMs: number, queue: EventQueue): void {
    this.#atMs = Math.max(tickAt(atMs), queue.nowMs)
    queue.schedule(this.#atMs, this, this.#place)
  }

  disarm(): void {
    this.#atMs = Number.NaN
  }

  due(nowMs: number): void {
    if (nowMs !== this.#atMs) return
    this.#atMs = Number.NaN
    this.#callback(nowMs)
  }
}

/** A check-in on its way to the web app and back: due once when it is served and once when its answer arrives. */
export class CheckIn implements Task {
  readonly body: HeartbeatRequest
  answer: CheckInAnswer | null
  /** Why the web app refused it. */
  refusal: string | null = null
  readonly #serve: (checkIn: CheckIn) => void
  readonly #take: (checkIn: CheckIn) => void
  #dropped = false

  /** With an `answer` it has been served before. */
  constructor(options: {
    body: HeartbeatRequest
    answer: CheckInAnswer | null
    serve: (checkIn: CheckIn) => void
    take: (checkIn: CheckIn) => void
  }) {
    this.body = options.body
    this.answer = options.answer
    this.#serve = options.serve
    this.#take = options.take
  }

  /** The agent stopped: nobody waits for the answer. */
  drop(): void {
    this.#dropped = true
  }

  due(): void {
    if (this.#dropped) return
    if (this.answer === null && this.refusal === null) this.#serve(this)
    else this.#take(this)
  }
}
