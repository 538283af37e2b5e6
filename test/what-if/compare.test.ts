import { expect, test } from 'vitest'
import { comparePoints, parsePair } from '../../simulator/what-if/compare.ts'
import { type Measurement, metricNames } from '../../simulator/what-if/metrics.ts'
import { compilePoint, createGrid, type Point, parseParameter } from '../../simulator/what-if/parameters.ts'

const parameters = [parseParameter('fleet.agents=10,20'), parseParameter('fleet.cap=2,4')]
const points = createGrid(parameters)

function measurement(pulls: number | null): Measurement {
  return { ...(Object.fromEntries(metricNames.map((name) => [name, 0])) as Measurement), pulls }
}

const source = { name: 'tiny', fleet: { agents: 1 }, end: { after: '1h' } }
const scenarioOf = (point: Point) => compilePoint({ source }, point)

/** The pulls of each point by seed, from 1 on. */
function sweepOf(pulls: (number | null)[][], random = true) {
  const runs = pulls.map((ofPoint, point) =>
    ofPoint.map((value, index) => ({
      ...{ point, seed: index + 1, measurement: measurement(value), random },
      ...{ checksMissed: [], checksInconclusive: [] },
    })),
  )
  return { runs, failed: [], interrupted: false }
}

test('pairs the runs of the same seed, wherever all else is equal', () => {
  const sweep = sweepOf([[100, 200], [101, 202, 999], [5], [9]])
  const pair = parsePair(['fleet.cap=2', 'fleet.cap=4'], parameters)
  const { a, b, differences } = comparePoints(pair, { points, metrics: ['pulls'], sweep, scenarioOf })
  expect({ a, b }).toEqual({ a: 'fleet.cap=2', b: 'fleet.cap=4' })
  expect(differences.map(({ settings, difference }) => [settings, difference.runs, difference.mean])).toEqual([
    [{ 'fleet.agents': '10' }, 2, 1.5],
    [{ 'fleet.agents': '20' }, 1, 4],
  ])
})

test('compares points that differ in two parameters', () => {
  const pair = parsePair(['fleet.agents=10,fleet.cap=4', 'fleet.cap=2,fleet.agents=20'], parameters)
  const sweep = sweepOf([[1], [2], [30], [4]])
  const { differences } = comparePoints(pair, { points, metrics: ['pulls'], sweep, scenarioOf })
  expect(differences).toEqual([
    { settings: {}, metric: 'pulls', difference: expect.objectContaining({ runs: 1, mean: 28, known: 'single-run' }) },
  ])
})

test('gives no difference where a run has no number', () => {
  const pair = parsePair(['fleet.cap=2', 'fleet.cap=4'], parameters)
  const { differences } = comparePoints(pair, {
    points,
    metrics: ['pulls'],
    scenarioOf,
    sweep: sweepOf([[1, 1], [null, 2], [], []]),
  })
  expect(differences.map(({ difference }) => [difference.reached, difference.runs, difference.mean])).toEqual([
    [1, 2, null],
    [0, 0, null],
  ])
})

test('seeds without a difference show none, unless nothing was drawn or both are the same scenario', () => {
  const known = (varied: string, [a, b]: [string, string], random: boolean) => {
    const grid = [parseParameter(varied)]
    const pulls = Array.from({ length: 5 }, () => 7)
    const { differences } = comparePoints(parsePair([a, b], grid), {
      ...{ points: createGrid(grid), metrics: ['pulls'], scenarioOf },
      sweep: sweepOf([pulls, pulls], random),
    })
    return differences.map(({ difference }) => [difference.known, difference.why])
  }
  const caps: [string, string] = ['fleet.cap=2', 'fleet.cap=4']
  expect(known('fleet.cap=2,4', caps, true)).toEqual([['unknown', 'all-equal']])
  expect(known('fleet.cap=2,4', caps, false)).toEqual([['certain', null]])
  expect(known('end.after=1h,60m', ['end.after=1h', 'end.after=60m'], true)).toEqual([['certain', null]])
})

test.for<[[string, string], RegExp]>([
  [['fleet.cap=2', 'fleet.cap=8'], /8 is no value of fleet\.cap in the grid\. The grid has 2, 4\./],
  [['fleet.capp=2', 'fleet.cap=4'], /fleet\.capp is not varied\. Did you mean fleet\.cap\?/],
  [['fleet.cap=2', 'fleet.agents=10'], /the two name different parameters/],
  [['fleet.cap=2', 'fleet.cap=2'], /it is compared with itself/],
  [['fleet.cap', 'fleet.cap=2'], /it needs a path, an equals sign and values/],
])('refuses to compare %s', ([sides, reason]) => {
  expect(() => parsePair(sides, parameters)).toThrow(reason)
})
