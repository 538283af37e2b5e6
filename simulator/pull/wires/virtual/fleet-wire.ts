// What carries out the pulls of a fleet in virtual time: its registry, its link and its moments.

import type { FaultDecision } from '../../../../server/faults/fault.ts'
import type { Task } from '../../../../server/kernel/event-queue.ts'
import type { FaultRequest } from '../../../registry/faults/registry-fault.ts'
import type { RequestRecord } from '../../../registry/journal.ts'
import type { VirtualRegistry } from '../../../registry/virtual/virtual-registry.ts'
import type { TrafficRecorder } from '../../../report/registry-traffic.ts'
import type { AnswerFacts } from './answer-facts.ts'
import type { Flows } from './flows.ts'

export interface FleetWireOptions {
  registry: VirtualRegistry
  /** Null where nothing goes wrong. */
  faults: { decide(request: FaultRequest, nowMs: number): FaultDecision | null } | null
  nowMs: () => number
  schedule: (atMs: number, task: Task, place?: number) => void
  /** Counts every request. */
  traffic: TrafficRecorder
  /** Told of every request; null where nobody listens, and then exchanges without consequence take no task. */
  onRequest: ((record: RequestRecord) => void) | null
}

/** The same with what the threads of a fleet share. */
export interface FleetWire extends FleetWireOptions {
  flows: Flows
  answers: AnswerFacts
  /** From sending a request until it is served, and from there until its answer arrives. */
  servedMs: number
  halfRoundTripMs: number
  serverLatencyMs: number
  /** Orders what ends at one moment. */
  nextId(): number
}
