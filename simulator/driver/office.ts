// What an administrator looks after between the actions of a timeline: the sessions, and a wait that holds up what comes next.
// It sets no timers: the driver asks when the next look is due, and has it made then.
import { ImageWait, type ImageWaitOptions } from './image-wait.ts'
import { Sessions, type SessionsOptions } from './sessions.ts'

/**
 * The administrator's office of one run.
 *
 * @example
 * const office = new Office({ administrator, agents: 3, emit, nowMs })
 * while (office.nextLookMs < untilMs) await office.look()
 */
export class Office {
  readonly sessions: Sessions
  readonly #nowMs: () => number
  #wait: ImageWait | null = null

  constructor(options: SessionsOptions) {
    this.sessions = new Sessions(options)
    this.#nowMs = options.nowMs
  }

  /** Whether the timeline stands still. */
  get isWaiting(): boolean {
    return this.#wait !== null
  }

  get nextLookMs(): number {
    return Math.min(this.sessions.nextLookMs, this.#wait?.nextLookMs ?? Number.POSITIVE_INFINITY)
  }

  waitFor(options: ImageWaitOptions): void {
    this.#wait = new ImageWait(options)
  }

  /** Looks at what is due; true where something changed that no action had brought about. */
  async look(): Promise<boolean> {
    const isDue = ({ nextLookMs }: { nextLookMs: number }) => nextLookMs <= this.#nowMs()
    if (this.#wait && isDue(this.#wait) && (await this.#wait.look())) this.#wait = null
    return isDue(this.sessions) && (await this.sessions.look())
  }
}
