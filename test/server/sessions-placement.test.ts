// Where sessions are placed, and why they are not.
import { expect, test } from 'vitest'
import { noResources, SessionFleet, serverIdOf } from './session-fleet.ts'
import { chrome, digestOf, firefox, heartbeatBody, startTestApp } from './support.ts'

const placesOf = (fleet: SessionFleet, count: number) =>
  Array.from({ length: count }, () => fleet.session(fleet.start())?.hostname)

test('places each session on the agent with the most free cores, the first of equal ones', () => {
  const fleet = new SessionFleet({ agents: 3 })
  fleet.heartbeat(1, { cores: 10 })
  expect(placesOf(fleet, 6)).toEqual(['agent-1', 'agent-0', 'agent-1', 'agent-2', 'agent-0', 'agent-1'])
})

test('fills the zone of the web app before any other, and an image’s own zone alone', () => {
  const fleet = new SessionFleet({ agents: 0, zones: ['home', 'away'] })
  fleet.heartbeat(0, { zone_name: 'away', cores: 64 })
  fleet.heartbeat(1, { zone_name: 'home', cores: 4 })
  expect(placesOf(fleet, 3)).toEqual(['agent-1', 'agent-1', 'agent-0'])
  fleet.updateImage({ restrict_to_zone: true, zone_name: 'home' })
  expect(fleet.request()).toMatchObject({
    body: { error_message: noResources },
    cause: expect.stringMatching(/1 wrong zone/),
  })
})

test('leaves a zone only where that may search others', () => {
  const zones = [{ zone_name: 'home', search_alternate_zones: false }, 'away']
  const fleet = new SessionFleet({ agents: 0, zones })
  fleet.heartbeat(0, { zone_name: 'away' })
  expect(fleet.request().body).toEqual({ error_message: noResources })
  expect(fleet.ask('get_zones').zones).toMatchObject([
    { search_alternate_zones: false },
    { search_alternate_zones: true },
  ])
  fleet.heartbeat(1, { zone_name: 'home' })
  expect(placesOf(fleet, 1)).toEqual(['agent-1'])
})

type Prepare = (fleet: SessionFleet) => unknown

test.each([
  ['not staged', 'it does not hold kasmweb/chrome', (fleet) => fleet.heartbeat(0, { docker_images: [] })],
  ['disabled', 'an administrator has to enable it', (fleet) => fleet.updateAgent(0, { enabled: false })],
  ['draining', 'it takes no new sessions', (fleet) => fleet.updateAgent(0, { drain: true })],
  ['no cores', '0 of 1 free, 2 needed', (fleet) => fleet.updateAgent(0, { cores_override: 1 })],
  [
    'no memory',
    'bytes: 0 of 1000 free, 2768000000 needed',
    (fleet) => fleet.updateAgent(0, { memory_override: 1_000 }),
  ],
  ['no GPUs', '0 of 0 free, 1 needed', (fleet) => fleet.updateImage({ gpu_count: 1 })],
  ['no GPUs', '0 of 0 free, 1 needed', (fleet) => fleet.updateImage({ require_gpu: true })],
  ['labels', 'it lacks gpu', (fleet) => fleet.updateImage({ include_labels: ['gpu'] })],
  [
    'labels',
    'the image excludes spot',
    (fleet) => {
      fleet.heartbeat(0, { labels: ['spot'] })
      fleet.updateImage({ exclude_labels: ['spot'] })
    },
  ],
  [
    'network',
    'it has none of lab',
    (fleet) => fleet.updateImage({ restrict_to_network: true, restrict_network_names: ['lab'] }),
  ],
  [
    'wrong server',
    'another server',
    (fleet) => fleet.updateImage({ restrict_to_server: true, server_id: serverIdOf(7) }),
  ],
  [
    'missing',
    'it checked in last 600 s ago',
    (fleet) => {
      fleet.nowMs += 600_000
    },
  ],
  [
    'unreachable',
    'connect ECONNREFUSED',
    ({ model: { areas } }) => {
      for (const agent of areas.agents.records()) areas.agents.setUnreachable(agent, 'connect ECONNREFUSED')
    },
  ],
] as [string, string, Prepare][])('refuses for the reason %s: %s', (kind, detail, prepare) => {
  const fleet = new SessionFleet()
  expect(fleet.request().body).toHaveProperty('kasm_id')
  prepare(fleet)
  expect(fleet.request()).toEqual({
    status: 200,
    body: { error_message: noResources },
    cause: expect.stringContaining(`agent-0 is refused: ${kind} (`),
  })
  const [decision] = fleet.model.agentsView(fleet.nowMs).decisions
  expect(decision).toMatchObject({ placed_on: null, refused: { [kind]: 1 } })
  expect(decision?.refusals[0]?.detail).toContain(detail)
  expect(fleet.agent(0)?.refusals[0]).toMatchObject({
    reason: kind,
    detail: decision?.refusals[0]?.detail,
    image: chrome,
  })
})

test.each([
  ['the image needs a label', { include_labels: ['gpu'] }, { labels: ['gpu', 'other'] }],
  [
    'the image needs a network',
    { restrict_to_network: true, restrict_network_names: ['lab', 'b'] },
    { docker_network_names: ['b'] },
  ],
  ['the image needs GPUs', { gpu_count: 2 }, { gpus: 2 }],
] as [string, object, object][])('places a session where %s that the agent has', (_case, image, agent) => {
  const fleet = new SessionFleet()
  fleet.updateImage(image)
  expect(fleet.request().body).toEqual({ error_message: noResources })
  fleet.heartbeat(0, agent)
  expect(fleet.session(fleet.start())).toMatchObject({ hostname: 'agent-0' })
})

