// Runs every point of a grid with the same seeds and collects what is measured: common random numbers, so that two points differ by
// what was varied and not by luck. Where a precision is asked for, points get more seeds until their intervals are narrow enough.
import { InvariantError, KasmSimError } from '../../server/kernel/errors.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { type Measurement, measurementOf, type Readings, type WhatIfMetric } from './metrics.ts'
import type { RunPool } from './pool.ts'
import { type Estimate, estimate, runsNeeded } from './statistics.ts'
import type { RunResult } from './worker.ts'

/** One finished run. */
export interface Run extends Omit<RunResult, 'readings'> {
  /** Index of the point in the grid. */
  point: number
  seed: number
  measurement: Measurement
}

/** A run of which there is no result. */
interface FailedRun {
  point: number
  seed: number
  cause: string
}

interface SweepProgress {
  done: number
  /** Planned so far: a precision may add more. */
  planned: number
  /** The point whose run ended last. */
  point: number
}

export interface SweepOptions {
  pool: RunPool
  /** How many points there are, and the scenario of each. */
  points: number
  scenarioOf: (point: number) => Scenario
  firstSeed: number
  /** How many seeds each point gets at first. */
  seeds: number
  precision?: { share: number; metrics: readonly WhatIfMetric[]; seedsMax: number } | undefined
  signal?: AbortSignal
  /** Told of each run, with what its numbers stand on, which nobody keeps. */
  onRun?: (run: Run, readings: Readings) => void
  onProgress?: (progress: SweepProgress) => void
}

export interface SweepResult {
  /** Of each point, by seed. */
  runs: Run[][]
  failed: FailedRun[]
  interrupted: boolean
}

/** What the runs of a point say of a metric, none of which can be below 0. */
export function estimateOf(runs: readonly Run[], metric: WhatIfMetric): Estimate {
  return estimate(
    runs.map(({ measurement }) => measurement[metric]),
    { certain: runs.every(({ random }) => !random), floor: 0 },
  )
}

/**
 * Runs a grid. When the signal aborts, or runs fail, what is finished is kept.
 *
 * @throws InvariantError where a run broke a rule of the program itself
 * @example
 * const { runs } = await runSweep({ pool, points: 2, scenarioOf, firstSeed: 1, seeds: 30 })
 */
export async function runSweep(options: SweepOptions): Promise<SweepResult> {
  const sweep = new Sweep(options)
  await sweep.run()
  return sweep.result()
}

interface Task {
  point: number
  seed: number
}

class Sweep {
  readonly #options: SweepOptions
  readonly #runs: Run[][]
  readonly #failed: FailedRun[] = []
  /** How many seeds each point has been given. */
  readonly #seeds: number[]
  #queue: Task[] = []
  #done = 0
  #planned = 0
  #broken: Error | null = null

  constructor(options: SweepOptions) {
    this.#options = options
    this.#runs = Array.from({ length: options.points }, () => [])
    this.#seeds = Array.from({ length: options.points }, () => 0)
  }

  async run(): Promise<void> {
    const { pool, signal } = this.#options
    const stop = () => void pool.close()
    signal?.addEventListener('abort', stop, { once: true })
    try {
      this.#plan(this.#seeds.map(() => this.#options.seeds))
      while (this.#queue.length > 0 && this.#goesOn()) {
        // Turned round, so that taking from its end, which is cheap, keeps the order.
        this.#queue.reverse()
        await Promise.all(Array.from({ length: pool.jobs }, () => this.#work()))
        if (this.#goesOn()) this.#plan(this.#runs.map((_, point) => this.#seedsWanted(point)))
      }
    } finally {
      signal?.removeEventListener('abort', stop)
    }
    if (this.#broken) throw this.#broken
  }

  result(): SweepResult {
    const runs = this.#runs.map((ofPoint) => ofPoint.toSorted((a, b) => a.seed - b.seed))
    return { runs, failed: this.#failed, interrupted: this.#options.signal?.aborted ?? false }
  }

  #goesOn(): boolean {
    return !this.#options.signal?.aborted && this.#broken === null
  }

  /** Seed by seed through all points, so that what is there after an interruption is balanced. */
  #plan(seedsWanted: readonly number[]): void {
    const from = Math.min(...this.#seeds)
    const to = Math.max(...seedsWanted)
    for (let index = from; index < to; index += 1) {
      for (const [point, wanted] of seedsWanted.entries()) {
        if (index < (this.#seeds[point] ?? 0) || index >= wanted) continue
        this.#queue.push({ point, seed: this.#options.firstSeed + index })
        this.#seeds[point] = index + 1
        this.#planned += 1
      }
    }
  }

  #seedsWanted(point: number): number {
    const { precision } = this.#options
    const seeds = this.#seeds[point] ?? 0
    if (!precision) return seeds
    const runs = this.#runs[point] ?? []
    // Runs that failed would fail again and must not make a point grow for ever.
    if (runs.length < seeds) return seeds
    const needs = precision.metrics.map((metric) => runsNeeded(estimateOf(runs, metric), precision.share))
    return Math.min(precision.seedsMax, Math.max(seeds, ...needs))
  }

  async #work(): Promise<void> {
    for (let task = this.#queue.pop(); task !== undefined && this.#goesOn(); task = this.#queue.pop()) {
      const { point, seed } = task
      const answer = await this.#options.pool.run({ scenario: this.#options.scenarioOf(point), seed })
      if ('stopped' in answer) return
      if ('readings' in answer) this.#take(task, answer)
      else if ('died' in answer) this.#failed.push({ point, seed, cause: `its worker died twice: ${answer.died}` })
      else this.#takeBroken(task, answer.broke)
      this.#done += 1
      this.#options.onProgress?.({ done: this.#done, planned: this.#planned, point })
    }
  }

  #take({ point, seed }: Task, { readings, ...result }: RunResult): void {
    const run = { point, seed, measurement: measurementOf(readings), ...result }
    this.#runs[point]?.push(run)
    this.#options.onRun?.(run, readings)
  }

  #takeBroken({ point, seed }: Task, { name, message, stack }: { name: string; message: string; stack: string }): void {
    if (name === KasmSimError.name) {
      this.#failed.push({ point, seed, cause: message })
      return
    }
    this.#broken ??= new InvariantError(`a run with seed ${seed} broke: ${stack}`)
  }
}
