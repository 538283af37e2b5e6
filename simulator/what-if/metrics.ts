// What is measured of each run: one number per metric, from the run's summary and the readiness of its agents.
import { KasmSimError } from '../../server/kernel/errors.ts'
import { closest } from '../../server/kernel/suggest.ts'
import type { Distribution } from '../report/distribution.ts'
import type { Unit } from '../report/quantity.ts'
import type { RunOutcome } from '../run/run.ts'
import type { Scenario } from '../scenario/scenario.ts'
import type { Readiness } from './readiness.ts'

interface Metric {
  title: string
  unit: Unit
  /** Null where the run has no such number: nothing was ready, no tag converged. */
  read(outcome: RunOutcome, readiness: Readiness): number | null
}

const spreadOf = (distribution: Distribution | null, part: 'p50' | 'p95' | 'max') => distribution?.[part] ?? null

/** Every metric by its name. docs/what-if.md says the same for people, and a test compares the two. */
export const metrics = {
  'ready-time.p50': {
    title: 'Time until an agent is ready, median',
    unit: 'ms',
    read: (_, readiness) => readiness.quantileMs(0.5),
  },
  'ready-time.p95': {
    title: 'Time until an agent is ready, 95th percentile',
    unit: 'ms',
    read: (_, readiness) => readiness.quantileMs(0.95),
  },
  'ready-time.max': {
    title: 'Time until an agent is ready, slowest agent',
    unit: 'ms',
    read: (_, readiness) => readiness.quantileMs(1),
  },
  'ready-agents': { title: 'Agents that became ready', unit: 'count', read: (_, readiness) => readiness.readyAgents },
  'all-ready-at': {
    title: 'From the start of the run until all agents are ready',
    unit: 'ms',
    read: (_, readiness) => readiness.allReadyAtMs,
  },
  'missing-time': {
    title: 'Time that an agent lacks an image after it was ready, mean',
    unit: 'ms',
    read: (_, readiness) => readiness.missingMs,
  },
  pulls: { title: 'Pulls started', unit: 'count', read: ({ summary }) => summary.pulls.started },
  'pulls-succeeded': { title: 'Pulls that succeeded', unit: 'count', read: ({ summary }) => summary.pulls.succeeded },
  'pulls-failed': { title: 'Pulls that failed', unit: 'count', read: ({ summary }) => summary.pulls.failed },
  'pulls-denied': { title: 'Pulls denied (429)', unit: 'count', read: ({ summary }) => summary.pulls.denied },
  'pull-time.p50': {
    title: 'Time that a pull takes, median',
    unit: 'ms',
    read: ({ summary }) => spreadOf(summary.pulls.durationMs, 'p50'),
  },
  'pull-time.p95': {
    title: 'Time that a pull takes, 95th percentile',
    unit: 'ms',
    read: ({ summary }) => spreadOf(summary.pulls.durationMs, 'p95'),
  },
  'pull-time.max': {
    title: 'Time that a pull takes, longest',
    unit: 'ms',
    read: ({ summary }) => spreadOf(summary.pulls.durationMs, 'max'),
  },
  'queue-wait.p50': {
    title: 'Time that a pull waits on its agent, median',
    unit: 'ms',
    read: ({ summary }) => spreadOf(summary.pulls.queueWaitMs, 'p50'),
  },
  'queue-wait.p95': {
    title: 'Time that a pull waits on its agent, 95th percentile',
    unit: 'ms',
    read: ({ summary }) => spreadOf(summary.pulls.queueWaitMs, 'p95'),
  },
  'queue-wait.max': {
    title: 'Time that a pull waits on its agent, longest',
    unit: 'ms',
    read: ({ summary }) => spreadOf(summary.pulls.queueWaitMs, 'max'),
  },
  'downloaded-bytes': {
    title: 'Bytes downloaded',
    unit: 'bytes',
    read: ({ summary }) => summary.pulls.downloadedBytes,
  },
  'registry-requests': {
    title: 'Requests to the registry',
    unit: 'count',
    read: ({ summary }) => summary.registry.requests,
  },
  'requests-peak': {
    title: 'Peak of requests to the registry, over 10 s',
    unit: 'per-second',
    read: ({ summary }) => summary.registry.peak.requestsPerSecond,
  },
  'uplink-peak': {
    title: "Peak of the registry's uplink, over 10 s",
    unit: 'bytes-per-second',
    read: ({ summary }) => summary.registry.peak.bytesPerSecond,
  },
  'drift-time.max': {
    title: 'Time until a moved tag has reached every agent, longest',
    unit: 'ms',
    read: ({ summary: { drift } }) => {
      const times = drift.map(({ convergedAfterMs }) => convergedAfterMs)
      return times.length === 0 || times.includes(null) ? null : Math.max(...times.map(Number))
    },
  },
  'checks-passed': {
    title: 'Checks of the scenario that held',
    unit: 'count',
    read: ({ checks }) => checks.filter(({ status }) => status === 'held').length,
  },
} as const satisfies Record<string, Metric>

export type WhatIfMetric = keyof typeof metrics

/** One run in numbers, one for each metric. */
export type Measurement = Record<WhatIfMetric, number | null>

export const metricNames = Object.keys(metrics) as WhatIfMetric[]

/** What is shown of a scenario where nobody chose: without what it cannot have. */
export function defaultMetrics({ timeline, expect }: Scenario): WhatIfMetric[] {
  const chosen: WhatIfMetric[] = ['ready-time.p50', 'ready-time.p95', 'ready-time.max', 'pulls', 'pulls-denied']
  chosen.push('downloaded-bytes', 'registry-requests', 'uplink-peak')
  if (timeline.some((action) => action.do === 'move-tag')) chosen.push('drift-time.max')
  if (expect.length > 0) chosen.push('checks-passed')
  return chosen
}

/** Reads every metric of a run. */
export function measure(outcome: RunOutcome, readiness: Readiness): Measurement {
  return Object.fromEntries(
    metricNames.map((name) => [name, metrics[name].read(outcome, readiness)]),
  ) as unknown as Measurement
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
