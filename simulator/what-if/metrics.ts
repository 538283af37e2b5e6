// What is measured of each run: one number per metric, from the run's summary, its pulls and the readiness of its agents; and what that
// number stands on, as the checks know it.
import { KasmSimError } from '../../server/kernel/errors.ts'
import { closest } from '../../server/kernel/suggest.ts'
import type { MetricName } from '../checks/expectation.ts'
import { metrics as checkMetrics, type Signal } from '../checks/signals.ts'
import type { Bounds, OpenDistribution } from '../report/distribution.ts'
import type { Unit } from '../report/quantity.ts'
import type { Summary } from '../report/summary.ts'
import type { RunOutcome } from '../run/run.ts'
import type { Scenario } from '../scenario/scenario.ts'
import type { Readiness } from './readiness.ts'

/** A run that has ended, by all that was kept of it. */
export interface MeasuredRun {
  outcome: RunOutcome
  readiness: Readiness
  pulls: { durationMs: OpenDistribution | null; queueWaitMs: OpenDistribution | null }
  /** Whether what a metric stands on did occur. */
  occurred(signal: Signal): boolean
}

/** One number of a run. */
export interface Reading {
  /** What is shown and averaged. Null where the run has no such number: nothing was ready, no tag converged. */
  value: number | null
  /** What it may still become, where something that it is about was not over when the run ended; null where nobody can say. */
  bounds: Bounds | null
  /** Whether its situation did occur: without pulls no pull is denied, and that says nothing. */
  grounded: boolean
}

interface Metric {
  title: string
  unit: Unit
  /** The metric of checks that it sums up; it stands on the same ground. Null: on the checks of the scenario. */
  about: MetricName | null
  /** Where its ground is another than that of `about`. */
  ground?: Signal
  read(run: MeasuredRun): number | null | Omit<Reading, 'grounded'>
}

/** Timings that are not over count with their length so far. */
const openPart = (distribution: OpenDistribution | null, part: keyof OpenDistribution) => ({
  value: distribution?.[part].low ?? null,
  bounds: distribution?.[part] ?? null,
})

const readyPart = (readiness: Readiness, share: number) => ({
  value: readiness.quantileMs(share),
  bounds: readiness.quantileBoundsMs(share),
})

/** The registry is asked for pulls alone, so that without any its silence says nothing. */
const ofRegistry = { about: 'registry-requests', ground: 'pulls-started' } as const

/** Every metric by its name. docs/what-if.md says the same for people, and a test compares the two. */
export const metrics = {
  'ready-time.p50': {
    title: 'Time until an agent is ready, median',
    unit: 'ms',
    about: 'ready-time',
    read: ({ readiness }) => readyPart(readiness, 0.5),
  },
  'ready-time.p95': {
    title: 'Time until an agent is ready, 95th percentile',
    unit: 'ms',
    about: 'ready-time',
    read: ({ readiness }) => readyPart(readiness, 0.95),
  },
  'ready-time.max': {
    title: 'Time until an agent is ready, slowest agent',
    unit: 'ms',
    about: 'ready-time',
    read: ({ readiness }) => readyPart(readiness, 1),
  },
  'ready-agents': {
    title: 'Agents that became ready',
    unit: 'count',
    about: 'ready-time',
    read: ({ readiness }) => readiness.readyAgents,
  },
  'all-ready-at': {
    title: 'From the start of the run until all agents are ready',
    unit: 'ms',
    about: 'ready-time',
    read: ({ readiness }) => ({ value: readiness.allReadyAtMs, bounds: readiness.allReadyAtBoundsMs }),
  },
  'missing-time': {
    title: 'Time that an agent lacks an image after it was ready, mean',
    unit: 'ms',
    about: 'ready-time',
    read: ({ readiness }) => ({ value: readiness.missingMs, bounds: readiness.missingBoundsMs }),
  },
  pulls: {
    title: 'Pulls started',
    unit: 'count',
    about: 'pulls-started',
    read: ({ outcome }) => outcome.summary.pulls.started,
  },
  'pulls-succeeded': {
    title: 'Pulls that succeeded',
    unit: 'count',
    about: 'pulls-succeeded',
    read: ({ outcome }) => outcome.summary.pulls.succeeded,
  },
  'pulls-failed': {
    title: 'Pulls that failed',
    unit: 'count',
    about: 'pulls-failed',
    read: ({ outcome }) => outcome.summary.pulls.failed,
  },
  'pulls-denied': {
    title: 'Pulls denied (429)',
    unit: 'count',
    about: 'pulls-denied',
    read: ({ outcome }) => outcome.summary.pulls.denied,
  },
  'pull-time.p50': {
    title: 'Time that a pull takes, median',
    unit: 'ms',
    about: 'pull-duration',
    read: ({ pulls }) => openPart(pulls.durationMs, 'p50'),
  },
  'pull-time.p95': {
    title: 'Time that a pull takes, 95th percentile',
    unit: 'ms',
    about: 'pull-duration',
    read: ({ pulls }) => openPart(pulls.durationMs, 'p95'),
  },
  'pull-time.max': {
    title: 'Time that a pull takes, longest',
    unit: 'ms',
    about: 'pull-duration',
    read: ({ pulls }) => openPart(pulls.durationMs, 'max'),
  },
  'queue-wait.p50': {
    title: 'Time that a pull waits on its agent, median',
    unit: 'ms',
    about: 'queue-wait',
    read: ({ pulls }) => openPart(pulls.queueWaitMs, 'p50'),
  },
  'queue-wait.p95': {
    title: 'Time that a pull waits on its agent, 95th percentile',
    unit: 'ms',
    about: 'queue-wait',
    read: ({ pulls }) => openPart(pulls.queueWaitMs, 'p95'),
  },
  'queue-wait.max': {
    title: 'Time that a pull waits on its agent, longest',
    unit: 'ms',
    about: 'queue-wait',
    read: ({ pulls }) => openPart(pulls.queueWaitMs, 'max'),
  },
  'downloaded-bytes': {
    title: 'Bytes downloaded',
    unit: 'bytes',
    about: 'downloaded-bytes',
    read: ({ outcome }) => outcome.summary.pulls.downloadedBytes,
  },
  'registry-requests': {
    title: 'Requests to the registry',
    unit: 'count',
    ...ofRegistry,
    read: ({ outcome }) => outcome.summary.registry.requests,
  },
  'requests-peak': {
    title: 'Peak of requests to the registry, over 10 s',
    unit: 'per-second',
    ...ofRegistry,
    read: ({ outcome }) => outcome.summary.registry.peak.requestsPerSecond,
  },
  'uplink-peak': {
    title: "Peak of the registry's uplink, over 10 s",
    unit: 'bytes-per-second',
    ...ofRegistry,
    read: ({ outcome }) => outcome.summary.registry.peak.bytesPerSecond,
  },
  'drift-time.max': {
    title: 'Time until a moved tag has reached every agent, longest',
    unit: 'ms',
    about: 'drift-time',
    read: ({ outcome }) => longestDrift(outcome.summary),
  },
  'checks-passed': {
    title: 'Checks of the scenario that held',
    unit: 'count',
    about: null,
    read: ({ outcome: { checks } }) => checks.filter(({ status }) => status === 'held').length,
  },
} as const satisfies Record<string, Metric>

