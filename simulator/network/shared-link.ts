// How bandwidth is shared while many downloads run: max-min fairly under the registry's uplink, each agent's downlink and a ceiling
// per connection. Flows that must have the same rate form a class, and a class keeps one running sum of bytes served per flow,
// so that a start or an end costs a logarithm of the flows and a walk over the few classes, never a walk over the flows.
import { invariant } from '../../server/kernel/errors.ts'
import { MinHeap } from '../../server/kernel/min-heap.ts'

/** Rates are bytes per millisecond; Infinity means no limit. */
export interface LinkRates {
  uplinkBytesPerMs: number
  connectionBytesPerMs: number
  /** Of each agent. */
  downlinkBytesPerMs: ArrayLike<number>
}

/** Bytes that went over a link at an even rate. */
export interface Served {
  bytes: number
  fromMs: number
  toMs: number
}

/** Flows with the same ceiling are served alike, so of each class only the flow with the nearest target can end next. */
class FlowClass {
  readonly ceilingBytesPerMs: number
  rateBytesPerMs = 0
  flowCount = 0
  /** Bytes that a flow which was here from the start has got. */
  servedBytes = 0
  /** Places by target; the flow of a place that has been left is -1. */
  readonly targets = new MinHeap()
  constructor(ceilingBytesPerMs: number) {
    this.ceilingBytesPerMs = ceilingBytesPerMs
  }
}

/** Where a flow stands: in which class, and at which sum of that class it has all its bytes. */
interface Flow {
  id: number
  agent: number
  flowClass: FlowClass
  targetBytes: number
  place: number
}

/** What stands for no limit: a petabyte per second, so that sums of rates stay finite. */
const unlimitedBytesPerMs = 1e12

/** Less than this is nothing: it is what rounding leaves over, of bytes and of the moment itself. */
const residueBytes = 1e-3
const residueMs = 1e-6

/**
 * The downloads of one registry. Times must not go backwards.
 *
 * @example
 * const link = new SharedLink({ uplinkBytesPerMs: 100, connectionBytesPerMs: Infinity, downlinkBytesPerMs: [80, 80] })
 * link.open({ id: 7, agent: 0, sizeBytes: 8_000 }, 0)
 * link.nextEndMs // 100
 * link.takeEnded(100) // [7]
 */
export class SharedLink {
  readonly #rates: LinkRates
  /** By ceiling, smallest first. */
  readonly #classes: FlowClass[] = []
  readonly #flows = new Map<number, Flow>()
  readonly #ofAgent = new Map<number, Flow[]>()
  /** By place: the flow, or null once it has left. */
  readonly #places: (Flow | null)[] = []
  readonly #freePlaces: number[] = []
  #nowMs = 0
  #nextEndMs = Number.POSITIVE_INFINITY
  readonly #onServed: ((served: Served) => void) | null
  /** Since when rates are as they are, and what has been served since. */
  #steadyFromMs = 0
  #steadyBytes = 0

  /** `onServed` is told of all that goes over the link, as it was and not as it should be: what measures it knows no rates. */
  constructor(rates: LinkRates, onServed: ((served: Served) => void) | null = null) {
    this.#rates = rates
    this.#onServed = onServed
  }

  /** When the next download ends if none starts or is dropped before; Infinity when none runs. */
  get nextEndMs(): number {
    return this.#nextEndMs
  }

  /** Starts a download; `id` is the caller's and not in use. */
  open({ id, agent, sizeBytes }: { id: number; agent: number; sizeBytes: number }, nowMs: number): void {
    this.#serve(nowMs)
    const siblings = this.#ofAgent.get(agent) ?? []
    const flowClass = this.#classFor(agent, siblings.length + 1)
    for (const sibling of siblings) this.#change(sibling, flowClass)
    const flow: Flow = { id, agent, flowClass, targetBytes: flowClass.servedBytes + sizeBytes, place: -1 }
    this.#enter(flow)
    siblings.push(flow)
    this.#flows.set(id, flow)
    this.#ofAgent.set(agent, siblings)
    this.#share()
  }

  /** Stops a download before its end. */
  drop(id: number, nowMs: number): void {
    this.#serve(nowMs)
    const flow = this.#flows.get(id)
    invariant(flow, `there is no download ${id} to drop`)
    this.#remove(flow)
    this.#share()
  }

