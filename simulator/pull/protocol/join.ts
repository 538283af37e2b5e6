// Things that go on side by side, and whoever waits for them: forks of a thread, and downloads that several pulls share.
import type { PullThread, ThreadOwner } from './pull-thread.ts'
import { type Script, untilWoken } from './steps.ts'

/** Something that goes on beside a thread. */
export interface Part {
  readonly isOver: boolean
  /** Why it came to nothing; null while that is not known. */
  readonly failure: unknown
}

/** A script that runs beside its thread, which it wakes at its end. */
export class Fork implements Part, ThreadOwner<void> {
  isOver = false
  failure: unknown = null
  readonly #parent: PullThread
  readonly #work: (thread: PullThread) => Script
  readonly #thread: PullThread

  constructor(parent: PullThread, work: (thread: PullThread) => Script) {
    this.#parent = parent
    this.#work = work
    this.#thread = parent.fork(this)
  }

  begin(): void {
    this.#thread.wake(this.#parent.nowMs)
  }

  drop(): void {
    this.#thread.drop()
  }

  script(thread: PullThread): Script {
    return this.#work(thread)
  }

  scriptEnded(_result: undefined, { nowMs }: PullThread): void {
    this.isOver = true
    this.#parent.wake(nowMs)
  }

  scriptFailed(error: unknown, { nowMs }: PullThread): void {
    this.isOver = true
    this.failure = error
    this.#parent.wake(nowMs)
  }
}

/** Runs scripts side by side until all have ended; the first that fails ends the others. */
export function* sideBySide(thread: PullThread, works: readonly ((thread: PullThread) => Script)[]): Script {
  const forks = works.map((work) => new Fork(thread, work))
  try {
    for (const fork of forks) fork.begin()
    yield* joined(forks)
  } finally {
    for (const fork of forks) fork.drop()
  }
}

/** Waits until all are over; throws what the first to fail failed of. Whoever waits must be woken by each. */
export function* joined(parts: readonly Part[]): Script {
  for (;;) {
    const failed = parts.find(({ failure }) => failure !== null)
    if (failed !== undefined) throw failed.failure
    if (parts.every(({ isOver }) => isOver)) return
    yield untilWoken
  }
}
