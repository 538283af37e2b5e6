// What a worker thread of the fuzzer runs.
import { type FuzzFailure, fuzzSeed } from './fuzz-seed.ts'
import type { MutantName } from './mutants.ts'

/** Seeds that follow each other. */
export interface SeedBatch {
  first: number
  last: number
  mutant: MutantName | null
}

/** Tries a batch and returns the failures. */
export async function fuzzBatch({ first, last, mutant }: SeedBatch): Promise<FuzzFailure[]> {
  const failures: FuzzFailure[] = []
  for (let seed = first; seed <= last; seed += 1) {
    const failure = await fuzzSeed(seed, mutant)
    if (failure !== null) failures.push(failure)
  }
  return failures
}
