// What every modelled pull is told of the run that it is part of.
import type { Task } from '../../../server/kernel/event-queue.ts'
import type { RequestRecord } from '../../registry/journal.ts'
import type { ModelledRegistry } from '../../registry/modelled-registry.ts'
import type { TrafficRecorder } from '../../report/registry-traffic.ts'
import type { ScenarioNetwork } from '../../scenario/scenario.ts'
import type { CoolDown } from '../cool-down.ts'
import type { PullError, PullResult } from '../engine.ts'
import type { Disks } from './disks.ts'
import type { ModelledDownloads } from './downloads.ts'

export interface ModelledPullsOptions {
  registry: ModelledRegistry
  network: ScenarioNetwork
  /** The address that each agent comes from. */
  sources: readonly string[]
  /** The patience of each agent whose persona has any. */
  coolDowns: readonly (CoolDown | null)[]
  /** Bytes per millisecond that each agent can receive. */
  downlinkBytesPerMs: ArrayLike<number>
  /** How many images the run publishes in all. */
  imagesMax: number
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
  downloads: ModelledDownloads
  disks: Disks
  /** From one request's service to the next one's, where each waits for the answer before. */
  exchangeMs: number
  halfRoundTripMs: number
  end(pull: { agent: number; pullId: number }): void
}
