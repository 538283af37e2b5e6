// Counts what a scenario tells in both kinds of time. Real time has no moment by which things must have happened: it goes on until it has
// told as much as virtual time did, and no less long, so that what it does too much is seen as well.
import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { RunEvent } from '../../simulator/events/events.ts'
import { runScenario } from '../../simulator/run/run.ts'
import { compileScenario } from '../../simulator/scenario/compile.ts'
import type { Scenario } from '../../simulator/scenario/scenario.ts'
import type { ScenarioSource } from '../../simulator/scenario/schema.ts'

/** How often each kind of thing happened. */
export type Counts = Record<string, number>

/** Counts an event, or leaves it out. What is a matter of luck is set to 1. */
type Count = (event: RunEvent, seen: Counts) => void

/** Adds one. */
export function add(seen: Counts, key: string): void {
  seen[key] = (seen[key] ?? 0) + 1
}

/** The counts of virtual time alone. */
export function virtualCounts(source: ScenarioSource, count: Count): Promise<Counts> {
  return countsOfVirtual(compileScenario({ source }), count)
}

/**
 * The counts of both. What the machine has to do within a time of the scenario, such as the life of a token, may be too much for a busy
 * one: counts that differ are taken once more, ten times slower.
 */
export async function countsOfBoth(source: ScenarioSource, count: Count, speed: number) {
  const scenario = compileScenario({ source })
  const virtual = await countsOfVirtual(scenario, count)
  const real = await countsOfReal(scenario, count, { virtual, speed, patience: 10 })
  if (isDeepStrictEqual(real, virtual)) return { real, virtual }
  return { real: await countsOfReal(scenario, count, { virtual, speed: speed / 10, patience: 2 }), virtual }
}

async function countsOfVirtual(scenario: Scenario, count: Count): Promise<Counts> {
  const seen: Counts = {}
  await runScenario({ scenario, time: 'virtual', sinks: [(event) => count(event, seen)] })
  return seen
}

interface RealOptions {
  virtual: Counts
  speed: number
  /** After how many times the scenario's own duration it is over even so. */
  patience: number
}

async function countsOfReal(scenario: Scenario, count: Count, { virtual, speed, patience }: RealOptions) {
  const { afterMs } = scenario.end
  const seen: Counts = {}
  const end = new AbortController()
  const isComplete = Promise.withResolvers<void>()
  const sink = (event: RunEvent) => {
    if (end.signal.aborted) return
    if (event.kind === 'run-started') {
      const isLate = sleep(afterMs / speed, undefined, { ref: false })
      void Promise.all([isLate, isComplete.promise]).then(() => end.abort())
    }
    count(event, seen)
    if (Object.entries(virtual).every(([key, times]) => (seen[key] ?? 0) >= times)) isComplete.resolve()
  }
  const longer = { ...scenario, end: { ...scenario.end, afterMs: afterMs * patience } }
  await runScenario({ scenario: longer, time: 'real', speed, sinks: [sink], signal: end.signal })
  return seen
}
