// `kasm-sim find-max`: tries values until it knows the largest that keeps a condition; a line for each, then the answer.
import { exitCodes, KasmSimError } from '../../server/kernel/errors.ts'
import type { LoadedScenario } from '../scenario/compile.ts'
import { loadScenario } from '../scenario/load.ts'
import { type Condition, parseCondition } from '../what-if/condition.ts'
import { type FindMaxResult, findMax, parseRange } from '../what-if/find-max.ts'
import type { Reading } from '../what-if/metrics.ts'
import {
  compilePoint,
  createGrid,
  formatPoint,
  type Point,
  parseParameter,
  splitParameter,
} from '../what-if/parameters.ts'
import { RunPool } from '../what-if/pool.ts'
import { createProbe, formatProbe, formatSureness, type SeededProbe } from '../what-if/seeded-probe.ts'
import { runSweep } from '../what-if/sweep.ts'
import { onStopRequest } from './signals.ts'

interface FindMaxFlags {
  vary: string[]
  while: string
  seeds: number
  jobs?: number
  json?: true
}

interface Plan {
  loaded: LoadedScenario
  path: string
  low: number
  high: number
  /** What is set besides. */
  fixed: Point
  condition: Condition
  firstSeed: number
  seeds: number
}

/**
 * Searches and returns the exit code: found, not even the lowest value passes, nobody can tell whether it does, or interrupted.
 *
 * @throws KasmSimError where the search cannot be run, RUN_FAILED where a run has no result
 */
export async function findMaximum(name: string, flags: FindMaxFlags): Promise<number> {
  const plan = await createPlan(name, flags)
  const write = flags.json ? () => {} : (line: string) => process.stdout.write(`${line}\n`)
  write(
    `Looking for the largest ${plan.path} from ${plan.low} to ${plan.high} with ${flags.while}, for every one of ${flags.seeds} seeds.`,
  )
  const result = await search(plan, flags, write)
  if (flags.json) {
    const { path, condition } = plan
    const document = {
      scenario: name,
      path,
      while: flags.while,
      metric: condition.metric,
      seeds: flags.seeds,
      ...result,
    }
    process.stdout.write(`${JSON.stringify(document, null, 2)}\n`)
  }
  for (const line of answer(result, plan)) write(line)
  if (result.end === 'interrupted') return exitCodes.interrupted
  if (result.best !== null) return exitCodes.passed
  return result.probes[0]?.status === 'inconclusive' ? exitCodes.inconclusive : exitCodes.checkMissed
}

async function createPlan(name: string, flags: FindMaxFlags): Promise<Plan> {
  const loaded = await loadScenario(name)
  const { seed: firstSeed } = compilePoint(loaded, [])
  const condition = parseCondition(flags.while)
  const ranges = flags.vary.map(splitParameter).filter(({ values }) => values.includes('..'))
  const fixed = flags.vary.filter((text) => !splitParameter(text).values.includes('..')).map(parseParameter)
  const [range] = ranges
  if (!range || ranges.length > 1 || fixed.some(({ settings }) => settings.length > 1)) {
    throw new KasmSimError(
      'USAGE',
      `Failed to plan the search over ${flags.vary.join(', ')}: one --vary needs a range, all others one value. Write it like --vary fleet.agents=10..10000 --vary fleet.cap=4.`,
    )
  }
  const { path } = range
  const [point = []] = createGrid(fixed)
  const plan = {
    loaded,
    path,
    ...parseRange(path, range.values),
    fixed: point,
    condition,
    firstSeed,
    seeds: flags.seeds,
  }
  for (const value of [plan.low, plan.high]) compilePoint(loaded, pointOf(plan, value))
  return plan
}

async function search(plan: Plan, { jobs }: FindMaxFlags, write: (line: string) => void) {
  const stop = new AbortController()
  const pool = new RunPool({ jobs })
  const forget = onStopRequest(() => stop.abort())
  try {
    return await findMax({
      ...plan,
      probe: async (value) => {
        const probe = await tryValue(plan, value, { pool, signal: stop.signal })
        if (probe) write(formatProbe(probe, { path: plan.path, metric: plan.condition.metric }))
        return probe
      },
    })
  } finally {
    forget()
    await pool.close()
  }
}

async function tryValue(
  plan: Plan,
  value: number,
  { pool, signal }: { pool: RunPool; signal: AbortSignal },
): Promise<SeededProbe | null> {
  const { condition, firstSeed, seeds } = plan
  const scenario = compilePoint(plan.loaded, pointOf(plan, value))
  const readings = new Map<number, Reading>()
  const { runs, failed, interrupted } = await runSweep({
    ...{ pool, signal, firstSeed, seeds },
    points: 1,
    scenarioOf: () => scenario,
    onRun: ({ seed }, found) => readings.set(seed, found[condition.metric]),
  })
  if (interrupted) return null
  const [failure] = failed
  if (failure) {
    throw new KasmSimError(
      'RUN_FAILED',
      `Failed to try ${formatPoint(pointOf(plan, value))} with seed ${failure.seed}: ${failure.cause}. Lower the end of the range, or give it fewer --jobs.`,
    )
  }
  const certain = (runs[0] ?? []).every(({ random }) => !random)
  const inOrder = [...readings].toSorted(([a], [b]) => a - b).map(([, reading]) => reading)
  return createProbe(value, { condition, readings: inOrder, certain })
}

function pointOf({ path, fixed }: Pick<Plan, 'path' | 'fixed'>, value: number): Point {
  return [...fixed, { path, text: `${value}`, value }]
}

function answer({ best, end, probes, contradiction }: FindMaxResult<SeededProbe>, plan: Plan): string[] {
  const { path, low, high } = plan
  const next = end === 'found' ? (best ?? 0) + 1 : low
  const above = probes.find(({ value }) => value === next)
  const unclear = above?.status === 'inconclusive' ? `: ${above.reasons.join('; ')}` : ''
  const answers = {
    found: `${path}=${best} is the largest that passes, and ${path}=${next} ${unclear === '' ? 'fails' : `is inconclusive${unclear}`}.`,
    'lowest-fails':
      unclear === ''
        ? `Not even ${path}=${low} passes. Lower the range or ease the condition.`
        : `Not even ${path}=${low} passes, nor does it fail${unclear}. Give the scenario what the condition is about, or a later end.`,
    'highest-passes': `${path}=${high}, the highest of the range, still passes: the largest may lie beyond it.`,
    interrupted: best === null ? 'Interrupted before any value passed.' : `Interrupted: ${path}=${best} passes so far.`,
  }
  const lines = [answers[end]]
  const decisive = probes.filter(({ value }) => value === best || (best !== null && value === next))
  if (best !== null) lines.push(formatSureness(decisive, path))
  if (contradiction) {
    const { fails, passes } = contradiction
    lines.push(
      `Warning: ${path}=${fails} fails but ${path}=${passes} passes, so the condition does not simply end at one value.`,
    )
  } else if (end === 'found') {
    lines.push('This assumes that whatever is larger than a value that fails, fails too; no probe contradicted it.')
  }
  return lines
}
