// What the agents of an embedded fake say of their pulls is what its view shows, while they pull and afterwards.
import { expect, test } from 'vitest'
import type { AgentsView, AgentView } from '../../server/model/views/agent-view.ts'
import { createKasm } from '../../simulator/embedding/create-kasm.ts'
import type { Kasm } from '../../simulator/embedding/kasm.ts'

const image = 'team/app:1.0'

async function viewOf(kasm: Kasm): Promise<AgentView> {
  const overview = (await (await kasm.fetch('/__sim__/agents')).json()) as AgentsView
  const answer = await kasm.fetch(`/__sim__/agents/${overview.agents[0]?.server_id}`)
  return (await answer.json()) as AgentView
}

test('an image is seen on its way, with how far it is, and then at its digest until the next refresh', async () => {
  await using kasm = await createKasm({
    clock: 'frozen',
    now: '2026-01-31T12:00:00Z',
    agents: 1,
    network: { uplink: '10kB/s', roundTrip: '0s', serverLatency: '0s' },
    sessionDelays: { startingMs: 0 },
  })
  const digest = await kasm.registry.publish(image, { size: '800kB' })
  const { image: defined } = await kasm.client.call('create_image', {
    target_image: { name: image, friendly_name: 'App', uncompressed_size_mb: 1 },
  })
  await kasm.clock.advance('61s')
  const [pulling] = (await viewOf(kasm)).images
  expect(pulling).toMatchObject({ name: image, state: 'pulling', digest: null, since: '2026-01-31 12:00:30.000000' })
  expect(pulling?.percent).toBeGreaterThan(10)
  expect(pulling?.percent).toBeLessThan(60)
  await kasm.clock.advance('2m')
  const view = await viewOf(kasm)
  expect(view).toMatchObject({ next_refresh: '2026-01-31 13:00:00.000000' })
  expect(view.images).toMatchObject([{ state: 'present', digest, pull: null, next_refresh: view.next_refresh }])
  await kasm.client.call('request_kasm', { image_id: defined.image_id })
  expect(await viewOf(kasm)).toMatchObject({ session_list: [{ digest, status: 'running' }], sessions: 1 })
})

test('an image whose pull fails is seen with the words of the engine', async () => {
  await using kasm = await createKasm({ clock: 'frozen', agents: 1 })
  await kasm.client.call('create_image', { target_image: { name: image, friendly_name: 'App' } })
  await kasm.clock.advance('61s')
  const [failed] = (await viewOf(kasm)).images
  expect(failed).toMatchObject({
    state: 'failed',
    failure: { cause: expect.stringContaining('repository team/app not found') },
  })
})

test('an image that a session runs survives pruning, and goes once the session has', async () => {
  await using kasm = await createKasm({ clock: 'frozen', agents: 1, images: [image] })
  await kasm.clock.advance('1m')
  const old = (await viewOf(kasm)).images[0]
  const session = await kasm.client.call('request_kasm', { image_id: old?.image_id as string })
  await kasm.client.call('delete_image', { target_image: { image_id: old?.image_id as string } })
  await kasm.clock.advance('2m')
  expect((await viewOf(kasm)).images).toMatchObject([{ name: image, digest: old?.digest, not_pulled: 'not defined' }])
  await kasm.client.call('destroy_kasm', { kasm_id: session.kasm_id, user_id: session.user_id })
  await kasm.clock.advance('1m')
  expect((await viewOf(kasm)).images).toEqual([])
})
