// Searches the largest whole number that still passes: first by doubling, then by halving what is left.
import { KasmSimError } from '../../server/kernel/errors.ts'

/** One value that was tried. */
export interface Probe {
  value: number
  passed: boolean
}

export interface FindMaxResult<Found extends Probe> {
  /** Null where the lowest value already fails, or where nothing was found before an interruption. */
  best: number | null
  probes: Found[]
  /** Why the search ended. */
  end: 'found' | 'lowest-fails' | 'highest-passes' | 'interrupted'
  /** A value that fails although a larger one passes: then "the largest" is not to be had by this search. */
  contradiction: { fails: number; passes: number } | null
}

/**
 * Reads `low..high`.
 *
 * @throws KasmSimError USAGE
 * @example
 * parseRange('fleet.agents', '10..100000') // { low: 10, high: 100000 }
 */
export function parseRange(path: string, text: string): { low: number; high: number } {
  const [, low, high] = /^(\d+)\.\.(\d+)$/.exec(text) ?? []
  const range = { low: Number(low), high: Number(high) }
  if (low === undefined || !(range.low < range.high) || !Number.isSafeInteger(range.high)) {
    throw new KasmSimError(
      'USAGE',
      `Failed to read the range "${text}" of ${path}: it needs two whole numbers, the smaller one first. Write it like ${path}=10..10000.`,
    )
  }
  return range
}

/**
 * Finds the largest value from `low` to `high` that passes, as long as all values above one that fails do so too. That is assumed; one
 * probe beyond the first failure tests it. `probe` returns null when it was interrupted.
 *
 * @example
 * await findMax({ low: 1, high: 1_000, probe: async (value) => ({ value, passed: value <= 37 }) }) // best: 37
 */
export async function findMax<Found extends Probe>(options: {
  low: number
  high: number
  probe: (value: number) => Promise<Found | null>
}): Promise<FindMaxResult<Found>> {
  return new Search(options).run()
}

class Search<Found extends Probe> {
  readonly #low: number
  readonly #high: number
  readonly #probe: (value: number) => Promise<Found | null>
  readonly #probes: Found[] = []

  constructor({ low, high, probe }: { low: number; high: number; probe: (value: number) => Promise<Found | null> }) {
    this.#low = low
    this.#high = high
    this.#probe = probe
  }

  async run(): Promise<FindMaxResult<Found>> {
    let passes: number | null = null
    let fails: number | null = null
    for (let next: number | null = this.#low; next !== null; next = this.#next(passes, fails)) {
      const passed = await this.#passes(next)
      if (passed === null) return this.#result(passes, 'interrupted')
      if (passed) passes = next
      else fails = next
    }
    if (passes === null) return this.#result(null, 'lowest-fails')
    if (fails === null) return this.#result(passes, 'highest-passes')
    const beyond = Math.min(this.#high, 2 * Math.max(...this.#probes.map(({ value }) => value)))
    if (!this.#probes.some(({ value }) => value === beyond)) await this.#passes(beyond)
    return this.#result(passes, 'found')
  }

  #next(passes: number | null, fails: number | null): number | null {
    if (passes === null || passes === this.#high) return null
    if (fails === null) return Math.min(this.#high, Math.max(1, passes * 2))
    return fails - passes > 1 ? Math.floor((passes + fails) / 2) : null
  }

  async #passes(value: number): Promise<boolean | null> {
    const found = await this.#probe(value)
    if (found === null) return null
    this.#probes.push(found)
    return found.passed
  }

  #result(best: number | null, end: FindMaxResult<Found>['end']): FindMaxResult<Found> {
    const failing = this.#probes.filter(({ passed }) => !passed).map(({ value }) => value)
    const passing = this.#probes.filter(({ passed }) => passed).map(({ value }) => value)
    const [fails, passes] = [Math.min(...failing), Math.max(...passing)]
    return { best, probes: this.#probes, end, contradiction: fails < passes ? { fails, passes } : null }
  }
}
