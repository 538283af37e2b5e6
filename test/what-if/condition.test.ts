import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Bounds } from '../../simulator/report/distribution.ts'
import { type ConditionResult, parseCondition } from '../../simulator/what-if/condition.ts'
import { metricNames, metrics, type Reading } from '../../simulator/what-if/metrics.ts'

const reading = (value: number): Reading => ({ value, bounds: { low: value, high: value }, grounded: true })

test.for<[string, string, number, number]>([
  ['p95(readyMs) < 30min', 'ready-time.p95', 1_799_999, 1_800_000],
  ['p95( ready-time )<30m', 'ready-time.p95', 1_799_999, 1_800_000],
  ['ready-time.p95 <= 1h30m', 'ready-time.p95', 5_400_000, 5_400_001],
  ['max(driftMs) < 1 h', 'drift-time.max', 0, 3_600_000],
  ['p50(queueMs) < 500ms', 'queue-wait.p50', 499, 500],
  ['max(pullMs) > 1s', 'pull-time.max', 1_001, 1_000],
  ['count(readyMs) >= 40', 'ready-agents', 40, 39],
  ['count(pullMs) == 600', 'pulls-succeeded', 600, 601],
  ['pulls-denied == 0', 'pulls-denied', 0, 1],
  ['downloaded-bytes < 2.5 GB', 'downloaded-bytes', 2_499_999_999, 2_500_000_000],
  ['uplink-peak < 100Mbit/s', 'uplink-peak', 12_499_999, 12_500_000],
  ['requests-peak <= 50/s', 'requests-peak', 50, 51],
])('reads "%s"', ([text, metric, holds, fails]) => {
  const condition = parseCondition(text)
  expect(condition.metric).toBe(metric)
  expect(condition.judge(reading(holds))).toEqual({ status: 'held', reason: null })
  expect(condition.judge(reading(fails))).toEqual({ status: 'missed', reason: null })
})

test('holds nothing without grounds, whatever the metric and the limit', () => {
  for (const metric of metricNames) {
    const { unit } = metrics[metric]
    const zero = { ms: '0s', bytes: '0B', 'bytes-per-second': '1MB/s', count: '0', 'per-second': '0/s' }[unit]
    for (const operator of ['<', '<=', '>', '>=', '==']) {
      const condition = parseCondition(`${metric} ${operator} ${zero}`)
      for (const value of [-1, 0, 1]) {
        const { status, reason } = condition.judge({ ...reading(value), grounded: false })
        expect(status).toBe('inconclusive')
        expect(reason).not.toBe('its situation never occurred')
      }
    }
  }
})

test('what there was nothing of holds no condition', () => {
  const nothing = { value: null, bounds: null, grounded: true }
  expect(parseCondition('max(pullMs) < 10s').judge(nothing)).toEqual({
    status: 'inconclusive',
    reason: 'there was no pull-time.max',
  })
})

test.for<[string, Bounds, ConditionResult['status']]>([
  ['max(pullMs) < 10s', { low: 9_000, high: null }, 'inconclusive'],
  ['max(pullMs) < 10s', { low: 10_000, high: null }, 'missed'],
  ['max(pullMs) <= 10s', { low: 4_000, high: 10_000 }, 'held'],
  ['max(pullMs) > 10s', { low: 10_001, high: null }, 'held'],
  ['max(pullMs) > 10s', { low: 9_000, high: null }, 'inconclusive'],
  ['max(pullMs) > 10s', { low: 1_000, high: 10_000 }, 'missed'],
  ['max(pullMs) == 10s', { low: 9_000, high: null }, 'inconclusive'],
  ['max(pullMs) == 10s', { low: 10_001, high: null }, 'missed'],
  ['max(pullMs) == 10s', { low: 10_000, high: null }, 'inconclusive'],
])('%s, of what may still become %o: %s', ([text, bounds, status]) => {
  expect(parseCondition(text).judge({ value: bounds.low, bounds, grounded: true }).status).toBe(status)
})

test('an open value is judged as all that it may become', () => {
  const bound = fc.integer({ min: 0, max: 20 })
  const operator = fc.constantFrom('<', '<=', '>', '>=', '==')
  fc.assert(
    fc.property(bound, fc.option(bound), bound, operator, (low, width, limit, written) => {
      const condition = parseCondition(`pulls ${written} ${limit}`)
      const high = width === null ? null : low + width
      const futures = Array.from(
        { length: (width ?? 60) + 1 },
        (_, more) => condition.judge(reading(low + more)).status,
      )
      const open = condition.judge({ value: low, bounds: { low, high }, grounded: true }).status
      expect(open).toBe(new Set(futures).size === 1 ? futures[0] : 'inconclusive')
    }),
  )
})

test.for<[string, RegExp]>([
  ['', /it needs a metric, one of < <= > >= ==, and a number/],
  ['p95(readyMs)', /it needs a metric/],
  ['p95(readyMs) = 30m', /it needs a metric/],
  ['p95(readyMs < 30m', /it needs a metric/],
  ['p95(readyms) < 30m', /"p95\(readyms\)" is no metric; did you mean p95\(readyMs\)\? Write/],
  ['p96(readyMs) < 30m', /did you mean p95\(readyMs\)\?/],
  ['count(queueMs) > 3', /"count\(queueMs\)" is no metric/],
  ['speed < 3', /"speed" is no metric; there are p50\(readyMs\), .*checks-passed\. Write/],
  ['toString < 3', /"toString" is no metric/],
  ['p95(readyMs) < 30', /failed to read the duration "30"/],
  ['pulls < 5m', /failed to read the number "5m": this metric has no unit/],
  ['downloaded-bytes < 5', /failed to read the size "5"/],
])('refuses "%s"', ([text, reason]) => {
  expect(() => parseCondition(text)).toThrow(expect.objectContaining({ code: 'USAGE' }))
  expect(() => parseCondition(text)).toThrow(reason)
})
