// Counts what a scenario tells over sockets, settled, and in virtual time.
import type { RunTime } from '../../simulator/driver/prepared-run.ts'
import type { RunEvent } from '../../simulator/events/events.ts'
import { runScenario } from '../../simulator/run/run.ts'
import { compileScenario } from '../../simulator/scenario/compile.ts'
import type { ScenarioSource } from '../../simulator/scenario/schema.ts'

/** How often each kind of thing happened. */
export type Counts = Record<string, number>

/** Counts an event, or leaves it out. */
type Count = (event: RunEvent, seen: Counts) => void

/** Adds one. */
export function add(seen: Counts, key: string): void {
  seen[key] = (seen[key] ?? 0) + 1
}

/** The counts of virtual time alone. */
export function virtualCounts(source: ScenarioSource, count: Count): Promise<Counts> {
  return countsOf('virtual', source, count)
}

/** The counts of both. */
export async function countsOfBoth(source: ScenarioSource, count: Count) {
  return { settled: await countsOf('settled', source, count), virtual: await countsOf('virtual', source, count) }
}

async function countsOf(time: RunTime, source: ScenarioSource, count: Count): Promise<Counts> {
  const seen: Counts = {}
  const scenario = compileScenario({ source })
  await runScenario({ scenario, time, sinks: [(event) => count(event, seen)] })
  return seen
}