export type WhatIfMetric = keyof typeof metrics

/** One run in numbers, one for each metric. */
export type Measurement = Record<WhatIfMetric, number | null>

/** The same with what each number stands on. */
export type Readings = Record<WhatIfMetric, Reading>

export const metricNames = Object.keys(metrics) as WhatIfMetric[]

/** What is shown of a scenario where nobody chose: without what it cannot have. */
export function defaultMetrics({ timeline, expect }: Scenario): WhatIfMetric[] {
  const chosen: WhatIfMetric[] = ['ready-time.p50', 'ready-time.p95', 'ready-time.max', 'pulls', 'pulls-denied']
  chosen.push('downloaded-bytes', 'registry-requests', 'uplink-peak')
  if (timeline.some((action) => action.do === 'move-tag')) chosen.push('drift-time.max')
  if (expect.length > 0) chosen.push('checks-passed')
  return chosen
}

/** What a metric stands on: a signal of the checks, or the checks of the scenario themselves. */
export function groundOf(name: WhatIfMetric): Signal | 'checks' {
  const { about, ground }: Metric = metrics[name]
  return about === null ? 'checks' : (ground ?? checkMetrics[about].ground)
}

/** The signals that some metric stands on. */
export const grounds: ReadonlySet<Signal> = new Set(metricNames.map(groundOf).filter((ground) => ground !== 'checks'))

/** Reads every metric of a run. */
export function readRun(run: MeasuredRun): Readings {
  return Object.fromEntries(metricNames.map((name) => [name, read(name, run)])) as Readings
}

/** The numbers alone. */
export function measurementOf(readings: Readings): Measurement {
  return Object.fromEntries(metricNames.map((name) => [name, readings[name].value])) as Measurement
}

function read(name: WhatIfMetric, run: MeasuredRun): Reading {
  const found = metrics[name].read(run)
  const ground = groundOf(name)
  const grounded = ground === 'checks' ? run.outcome.checks.length > 0 : run.occurred(ground)
  if (found !== null && typeof found === 'object') return { ...found, grounded }
  return { value: found, bounds: found === null ? null : { low: found, high: found }, grounded }
}

function longestDrift({ drift, durationMs }: Summary): Omit<Reading, 'grounded'> {
  if (drift.length === 0) return { value: null, bounds: null }
  const low = Math.max(...drift.map(({ convergedAfterMs, movedAtMs }) => convergedAfterMs ?? durationMs - movedAtMs))
  const high = drift.some(({ convergedAfterMs }) => convergedAfterMs === null) ? null : low
  return { value: high, bounds: { low, high } }
}

/**
 * The metric of a name.
 *
 * @throws KasmSimError USAGE with a suggestion
 */
export function findMetric(name: string): WhatIfMetric {
  if (Object.hasOwn(metrics, name)) return name as WhatIfMetric
  const near = closest(name, metricNames) ?? metricNames.find((known) => known.startsWith(`${name}.`))
  const hint = near === undefined || near === null ? `There are ${metricNames.join(', ')}` : `Did you mean "${near}"?`
  throw new KasmSimError('USAGE', `Failed to find the metric "${name}": there is none of this name. ${hint}`)
}
