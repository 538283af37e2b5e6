// Agents that live with a web app: started, stopped, restarted, added and taken away while they do.
import { expect, test } from 'vitest'
import { createKasm } from '../../simulator/embedding/create-kasm.ts'
import { scenarioOf } from '../../simulator/embedding/options.ts'
import type { RunEvent } from '../../simulator/events/events.ts'

const image = 'team/app:1.0'
const frozen = { clock: 'frozen', now: '2026-01-31T12:00:00Z', images: [image] } as const

function group(name: string, agents: number) {
  const [found] = scenarioOf({ agents: [{ name, agents }] }).groups
  if (!found) throw new Error('there is no group')
  return found
}

test('agents are named, registered and enabled at once', async () => {
  await using kasm = await createKasm({ ...frozen, images: [image], agents: 2 })
  expect(kasm.fleet.agents).toMatchObject([
    { agent: 0, hostname: 'agent-0000', group: 'default', running: true, ready: true },
    { agent: 1, hostname: 'agent-0001', group: 'default', running: true, ready: true },
  ])
  const { agents } = await kasm.client.call('get_agents')
  expect(agents).toHaveLength(2)
})

test('a stopped agent is silent and is missing after ten minutes; a restart brings it back', async () => {
  await using kasm = await createKasm({ ...frozen, images: [image], agents: 2 })
  kasm.fleet.stop({ agents: [1] })
  await kasm.clock.advance('11m')
  const states = () => kasm.fleet.agents.map(({ running }) => running)
  expect(states()).toEqual([true, false])
  expect(kasm.control.journal.entries({ operation: 'heartbeat' })).toHaveLength(2 + 22)
  kasm.fleet.restart({ agents: [1] }, { downtimeMs: 60_000 })
  await kasm.clock.advance('59s')
  expect(states()).toEqual([true, false])
  await kasm.clock.advance('1s')
  expect(states()).toEqual([true, true])
})

test('restarts while the clock is moved and pulls are in flight leave nothing that it waits for', async () => {
  const network = { uplink: '100kB/s', roundTrip: '900ms', serverLatency: '300ms' }
  const images = Array.from({ length: 6 }, (_, index) => ({ name: `team/app-${index}:1`, size: '300kB', layers: 4 }))
  // The sooner an agent looks at its images after a restart, the more is in flight.
  const agents = { agents: 4, restartLookDelay: '0s' }
  await using kasm = await createKasm({ ...frozen, images, agents, network })
  const restarts = new Set<number>()
  for (let round = 0; round < 12; round += 1) {
    const advanced = kasm.clock.advance(3_700)
    // In the middle of whatever is under way at that moment, on one agent and on all.
    for (let turn = 0; turn <= round; turn += 1) await new Promise(setImmediate)
    if (kasm.fleet.agents.some(({ pulling }) => pulling.length > 0)) restarts.add(round)
    kasm.fleet.restart(round % 3 === 0 ? 'all' : { agents: [round % 4] }, { downtimeMs: 500 })
    await advanced
  }
  expect(restarts.size).toBeGreaterThan(3)
  await kasm.clock.advance('20m')
  expect(kasm.fleet.agents.map(({ ready }) => ready)).toEqual([true, true, true, true])
})

test('an edited configuration is in force after a restart, and the disk is as it was', async () => {
  await using kasm = await createKasm({ ...frozen, images: [image], agents: 1 })
  await kasm.clock.advance('1m')
  kasm.fleet.editConfig('all', { maxConcurrentPulls: 5 })
  expect(kasm.fleet.agents[0]?.config.maxConcurrentPulls).toBe(2)
  kasm.fleet.restart()
  await kasm.clock.advance('10s')
  expect(kasm.fleet.agents[0]).toMatchObject({
    config: { maxConcurrentPulls: 5 },
    images: { [image]: expect.any(String) },
  })
})

test('agents that are added register and pull; those that are removed are gone for good', async () => {
  await using kasm = await createKasm({ ...frozen, images: [image], agents: 1 })
  expect(kasm.fleet.add(group('more', 2))).toEqual([1, 2])
  await kasm.clock.advance('2m')
  expect(kasm.fleet.agents.map(({ group, ready }) => [group, ready])).toEqual([
    ['default', true],
    ['more', true],
    ['more', true],
  ])
  kasm.fleet.remove({ agents: [0, 1] })
  kasm.fleet.start()
  await kasm.clock.advance('2m')
  expect(kasm.fleet.agents.map(({ agent }) => agent)).toEqual([2])
  const last = kasm.control.journal.entries({ operation: 'heartbeat' }).slice(-4)
  expect(new Set(last.map(({ caller }) => caller)).size).toBe(1)
})

test('an agent that was removed before its start never starts', async () => {
  await using kasm = await createKasm({ ...frozen, images: [image], agents: 1 })
  kasm.fleet.restart('all', { downtimeMs: 30_000 })
  kasm.fleet.remove('all')
  const before = kasm.control.journal.total
  await kasm.clock.advance('5m')
  expect(kasm.control.journal.total).toBe(before)
})

test('its events are those of a run, at the moments of the clock', async () => {
  const events: RunEvent[] = []
  const sinks = [(event: RunEvent) => void events.push(event)]
  await using kasm = await createKasm({ ...frozen, images: [image], agents: 1, sinks })
  await kasm.clock.advance('1m')
  const startMs = Date.parse(frozen.now)
  expect(events.map(({ kind, atMs }) => [kind, atMs - startMs])).toEqual(
    expect.arrayContaining([
      ['agent-started', 0],
      ['pull-queued', 0],
      ['pull-succeeded', 0],
      ['agent-ready', 0],
      ['check-in-answered', 30_000],
    ]),
  )
})

test('a pull that waits before it tries again does not hold the clock up', async () => {
  const scope = { classes: ['blob' as const] }
  const faults = [{ kind: 'connection-drop' as const, name: 'cut', scope }]
  await using kasm = await createKasm({
    ...frozen,
    images: [{ name: image, layers: 1 }],
    agents: 1,
    registry: { faults },
  })
  await kasm.clock.advance('20s')
  const tries = kasm.registry.journal.query({ class: 'blob' }).map(({ startedAtMs }) => startedAtMs)
  expect(tries.length).toBeGreaterThan(1)
  expect((tries.at(-1) ?? 0) - (tries[0] ?? 0)).toBeGreaterThanOrEqual(1_000)
})

test('an answer that the registry holds back does not hold the clock up', async () => {
  const faults = [{ kind: 'latency' as const, delay: '10s', name: 'slow' }]
  await using kasm = await createKasm({ ...frozen, images: [image], agents: 1, registry: { faults } })
  await kasm.clock.advance('5s')
  expect(kasm.fleet.agents[0]?.pulling).toEqual([image])
  await kasm.clock.advance('5m')
  expect(kasm.fleet.agents[0]?.ready).toBe(true)
})
