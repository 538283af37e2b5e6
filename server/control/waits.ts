// Waiting for the fake to come to something: judged again whenever something was written or recorded, and at the moments at which time
// alone can change the judgement. Patience is counted on the wall, whatever the fake's clock does, so that nobody waits for ever.
import type { Clock } from '../kernel/clock.ts'
import { type Appointment, Timekeeper } from '../kernel/timekeeper.ts'

/** How far something has come. */
interface Observation {
  met: boolean
  /** When time alone may change this; Infinity where only events can. */
  nextMs: number
  /** In detail, for whoever waited: it takes longer to tell than to know. */
  describe: () => WaitFacts
}

/** What came of a wait. */
interface WaitFacts {
  /** What there is now. */
  state: Record<string, unknown>
  /** What is wanting, in words; empty once it is met. */
  missing: string[]
}

export type Condition = (nowMs: number) => Observation

interface WaitOptions {
  timeoutMs: number
  /** Aborted when nobody waits for the answer any more. */
  signal: AbortSignal
}

interface Wait {
  condition: Condition
  end: (observation: Observation) => void
  due: Appointment | null
}

/**
 * All waits of one fake.
 *
 * @example
 * const { met, missing } = await waits.until(imagePresent(model, { image, presentOn: 'all' }), { timeoutMs: 30_000, signal })
 */
export class Waits {
  readonly #clock: Clock
  readonly #wall: Timekeeper
  readonly #pending = new Set<Wait>()
  #isChecking = false

  constructor(clock: Clock, wall: Timekeeper) {
    this.#clock = clock
    this.#wall = wall
  }

  /** How far a condition has come once it is met, or else when patience is over or nobody waits any more. */
  until(condition: Condition, { timeoutMs, signal }: WaitOptions): Promise<{ met: boolean; atMs: number } & WaitFacts> {
    return new Promise((resolve) => {
      const patience = this.#wall.at(this.#wall.nowMs() + timeoutMs, () => giveUp())
      const giveUp = () => wait.end(condition(this.#clock.nowMs()))
      const wait: Wait = {
        condition,
        due: null,
        end: (observation) => {
          this.#pending.delete(wait)
          wait.due?.cancel()
          patience.cancel()
          signal.removeEventListener('abort', giveUp)
          resolve({ met: observation.met, atMs: this.#clock.nowMs(), ...observation.describe() })
        },
      }
      signal.addEventListener('abort', giveUp)
      this.#pending.add(wait)
      this.#judge(wait)
    })
  }

  /** Something has happened. What happens within one turn of the event loop is judged once. */
  notice(): void {
    if (this.#pending.size === 0 || this.#isChecking) return
    this.#isChecking = true
    setImmediate(() => {
      this.#isChecking = false
      for (const wait of this.#pending) this.#judge(wait)
    })
  }

  /** Ends every wait with how far it has come. */
  close(): void {
    for (const wait of this.#pending) wait.end(wait.condition(this.#clock.nowMs()))
  }

  #judge(wait: Wait): void {
    const observation = wait.condition(this.#clock.nowMs())
    if (observation.met) {
      wait.end(observation)
      return
    }
    wait.due?.cancel()
    const isTimed = this.#clock instanceof Timekeeper && observation.nextMs < Number.MAX_SAFE_INTEGER
    wait.due = isTimed ? (this.#clock as Timekeeper).at(observation.nextMs, () => this.#judge(wait)) : null
  }
}
