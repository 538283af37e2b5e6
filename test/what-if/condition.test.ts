import { expect, test } from 'vitest'
import { parseCondition } from '../../simulator/what-if/condition.ts'

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
  expect(condition.holds(holds)).toBe(true)
  expect(condition.holds(fails)).toBe(false)
})

test('what never happened keeps no condition', () => {
  expect(parseCondition('p95(readyMs) > 0s').holds(null)).toBe(false)
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
