// How often the 95 % intervals of what-if hold the true mean, by simulation, beside those of Student's t in the same samples. It draws
// from named streams, so that it prints the same everywhere; docs/what-if.md states what it prints, and a test compares the two.
import jStat from 'jstat'
import { type RandomStream, randomStream } from '../server/kernel/random.ts'
import type { Table } from '../simulator/report/table.ts'
import { formatTable } from '../simulator/reporters/what-if-text.ts'
import { estimate } from '../simulator/what-if/statistics.ts'

const sizes = [5, 10, 30]
const samples = 5_000

interface Population {
  name: string
  mean: number
  draw(random: RandomStream): number
}

const exponential = (random: RandomStream) => -Math.log(1 - random.uniform())
const normal = (random: RandomStream) =>
  Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform())

const populations: Population[] = [
  { name: 'uniform', mean: 0.5, draw: (random) => random.uniform() },
  { name: 'normal', mean: 0, draw: normal },
  { name: 'exponential', mean: 1, draw: exponential },
  { name: 'lognormal', mean: Math.exp(0.5), draw: (random) => Math.exp(normal(random)) },
  { name: '5 % rare, 0 or 1', mean: 0.05, draw: (random) => (random.uniform() < 0.05 ? 1 : 0) },
  {
    name: '5 % rare, of any length',
    mean: 0.05,
    draw: (random) => (random.uniform() < 0.05 ? exponential(random) : 0),
  },
]

/** What intervals came to over many samples. */
interface Coverage {
  /** Of all samples: those with an interval that holds the mean, and with one that does not. */
  held: number
  missed: number
  /** Of all samples: those with Student's interval around the mean. */
  heldByStudent: number
  /** The mean of the widths, as a multiple of Student's in the same sample. */
  widthRatio: number
}

/** The coverage as the page states it. */
export function coverageTable(): Table {
  const rows = populations.flatMap((population) =>
    sizes.map((size) => {
      const { held, missed, heldByStudent, widthRatio } = measureCoverage(population, size)
      const stated = held + missed
      return [
        population.name,
        `${size}`,
        percent(samples - stated, samples),
        percent(held, stated),
        percent(missed, samples),
        stated === 0 ? '-' : (widthRatio / stated).toFixed(1),
        percent(heldByStudent, samples),
      ]
    }),
  )
  const columns = ['values', 'runs', 'unknown', 'intervals that hold', 'samples misled', 'width by t', 't holds']
  return { title: `Coverage of 95 % intervals, ${samples.toLocaleString('en-US')} samples each`, columns, rows }
}

/** `npm run bench -- coverage`. */
export function benchCoverage(): string {
  return formatTable(coverageTable())
}

function measureCoverage({ name, mean, draw }: Population, size: number): Coverage {
  const random = randomStream(1, `coverage/${name}/${size}`)
  const studentFactor = jStat.studentt.inv(0.975, size - 1) / Math.sqrt(size)
  const coverage = { held: 0, missed: 0, heldByStudent: 0, widthRatio: 0 }
  for (let sample = 0; sample < samples; sample += 1) {
    const values = Array.from({ length: size }, () => draw(random))
    const { low, high } = estimate(values)
    const student = deviationOf(values) * studentFactor
    if (Math.abs(meanOf(values) - mean) <= student) coverage.heldByStudent += 1
    if (low === null || high === null) continue
    coverage[low <= mean && mean <= high ? 'held' : 'missed'] += 1
    coverage.widthRatio += (high - low) / (2 * student)
  }
  return coverage
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function deviationOf(values: readonly number[]): number {
  const mean = meanOf(values)
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1))
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)} %`
}
