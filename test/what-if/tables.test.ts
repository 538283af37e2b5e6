import { parse } from 'csv-parse/sync'
import { expect, test } from 'vitest'
import { compileScenario } from '../../simulator/scenario/compile.ts'
import { type Measurement, metricNames } from '../../simulator/what-if/metrics.ts'
import { createGrid, parseParameter } from '../../simulator/what-if/parameters.ts'
import { metricPlots } from '../../simulator/what-if/plots.ts'
import { createResults } from '../../simulator/what-if/results.ts'
import { formatCsv, metricTables, runsCsvHeader, runsCsvLine } from '../../simulator/what-if/tables.ts'

const scenario = compileScenario({ source: { name: 'tiny', fleet: { agents: 1 }, end: { after: '1h' } } })

function resultsOf(varied: string[], readyMs: (number | null)[][]) {
  const parameters = varied.map(parseParameter)
  const points = createGrid(parameters)
  const runs = readyMs.map((ofPoint, point) =>
    ofPoint.map((value, index) => ({
      ...{ point, seed: index + 1, checksMissed: value === null ? ['gets ready'] : [], checksInconclusive: [] },
      random: true,
      measurement: {
        ...(Object.fromEntries(metricNames.map((name) => [name, 0])) as Measurement),
        'ready-time.p95': value,
      },
    })),
  )
  const sweep = { runs, failed: [], interrupted: false }
  const metrics = ['ready-time.p95', 'pulls'] as const
  return createResults({ scenario, parameters, points, metrics, sweep, comparison: null, precision: null })
}

const twoByTwo = resultsOf(
  ['fleet.agents=10,20', 'fleet.cap=2,4'],
  [
    [60_000, 62_000, 61_000, 60_500, 61_500],
    [30_000, 30_000, 30_000, 30_000, 30_000],
    [null, 90_000],
    [45_000, 45_001],
  ],
)

test('the first parameter makes the rows and the second one the columns', () => {
  expect(metricTables(twoByTwo)[0]).toEqual({
    title: 'Time until an agent is ready, 95th percentile (ready-time.p95)',
    columns: ['fleet.agents', 'fleet.cap = 2', 'fleet.cap = 4'],
    rows: [
      ['10', '1m 1s ± 1.6s', '30s (unknown, 5 alike)'],
      ['20', '1 of 2 runs', '45.0s (unknown, 45s to 45.0s)'],
    ],
  })
})

test('a third parameter makes more rows, none makes one', () => {
  const eight = resultsOf(
    ['a=1,2', 'b=1,2', 'c=x,y'],
    Array.from({ length: 8 }, (_, index) => [index * 1_000]),
  )
  expect(metricTables(eight)[0]?.rows).toEqual([
    ['1', 'x', '0ms (one run)', '2s (one run)'],
    ['1', 'y', '1s (one run)', '3s (one run)'],
    ['2', 'x', '4s (one run)', '6s (one run)'],
    ['2', 'y', '5s (one run)', '7s (one run)'],
  ])
  expect(metricTables(resultsOf([], [[1_000]]))[0]).toMatchObject({
    columns: ['ready-time.p95'],
    rows: [['1s (one run)']],
  })
})

test('the CSV has a line for each point and metric, and nothing where there is no mean', () => {
  const rows = parse(formatCsv(twoByTwo), { columns: true }) as Record<string, string>[]
  expect(rows).toHaveLength(8)
  expect(rows[0]).toMatchObject({
    ...{ 'fleet.agents': '10', 'fleet.cap': '2', metric: 'ready-time.p95', unit: 'ms' },
    ...{ runs: '5', reached: '5', mean: '61000', known: 'interval' },
  })
  expect(Number(rows[0]?.['high'])).toBeGreaterThan(61_000)
  expect(Number(rows[0]?.['low'])).toBeLessThan(61_000)
  expect(rows[2]).toMatchObject({ mean: '30000', known: 'unknown', low: '', high: '' })
  expect(rows[4]).toMatchObject({ reached: '1', mean: '', known: 'unknown', low: '', high: '' })
})

test('the file of runs has a line for each with every metric, quoted where it must be', () => {
  const [point = []] = createGrid([parseParameter('fleet.name="a"')])
  const noted = { random: true, checksMissed: [], checksInconclusive: [] }
  const run = { ...noted, point: 0, seed: 7, measurement: { ...zeros(), 'ready-time.p95': null, pulls: 3 } }
  const text = runsCsvHeader(['fleet.name']) + runsCsvLine(run, point)
  expect(text.split('\n')[1]).toMatch(/^"""a""",7,0,,0,/)
  const [row] = parse(text, { columns: true }) as Record<string, string>[]
  expect(row).toMatchObject({ 'fleet.name': '"a"', seed: '7', pulls: '3', 'ready-time.p95': '' })
})

test('says in how many runs a check was missed', () => {
  expect(twoByTwo.points.map(({ checksMissed }) => checksMissed)).toEqual([{}, {}, { 'gets ready': 1 }, {}])
})

test('draws a plot for each metric, with the second parameter as lines and gaps where there is no mean', () => {
  const [ready, pulls] = metricPlots(twoByTwo)
  expect([ready?.name, pulls?.name]).toEqual(['ready-time.p95', 'pulls'])
  expect(ready?.svg).toContain('fleet.cap = 2')
  expect(ready?.svg).toContain(
    'mean of 2 to 5 seeds with its 95 % interval; hollow: unknown, dashed over what was seen; a gap: not reached in every run',
  )
  expect(metricPlots(resultsOf([], [[1]]))).toEqual([])
  expect(metricPlots(resultsOf(['a=1'], [[null]])).map(({ name }) => name)).toEqual(['pulls'])
})

function zeros(): Measurement {
  return Object.fromEntries(metricNames.map((name) => [name, 0])) as Measurement
}
