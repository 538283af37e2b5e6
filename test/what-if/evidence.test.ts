// What runs in virtual time say of their own numbers: whether their situation occurred, what was not over, and whether the seed mattered.
import { expect, test } from 'vitest'
import { compileScenario } from '../../simulator/scenario/compile.ts'
import type { ScenarioSource } from '../../simulator/scenario/schema.ts'
import { parseCondition } from '../../simulator/what-if/condition.ts'
import { measurementOf, metricNames } from '../../simulator/what-if/metrics.ts'
import { createProbe } from '../../simulator/what-if/seeded-probe.ts'
import { runTask } from '../../simulator/what-if/worker.ts'

const small: ScenarioSource = {
  name: 'small',
  fleet: { agents: 4, startupSpread: '10m' },
  network: { preset: 'branch-office' },
  images: [{ name: 'acme/a:1', size: '500MB' }],
  end: { after: '1h' },
}
const disabled = { ...small, webApp: { autoEnableAgents: false } }
const stalled = {
  ...small,
  registry: {
    faults: [{ name: 'stall', kind: 'slow-body' as const, rate: '1kB/s', scope: { agents: [0, 1, 2] } }],
  },
}

async function run(source: ScenarioSource, seed = 1) {
  const answer = await runTask({ scenario: compileScenario({ source }), seed })
  if ('broke' in answer) throw new Error(answer.broke.stack)
  return answer
}

async function statusOf(source: ScenarioSource, text: string) {
  const condition = parseCondition(text)
  return condition.judge((await run(source)).readings[condition.metric])
}

test.for([
  'pulls-denied == 0',
  'pulls-failed < 5',
  'downloaded-bytes < 10GB',
  'requests-peak <= 50/s',
  'uplink-peak < 1Gbit/s',
])('without a pull "%s" does not hold', async (text) => {
  expect(await statusOf(disabled, text)).toEqual({ status: 'inconclusive', reason: 'no pull was started' })
  expect(await statusOf(small, text)).toEqual({ status: 'held', reason: null })
})

test('without a pull nothing that times one holds', async () => {
  for (const text of ['max(pullMs) < 10s', 'p50(pullMs) > 0s', 'p95(queueMs) < 1h', 'max(driftMs) < 1h']) {
    expect((await statusOf(disabled, text)).status, text).toBe('inconclusive')
  }
  expect((await statusOf(disabled, 'p95(readyMs) < 2h')).status).toBe('inconclusive')
  expect((await statusOf(disabled, 'p95(readyMs) < 30min')).status).toBe('missed')
})

test('pulls that are stuck count with their length so far', async () => {
  const { readings } = await run(stalled)
  const { value, bounds } = readings['pull-time.max']
  expect(value).toBeGreaterThan(40 * 60_000)
  expect(bounds).toEqual({ low: value, high: null })
  expect((await statusOf(stalled, 'max(pullMs) < 10s')).status).toBe('missed')
  expect((await statusOf(stalled, 'p50(pullMs) < 10s')).status).toBe('missed')
  expect((await statusOf(stalled, 'max(pullMs) < 2h')).status).toBe('inconclusive')
  expect((await statusOf(stalled, 'p95(readyMs) < 2h')).reason).toMatch(
    /^it was .* so far when the run ended, and not over$/,
  )
  expect((await statusOf(small, 'max(pullMs) < 2h')).status).toBe('held')
})

test('a probe passes only where every seed held, and says how sure that is', async () => {
  const condition = parseCondition('pulls < 10')
  const reading = (value: number, grounded = true) => ({ value, bounds: { low: value, high: value }, grounded })
  const probe = (readings: ReturnType<typeof reading>[], certain = false) =>
    createProbe(8, { condition, readings, certain })
  const five = Array.from({ length: 5 }, () => reading(4))
  expect(probe(five)).toMatchObject({ passed: true, status: 'held', held: 5, known: 'interval' })
  expect(probe(five).passProbability.low).toBeCloseTo(0.05 ** (1 / 5), 9)
  expect(probe(five, true)).toMatchObject({ known: 'certain', passProbability: { low: 1, high: 1 } })
  expect(probe([reading(4)])).toMatchObject({ passed: true, known: 'single-run' })
  expect(probe([...five, reading(12)])).toMatchObject({ passed: false, status: 'missed', held: 5, seeds: 6 })
  expect(probe([...five, reading(0, false)])).toMatchObject({
    ...{ passed: false, status: 'inconclusive', reasons: ['no agent checked in'] },
    passProbability: { high: 1 },
  })
})

test.for<[string, ScenarioSource]>([
  ['no spread', { ...small, fleet: { agents: 4, startupSpread: '0s' } }],
  [
    'a cap and a limit',
    { ...small, fleet: { agents: 4, startupSpread: '0s', cap: 1 }, registry: { profile: 'docker-hub-anonymous' } },
  ],
])('with %s nothing is drawn, and every seed measures the same', async ([, source]) => {
  const runs = await Promise.all([1, 2, 77, 4_000].map((seed) => run(source, seed)))
  expect(runs.map(({ random }) => random)).toEqual([false, false, false, false])
  const [first, ...others] = runs.map(({ readings }) => measurementOf(readings))
  for (const other of others) expect(other).toEqual(first)
  expect(metricNames.some((name) => (first?.[name] ?? 0) > 0)).toBe(true)
})

test('what is drawn is noticed: a spread, a probability, a jitter', async () => {
  expect((await run(small)).random).toBe(true)
  const still = { ...small, fleet: { agents: 4, startupSpread: '0s' } }
  const fault = { name: 'f', kind: 'latency' as const, delay: '1s', probability: 0.5 }
  expect((await run({ ...still, registry: { faults: [fault] } })).random).toBe(true)
})
