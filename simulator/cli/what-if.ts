// `kasm-sim what-if`: a grid of runs in virtual time, watched on stderr, reported on stdout and kept in a folder.
import { appendFileSync } from 'node:fs'
import { exitCodes, KasmSimError } from '../../server/kernel/errors.ts'
import { renderWhatIfPage } from '../report/what-if-page.ts'
import { formatTable } from '../reporters/what-if-text.ts'
import type { LoadedScenario } from '../scenario/compile.ts'
import { loadScenario } from '../scenario/load.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { comparePoints, type PointPair, parsePair } from '../what-if/compare.ts'
import { defaultMetrics, findMetric, type WhatIfMetric } from '../what-if/metrics.ts'
import { inWords, notesOf } from '../what-if/notes.ts'
import {
  compilePoint,
  createGrid,
  formatPoint,
  type Parameter,
  type Point,
  parseParameter,
} from '../what-if/parameters.ts'
import type { Plot } from '../what-if/plots.ts'
import { RunPool } from '../what-if/pool.ts'
import { createResults, type WhatIfResults } from '../what-if/results.ts'
import { type Run, runSweep, type SweepResult } from '../what-if/sweep.ts'
import { comparisonTable, formatCsv, metricTables, runsCsvHeader, runsCsvLine } from '../what-if/tables.ts'
import { assertWritable, ensureFolder, nextRunFolder, notWritable, writeText } from './files.ts'
import { onStopRequest } from './signals.ts'
import { watchExperiment } from './watch-experiment.ts'

interface WhatIfFlags {
  vary?: string[]
  seeds: number
  metric?: string[]
  precision?: number
  seedsMax: number
  compare?: string[]
  jobs?: number
  runsMax: number
  out?: string
  csv?: true
  json?: true
}

/** What is to be run, all of it known to be good. */
interface Plan {
  loaded: LoadedScenario
  /** Of the scenario as it is. */
  base: Scenario
  parameters: Parameter[]
  points: Point[]
  metrics: WhatIfMetric[]
  pair: PointPair | null
}

/**
 * Runs an experiment and returns the exit code: finished or interrupted.
 *
 * @throws KasmSimError where the experiment cannot be run; RUN_FAILED, after all else is written, where runs have no result
 */
export async function whatIf(name: string, flags: WhatIfFlags): Promise<number> {
  const plan = await createPlan(name, flags)
  const { folder, keepRun } = openFolder(plan, flags)
  const sweep = await runPlan(plan, flags, keepRun)
  const { base: scenario, parameters, points, metrics, pair } = plan
  const scenarioOf = (point: Point) => compilePoint(plan.loaded, point)
  const comparison = pair && comparePoints(pair, { points, metrics, sweep, scenarioOf })
  const precision = flags.precision === undefined ? null : { share: flags.precision, seedsMax: flags.seedsMax }
  const results = createResults({ scenario, parameters, points, metrics, sweep, comparison, precision })
  // The library that draws is large: an experiment that is refused need not wait for it.
  const { metricPlots } = await import('../what-if/plots.ts')
  const plots = metricPlots(results)
  process.stdout.write(shown(results, flags, folder))
  writeResults(folder, { results, plots, command: commandLine(name, flags) })
  if (sweep.failed.length > 0) throw runsFailed(results)
  return sweep.interrupted ? exitCodes.interrupted : exitCodes.passed
}

async function createPlan(name: string, flags: WhatIfFlags): Promise<Plan> {
  const loaded = await loadScenario(name)
  const base = compilePoint(loaded, [])
  const parameters = (flags.vary ?? []).map(parseParameter)
  assertSize(parameters, flags)
  const points = createGrid(parameters)
  const pair = flags.compare === undefined ? null : parsePair(twoPoints(flags.compare), parameters)
  const metrics = [...new Set(flags.metric?.map(findMetric) ?? defaultMetrics(base))]
  // Every point is compiled before the first runs: a mistake in the last value must not cost the time of all the others.
  for (const point of points) compilePoint(loaded, point)
  return { loaded, base, parameters, points, metrics, pair }
}

function assertSize(parameters: readonly Parameter[], { seeds, seedsMax, precision, runsMax }: WhatIfFlags): void {
  const pointCount = parameters.reduce((product, { settings }) => product * settings.length, 1)
  const seedCount = precision === undefined ? seeds : Math.max(seeds, seedsMax)
  const runs = pointCount * seedCount
  if (runs <= runsMax) return
  const numbers = [runs, pointCount, seedCount, runsMax].map((number) => number.toLocaleString('en-US'))
  throw new KasmSimError(
    'USAGE',
    `Failed to plan the experiment: ${numbers[1]} points with ${precision === undefined ? '' : 'up to '}${numbers[2]} seeds are ${numbers[0]} runs, and ${numbers[3]} are allowed. ` +
      `Vary fewer values, lower ${precision === undefined ? '--seeds' : '--seeds-max'}, or confirm with --runs-max ${runs}.`,
  )
}

