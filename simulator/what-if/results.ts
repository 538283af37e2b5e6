// The outcome of a grid as one document: what `--json` prints, and what the table, the CSV, the plots and the page are made from.
import { packageVersion } from '../../server/kernel/version.ts'
import type { Unit } from '../report/quantity.ts'
import type { Scenario } from '../scenario/scenario.ts'
import type { Comparison } from './compare.ts'
import { metrics, type WhatIfMetric } from './metrics.ts'
import type { Parameter, Point } from './parameters.ts'
import { type Estimate, estimate, runsNeeded } from './statistics.ts'
import type { SweepResult } from './sweep.ts'

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
    missed: { settings: Record<string, string>; metric: WhatIfMetric }[]
  } | null
}

interface PointResult {
  /** Written values by path. */
  settings: Record<string, string>
  runs: number
  estimates: Partial<Record<WhatIfMetric, Estimate>>
  /** In how many runs each check of the scenario was missed; checks that always held are left out. */
  checksMissed: Record<string, number>
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
    precision: precision && { ...precision, missed: missedPrecision(results, precision.share) },
  }
}

function pointResult(point: Point, index: number, { sweep, metrics: chosen }: ResultsOptions): PointResult {
  const runs = sweep.runs[index] ?? []
  const checksMissed: Record<string, number> = {}
  for (const name of runs.flatMap((run) => run.checksMissed)) checksMissed[name] = (checksMissed[name] ?? 0) + 1
  const estimates = Object.fromEntries(
    chosen.map((metric) => [metric, estimate(runs.map(({ measurement }) => measurement[metric]))]),
  )
  return { settings: settingsOf(point), runs: runs.length, estimates, checksMissed }
}

function settingsOf(point: Point): Record<string, string> {
  return Object.fromEntries(point.map(({ path, text }) => [path, text]))
}

function missedPrecision(points: PointResult[], share: number) {
  return points.flatMap(({ settings, estimates }) =>
    Object.entries(estimates)
      .filter(([, found]) => runsNeeded(found, share) > found.runs)
      .map(([metric]) => ({ settings, metric: metric as WhatIfMetric })),
  )
}
