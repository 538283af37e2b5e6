// A scenario between its file and its compilation.
import type { Locate } from './problems.ts'
import type { ScenarioSource } from './schema.ts'

/** A scenario as it was read, not yet checked. */
export interface LoadedScenario {
  source: ScenarioSource
  /** Where it came from; names in it are relative to this file's folder, else to the working directory. */
  file?: string
  /** Finds fields in the file. */
  locate?: Locate
}
