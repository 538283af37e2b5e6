// The bytes under way to a fleet, each body a flow on the shared link.
import type { SharedLink } from '../../network/shared-link.ts'
import type { ModelledAnswer } from '../../registry/modelled-registry.ts'
import type { PlainRequest } from './plain-request.ts'

/** The body of an answer: bytes that come over the shared link, or, with a pace of their own, beside it. */
export interface Flow {
  request: PlainRequest
  answer: ModelledAnswer
  /** When its request was sent. */
  startedAtMs: number
  sizeBytes: number
  bytesPerSecond: number | null
}

/** Whose bytes they are. */
interface FlowOwner {
  /** Orders what ends at one moment. */
  id: number
  agent: number
  /** All its bytes are here. */
  flowed(nowMs: number): void
}

export class Flows {
  readonly #link: SharedLink
  readonly #strands = new Map<number, FlowOwner>()

  constructor(link: SharedLink) {
    this.#link = link
  }

  /** When the next body is there; Infinity when none is under way. */
  get nextMs(): number {
    return this.#link.nextEndMs
  }

  open(strand: FlowOwner, { sizeBytes }: Flow, nowMs: number): void {
    const { id, agent } = strand
    this.#strands.set(id, strand)
    this.#link.open({ id, agent, sizeBytes }, nowMs)
  }

  /** Tells what the link has carried by now. */
  settle(nowMs: number): void {
    this.#link.settle(nowMs)
  }

  /** How many of its bytes have not come. */
  drop({ id }: FlowOwner, nowMs: number): number {
    if (!this.#strands.delete(id)) return 0
    const { leftBytes } = this.#link.progressOf(id, nowMs)
    this.#link.drop(id, nowMs)
    return leftBytes
  }

  /** Goes on with those that have all their bytes by now. */
  receive(nowMs: number): void {
    const ended = this.#link.takeEnded(nowMs).map((id) => this.#strands.get(id) as FlowOwner)
    for (const { id } of ended) this.#strands.delete(id)
    for (const strand of ended) strand.flowed(nowMs)
  }
}
