// When sessions change by themselves: a queue that whoever asks anything works through first. There are no timers, so moving the clock is
// all it takes, however far it moves.
import { MinHeap } from '../../kernel/min-heap.ts'
import type { SessionRecord } from '../state/records.ts'
import { nextMomentOf } from './lifecycle.ts'

export class DueSessions {
  readonly #heap = new MinHeap()
  /** By number in the queue; a session that was put off has a later entry, too. */
  readonly #ids = new Map<number, string>()
  #count = 0

  /** Takes note of what will become of a session. */
  note(session: SessionRecord): void {
    const momentMs = nextMomentOf(session)
    const number = this.#count++ % 2 ** 31
    this.#ids.set(number, session.kasm_id)
    this.#heap.push(momentMs, number)
  }

  /** The next session whose moment may have come, or null. */
  take(nowMs: number): string | null {
    if (this.#heap.firstKey > nowMs) return null
    const number = this.#heap.pop()
    const id = this.#ids.get(number) ?? null
    this.#ids.delete(number)
    return id
  }
}
