// A value that a search has tried: what its seeds say of the condition, and how sure they make it.
import { formatQuantity } from '../report/quantity.ts'
import type { Condition, ConditionResult } from './condition.ts'
import type { Probe } from './find-max.ts'
import { metrics, type Reading, type WhatIfMetric } from './metrics.ts'
import { type Interval, probabilityInterval } from './proportion.ts'
import { formatShare } from './words.ts'

export interface SeededProbe extends Probe {
  /** `missed` where some seed missed the condition, `inconclusive` where none did but not all show that they kept it. */
  status: ConditionResult['status']
  /** What each seed measured. */
  measured: (number | null)[]
  /** How many seeds kept the condition, of how many. */
  held: number
  seeds: number
  /** `certain`: no run drew a random number, so that every seed says the same. */
  known: 'certain' | 'single-run' | 'interval'
  /** The probability that a run keeps the condition, with 95 % confidence. */
  passProbability: Interval
  /** Why seeds are inconclusive, each reason once. */
  reasons: string[]
}

/** Judges what the seeds of a value have measured. */
export function createProbe(
  value: number,
  { condition, readings, certain }: { condition: Condition; readings: readonly Reading[]; certain: boolean },
): SeededProbe {
  const results = readings.map((reading) => condition.judge(reading))
  const seeds = results.length
  const held = results.filter(({ status }) => status === 'held').length
  const missed = results.filter(({ status }) => status === 'missed').length
  const passed = seeds > 0 && held === seeds
  return {
    value,
    passed,
    status: passed ? 'held' : missed > 0 ? 'missed' : 'inconclusive',
    measured: readings.map((reading) => reading.value),
    held,
    seeds,
    known: certain ? 'certain' : seeds === 1 ? 'single-run' : 'interval',
    passProbability: passProbabilityOf({ held, missed, seeds, certain }),
    reasons: [...new Set(results.map(({ reason }) => reason).filter((reason) => reason !== null))],
  }
}

/** Seeds that are inconclusive may be either: the interval is as wide as that. */
function passProbabilityOf(counts: { held: number; missed: number; seeds: number; certain: boolean }): Interval {
  const { held, missed, seeds, certain } = counts
  if (certain) return { low: held > 0 ? 1 : 0, high: missed > 0 ? 0 : 1 }
  return {
    low: probabilityInterval({ hits: held, of: seeds }).low,
    high: probabilityInterval({ hits: seeds - missed, of: seeds }).high,
  }
}

const words = { held: 'PASS', missed: 'FAIL', inconclusive: 'INCONCLUSIVE' } as const

/**
 * A line of a search.
 *
 * @example
 * formatProbe(probe, { path: 'fleet.agents', metric: 'pulls' }) // '  PASS  fleet.agents=8: pulls 8, 5 of 5 seeds, 55 % to 100 % of all'
 */
export function formatProbe(probe: SeededProbe, { path, metric }: { path: string; metric: WhatIfMetric }): string {
  const { value, status, measured, held, seeds, reasons } = probe
  const why = status === 'inconclusive' ? `: ${reasons.join('; ')}` : ''
  return `  ${words[status]}  ${path}=${value}: ${metric} ${span(measured, metric)}, ${held} of ${seeds} seeds, ${formatPassing(probe)}${why}`
}

/** How sure an answer is, by the values that it stands on. */
export function formatSureness(probes: readonly SeededProbe[], path: string): string {
  if (probes.every(({ known }) => known === 'certain')) {
    return 'This is certain: no run drew a random number, so every seed says the same.'
  }
  const parts = probes
    .toSorted((a, b) => a.value - b.value)
    .map(
      (probe) =>
        `with ${path}=${probe.value} ${probe.held} of ${probe.seeds} seeds passed, that is ${formatPassing(probe)} runs`,
    )
  return `How sure (95 % confidence): ${parts.join('; ')}. More --seeds narrow it.`
}

function formatPassing({ passProbability: { low, high } }: SeededProbe): string {
  if (low === high) return `${formatShare(low)} of all`
  return `${formatShare(low)} to ${formatShare(high)} of all`
}

function span(measured: readonly (number | null)[], metric: WhatIfMetric): string {
  const numbers = measured.filter((seen) => seen !== null)
  if (numbers.length === 0) return 'never reached'
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)].map((number) =>
    formatQuantity(number, metrics[metric].unit),
  )
  const never = numbers.length < measured.length ? ', never reached by the others' : ''
  return `${low === high ? low : `${low} to ${high}`}${never}`
}
