// The condition of a search: a metric of a run, a comparison and a limit. `p95(readyMs) < 30min`, `pulls-denied == 0`.
import { KasmSimError } from '../../server/kernel/errors.ts'
import { closest } from '../../server/kernel/suggest.ts'
import { parseDurationMs, parseRateBytesPerSecond, parseSizeBytes } from '../../server/kernel/units.ts'
import type { Signal } from '../checks/signals.ts'
import { formatQuantity, type Unit } from '../report/quantity.ts'
import { groundOf, metricNames, metrics, type Reading, type WhatIfMetric } from './metrics.ts'

/** What a run is to a condition: `inconclusive` where it shows neither, and `reason` then says why. */
export interface ConditionResult {
  status: 'held' | 'missed' | 'inconclusive'
  reason: string | null
}

export interface Condition {
  metric: WhatIfMetric
  /** As a check does, it holds only where its situation did occur and nothing that was not over can contradict it. */
  judge(reading: Reading): ConditionResult
}

const operators: Record<string, (value: number, limit: number) => boolean> = {
  '<': (value, limit) => value < limit,
  '<=': (value, limit) => value <= limit,
  '>': (value, limit) => value > limit,
  '>=': (value, limit) => value >= limit,
  '==': (value, limit) => value === limit,
}

/** What can be written as `p95(readyMs)`: each spread of the metrics, by a name with its unit as well. */
const spreads: Record<string, string> = {
  readyMs: 'ready-time',
  pullMs: 'pull-time',
  queueMs: 'queue-wait',
  driftMs: 'drift-time',
}
const counts: Record<string, WhatIfMetric> = { 'ready-time': 'ready-agents', 'pull-time': 'pulls-succeeded' }

/**
 * Reads a condition.
 *
 * @throws KasmSimError USAGE with what can be written instead
 * @example
 * parseCondition('p95(readyMs) < 30min').judge(readings['ready-time.p95']) // { status: 'held', reason: null }
 */
export function parseCondition(text: string): Condition {
  const match = /^\s*([\w.-]+(?:\s*\(\s*[\w.-]+\s*\))?)\s*(<=|>=|==|<|>)\s*(\S.*?)\s*$/.exec(text)
  const [, subject = '', operator = '', limitText = ''] = match ?? []
  const compare = operators[operator]
  if (!compare) throw unreadable(text, 'it needs a metric, one of < <= > >= ==, and a number')
  const metric = metricOf(subject.replaceAll(/\s/g, ''), text)
  const limit = parseLimit(limitText, metrics[metric].unit, text)
  return { metric, judge: (reading) => judge(reading, { metric, compare, limit }) }
}

interface Comparison {
  metric: WhatIfMetric
  compare: (value: number, limit: number) => boolean
  limit: number
}

/** Whatever an open value may become must keep the condition: it is kept everywhere where both bounds keep it. */
function judge({ grounded, bounds }: Reading, { metric, compare, limit }: Comparison): ConditionResult {
  if (!grounded)
    return { status: 'inconclusive', reason: groundless[groundOf(metric)] ?? 'its situation never occurred' }
  if (bounds === null) return { status: 'inconclusive', reason: `there was no ${metric}` }
  const { low, high } = bounds
  const highest = high ?? Number.POSITIVE_INFINITY
  if (compare(low, limit) && compare(highest, limit)) return { status: 'held', reason: null }
  const mayHold = compare(low, limit) || compare(highest, limit) || (low < limit && limit < highest)
  if (!mayHold) return { status: 'missed', reason: null }
  const soFar = formatQuantity(low, metrics[metric].unit)
  return { status: 'inconclusive', reason: `it was ${soFar} so far when the run ended, and not over` }
}

/** In words, that what a metric stands on never occurred. */
const groundless: Partial<Record<Signal | 'checks', string>> = {
  checks: 'the scenario expects nothing',
  'check-ins': 'no agent checked in',
  'pulls-queued': 'no pull was queued',
  'pulls-started': 'no pull was started',
  'images-published': 'no image was published',
}

function metricOf(subject: string, text: string): WhatIfMetric {
  const [, aggregate, measured = ''] = /^([\w.-]+)\(([\w.-]+)\)$/.exec(subject) ?? []
  const spread = spreads[measured] ?? measured
  const name = aggregate === 'count' ? counts[spread] : aggregate === undefined ? subject : `${spread}.${aggregate}`
  if (name !== undefined && Object.hasOwn(metrics, name)) return name as WhatIfMetric
  const near = closest(subject, knownSubjects)
  const hint = near === null ? `there are ${knownSubjects.join(', ')}` : `did you mean ${near}?`
  throw unreadable(text, `"${subject}" is no metric; ${hint}`)
}

const knownSubjects: string[] = [
  ...Object.entries(spreads).flatMap(([written, spread]) => [
    ...['p50', 'p95', 'max']
      .filter((part) => Object.hasOwn(metrics, `${spread}.${part}`))
      .map((part) => `${part}(${written})`),
    ...(counts[spread] ? [`count(${written})`] : []),
  ]),
  ...metricNames,
]

function parseLimit(limit: string, unit: Unit, text: string): number {
  try {
    switch (unit) {
      case 'ms':
        return parseDurationMs(limit.replaceAll(/\s/g, '').replaceAll(/(\d)min/g, '$1m'))
      case 'bytes':
        return parseSizeBytes(limit.replaceAll(/\s/g, ''))
      case 'bytes-per-second':
        return parseRateBytesPerSecond(limit.replaceAll(/\s/g, ''))
      case 'count':
      case 'per-second':
        return parseNumber(limit)
    }
  } catch (error) {
    if (!(error instanceof KasmSimError)) throw error
    const cause = error.message.replace(/^F/, 'f').replace(/\.$/, '')
    throw unreadable(text, cause)
  }
}

function parseNumber(text: string): number {
  const number = /^-?\d+(\.\d+)?(\/s)?$/.test(text) ? Number(text.replace('/s', '')) : Number.NaN
  if (Number.isNaN(number)) {
    throw new KasmSimError(
      'USAGE',
      `Failed to read the number "${text}": this metric has no unit. Write it like 0 or 120.`,
    )
  }
  return number
}

function unreadable(text: string, cause: string): KasmSimError {
  return new KasmSimError(
    'USAGE',
    `Failed to read the condition "${text}": ${/[?]$/.test(cause) ? cause : `${cause}.`} Write it like "p95(readyMs) < 30min" or "pulls-denied == 0".`,
  )
}
