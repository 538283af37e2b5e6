// What a driver hands to whoever runs a scenario: a world that stands still until it is driven.
import type { Doubt } from '../checks/verdict.ts'
import type { EventLog } from '../events/event-log.ts'
import type { StepAgent } from './fleet.ts'

export type EndReason = 'end-reached' | 'condition-met' | 'interrupted'

export interface DriveOptions {
  log: EventLog
  signal: AbortSignal
  stepAgent?: StepAgent | undefined
}

/**
 * How a run keeps time: over sockets with a clock that waits for the work (`settled`) or follows the wall (`wall`), or worked out without
 * sockets (`virtual`).
 */
export type RunTime = 'settled' | 'wall' | 'virtual'

/** A scenario that is ready to run. */
export interface PreparedRun {
  time: RunTime
  /** Of the wall; 1 where the run has no pace. */
  speed: number
  /** The time of the run; it begins with `drive`. */
  nowMs(): number
  /** What the registry holds at the start. */
  published: readonly { image: string; digest: string }[]
  /**
   * Runs the scenario to its end.
   *
   * @throws whatever broke the run: a broken invariant, or a timeline action that the web app refused
   */
  drive(options: DriveOptions): Promise<EndReason>
  /** What is not the fleet's doing and may have changed what was seen of it. */
  doubts(): Doubt[]
  close(): Promise<void>
}