test('counts GPUs and takes overrides over what agents report', () => {
  const fleet = new SessionFleet()
  fleet.updateImage({ gpu_count: 1, cores: 1 })
  fleet.updateAgent(0, { gpus_override: 2 })
  expect(placesOf(fleet, 2)).toEqual(['agent-0', 'agent-0'])
  expect(fleet.request()).toMatchObject({ cause: expect.stringContaining('no GPUs (0 of 2 free, 1 needed)') })
  fleet.updateAgent(0, { gpus_override: 3, cores_override: 1 })
  expect(fleet.request()).toMatchObject({ cause: expect.stringContaining('no cores (0 of 1 free, 1 needed)') })
})

test('keeps to the server that the caller names', () => {
  const fleet = new SessionFleet({ agents: 2 })
  expect(fleet.session(fleet.start({ server_id: serverIdOf(1) }))).toMatchObject({ hostname: 'agent-1' })
  expect(fleet.request({ server_id: serverIdOf(9) })).toMatchObject({
    body: { error_message: noResources },
    cause: '2 agents are refused: 2 not the server asked for',
  })
})

test('gives an agent only the definitions that may run there', () => {
  const fleet = new SessionFleet({ agents: 2, images: [{ name: chrome }, { name: firefox, include_labels: ['gpu'] }] })
  const names = (number: number, fields: object) => fleet.heartbeat(number, fields).images.map(({ name }) => name)
  expect(names(0, {})).toEqual([chrome])
  expect(names(1, { labels: ['gpu'] })).toEqual([chrome, firefox])
})

test('says in a header and in its log why nobody gets a session, agent by agent', async () => {
  const kasm = startTestApp({ autoEnableAgents: true })
  await kasm.heartbeat()
  const image_id = (await kasm.images())[0]?.image_id
  const { body, headers } = await kasm.developer('request_kasm', { image_id })
  expect(body).toEqual({ error_message: noResources })
  expect(headers['x-kasm-sim-cause']).toBe(`agent-1 is refused: not staged (it does not hold ${chrome})`)
  const serverId = heartbeatBody().server_id.replaceAll('-', '')
  const { decisions } = kasm.model.agentsView(kasm.clock.nowMs())
  expect(decisions[0]?.log).toEqual([
    `Getting available slots for image: (${chrome})`,
    `Processing Server: (${serverId})`,
    'No Agent slots available. No Agent can be contacted with enough available resources to provision the image',
  ])
})

test('logs the agent that gets a session, after those that were passed over', () => {
  const fleet = new SessionFleet({ agents: 2 })
  fleet.heartbeat(0, { docker_images: [] })
  fleet.start()
  const [decision] = fleet.model.agentsView(fleet.nowMs).decisions
  expect(decision?.placed_on).toBe('agent-1')
  expect(decision?.log.slice(1)).toEqual([
    `Processing Server: (${serverIdOf(0)})`,
    `Processing Server: (${serverIdOf(1)})`,
    `Server (${serverIdOf(1)}) can support this container. Adding slot`,
  ])
})

test('logs the check of the licence where there is one', () => {
  const fleet = new SessionFleet()
  fleet.ask('activate', { activation_key: 'x', seats: 5 })
  fleet.start()
  fleet.start()
  const [decision] = fleet.model.agentsView(fleet.nowMs).decisions
  expect(decision?.log[0]).toBe('License Check: Current Kasms (1) , License Limit (5) , Remaining (4)')
})

test('says that no agent has checked in where none has', () => {
  expect(new SessionFleet({ agents: 0 }).request()).toMatchObject({ cause: 'no agent has checked in' })
})

test('names the first refusals and counts all, and keeps the last decisions alone', () => {
  const fleet = new SessionFleet({ agents: 30 })
  for (let number = 0; number < 30; number += 1) fleet.heartbeat(number, { docker_images: [] })
  for (let count = 0; count < 500; count += 1) fleet.request()
  const { decisions } = fleet.model.agentsView(fleet.nowMs)
  expect(decisions).toHaveLength(200)
  expect(decisions[0]?.refusals).toHaveLength(25)
  expect(decisions[0]?.refused).toEqual({ 'not staged': 30 })
})

test('runs the digest that the agent holds at that moment, whatever becomes of the tag', () => {
  const fleet = new SessionFleet({ agents: 1 })
  const old = fleet.start()
  const { images_in_use } = fleet.heartbeat(0, { docker_images: [{ name: chrome, digest: digestOf('b') }] })
  expect(images_in_use).toEqual([digestOf('a')])
  const next = fleet.start()
  expect([old, next].map((id) => fleet.session(id).image_digest)).toEqual([digestOf('a'), digestOf('b')])
  expect(fleet.heartbeat(0).images_in_use).toEqual([digestOf('a'), digestOf('b')])
  fleet.ask('destroy_kasm', { kasm_id: old })
  expect(fleet.heartbeat(0).images_in_use).toEqual([digestOf('b')])
  fleet.ask('stop_kasm', { kasm_id: next })
  expect(fleet.heartbeat(0).images_in_use).toEqual([digestOf('b')])
  fleet.ask('destroy_kasm', { kasm_id: next })
  expect(fleet.heartbeat(0).images_in_use).toEqual([])
})
