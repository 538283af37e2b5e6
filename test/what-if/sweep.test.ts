// Grids on real worker threads.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { compileScenario } from '../../simulator/scenario/compile.ts'
import type { ScenarioSource } from '../../simulator/scenario/schema.ts'
import { comparePoints, parsePair } from '../../simulator/what-if/compare.ts'
import { measurementOf } from '../../simulator/what-if/metrics.ts'
import { compilePoint, createGrid, type Point, parseParameter } from '../../simulator/what-if/parameters.ts'
import { type PoolOptions, RunPool } from '../../simulator/what-if/pool.ts'
import { isPrecise, leastRunsFor } from '../../simulator/what-if/statistics.ts'
import { estimateOf, runSweep } from '../../simulator/what-if/sweep.ts'
import { runTask } from '../../simulator/what-if/worker.ts'

const source: ScenarioSource = {
  name: 'small',
  fleet: { agents: 4, startupSpread: '10m' },
  network: { preset: 'branch-office' },
  images: [{ name: 'acme/a:1', size: '500MB' }],
  end: { after: '1h' },
}

function openPool(options: PoolOptions = {}): RunPool {
  const pool = new RunPool({ jobs: 2, ...options })
  onTestFinished(() => pool.close())
  return pool
}

function grid(...varied: string[]) {
  const parameters = varied.map(parseParameter)
  const points = createGrid(parameters)
  const scenarioOf = (point: number) => compilePoint({ source }, points[point] ?? [])
  return { parameters, points, sweep: { points: points.length, scenarioOf, firstSeed: 1, seeds: 4 } }
}

test('runs every point with the same seeds and measures what one run by itself does', async () => {
  const { sweep } = grid('fleet.agents=2,4')
  const seen: string[] = []
  const { runs, failed, interrupted } = await runSweep({
    ...sweep,
    pool: openPool(),
    onRun: ({ point, seed }) => seen.push(`${point}/${seed}`),
  })
  expect(runs.map((ofPoint) => ofPoint.map(({ seed }) => seed))).toEqual([
    [1, 2, 3, 4],
    [1, 2, 3, 4],
  ])
  expect(seen).toHaveLength(8)
  expect({ failed, interrupted }).toEqual({ failed: [], interrupted: false })
  const alone = await runTask({ scenario: sweep.scenarioOf(1), seed: 3 })
  expect('readings' in alone && measurementOf(alone.readings)).toEqual(runs[1]?.[2]?.measurement)
  expect(runs[1]?.[2]?.measurement).toMatchObject({ 'ready-agents': 4, pulls: 4, 'drift-time.max': null })
  expect(runs[0]?.[2]?.measurement).toMatchObject({ 'ready-agents': 2, pulls: 2 })
})

test('is the same whatever the number of jobs', async () => {
  const { sweep } = grid('fleet.agents=2,4')
  const one = await runSweep({ ...sweep, pool: openPool({ jobs: 1 }) })
  expect(await runSweep({ ...sweep, pool: openPool({ jobs: 3 }) })).toEqual(one)
})

test('differences by common random numbers spread less than the intervals of the two means', async () => {
  const { sweep: options, points, parameters } = grid('images.0.size=500MB,550MB')
  const scenarioOf = (point: Point) => compilePoint({ source }, point)
  const sweep = await runSweep({ ...options, seeds: 8, pool: openPool() })
  const metric = 'all-ready-at'
  const pair = parsePair(['images.0.size=500MB', 'images.0.size=550MB'], parameters)
  const { differences } = comparePoints(pair, { points, metrics: [metric], sweep, scenarioOf })
  const [a, b] = sweep.runs.map((runs) => estimateOf(runs, metric))
  const { mean = null, seen = null } = differences[0]?.difference ?? {}
  expect(mean).toBeCloseTo((b?.mean ?? 0) - (a?.mean ?? 0), 3)
  expect(seen?.least).toBeGreaterThan(0)
  expect((seen?.most ?? 0) - (seen?.least ?? 0)).toBeLessThan(((a?.high ?? 0) - (a?.low ?? 0)) / 10)
})

