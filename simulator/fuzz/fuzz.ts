// Many seeds over worker threads, a few at a time, so that every thread has something to do until the end.
import { extname } from 'node:path'
import Tinypool from 'tinypool'
import type { FuzzFailure } from './fuzz-seed.ts'
import type { SeedBatch } from './fuzz-worker.ts'
import type { MutantName } from './mutants.ts'

export interface FuzzOptions {
  /** The first and the last seed. */
  seeds: { first: number; last: number }
  /** Worker threads. */
  jobs: number
  mutant: MutantName | null
  /** Told after every batch: how many seeds are done, and what failed in this batch. */
  onProgress: (done: number, failures: readonly FuzzFailure[]) => void
  signal: AbortSignal
}

export interface FuzzOutcome {
  seedsTried: number
  /** By seed. */
  failures: FuzzFailure[]
}

const batchSeedsMax = 10
/** One cause breaks many seeds: after so many failures no more batches are begun. */
const failuresMax = 5

/**
 * Tries the seeds in their order, and stops early after five failures or at the signal.
 *
 * @example
 * await fuzz({ seeds: { first: 1, last: 1_000 }, jobs: 2, mutant: null, onProgress: () => {}, signal })
 */
export async function fuzz({ seeds, jobs, mutant, onProgress, signal }: FuzzOptions): Promise<FuzzOutcome> {
  // In a checkout this is a .ts file, in the published package a .js file; the worker lies beside it.
  const filename = new URL(`./fuzz-worker${extname(import.meta.url)}`, import.meta.url).href
  const pool = new Tinypool({ filename, name: 'fuzzBatch', minThreads: jobs, maxThreads: jobs })
  const outcome: FuzzOutcome = { seedsTried: 0, failures: [] }
  const count = seeds.last - seeds.first + 1
  const batchSeeds = Math.max(1, Math.min(batchSeedsMax, Math.ceil(count / jobs / 4)))
  let next = seeds.first
  const work = async () => {
    while (next <= seeds.last && outcome.failures.length < failuresMax && !signal.aborted) {
      const batch: SeedBatch = { first: next, last: Math.min(seeds.last, next + batchSeeds - 1), mutant }
      next = batch.last + 1
      const failures = (await pool.run(batch)) as FuzzFailure[]
      outcome.seedsTried += batch.last - batch.first + 1
      outcome.failures.push(...failures)
      onProgress(outcome.seedsTried, failures)
    }
  }
  try {
    await Promise.all(Array.from({ length: jobs }, work))
  } finally {
    await pool.destroy()
  }
  outcome.failures.sort((one, other) => one.seed - other.seed)
  return outcome
}
