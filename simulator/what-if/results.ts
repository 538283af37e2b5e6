// The outcome of a grid as one document: what `--json` prints, and what the table, the CSV, the plots and the page are made from.
import { packageVersion } from '../../server/kernel/version.ts'
import type { Unit } from '../report/quantity.ts'
import type { Scenario } from '../scenario/scenario.ts'
import type { Comparison } from './compare.ts'
import { metrics, type WhatIfMetric } from './metrics.ts'
import type { Parameter, Point } from './parameters.ts'
import { type Estimate, isPrecise, leastRunsFor } from './statistics.ts'
import { estimateOf, type SweepResult } from './sweep.ts'

export interface WhatIfResults {
  scenario: string
  description: string
  version: string
  parameters: { path: string; values: string[] }[]
  metrics: { name: WhatIfMetric; title: string; unit: Unit }[]
  firstSeed: number
  /** Whether Ctrl-C ended it: fewer runs than were asked for. */
  interrupted: boolean
  points: PointResult[]
  comparison: Comparison | null
  /** Runs without a result. */
  failed: { settings: Record<string, string>; seed: number; cause: string }[]
  /** Null unless a precision was asked for. */
  precision: {
    share: number
    seedsMax: number
    /** With fewer seeds than these no point counts as precise. */
    seedsLeast: number
    missed: { settings: Record<string, string>; metric: WhatIfMetric }[]
  } | null
}

interface PointResult {
  /** Written values by path. */
  settings: Record<string, string>
  runs: number
  estimates: Partial<Record<WhatIfMetric, Estimate>>
  /** In how many runs each check of the scenario was missed; checks that never were are left out. */
  checksMissed: Record<string, number>
  /** In how many runs each check was neither held nor missed. */
  checksInconclusive: Record<string, number>
}

export interface ResultsOptions {
  scenario: Scenario
  parameters: readonly Parameter[]
  points: readonly Point[]
  metrics: readonly WhatIfMetric[]
  sweep: SweepResult
  comparison: Comparison | null
  precision: { share: number; seedsMax: number } | null
}

/** Puts the document together. */
export function createResults(options: ResultsOptions): WhatIfResults {
  const { scenario, parameters, points, sweep, comparison, precision } = options
  const results = points.map((point, index) => pointResult(point, index, options))
  return {
    scenario: scenario.name,
    description: scenario.description,
    version: packageVersion(),
    parameters: parameters.map(({ path, settings }) => ({ path, values: settings.map(({ text }) => text) })),
    metrics: options.metrics.map((name) => ({ name, title: metrics[name].title, unit: metrics[name].unit })),
    firstSeed: scenario.seed,
    interrupted: sweep.interrupted,
    points: results,
    comparison,
    failed: sweep.failed.map(({ point, seed, cause }) => ({ settings: settingsOf(points[point] ?? []), seed, cause })),
    precision: precision && {
      ...precision,
      seedsLeast: leastRunsFor(precision.share),
      missed: missedPrecision(results, precision.share),
    },
  }
}

function pointResult(point: Point, index: number, { sweep, metrics: chosen }: ResultsOptions): PointResult {
  const runs = sweep.runs[index] ?? []
  return {
    settings: settingsOf(point),
    runs: runs.length,
    estimates: Object.fromEntries(chosen.map((metric) => [metric, estimateOf(runs, metric)])),
    checksMissed: countOf(runs.flatMap((run) => run.checksMissed)),
    checksInconclusive: countOf(runs.flatMap((run) => run.checksInconclusive)),
  }
}

function countOf(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}

function settingsOf(point: Point): Record<string, string> {
  return Object.fromEntries(point.map(({ path, text }) => [path, text]))
}

function missedPrecision(points: PointResult[], share: number) {
  return points.flatMap(({ settings, estimates }) =>
    Object.entries(estimates)
      .filter(([, found]) => !isPrecise(found, share))
      .map(([metric]) => ({ settings, metric: metric as WhatIfMetric })),
  )
}
