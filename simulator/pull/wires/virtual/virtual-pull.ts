// One pull of a fleet in virtual time: its thread, and whoever is told how it ends.
import type { Task } from '../../../../server/kernel/event-queue.ts'
import { PullError, type PulledImage, type PullResult } from '../../protocol/outcome.ts'
import type { PullEngine } from '../../protocol/pull-engine.ts'
import { type PullOrder, PullRun } from '../../protocol/pull-run.ts'
import type { FleetWire } from './fleet-wire.ts'
import { RequestLedger } from './request-ledger.ts'
import { VirtualThread } from './virtual-thread.ts'

/** How a pull ended. */
export type PullEnd = PullResult | PullError

interface PullOptions {
  agent: number
  source: string
  pullId: number
  order: PullOrder
  engine: PullEngine
  place: number
  onEnd: (pull: VirtualPull, end: PullEnd) => void
}

export class VirtualPull extends PullRun implements Task {
  readonly agent: number
  readonly pullId: number
  readonly #wire: FleetWire
  readonly #ledger: RequestLedger
  readonly #thread: VirtualThread<PulledImage>
  readonly #place: number
  readonly #onEnd: PullOptions['onEnd']
  #isStarting = false
  /** How it ended while it was being started, when nobody can be told yet. */
  #end: PullEnd | null = null

  constructor(wire: FleetWire, options: PullOptions) {
    const { agent, source, pullId, order, engine, place, onEnd } = options
    super(engine, order)
    this.agent = agent
    this.pullId = pullId
    this.#wire = wire
    this.#place = place
    this.#onEnd = onEnd
    this.#ledger = new RequestLedger(wire, { agent, source, pulled: order.reference })
    this.#thread = new VirtualThread<PulledImage>(this, this.#ledger, wire, { nowMs: wire.nowMs(), place })
  }

  start(nowMs: number): void {
    this.#isStarting = true
    this.#thread.wake(nowMs)
    this.#isStarting = false
    if (this.#end !== null) this.#wire.schedule(nowMs, this, this.#place)
  }

  /** Counts the exchanges that were passed over and are served by now. */
  settle(nowMs: number): void {
    this.#ledger.settle(nowMs)
  }

  /** What the agent's stop does: nothing of the pull stays, and nobody is told. */
  drop(nowMs: number): void {
    this.#end = null
    this.#ledger.drop(nowMs)
    this.#thread.drop()
  }

  /** It ended as it was started. */
  due(): void {
    if (this.#end !== null) this.#tell(this.#end)
  }

  protected ended({ outcome, digest, sizeBytes }: PulledImage): void {
    const { requests, receivedBytes: downloadedBytes } = this.#ledger
    this.#over({ outcome, digest, downloadedBytes, sizeBytes, requests })
  }

  protected failed(error: unknown): void {
    if (!(error instanceof PullError)) throw error
    this.#over(error)
  }

  #over(end: PullEnd): void {
    if (this.#isStarting) this.#end = end
    else this.#tell(end)
  }

  #tell(end: PullEnd): void {
    this.#ledger.settle(Number.POSITIVE_INFINITY)
    this.#onEnd(this, end)
  }
}
