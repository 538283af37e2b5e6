// One thread of a pull: runs a script step by step, in the order of its code. The wire that it belongs to carries the steps out.
import type { PullProgress } from './outcome.ts'
import type { Answer, RegistryRequest, Script, Step } from './steps.ts'

/** Whose script a thread runs. */
export interface ThreadOwner<Result = unknown> {
  /** Asked for as the thread begins; what it throws is what the script fails of. */
  script(thread: PullThread): Script<Result>
  scriptEnded(result: Result, thread: PullThread): void
  /** Told of a RegistryFailure, or of what must not be. */
  scriptFailed(error: unknown, thread: PullThread): void
}

export abstract class PullThread<Result = unknown> {
  /** Requests and bytes of the pull. */
  readonly progress: PullProgress
  readonly #owner: ThreadOwner<Result>
  #script: Script<Result> | null = null
  #state: 'parked' | 'running' | 'busy' | 'ended' = 'parked'

  constructor(owner: ThreadOwner<Result>, progress: PullProgress) {
    this.progress = progress
    this.#owner = owner
  }

  /** The time of the client: what it knows and does, it knows and does now. */
  abstract readonly nowMs: number

  /** Another thread of the same pull, which begins now once it is woken. */
  abstract fork<Other>(owner: ThreadOwner<Other>): PullThread<Other>

  /** The answer to a request where nothing has to happen before; else null, and the request is asked as a step. */
  abstract askAtOnce(request: RegistryRequest): Answer | null

  /** Goes on, if it waits to be woken. */
  wake(nowMs: number): void {
    if (this.#state !== 'parked') return
    this.catchUp(nowMs)
    this.#go(undefined)
  }

  /** Nothing of it happens any more, and nobody is told; it gives back what it has taken. */
  drop(): void {
    const before = this.#state
    if (before === 'ended') return
    this.#state = 'ended'
    this.release()
    // What it does at this moment may be why it is dropped.
    if (before !== 'running') this.#endScript()
  }

  /** Carries out a step; undefined where that takes time, after which `resume` is called. */
  protected abstract carryOut(step: NonNullable<Step>): Answer | undefined

  /** It has ended: whatever is under way ends too. */
  protected abstract release(): void

  /** Somebody who knows it to be so late wakes it. */
  protected abstract catchUp(nowMs: number): void

  /** A step has been carried out. */
  protected resume(answer: Answer): void {
    if (this.#state === 'busy') this.#go(answer)
  }

  /** A step ended as none should. */
  protected fail(error: unknown): void {
    if (this.#state !== 'busy') return
    this.#end()
    this.#endScript()
    this.#owner.scriptFailed(error, this)
  }

  protected get isOver(): boolean {
    return this.#state === 'ended'
  }

  #go(first: Answer | undefined): void {
    let answer = first
    do {
      const step = this.#next(answer)
      if (step === undefined) return
      if (step === null) {
        this.#state = 'parked'
        return
      }
      this.#state = 'busy'
      answer = this.carryOut(step)
    } while (answer !== undefined)
  }

  /** The next step; undefined where there is none. */
  #next(answer: Answer | undefined): Step | undefined {
    this.#state = 'running'
    let result: IteratorResult<Step, Result>
    try {
      this.#script ??= this.#owner.script(this)
      result = this.#script.next(answer as Answer)
    } catch (error) {
      if (this.isOver) return
      this.#end()
      this.#owner.scriptFailed(error, this)
      return
    }
    if (this.isOver) {
      this.#endScript()
      return
    }
    if (!result.done) return result.value
    this.#end()
    this.#owner.scriptEnded(result.value, this)
    return
  }

  #end(): void {
    this.#state = 'ended'
    this.release()
  }

  /** What it would have come to is of no interest any more. */
  #endScript(): void {
    this.#script?.return(undefined as Result)
  }
}
