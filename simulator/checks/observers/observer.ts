// What every observer of events is.
import type { RunEvent } from '../../events/events.ts'

/** Makes samples of one part of what happens in a run. */
export interface Observer {
  take(event: RunEvent): void
  /** Tells what could only be known once the run was over. */
  finish?(endMs: number): void
}