  /** The downloads that have all their bytes by now, lowest id first. */
  takeEnded(nowMs: number): number[] {
    this.#serve(nowMs)
    const ended: number[] = []
    // Removing a flow may move its siblings, but never to a class where they would be done sooner, so one pass finds all.
    for (const flowClass of [...this.#classes]) {
      for (let flow = this.#nearest(flowClass); flow !== null; flow = this.#nearest(flowClass)) {
        const residue = residueBytes + flowClass.rateBytesPerMs * residueMs
        if (flow.targetBytes - flowClass.servedBytes > residue) break
        ended.push(flow.id)
        // A moment that is rounded up serves a little more than there was.
        this.#steadyBytes -= Math.max(0, flowClass.servedBytes - flow.targetBytes)
        this.#remove(flow)
      }
    }
    this.#share()
    return ended.sort((a, b) => a - b)
  }

  /** Tells what has been served up to a moment that changes nothing. */
  settle(nowMs: number): void {
    this.#serve(nowMs)
    this.#tellServed()
  }

  /** How far a running download is, and how fast it is now. */
  progressOf(id: number, nowMs: number): { leftBytes: number; bytesPerMs: number } {
    this.#serve(nowMs)
    const flow = this.#flows.get(id)
    invariant(flow, `there is no download ${id}`)
    const { servedBytes, rateBytesPerMs } = flow.flowClass
    return { leftBytes: Math.max(0, flow.targetBytes - servedBytes), bytesPerMs: rateBytesPerMs }
  }

  #serve(nowMs: number): void {
    const durationMs = nowMs - this.#nowMs
    invariant(durationMs >= 0, `the link was told ${nowMs} ms after ${this.#nowMs} ms`)
    this.#nowMs = nowMs
    for (const flowClass of this.#classes) {
      const bytes = flowClass.rateBytesPerMs * durationMs
      flowClass.servedBytes += bytes
      this.#steadyBytes += bytes * flowClass.flowCount
    }
  }

  #tellServed(): void {
    const [bytes, fromMs] = [this.#steadyBytes, this.#steadyFromMs]
    this.#steadyBytes = 0
    this.#steadyFromMs = this.#nowMs
    if (bytes > 0) this.#onServed?.({ bytes, fromMs, toMs: this.#nowMs })
  }

  /** An agent's downloads share its downlink evenly, as none of them may go faster than a connection can. */
  #classFor(agent: number, flowCount: number): FlowClass {
    const downlinkBytesPerMs = this.#rates.downlinkBytesPerMs[agent] as number
    const ceiling = Math.min(this.#rates.connectionBytesPerMs, downlinkBytesPerMs / flowCount, unlimitedBytesPerMs)
    let index = 0
    while (index < this.#classes.length && (this.#classes[index] as FlowClass).ceilingBytesPerMs < ceiling) index += 1
    const existing = this.#classes[index]
    if (existing?.ceilingBytesPerMs === ceiling) return existing
    const created = new FlowClass(ceiling)
    this.#classes.splice(index, 0, created)
    return created
  }

  #change(flow: Flow, flowClass: FlowClass): void {
    if (flow.flowClass === flowClass) return
    const leftBytes = flow.targetBytes - flow.flowClass.servedBytes
    this.#leave(flow)
    flow.flowClass = flowClass
    flow.targetBytes = flowClass.servedBytes + leftBytes
    this.#enter(flow)
  }

  #enter(flow: Flow): void {
    flow.place = this.#freePlaces.pop() ?? this.#places.length
    this.#places[flow.place] = flow
    flow.flowClass.flowCount += 1
    flow.flowClass.targets.push(flow.targetBytes, flow.place)
  }

  #leave(flow: Flow): void {
    this.#places[flow.place] = null
    flow.flowClass.flowCount -= 1
  }

  #remove(flow: Flow): void {
    this.#leave(flow)
    this.#flows.delete(flow.id)
    const siblings = (this.#ofAgent.get(flow.agent) ?? []).filter((other) => other !== flow)
    if (siblings.length === 0) {
      this.#ofAgent.delete(flow.agent)
      return
    }
    this.#ofAgent.set(flow.agent, siblings)
    const flowClass = this.#classFor(flow.agent, siblings.length)
    for (const sibling of siblings) this.#change(sibling, flowClass)
  }

  /** The flow of a class that ends first; places that were left are freed on the way. */
  #nearest({ targets }: FlowClass): Flow | null {
    while (targets.size > 0) {
      const flow = this.#places[targets.first] ?? null
      if (flow !== null) return flow
      this.#freePlaces.push(targets.pop())
    }
    return null
  }

  /** Water-filling: ceilings below the even share are met in full, the others share what is left. */
  #share(): void {
    this.#tellServed()
    let leftBytesPerMs = Math.min(this.#rates.uplinkBytesPerMs, unlimitedBytesPerMs)
    let leftFlows = this.#flows.size
    this.#nextEndMs = Number.POSITIVE_INFINITY
    for (const flowClass of this.#classes) {
      const flow = this.#nearest(flowClass)
      if (flow === null) {
        flowClass.rateBytesPerMs = 0
        flowClass.servedBytes = 0
        continue
      }
      const rate = Math.min(flowClass.ceilingBytesPerMs, leftBytesPerMs / leftFlows)
      flowClass.rateBytesPerMs = rate
      leftBytesPerMs -= rate * flowClass.flowCount
      leftFlows -= flowClass.flowCount
      const leftBytes = Math.max(0, flow.targetBytes - flowClass.servedBytes)
      this.#nextEndMs = Math.min(this.#nextEndMs, leftBytes === 0 ? this.#nowMs : this.#nowMs + leftBytes / rate)
    }
  }
}
