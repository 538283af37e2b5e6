// One thread of a pull in virtual time: a script that asks the registry, waits and lets bytes flow, in the order of the code, with no
// promise behind it. Its clock is the client's: a request is served later than it is sent, and heard of later still.

import type { FaultDecision } from '../../../server/faults/fault.ts'
import type { Task } from '../../../server/kernel/event-queue.ts'
import type { ModelledAnswer, ModelledRequest } from '../../registry/modelled-registry.ts'
import { RegistryFailure } from '../failure.ts'
import type { PullAsks } from './asks.ts'
import type { Flow } from './flows.ts'
import type { World } from './world.ts'

/** What a script does next: ask, let bytes flow, or wait until somebody wakes it. */
export type Step = ModelledRequest | Flow | null

/** A script; what it is resumed with is the answer to what it asked. */
export type Script<Result = void> = Generator<Step, Result, ModelledAnswer>

/** Whose script it is. */
export interface StrandOwner<Result> {
  readonly asks: PullAsks
  /** Throws RegistryFailure where it comes to nothing. */
  script(strand: Strand<Result>): Script<Result>
  /** The script has ended by itself. */
  scriptEnded(result: Result | RegistryFailure, nowMs: number): void
}

/** Runs one script. */
export class Strand<Result = unknown> implements Task {
  /** Orders what ends at one moment. */
  readonly id: number
  /** The time of the client: what it knows and does, it knows and does now. */
  clientMs: number
  readonly #world: World
  readonly #owner: StrandOwner<Result>
  readonly #place: number | undefined
  readonly #script: Script<Result>
  #state: 'asking' | 'opening' | 'flowing' | 'pausing' | 'waiting' | 'ended' = 'waiting'
  #step: Step = null
  #pauseEndMs = 0
  #isRunning = false
  /** What hits the request under way; undefined until it is known. */
  #fault: FaultDecision | null | undefined

  /** `place` orders what is due at one moment. */
  constructor(
    world: World,
    owner: StrandOwner<Result>,
    { id, nowMs, place }: { id: number; nowMs: number; place?: number },
  ) {
    this.#world = world
    this.#owner = owner
    this.id = id
    this.clientMs = nowMs
    this.#place = place
    this.#script = owner.script(this)
  }

  get agent(): number {
    return this.#owner.asks.agent
  }

  /** Goes on, if it waits. */
  wake(nowMs: number): void {
    if (this.#state !== 'waiting') return
    this.clientMs = Math.max(this.clientMs, nowMs)
    this.#go(null)
  }

  /** The answer to a request on whose moment nothing hangs; null where it must take its turn. */
  askEarly(request: ModelledRequest): ModelledAnswer | null {
    const { servedMs, halfRoundTripMs } = this.#world
    const answer = this.#owner.asks.askEarly(request, this.clientMs)
    if (answer !== null) this.clientMs += servedMs + halfRoundTripMs
    return answer
  }

  /** Nothing of it happens any more. */
  drop(nowMs: number): void {
    if (this.#state === 'ended') return
    this.#cut(nowMs)
    this.#state = 'ended'
    this.clientMs = nowMs
    // What it does at this moment may be why it is dropped.
    if (!this.#isRunning) this.#endScript()
  }

  due(nowMs: number): void {
    switch (this.#state) {
      case 'opening':
        this.#state = 'flowing'
        this.#world.flows.open(this, this.#step as Flow, nowMs)
        break
      case 'pausing':
        this.flowed(nowMs)
        break
      case 'asking':
        this.#ask(this.#step as ModelledRequest, nowMs)
        break
    }
  }

  /** All its bytes are here. */
  flowed(nowMs: number): void {
    if (this.#state === 'ended') return
    this.clientMs = nowMs
    const flow = this.#step as Flow
    this.#owner.asks.bodyEnded(flow, flow.sizeBytes, nowMs)
    this.#go(null)
  }

  #go(first: ModelledAnswer | null): void {
    // A script that waits for nothing in particular does not look at what it is resumed with.
    let answer = first as ModelledAnswer
    for (;;) {
      this.#state = 'waiting'
      const { done, value } = this.#resume(answer)
      if (this.#isDropped) {
        this.#endScript()
        return
      }
      if (done) {
        this.#state = 'ended'
        this.#owner.scriptEnded(value, this.clientMs)
        return
      }
      if (value === null) return
      this.#step = value
      if (!('class' in value)) {
        this.#flow(value)
        return
      }
      const early = this.askEarly(value)
      if (early === null) {
        this.#state = 'asking'
        this.#world.schedule(this.clientMs + this.#world.servedMs, this, this.#place)
        return
      }
      answer = early
    }
  }

  #resume(answer: ModelledAnswer): IteratorResult<Step, Result | RegistryFailure> {
    this.#isRunning = true
    try {
      return this.#script.next(answer)
    } catch (error) {
      if (error instanceof RegistryFailure) return { done: true, value: error }
      throw error
    } finally {
      this.#isRunning = false
    }
  }

  /** Lets the script give back what it has taken. */
  #endScript(): void {
    // What it would have come to is of no interest any more.
    this.#script.return(undefined as Result)
  }

  #ask(request: ModelledRequest, nowMs: number): void {
    const { asks } = this.#owner
    if (this.#fault === undefined) {
      this.#fault = asks.faultOf(request, nowMs)
      const effect = this.#fault?.effect
      if (effect?.kind === 'latency' && effect.delayMs > 0) {
        // What is held back is answered only then, with what the registry has then.
        this.#world.schedule(nowMs + effect.delayMs, this, this.#place)
        return
      }
    }
    const answer = asks.ask(request, nowMs, this.#fault)
    this.#fault = undefined
    const { spoiled, bytes } = answer
    // A layer takes its time as a flow; what is small comes at the pace of a slow body all the same.
    const slowMs = spoiled?.kind === 'slow-body' && !request.isLayer ? (bytes / spoiled.bytesPerSecond) * 1_000 : 0
    this.clientMs = nowMs + this.#world.halfRoundTripMs + slowMs
    this.#go(answer)
  }

  get #isDropped(): boolean {
    return this.#state === 'ended'
  }

  #flow({ bytesPerSecond, sizeBytes }: Flow): void {
    this.#state = bytesPerSecond === null ? 'opening' : 'pausing'
    const pauseMs = bytesPerSecond === null ? 0 : (sizeBytes / bytesPerSecond) * 1_000
    this.#pauseEndMs = this.clientMs + pauseMs
    this.#world.schedule(this.#pauseEndMs, this, this.#place)
  }

  /** Tells a body that nobody waits for any more, as far as it has come. */
  #cut(nowMs: number): void {
    if (this.#state !== 'opening' && this.#state !== 'flowing' && this.#state !== 'pausing') return
    const flow = this.#step as Flow
    const isServed = this.#state !== 'opening' || nowMs >= this.clientMs - this.#world.halfRoundTripMs
    if (!isServed) {
      flow.answer.onEnd?.()
      return
    }
    let leftBytes = flow.sizeBytes
    if (this.#state === 'flowing') leftBytes = this.#world.flows.drop(this, nowMs)
    else if (this.#state === 'pausing') leftBytes = ((this.#pauseEndMs - nowMs) / 1_000) * (flow.bytesPerSecond ?? 0)
    const bytes = Math.max(0, Math.floor(flow.sizeBytes - leftBytes))
    this.#owner.asks.bodyEnded(flow, bytes, nowMs)
  }
}
