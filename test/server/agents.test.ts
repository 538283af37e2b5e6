// Agents as administrators see and change them.
import { expect, test } from 'vitest'
import { chrome, digestOf, heartbeatBody, startTestApp } from './support.ts'

const unknownId = 'ffffffffffffffffffffffffffffffff'

test('registers an agent at its first heartbeat, disabled and told to prune aggressively', async () => {
  const { heartbeat, agents } = startTestApp()
  expect(await agents()).toEqual([])
  const { agent } = await heartbeat({ zone_name: 'default', port: 443, public_ip: '10.0.0.1', agent_version: '1.16.1' })
  const body = heartbeatBody()
  expect(await agents()).toEqual([
    expect.objectContaining({
      agent_id: agent.agent_id,
      server_id: body.server_id.replaceAll('-', ''),
      hostname: body.hostname,
      status: 'running',
      enabled: false,
      zone_name: 'default',
      cores: 8,
      memory: 32_000_000_000,
      gpus: 0,
      cores_override: null,
      auto_prune_images: 'Aggressive',
      prune_images_mode: 'Aggressive',
      disk_stats: body.disk_stats,
      port: 443,
      public_ip: '10.0.0.1',
      agent_version: '1.16.1',
      last_reported: '2023-11-14 22:13:20.000000',
    }),
  ])
})

test('registers agents enabled where it is told to', async () => {
  const { heartbeat } = startTestApp({ autoEnableAgents: true, pruneImagesMode: 'Off' })
  expect((await heartbeat()).agent).toMatchObject({ enabled: true, auto_prune_images: 'Off' })
})

test('knows an agent again, with or without dashes, and keeps its latest report', async () => {
  const { heartbeat, agents, clock } = startTestApp()
  const first = await heartbeat()
  clock.advance(30_000)
  const docker_images = [{ name: chrome, digest: digestOf('a') }]
  const server_id = heartbeatBody().server_id.replaceAll('-', '')
  const second = await heartbeat({ server_id, docker_images, disk_stats: { total: 3, used: 2, free: 1 } })
  expect(second.agent).toEqual({ ...first.agent, server_id })
  expect(await agents()).toEqual([
    expect.objectContaining({
      docker_images,
      disk_stats: { total: 3, used: 2, free: 1 },
      last_reported: '2023-11-14 22:13:50.000000',
    }),
  ])
})

test('shows an agent as missing after 600 s of silence and as running once it reports again', async () => {
  const { heartbeat, agents, clock } = startTestApp()
  await heartbeat()
  clock.advance(599_999)
  expect(await agents()).toMatchObject([{ status: 'running' }])
  clock.advance(1)
  expect(await agents()).toMatchObject([{ status: 'missing' }])
  await heartbeat()
  expect(await agents()).toMatchObject([{ status: 'running' }])
})

test('forgets an agent after 3600 s of silence; one that comes back registers anew, disabled', async () => {
  const { heartbeat, agents, developer, clock } = startTestApp()
  const { agent } = await heartbeat()
  await developer('update_agent', { target_agent: { agent_id: agent.agent_id, enabled: true } })
  clock.advance(3_599_999)
  expect(await agents()).toHaveLength(1)
  clock.advance(15_000)
  expect(await agents()).toEqual([])
  expect((await heartbeat()).agent).toEqual({ ...agent, enabled: false })
})

test('enables and disables an agent, which learns it at its next heartbeat', async () => {
  const { heartbeat, developer } = startTestApp()
  const { agent } = await heartbeat()
  for (const enabled of [true, false]) {
    const { body } = await developer('update_agent', { target_agent: { agent_id: agent.agent_id, enabled } })
    expect(body.agent.enabled).toBe(enabled)
    expect((await heartbeat()).agent.enabled).toBe(enabled)
  }
})

test('keeps overrides and clears them with null', async () => {
  const { heartbeat, developer } = startTestApp()
  const { agent_id } = (await heartbeat()).agent
  const overrides = { cores_override: 16, memory_override: 64_000_000_000, gpus_override: 1 }
  const { body } = await developer('update_agent', { target_agent: { agent_id, ...overrides } })
  expect(body.agent).toMatchObject({ ...overrides, cores: 8, enabled: false })
  const { body: cleared } = await developer('update_agent', { target_agent: { agent_id, cores_override: null } })
  expect(cleared.agent).toMatchObject({ ...overrides, cores_override: null })
})

test.each([
  ['auto_prune_images', 'Off', 'Off'],
  ['auto_prune_images', 'Normal', 'Normal'],
  ['prune_images_mode', 'Aggressive', 'Aggressive'],
  ['prune_images_mode', 'No Prune', 'Off'],
])('sets the prune mode by %s: %s', async (field, value, expected) => {
  const { heartbeat, developer } = startTestApp({ pruneImagesMode: value === 'Normal' ? 'Off' : 'Normal' })
  const { agent_id } = (await heartbeat()).agent
  const { body } = await developer('update_agent', { target_agent: { agent_id, [field]: value } }, 'admin')
  expect(body.agent).toMatchObject({ auto_prune_images: expected, prune_images_mode: expected })
  expect((await heartbeat()).agent.auto_prune_images).toBe(expected)
})

test('answers 200 with an error_message to an unknown agent', async () => {
  const { status, body } = await startTestApp().developer('update_agent', { target_agent: { agent_id: unknownId } })
  expect({ status, body }).toEqual({ status: 200, body: { error_message: `Agent not found: ${unknownId}.` } })
})

test.each([
  [
    { auto_prune_images: 'Sometimes' },
    'target_agent.auto_prune_images must be one of Off, Normal, Aggressive, No Prune',
  ],
  [{ enabled: 1 }, 'target_agent.enabled must be boolean'],
  [{ cores_override: -2 }, 'target_agent.cores_override must be >= 0'],
  [{ agent_id: undefined }, 'target_agent.agent_id missing'],
])('answers 400 and names the field for %o', async (fields, problem) => {
  const { developer } = startTestApp()
  const { status, body } = await developer('update_agent', { target_agent: { agent_id: unknownId, ...fields } })
  expect(status).toBe(400)
  expect(body.error_message).toContain(problem)
})
