// Worker threads for many runs. A worker that dies takes its run with it; the run is tried once more, on another worker.
import { availableParallelism } from 'node:os'
import { Tinypool } from 'tinypool'
import type { RunAnswer, RunTask } from './worker.ts'

/** In a checkout worker.ts, in the package worker.js. */
const ownWorker = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url)

export interface PoolOptions {
  /** Default: as many as the machine can run at once. */
  jobs?: number | undefined
  /** For tests: a module that exports `runTask`. */
  worker?: URL
}

/** What came of a run that was handed to the pool. `stopped`: the pool was closed before it ended. */
export type PoolAnswer = RunAnswer | { died: string } | { stopped: true }

/**
 * Runs scenarios on worker threads, as many at once as there are jobs.
 *
 * @example
 * const pool = new RunPool({ jobs: 2 })
 * await pool.run({ scenario, seed: 1 })
 * await pool.close()
 */
export class RunPool {
  readonly jobs: number
  readonly #threads: Tinypool
  #closed = false
  #failStart: (error: Error) => void = () => {}
  /** A worker that cannot even start is no worker's death that a second try could mend. */
  readonly #startFailed: Promise<never>

  constructor({ jobs = availableParallelism(), worker = ownWorker }: PoolOptions = {}) {
    this.jobs = jobs
    this.#startFailed = new Promise((_, reject) => {
      this.#failStart = reject
    })
    this.#startFailed.catch(() => {})
    this.#threads = new Tinypool({
      filename: worker.href,
      name: 'runTask',
      minThreads: jobs,
      maxThreads: jobs,
    })
    this.#threads.on('error', (error) => this.#failStart(error as Error))
  }

  async run(task: RunTask): Promise<PoolAnswer> {
    const first = await this.#attempt(task)
    return 'died' in first ? this.#attempt(task) : first
  }

  /** Ends the workers; what still runs is given up. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#threads.destroy()
  }

  async #attempt(task: RunTask): Promise<PoolAnswer> {
    if (this.#closed) return { stopped: true }
    try {
      return (await Promise.race([this.#threads.run(task), this.#startFailed])) as RunAnswer
    } catch (error) {
      return this.#closed ? { stopped: true } : { died: (error as Error).message }
    }
  }
}
