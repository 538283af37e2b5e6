// Fleets that fail behind checks which look at what ended well: no such check passes, in virtual time.
import { expect, test } from 'vitest'
import { runScenario } from '../../simulator/run/run.ts'
import { compileScenario } from '../../simulator/scenario/compile.ts'
import type { ScenarioSource } from '../../simulator/scenario/schema.ts'

async function statusesOf(source: ScenarioSource): Promise<{ verdict: string; statuses: Record<string, string> }> {
  const { verdict, checks } = await runScenario({ scenario: compileScenario({ source }), time: 'virtual' })
  return { verdict, statuses: Object.fromEntries(checks.map(({ name, status }) => [name, status])) }
}

test('eight of ten agents that never get ready miss every way to ask for it', async () => {
  const { verdict, statuses } = await statusesOf({
    // Of this seed somebody gets ready before the limit is used up.
    ...{ name: 'denied', seed: 2 },
    fleet: { agents: 10, cap: 2, startupSpread: '30s' },
    registry: { profile: 'docker-hub-2025-plan' },
    network: { preset: 'branch-office' },
    images: ['a', 'b', 'c', 'd', 'e'].map((name) => ({ name: `kasmweb/${name}:1`, size: '1MB' })),
    end: { after: '20m' },
    expect: [
      { name: 'max', metric: 'ready-time', atMost: '1m' },
      { name: 'p95', metric: 'ready-time', aggregate: 'p95', atMost: '1m' },
      { name: 'p50', metric: 'ready-time', aggregate: 'p50', atMost: '1m' },
      { name: 'mean', metric: 'ready-time', aggregate: 'mean', atMost: '1m' },
      { name: 'within', metric: 'ready-time', within: '1m' },
      { name: 'the fastest', metric: 'ready-time', aggregate: 'min', atMost: '1m' },
    ],
  })
  const { 'the fastest': fastest, ...others } = statuses
  expect([...new Set(Object.values(others))]).toEqual(['missed'])
  expect([fastest, verdict]).toEqual(['held', 'missed'])
})

const stuck: ScenarioSource = {
  name: 'stuck',
  fleet: { agents: 4, cap: 1, startupSpread: '10s', refreshInterval: '5m' },
  network: { uplink: 'unlimited' },
  registry: {
    faults: [{ name: 'stall', kind: 'slow-body', rate: '1kB/s', scope: { agents: [1, 2, 3], classes: ['blob'] } }],
  },
  images: [
    { name: 'acme/a:1', size: '5MB' },
    { name: 'acme/b:1', size: '1MB' },
    { name: 'acme/c:1', size: '1MB' },
  ],
  timeline: [{ at: '2m', do: 'move-tag', image: 'acme/b:1' }],
  end: { after: '30m' },
  expect: [
    { name: 'no pull takes long', metric: 'pull-duration', atMost: '10s' },
    { name: 'most pulls are quick', metric: 'pull-duration', aggregate: 'mean', atMost: '10s' },
    { name: 'no pull waits long', metric: 'queue-wait', atMost: '10s' },
    { name: 'waits are over in time', metric: 'queue-wait', within: '10s' },
    { name: 'every image is refreshed', metric: 'refresh-gap', exactly: '5m' },
    { name: 'drift is short', metric: 'drift-time', atMost: '10m' },
    { name: 'ready soon', metric: 'ready-time', atMost: '1m' },
    { name: 'pulls are over in time', metric: 'pull-duration', where: { until: '5m' }, within: '1m' },
  ],
}

test('three of four agents whose pulls stall miss what nothing of theirs ever ends', async () => {
  const { verdict, statuses } = await statusesOf(stuck)
  expect(statuses).toEqual(Object.fromEntries(Object.keys(statuses).map((name) => [name, 'missed'])))
  expect([Object.keys(statuses).length, verdict]).toEqual([8, 'missed'])
})

test('an end before the limits leaves all of it undecided', async () => {
  const patient: ScenarioSource = { ...stuck, fleet: { agents: 4, cap: 1, startupSpread: '10s' }, end: { after: '4m' } }
  const expectations: ScenarioSource['expect'] = [
    { metric: 'pull-duration', atMost: '1h' },
    { metric: 'queue-wait', atMost: '1h' },
    { metric: 'drift-time', within: '1h' },
    { metric: 'ready-time', aggregate: 'p95', atMost: '1h' },
    { metric: 'downloaded-bytes', atMost: '50MB' },
  ]
  const { verdict, statuses } = await statusesOf({ ...patient, expect: expectations })
  expect(Object.values(statuses)).toEqual(expectations.map(() => 'inconclusive'))
  expect(verdict).toBe('inconclusive')
})

test('a tag that moved shortly before the end is still drifting', async () => {
  const { verdict, statuses } = await statusesOf({
    name: 'drift',
    fleet: { agents: 4, cap: 2, startupSpread: '10s', refreshInterval: '5m' },
    images: [
      { name: 'acme/a:1', size: '1MB' },
      { name: 'acme/b:1', size: '1MB' },
    ],
    timeline: [
      { at: '1m', do: 'move-tag', image: 'acme/a:1' },
      { at: '7m', do: 'move-tag', image: 'acme/b:1' },
    ],
    end: { after: '9m' },
    expect: [
      { name: 'max', metric: 'drift-time', atMost: '6m' },
      { name: 'p95', metric: 'drift-time', aggregate: 'p95', atMost: '6m' },
      { name: 'p50', metric: 'drift-time', aggregate: 'p50', atMost: '6m' },
    ],
  })
  expect({ verdict, statuses }).toEqual({
    verdict: 'inconclusive',
    statuses: { max: 'inconclusive', p95: 'inconclusive', p50: 'held' },
  })
})

test('a gap that nothing was to end yet is no sample', async () => {
  const { statuses } = await statusesOf({
    name: 'short',
    fleet: { agents: 2, startupSpread: '0s' },
    images: [{ name: 'acme/a:1', size: '1MB' }],
    end: { after: '20m' },
    expect: [
      { name: 'they check in', metric: 'check-in-gap', atMost: '31s' },
      { name: 'no refresh is due yet', metric: 'refresh-gap', atMost: '1h' },
    ],
  })
  // Nothing was to be refreshed within 20 minutes: a limit of gaps that never were is not shown to hold.
  expect(statuses).toEqual({ 'they check in': 'held', 'no refresh is due yet': 'missed' })
})
