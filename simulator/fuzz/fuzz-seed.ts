// One seed of the fuzzer: draws its scenario, judges it and, where an invariant breaks, shrinks the scenario while the same one breaks.
import fc from 'fast-check'
import { compileScenario } from '../scenario/compile.ts'
import type { ScenarioSource } from '../scenario/schema.ts'
import type { Violation } from './invariants/invariant.ts'
import { judge } from './judge.ts'
import { type MutantName, mutationOf } from './mutants.ts'
import { scenarioArbitrary } from './scenario-arbitrary.ts'

/** What became of a seed whose scenario broke an invariant. */
export interface FuzzFailure {
  seed: number
  /** In the shrunk scenario. */
  violation: Violation
  source: ScenarioSource
  /** How many scenarios were tried to find it. */
  tries: number
}

/** A scenario that shrinks on and on is small enough after so many runs. */
const triesMax = 1_000

/**
 * Tries one seed; null where every invariant held.
 *
 * @example
 * await fuzzSeed(417, null)
 */
export async function fuzzSeed(seed: number, mutant: MutantName | null): Promise<FuzzFailure | null> {
  let failure: FuzzFailure | null = null
  let tries = 0
  const property = fc.asyncProperty(scenarioArbitrary, async (source) => {
    if (tries === triesMax) return
    tries += 1
    const violation = await judge(compileScenario({ source }), mutationOf(mutant))
    if (violation === null || (failure && failure.violation.invariant !== violation.invariant)) return
    failure = { seed, violation, source, tries }
    throw new Error(violation.statement)
  })
  const { failed, errorInstance } = await fc.check(property, { seed, numRuns: 1 })
  // A scenario that does not compile is a fault of the drawing.
  if (failed && failure === null) throw errorInstance
  return failure
}
