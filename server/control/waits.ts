// Waiting for the fake to come to something: judged again whenever what it depends on has changed, and at the moments at which time alone
// can change the judgement. Thousands may wait: they are judged, and told, a few at a time, and calls are answered in between. Patience is counted on the wall, whatever the fake's clock does, so that nobody waits for ever.
import type { Clock } from '../kernel/clock.ts'
import { KasmSimError } from '../kernel/errors.ts'
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

/** What can happen: something was written, or a call was recorded that somebody may wait for. */
type News = 'state' | 'call'

/** What is waited for. */
export interface Condition {
  about: News
  judge: (nowMs: number) => Observation
  /** What the judgement depends on: as long as all of these are the same, time alone can change it. */
  versions: () => readonly unknown[]
  /** Called once nobody waits for it any more. */
  close?: () => void
}

interface WaitOptions {
  timeoutMs: number
  /** Aborted when nobody waits for the answer any more. */
  signal: AbortSignal
}

type Outcome = { met: boolean; atMs: number } & WaitFacts

interface Wait {
  condition: Condition
  /** As they were when it was judged last. */
  versions: readonly unknown[]
  due: Appointment | null
  patience: Appointment
  isOver: boolean
  resolve: (outcome: Outcome) => void
  reject: (error: unknown) => void
  stopListening: () => void
}

/** More are refused. */
const waitCountMax = 5_000
/** How long calls may be kept from their answers at a time. */
const sliceMsMax = 5

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
  /** Those whose turn it is to be judged. */
  readonly #queue = new Set<Wait>()
  #isScheduled = false
  readonly #news = new Set<News>()

  constructor(clock: Clock, wall: Timekeeper) {
    this.#clock = clock
    this.#wall = wall
  }

  /**
   * How far a condition has come once it is met, or else when patience is over or nobody waits any more.
   *
   * @throws KasmSimError CONTROL_INVALID where too many wait already
   */
  until(condition: Condition, { timeoutMs, signal }: WaitOptions): Promise<Outcome> {
    if (this.#pending.size >= waitCountMax) {
      condition.close?.()
      const problem = `${waitCountMax} callers wait already. Ask again later.`
      throw new KasmSimError('CONTROL_INVALID', `Failed to wait: ${problem}`)
    }
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        this.#leave(wait)
        // The caller is gone: what it would take time to find out is of no use to anyone.
        resolve({ met: false, atMs: this.#clock.nowMs(), state: {}, missing: [] })
      }
      const wait: Wait = {
        condition,
        versions: [],
        due: null,
        patience: this.#wall.at(this.#wall.nowMs() + timeoutMs, () => {
          wait.isOver = true
          this.#enqueue(wait)
        }),
        isOver: false,
        resolve,
        reject,
        stopListening: () => signal.removeEventListener('abort', giveUp),
      }
      signal.addEventListener('abort', giveUp)
      this.#pending.add(wait)
      this.#judge(wait)
    })
  }

  /** Something has happened. What happens within one turn of the event loop is judged once. */
  notice(news: News): void {
    if (this.#pending.size === 0) return
    this.#news.add(news)
    this.#schedule()
  }

  /** Ends every wait with how far it has come. */
  close(): void {
    for (const wait of this.#pending) {
      wait.isOver = true
      this.#judge(wait)
    }
  }

  #enqueue(wait: Wait): void {
    this.#queue.add(wait)
    this.#schedule()
  }

  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      this.#work()
    })
  }

  #work(): void {
    if (this.#news.size > 0) {
      for (const wait of this.#pending) {
        if (this.#news.has(wait.condition.about) && hasChanged(wait)) this.#queue.add(wait)
      }
      this.#news.clear()
    }
    const untilMs = this.#wall.nowMs() + sliceMsMax
    for (const wait of this.#queue) {
      this.#queue.delete(wait)
      this.#judge(wait)
      if (this.#wall.nowMs() >= untilMs) break
    }
    if (this.#queue.size > 0) this.#schedule()
  }

  /** Whatever goes wrong with one is told to its caller alone. */
  #judge(wait: Wait): void {
    if (!this.#pending.has(wait)) return
    try {
      const observation = wait.condition.judge(this.#clock.nowMs())
      wait.versions = wait.condition.versions()
      if (observation.met || wait.isOver) {
        const facts = observation.describe()
        this.#leave(wait)
        wait.resolve({ met: observation.met, atMs: this.#clock.nowMs(), ...facts })
        return
      }
      wait.due?.cancel()
      const isTimed = this.#clock instanceof Timekeeper && observation.nextMs < Number.MAX_SAFE_INTEGER
      wait.due = isTimed ? (this.#clock as Timekeeper).at(observation.nextMs, () => this.#judge(wait)) : null
    } catch (error) {
      this.#leave(wait)
      wait.reject(error)
    }
  }

  #leave(wait: Wait): void {
    this.#pending.delete(wait)
    this.#queue.delete(wait)
    wait.due?.cancel()
    wait.patience.cancel()
    wait.stopListening()
    wait.condition.close?.()
  }
}

function hasChanged({ condition, versions }: Wait): boolean {
  const now = condition.versions()
  return now.length !== versions.length || now.some((version, index) => version !== versions[index])
}