test('adds seeds where the mean is not known well enough, up to the most that are allowed, and none where it is certain', async () => {
  const { sweep } = grid('fleet.startupSpread=0s,10m')
  const precise = { share: 0.15, metrics: ['all-ready-at'] as const, seedsMax: 200 }
  const { runs } = await runSweep({ ...sweep, seeds: 2, precision: precise, pool: openPool() })
  const [still, spread] = runs.map((ofPoint) => estimateOf(ofPoint, 'all-ready-at'))
  expect(still).toMatchObject({ runs: 2, known: 'certain' })
  expect(spread?.runs).toBeGreaterThanOrEqual(leastRunsFor(0.15))
  expect(spread && isPrecise(spread, 0.15)).toBe(true)
  const capped = await runSweep({
    ...sweep,
    seeds: 2,
    precision: { ...precise, share: 0.0001, seedsMax: 5 },
    pool: openPool(),
  })
  expect(capped.runs.map(({ length }) => length)).toEqual([2, 5])
})

test('what no seed shows is not taken for what cannot be: a fault of 2 % asks for more seeds', async () => {
  const faults = [{ name: 'stall', kind: 'latency' as const, delay: '30s', probability: 0.02 }]
  const rare: ScenarioSource = {
    ...{ name: 'rare', fleet: { agents: 1, startupSpread: '1m' }, end: { after: '30m' } },
    ...{ images: [{ name: 'acme/a:1', size: '10MB', layers: 1 }], registry: { faults } },
  }
  const scenario = compileScenario({ source: rare })
  const metric = 'ready-time.max'
  const few = await runSweep({ points: 1, scenarioOf: () => scenario, firstSeed: 1, seeds: 5, pool: openPool() })
  const known = estimateOf(few.runs[0] ?? [], metric).known
  expect(known).not.toBe('certain')
  const { runs } = await runSweep({
    ...{ points: 1, scenarioOf: () => scenario, firstSeed: 1, seeds: 5, pool: openPool() },
    precision: { share: 0.05, metrics: [metric], seedsMax: 120 },
  })
  expect(runs[0]?.length).toBe(120)
})

test('tries the run of a worker that died once more, and keeps all others where it dies again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kasm-sim-workers-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const scenario = compileScenario({ source: { ...source, description: folder } })
  const worker = new URL('fixtures/mortal-worker.ts', import.meta.url)
  const { runs, failed } = await runSweep({
    pool: openPool({ worker }),
    ...{ points: 1, scenarioOf: () => scenario, firstSeed: 1, seeds: 5 },
  })
  expect(runs[0]?.map(({ seed }) => seed)).toEqual([1, 3, 5])
  expect(failed.map(({ seed }) => seed).sort()).toEqual([2, 4])
  expect(failed[0]?.cause).toBe('its worker died twice: out of memory')
})

test('keeps what is finished when it is told to stop', async () => {
  const { sweep } = grid('fleet.agents=2,4')
  const stop = new AbortController()
  const { runs, interrupted } = await runSweep({
    ...sweep,
    seeds: 2_000,
    pool: openPool(),
    signal: stop.signal,
    onProgress: ({ done }) => done === 5 && stop.abort(),
  })
  expect(interrupted).toBe(true)
  const finished = runs.flat().length
  expect(finished).toBeGreaterThanOrEqual(5)
  expect(finished).toBeLessThan(4_000)
})

test('a run that breaks a rule of the program ends the sweep with its stack', async () => {
  const { sweep } = grid()
  const scenario = { ...sweep.scenarioOf(0), groups: [] }
  const broken = { ...scenario, network: null as unknown as typeof scenario.network }
  await expect(runSweep({ ...sweep, scenarioOf: () => broken, pool: openPool() })).rejects.toThrow(
    /a run with seed \d broke: TypeError[\s\S]*virtual/,
  )
})
