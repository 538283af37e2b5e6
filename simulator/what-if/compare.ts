// The difference between two values of a parameter by common random numbers: run by run with the same seed, so that what the seeds do
// to both falls out of the difference.
import { isDeepStrictEqual } from 'node:util'
import { KasmSimError } from '../../server/kernel/errors.ts'
import { closest } from '../../server/kernel/suggest.ts'
import type { Scenario } from '../scenario/scenario.ts'
import type { WhatIfMetric } from './metrics.ts'
import { formatPoint, type Parameter, type Point, type Setting, splitParameter } from './parameters.ts'
import { type Estimate, estimate } from './statistics.ts'
import type { Run, SweepResult } from './sweep.ts'

/** Two points of the grid, or two families of points that differ in nothing else. */
export interface PointPair {
  a: Setting[]
  b: Setting[]
}

export interface Comparison {
  a: string
  b: string
  differences: {
    /** The values of the parameters that both share; empty where there are none. */
    settings: Record<string, string>
    metric: WhatIfMetric
    /** Of b minus a, over the seeds that both have run. */
    difference: Estimate
  }[]
}

/**
 * Reads the two sides of a comparison: `fleet.cap=2` and `fleet.cap=4`, or several settings joined by commas.
 *
 * @throws KasmSimError USAGE where a setting is no point of the grid, or where the sides name different parameters
 */
export function parsePair([a, b]: readonly [string, string], parameters: readonly Parameter[]): PointPair {
  const pair = { a: parseSide(a, parameters), b: parseSide(b, parameters) }
  const paths = (side: Setting[]) => side.map(({ path }) => path).sort()
  if (paths(pair.a).join() !== paths(pair.b).join()) {
    throw incomparable(`${a} and ${b}`, 'the two name different parameters', 'Give both a value of the same ones.')
  }
  if (formatPoint(pair.a) === formatPoint(pair.b)) throw incomparable(a, 'it is compared with itself', 'Name two.')
  return pair
}

/**
 * Compares the two sides wherever the grid has both with all else equal. A difference is certain where no run drew a random number, or
 * where both sides are written otherwise and yet the same scenario.
 */
export function comparePoints(
  pair: PointPair,
  options: {
    points: readonly Point[]
    metrics: readonly WhatIfMetric[]
    sweep: SweepResult
    scenarioOf: (point: Point) => Scenario
  },
): Comparison {
  const { points, metrics, sweep, scenarioOf } = options
  const settingsOfB = new Map(pair.b.map((setting) => [setting.path, setting]))
  const indexes = new Map(points.map((point, index) => [formatPoint(point), index]))
  const differences = points.flatMap((pointA, indexA) => {
    if (!pair.a.every((setting) => pointA.includes(setting))) return []
    const indexB = indexes.get(formatPoint(pointA.map((setting) => settingsOfB.get(setting.path) ?? setting)))
    const pairs = pairRuns(sweep.runs[indexA] ?? [], sweep.runs[indexB ?? -1] ?? [])
    const shared = pointA.filter(({ path }) => !settingsOfB.has(path)).map(({ path, text }) => [path, text])
    const settings: Record<string, string> = Object.fromEntries(shared)
    const pointB = points[indexB ?? -1]
    const isSame = pointB !== undefined && isDeepStrictEqual(scenarioOf(pointA), scenarioOf(pointB))
    const certain = isSame || pairs.flat().every(({ random }) => !random)
    return metrics.map((metric) => ({ settings, metric, difference: differenceOf(pairs, { metric, certain }) }))
  })
  return { a: formatPoint(pair.a), b: formatPoint(pair.b), differences }
}

function differenceOf(pairs: [Run, Run][], { metric, certain }: { metric: WhatIfMetric; certain: boolean }): Estimate {
  const differences = pairs.map(([{ measurement: a }, { measurement: b }]) => {
    const [valueA, valueB] = [a[metric], b[metric]]
    return valueA === null || valueB === null ? null : valueB - valueA
  })
  return estimate(differences, { certain })
}

function pairRuns(runsOfA: readonly Run[], runsOfB: readonly Run[]): [Run, Run][] {
  const bySeed = new Map(runsOfB.map((run) => [run.seed, run]))
  return runsOfA.flatMap((run) => {
    const other = bySeed.get(run.seed)
    return other ? [[run, other]] : []
  })
}

function parseSide(side: string, parameters: readonly Parameter[]): Setting[] {
  return side.split(',').map((part) => {
    const { path, values } = splitParameter(part)
    const parameter = parameters.find((candidate) => candidate.path === path)
    if (!parameter) {
      throw incomparable(
        part,
        `${path} is not varied`,
        suggestion(
          path,
          parameters.map((known) => known.path),
        ),
      )
    }
    const setting = parameter.settings.find(({ text }) => text === values)
    if (!setting) {
      const texts = parameter.settings.map(({ text }) => text)
      throw incomparable(part, `${values} is no value of ${path} in the grid`, `The grid has ${texts.join(', ')}.`)
    }
    return setting
  })
}

function suggestion(word: string, known: string[]): string {
  const near = closest(word, known)
  if (near !== null) return `Did you mean ${near}?`
  return known.length === 0 ? 'Vary it with --vary.' : `The grid has ${known.join(', ')}.`
}

function incomparable(what: string, cause: string, advice: string): KasmSimError {
  return new KasmSimError('USAGE', `Failed to compare ${what}: ${cause}. ${advice}`)
}
