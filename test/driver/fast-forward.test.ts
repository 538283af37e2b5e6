// What virtual time passes over, it passes over without a trace: the outcome is that of carrying out every check-in and every pull.
import { expect, test } from 'vitest'
import type { RunEvent } from '../../simulator/events/events.ts'
import { runScenario } from '../../simulator/run/run.ts'
import { compileScenario } from '../../simulator/scenario/compile.ts'
import { listScenarios, loadScenario } from '../../simulator/scenario/load.ts'
import type { ScenarioSource } from '../../simulator/scenario/schema.ts'

const images = Array.from({ length: 7 }, (_, index) => ({ name: `kasmweb/image-${index}:1`, size: '60kB', layers: 3 }))

/** Days of nothing, with a tag move, an edit and a restart in the middle of a refresh. */
const quiet: ScenarioSource = {
  name: 'quiet',
  fleet: { agents: 9, cap: 3, startupSpread: '55m' },
  registry: { profile: 'docker-hub-anonymous' },
  network: { roundTrip: '7ms', serverLatency: '2ms' },
  webApp: { pruneImages: 'Normal' },
  images,
  timeline: [
    { at: '5h', do: 'move-tag', image: 'kasmweb/image-3:1', sharedLayers: 1 },
    { at: '9h', do: 'update-definition', image: 'kasmweb/image-4:1', set: { enabled: false } },
    { at: '12h', do: 'restart-agent', agents: [2, 5], downtime: '40s' },
  ],
  end: { after: '24h' },
  expect: [
    { metric: 'pulls-running', atMost: 3, reaches: 3 },
    { metric: 'pulls-succeeded', where: { reason: 'refresh' }, atLeast: 1_000 },
    { metric: 'refresh-gap', aggregate: 'min', atLeast: '1h' },
    { metric: 'check-in-gap', aggregate: 'max', atMost: '30s' },
    { metric: 'drift-time', within: '1h1m' },
  ],
}

async function outcomes(source: ScenarioSource) {
  const scenario = compileScenario({ source })
  const { events: _, ...on } = await withKinds(scenario, true)
  const { events: __, ...off } = await withKinds(scenario, false)
  return { on, off }
}

/** Listens to what the shortcuts tell, which is what leaves them on. */
async function withKinds(scenario: ReturnType<typeof compileScenario>, fastForward: boolean) {
  const events: RunEvent[] = []
  const kinds = new Set(['refresh-unchanged', 'check-ins-idle'] as const)
  const sinks = [{ sink: (event: RunEvent) => events.push(event), kinds }]
  return { ...(await runScenario({ scenario, time: 'virtual', fastForward, sinks })), events }
}

test('a quiet day has the same outcome with and without the shortcuts', async () => {
  const { on, off } = await outcomes(quiet)
  expect(on).toEqual(off)
  expect(on.checks.map(({ status }) => status)).toEqual(['held', 'held', 'held', 'held', 'held'])
})

test('the shortcuts are taken where nothing happens', async () => {
  const { events, summary } = await withKinds(compileScenario({ source: quiet }), true)
  const refreshes = events.filter(({ kind }) => kind === 'refresh-unchanged')
  const idle = events.reduce((sum, event) => sum + (event.kind === 'check-ins-idle' ? event.count : 0), 0)
  expect(refreshes.length).toBeGreaterThan(150)
  expect(idle / summary.checkIns.answered).toBeGreaterThan(0.95)
})

test.each(['containerd', 'containerd-legacy'] as const)(
  'passes over refreshes of %s without a trace',
  async (persona) => {
    const source = { ...quiet, fleet: { agents: 6, cap: 3, startupSpread: '55m', persona } }
    const { on, off } = await outcomes(source)
    expect(on).toEqual(off)
    const { events } = await withKinds(compileScenario({ source }), true)
    expect(events.filter(({ kind }) => kind === 'refresh-unchanged').length).toBeGreaterThan(80)
  },
)

test.each(['polite', 'podman', 'crane'] as const)(
  'carries out refreshes of %s, which hang on more',
  async (persona) => {
    const fleet = { agents: 3, startupSpread: '55m', persona }
    const source: ScenarioSource = { ...quiet, fleet, timeline: [], end: { after: '3h' }, expect: [] }
    const { events } = await withKinds(compileScenario({ source }), true)
    expect(events.filter(({ kind }) => kind === 'refresh-unchanged')).toEqual([])
  },
)

const scenarios = await listScenarios()

test.each(scenarios.map(({ name }) => name))('%s has the same outcome with and without the shortcuts', async (name) => {
  const { source } = await loadScenario(name)
  const { on, off } = await outcomes(source)
  expect(on).toEqual(off)
})

test('a tag that moves in the last rows of a refresh is seen by the pulls that end after it', async () => {
  const source: ScenarioSource = {
    ...quiet,
    fleet: { agents: 1, cap: 3, startupSpread: '0s' },
    expect: [],
    timeline: [],
  }
  const { events } = await withKinds(compileScenario({ source: { ...source, end: { after: '70m' } } }), true)
  const refresh = events.find((event) => event.kind === 'refresh-unchanged')
  if (refresh?.kind !== 'refresh-unchanged') throw new Error('no refresh was told as one')
  const { fromMs, pullMs, cap } = refresh
  const endMs = fromMs + Math.ceil(refresh.images.length / cap) * pullMs
  const last = refresh.images.at(-1)?.name ?? ''
  let told = 0
  for (let atMs = Math.floor(endMs - 2 * pullMs); atMs <= Math.ceil(endMs) + 1; atMs += 1) {
    const timeline: ScenarioSource['timeline'] = [{ at: `${atMs}ms`, do: 'move-tag', image: last }]
    const moved: ScenarioSource = {
      ...source,
      timeline,
      end: { after: '70m' },
      expect: [{ metric: 'drift-time', atMost: '1ms' }],
    }
    const on = await withKinds(compileScenario({ source: moved }), true)
    const { events: _, ...off } = await withKinds(compileScenario({ source: moved }), false)
    const { events: kinds, ...outcome } = on
    expect(outcome).toEqual(off)
    const isToldAsOne = kinds.some(({ kind, atMs: at }) => kind === 'refresh-unchanged' && at < atMs)
    // While its last pull runs, something may come between.
    expect(isToldAsOne).toBe(atMs > endMs)
    if (isToldAsOne) told += 1
  }
  expect(told).toBeGreaterThan(0)
})
