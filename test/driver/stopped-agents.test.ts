// An agent that is stopped answers no call before a launch, however fresh its last check-in is, in a run of either kind of time and in
// process. What runs there goes on.
import { expect, test } from 'vitest'
import { createKasm } from '../../simulator/embedding/create-kasm.ts'
import type { RunEvent } from '../../simulator/events/events.ts'
import { runScenario } from '../../simulator/run/run.ts'
import { compileScenario } from '../../simulator/scenario/compile.ts'
import type { ScenarioSource } from '../../simulator/scenario/schema.ts'

const image = 'acme/office:1'
const noResources = 'No resources are available to create the requested Kasm.'
const silent = 'is refused: unreachable (the agent is stopped)'

const source: ScenarioSource = {
  name: 'launches-during-a-restart',
  fleet: { agents: 2, startupSpread: '0s' },
  speed: 100,
  webApp: { users: [{ name: 'ada', groups: ['All Users'] }] },
  images: [{ name: image, size: '20kB', layers: 1 }],
  timeline: [
    // However late a machine is, both agents hold the image before anything is asked of them.
    { at: '10s', do: 'wait-for', image, within: '8m' },
    { at: '1m', do: 'request-session', name: 'before', as: 'ada', image },
    { at: '2m', do: 'restart-agent', agents: [0], downtime: '4m' },
    { at: '3m', do: 'request-session', name: 'beside', as: 'ada', image },
    { at: '4m', do: 'restart-agent', agents: [1], downtime: '2m' },
    { at: '4m', do: 'request-session', name: 'during', as: 'ada', image },
    { at: '8m', do: 'request-session', name: 'after', as: 'ada', image },
  ],
  end: { after: '9m' },
}

test.each(['virtual', 'settled'] as const)(
  'no session starts on a stopped agent in %s time',
  { timeout: 60_000 },
  async (time) => {
    const events: RunEvent[] = []
    await runScenario({ scenario: compileScenario({ source }), time, sinks: [(event) => events.push(event)] })
    const started = events.flatMap((event) => (event.kind === 'session-started' ? [[event.session, event.agent]] : []))
    expect(started.map(([session]) => session)).toEqual(['before', 'beside', 'after'])
    expect(started[1]).toEqual(['beside', 1])
    const refused = events.filter((event) => event.kind === 'session-refused')
    expect(refused).toMatchObject([{ session: 'during', code: 'NO_RESOURCES' }])
    expect(refused[0]?.cause).toBe(`${noResources} (2 agents are refused: 2 unreachable)`)
    // The desktop that runs on a stopped agent is not cut off.
    const seen = events.filter((event) => event.kind === 'session-seen' && event.session === 'before')
    expect(seen.some(({ atMs }) => atMs > 240_000 && atMs < 360_000)).toBe(true)
    expect(events.filter(({ kind }) => kind === 'session-ended')).toEqual([])
  },
)

test('no session starts on a stopped agent in process; those that run go on', async () => {
  await using kasm = await createKasm({ clock: 'frozen', agents: 1, images: [image] })
  await kasm.clock.advance('1m')
  const { images = [] } = await kasm.client.call('get_images')
  const image_id = images[0]?.image_id as string
  const request = () => kasm.client.call('request_kasm', { image_id })
  const { kasm_id } = await request()
  await kasm.clock.advance('10s')
  kasm.fleet.restart('all', { downtimeMs: 60_000 })
  await expect(request()).rejects.toThrow(noResources)
  const view = await (await kasm.fetch('/__sim__/agents')).text()
  expect(view).toContain('the agent is stopped')
  const { kasms } = await kasm.client.call('get_kasms')
  expect(kasms).toMatchObject([{ kasm_id, operational_status: 'running' }])
  await kasm.clock.advance('1m')
  expect(await request()).toHaveProperty('kasm_id')
})

test('the refusal of the one agent says why', async () => {
  const events: RunEvent[] = []
  const scenario = compileScenario({
    source: { ...source, fleet: { agents: 1 }, timeline: source.timeline?.filter(({ at }) => at !== '4m') ?? [] },
  })
  await runScenario({ scenario, time: 'virtual', sinks: [(event) => events.push(event)] })
  expect(events.find((event) => event.kind === 'session-refused')).toMatchObject({
    session: 'beside',
    cause: `${noResources} (agent-0000 ${silent})`,
  })
})