function twoPoints(points: string[]): [string, string] {
  const [a, b] = points
  if (points.length === 2 && a !== undefined && b !== undefined) return [a, b]
  throw new KasmSimError(
    'USAGE',
    `Failed to compare ${points.join(', ')}: it takes two points. Write it like --compare fleet.cap=2 fleet.cap=4.`,
  )
}

/** The folder is made before the first run, and takes every run as soon as it has ended. */
function openFolder({ base, parameters, points }: Plan, { out }: WhatIfFlags) {
  const folder = out ?? nextRunFolder(`${base.name}-what-if`)
  ensureFolder(folder)
  const file = `${folder}/runs.csv`
  assertWritable(file)
  writeText(file, runsCsvHeader(parameters.map(({ path }) => path)))
  const keepRun = (run: Run) => {
    try {
      appendFileSync(file, runsCsvLine(run, points[run.point] ?? []))
    } catch (error) {
      throw notWritable(file, error)
    }
  }
  return { folder, keepRun }
}

async function runPlan(plan: Plan, flags: WhatIfFlags, keepRun: (run: Run) => void): Promise<SweepResult> {
  const { loaded, base, points, metrics } = plan
  const stop = new AbortController()
  const pool = new RunPool({ jobs: flags.jobs })
  const watch = watchExperiment(points.length)
  const forget = onStopRequest(() => {
    watch.note('Stopping the experiment: what is finished is kept.')
    stop.abort()
  })
  try {
    return await runSweep({
      pool,
      points: points.length,
      scenarioOf: (point) => compilePoint(loaded, points[point] ?? []),
      firstSeed: base.seed,
      seeds: flags.seeds,
      precision:
        flags.precision === undefined ? undefined : { share: flags.precision, seedsMax: flags.seedsMax, metrics },
      signal: stop.signal,
      onRun: keepRun,
      onProgress: ({ done, planned, point }) => watch.show({ done, planned, latest: formatPoint(points[point] ?? []) }),
    })
  } finally {
    forget()
    watch.close()
    await pool.close()
  }
}

function shown(results: WhatIfResults, flags: WhatIfFlags, folder: string): string {
  if (flags.json) return `${JSON.stringify(results, null, 2)}\n`
  if (flags.csv) return formatCsv(results)
  const tables = [...metricTables(results), comparisonTable(results)].filter((table) => table !== null)
  const files = `page   ${folder}/index.html\nruns   ${folder}/runs.csv\n`
  return `${[...tables.map(formatTable), notesOf(results).join('\n')].join('\n')}\n\n${files}`
}

function writeResults(
  folder: string,
  { results, plots, command }: { results: WhatIfResults; plots: Plot[]; command: string },
): void {
  const tables = metricTables(results)
  const compared = comparisonTable(results)
  const sections = results.metrics.map(({ name, title }, index) => {
    const table = tables[index] ?? { title, columns: [], rows: [] }
    return { title: table.title, table, svg: plots.find((plot) => plot.name === name)?.svg ?? null }
  })
  if (compared) sections.push({ title: compared.title, table: compared, svg: null })
  const { scenario: title, description } = results
  writeText(`${folder}/results.json`, `${JSON.stringify(results, null, 2)}\n`)
  writeText(`${folder}/table.csv`, formatCsv(results))
  for (const { name, svg } of plots) writeText(`${folder}/${name}.svg`, svg)
  writeText(
    `${folder}/index.html`,
    renderWhatIfPage({ title: `What if: ${title}`, description, notes: notesOf(results), command, sections }),
  )
}

function commandLine(name: string, { vary = [], seeds, metric = [], precision, compare }: WhatIfFlags): string {
  const parts = ['kasm-sim what-if', name, ...vary.map((text) => `--vary ${text}`), `--seeds ${seeds}`]
  parts.push(...metric.map((text) => `--metric ${text}`))
  if (precision !== undefined) parts.push(`--precision ${precision * 100}%`)
  if (compare !== undefined) parts.push(`--compare ${compare.join(' ')}`)
  return parts.join(' ')
}

function runsFailed({ failed, points }: WhatIfResults): KasmSimError {
  const finished = points.reduce((sum, { runs }) => sum + runs, 0)
  const [first] = failed
  const where = first ? ` With ${inWords(first.settings)}, seed ${first.seed}: ${first.cause}` : ''
  return new KasmSimError(
    'RUN_FAILED',
    `Failed to finish ${failed.length} of ${finished + failed.length} runs.${where}. The others are kept. Give it fewer --jobs or a smaller fleet if memory ran out.`,
  )
}
