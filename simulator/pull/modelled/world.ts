// What every modelled pull is told of the run that it is part of.

import type { FaultDecision } from '../../../server/faults/fault.ts'
import type { Task } from '../../../server/kernel/event-queue.ts'
import type { RandomStream } from '../../../server/kernel/random.ts'
import type { LinkRates } from '../../network/shared-link.ts'
import type { FaultRequest } from '../../registry/faults/registry-fault.ts'
import type { RequestRecord } from '../../registry/journal.ts'
import type { ModelledRegistry } from '../../registry/modelled-registry.ts'
import type { TrafficRecorder } from '../../report/registry-traffic.ts'
import type { ScenarioNetwork } from '../../scenario/scenario.ts'
import type { CoolDown } from '../cool-down.ts'
import type { PullError, PullResult } from '../engine.ts'
import type { Persona } from '../personas.ts'
import type { Disks } from './disks.ts'
import type { Flows } from './flows.ts'

export interface ModelledPullsOptions {
  registry: ModelledRegistry
  /** Null where nothing goes wrong. */
  faults: { decide(request: FaultRequest, nowMs: number): FaultDecision | null } | null
  network: ScenarioNetwork
  /** The address that each agent comes from. */
  sources: readonly string[]
  /** Whose pulls each agent makes. */
  personas: readonly Persona[]
  /** The patience of each agent whose persona has any. */
  coolDowns: readonly (CoolDown | null)[]
  /** The draws of an agent's engine in its pulls of an image. */
  random: (agent: number, reference: string) => RandomStream
  /** Bytes per millisecond that each agent can receive. */
  downlinkBytesPerMs: ArrayLike<number>
  /** Another network than the scenario's: for tests of what measures it. */
  changeRates?: ((planned: LinkRates) => LinkRates) | undefined
  /** How many images the run publishes in all. */
  imagesMax: number
  nowMs: () => number
  schedule: (atMs: number, task: Task, place?: number) => void
  /** Counts every request. */
  traffic: TrafficRecorder
  /** Told of every request; null where nobody listens, and then exchanges without consequence take no task. */
  onRequest: ((record: RequestRecord) => void) | null
  onSucceeded: (agent: number, pullId: number, reference: string, result: PullResult) => void
  onFailed: (agent: number, pullId: number, reference: string, error: PullError) => void
  /** The digest that an agent holds under a reference. */
  heldDigest: (agent: number, reference: string) => string | undefined
}

/** What the pulls of a run share. */
export interface World extends ModelledPullsOptions {
  flows: Flows
  disks: Disks
  /** From sending a request until it is served, and from there until its answer arrives. */
  servedMs: number
  halfRoundTripMs: number
  serverLatencyMs: number
  /** Per byte on the wire. */
  unpackMsPerByte: number
  nextId(): number
  end(pull: { agent: number; pullId: number }): void
}
