// The bytes under way to a fleet, each body a flow on the shared link.
import type { SharedLink } from '../../../network/shared-link.ts'

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
  readonly #owners = new Map<number, FlowOwner>()

  constructor(link: SharedLink) {
    this.#link = link
  }

  /** When the next body is there; Infinity when none is under way. */
  get nextMs(): number {
    return this.#link.nextEndMs
  }

  open(owner: FlowOwner, sizeBytes: number, nowMs: number): void {
    const { id, agent } = owner
    this.#owners.set(id, owner)
    this.#link.open({ id, agent, sizeBytes }, nowMs)
  }

  /** Tells what the link has carried by now. */
  settle(nowMs: number): void {
    this.#link.settle(nowMs)
  }

  /** How many of its bytes have not come. */
  drop({ id }: FlowOwner, nowMs: number): number {
    if (!this.#owners.delete(id)) return 0
    const { leftBytes } = this.#link.progressOf(id, nowMs)
    this.#link.drop(id, nowMs)
    return leftBytes
  }

  /** Goes on with those that have all their bytes by now. */
  receive(nowMs: number): void {
    const ended = this.#link.takeEnded(nowMs).map((id) => this.#owners.get(id) as FlowOwner)
    for (const { id } of ended) this.#owners.delete(id)
    for (const owner of ended) owner.flowed(nowMs)
  }
}
