// The view that the product lacks: the state of each image on each agent, as JSON facts and as pages.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ImageState } from '../../server/api/manager.ts'
import { buildApp } from '../../server/app.ts'
import { html } from '../../server/dashboard/html.ts'
import { bytes } from '../../server/dashboard/layout.ts'
import { createManualClock } from '../../server/kernel/clock.ts'
import { SessionFleet, serverIdOf } from './session-fleet.ts'
import { chrome, digestOf, firefox } from './support.ts'

const images = [{ name: chrome, docker_token: 'a-token-nobody-may-see', docker_user: 'robot' }, { name: firefox }]
const report = (image_states: ImageState[]) => ({ image_states })

function imageOf(fleet: SessionFleet, name = chrome) {
  const image = fleet.agent(0)?.images.find((one) => one.name === name)
  if (!image) throw new Error(`the view has no ${name}`)
  return image
}

test('shows an image as absent until the agent says more, and as present since it was first reported', () => {
  const fleet = new SessionFleet({ agents: 0, images })
  fleet.heartbeat(0, { docker_images: [] })
  const absent = { state: 'absent', digest: null, since: null, pull: null, failure: null, not_pulled: null }
  expect(imageOf(fleet)).toMatchObject({ image_id: expect.stringMatching(/^[0-9a-f]{32}$/), ...absent })
  fleet.nowMs += 30_000
  fleet.heartbeat(0)
  fleet.nowMs += 30_000
  fleet.heartbeat(0)
  const since = '2023-11-14 22:13:50.000000'
  expect(imageOf(fleet)).toMatchObject({ state: 'present', digest: digestOf('a'), since })
  fleet.nowMs += 30_000
  const other = { name: firefox, digest: digestOf('f') }
  fleet.heartbeat(0, { docker_images: [other, { name: chrome, digest: digestOf('b') }] })
  expect(imageOf(fleet)).toMatchObject({ digest: digestOf('b'), since: '2023-11-14 22:14:50.000000' })
  fleet.nowMs += 30_000
  fleet.heartbeat(0, { docker_images: [{ name: chrome, digest: digestOf('b') }] })
  expect(imageOf(fleet)).toMatchObject({ since: '2023-11-14 22:14:50.000000' })
  expect(imageOf(fleet, firefox).state).toBe('absent')
})

test('shows a queued pull and one that runs, with how far it is', () => {
  const fleet = new SessionFleet({ agents: 0, images })
  const pulling = { name: chrome, state: 'pulling' as const, reason: 'missing' as const, age_ms: 5_000 }
  fleet.heartbeat(0, {
    docker_images: [],
    ...report([
      { ...pulling, downloaded_bytes: 250, total_bytes: 1_000 },
      { name: firefox, state: 'queued', reason: 'missing' },
    ]),
  })
  expect(imageOf(fleet)).toMatchObject({
    state: 'pulling',
    since: '2023-11-14 22:13:15.000000',
    pull: { reason: 'missing', downloaded_bytes: 250, total_bytes: 1_000 },
    percent: 25,
  })
  expect(imageOf(fleet, firefox)).toMatchObject({ state: 'queued', percent: null })
  // A check-in that says nothing of images changes nothing; one that says nothing is under way does.
  fleet.heartbeat(0, { docker_images: [] })
  expect(imageOf(fleet).state).toBe('pulling')
  fleet.heartbeat(0, { docker_images: [], ...report([]) })
  expect(imageOf(fleet).state).toBe('absent')
})

test('shows why a pull failed and when, without the token, and keeps what is there while a refresh fails', () => {
  const fleet = new SessionFleet({ agents: 0, images })
  const failed = { name: chrome, state: 'failed' as const, cause: 'denied: robot:a-token-nobody-may-see' }
  fleet.heartbeat(0, { docker_images: [], ...report([failed]) })
  fleet.nowMs += 30_000
  fleet.heartbeat(0, { docker_images: [], ...report([failed]) })
  const failure = { cause: 'denied: robot:***', at: '2023-11-14 22:13:20.000000' }
  expect(imageOf(fleet)).toMatchObject({ state: 'failed', failure, digest: null })
  fleet.heartbeat(0, report([failed]))
  expect(imageOf(fleet)).toMatchObject({ state: 'present', failure, digest: digestOf('a') })
  expect(fleet.model.agentsView(fleet.nowMs).agents[0]?.images).toMatchObject({ present: 1, failed: 0, absent: 1 })
})

test('shows when an image is pulled again, where the agent says so, and how many sessions run it', () => {
  const fleet = new SessionFleet({ agents: 0, images })
  fleet.heartbeat(0, { refresh_due_in_ms: 60_000 })
  fleet.start()
  expect(fleet.agent(0)?.next_refresh).toBe('2023-11-14 22:14:20.000000')
  expect(imageOf(fleet)).toMatchObject({ next_refresh: '2023-11-14 22:14:20.000000', sessions: 1 })
  expect(imageOf(fleet, firefox)).toMatchObject({ next_refresh: null, sessions: 0 })
})

test('says why an agent does not pull an image, and does not miss it then', () => {
  const fleet = new SessionFleet({ agents: 1, images })
  fleet.updateImage({ enabled: false })
  expect(imageOf(fleet).not_pulled).toBe('disabled')
  fleet.updateImage({ enabled: true, docker_registry: null })
  expect(imageOf(fleet).not_pulled).toBe('no registry')
  fleet.updateAgent(0, { enabled: false })
  expect(imageOf(fleet, firefox).not_pulled).toBe('agent disabled')
  expect(fleet.model.agentsView(fleet.nowMs).agents[0]?.images).toMatchObject({ absent: 0, present: 1 })
  fleet.ask('delete_image', { target_image: { image_id: fleet.imageId } })
  expect(imageOf(fleet)).toMatchObject({ not_pulled: 'not defined', image_id: null, state: 'present' })
})

test('shows the load of an agent by its overrides, and its sessions', () => {
  const fleet = new SessionFleet()
  fleet.updateAgent(0, { cores_override: 4, memory_override: 8_000_000_000 })
  const kasm_id = fleet.start()
  expect(fleet.agent(0)).toMatchObject({
    sessions: 1,
    cores: { used: 2, total: 4 },
    memory: { used: 2_768_000_000, total: 8_000_000_000 },
    session_list: [{ kasm_id, image: chrome, digest: digestOf('a'), status: 'running', username: /^anon/ }],
  } satisfies object as object)
})

test('counts in the overview what the view of each agent lists, whatever an agent says', () => {
  const names = [chrome, firefox, 'team/other:1']
  const name = fc.constantFrom(...names)
  const held = fc.uniqueArray(name).map((list) => list.map((one) => ({ name: one, digest: digestOf('a') })))
  const state = fc.record({ name, state: fc.constantFrom('queued' as const, 'pulling' as const, 'failed' as const) })
  const states = fc.uniqueArray(state, { selector: (one) => one.name })
  fc.assert(
    fc.property(held, states, fc.boolean(), fc.boolean(), (docker_images, image_states, enabled, imageEnabled) => {
      const fleet = new SessionFleet({ agents: 0, images })
      fleet.heartbeat(0, { docker_images, image_states })
      fleet.updateAgent(0, { enabled })
      fleet.updateImage({ enabled: imageEnabled })
      const counts = { absent: 0, queued: 0, pulling: 0, present: 0, failed: 0 }
      for (const image of fleet.agent(0)?.images ?? []) {
        if (image.state !== 'absent' || image.not_pulled === null) counts[image.state] += 1
      }
      expect(fleet.model.agentsView(fleet.nowMs).agents[0]?.images).toEqual(counts)
    }),
  )
})

test('finds an agent by either of its ids and none by another', () => {
  const fleet = new SessionFleet()
  const agent = fleet.agent(0)
  expect(fleet.model.agentView(agent?.agent_id as string, fleet.nowMs)).toEqual(agent)
  expect(fleet.model.agentView('nobody', fleet.nowMs)).toBeNull()
})

/** The pages over `inject`, which calls from this machine. */
function startPages(options: { controlToken?: string } = {}) {
  const fleet = new SessionFleet({ agents: 0, images })
  const app = buildApp({ model: fleet.model, clock: createManualClock(fleet.nowMs), ...options })
  const get = async (url: string, headers: Record<string, string> = {}) => app.inject({ method: 'GET', url, headers })
  return { fleet, get }
}

test('serves a page of the fleet and one of each agent, which take care to harm nobody', async () => {
  const { fleet, get } = startPages()
  const cause = '<script>alert(1)</script> denied'
  fleet.heartbeat(0, {
    hostname: '<b>agent</b>',
    docker_images: [],
    ...report([{ name: chrome, state: 'failed', cause }]),
  })
  fleet.request()
  const overview = await get('/agents')
  expect(overview.headers['content-type']).toContain('text/html')
  expect(overview.headers['content-security-policy']).toContain("default-src 'none'")
  expect(overview.body).toContain('&lt;b&gt;agent&lt;/b&gt;')
  expect(overview.body).toContain('1 not staged')
  expect(overview.body).toContain('http-equiv="refresh"')
  const page = await get(`/agents/${serverIdOf(0)}?still`)
  expect(page.body).toContain('&lt;script&gt;alert(1)')
  expect(page.body).not.toContain('http-equiv="refresh"')
  for (const { body } of [overview, page]) expect(body).not.toMatch(/<script|<b>agent|a-token-nobody|src=|https?:\/\//)
  expect((await get('/agents/nobody')).statusCode).toBe(404)
})

test('shows a fleet without agents', async () => {
  const { get } = startPages()
  expect((await get('/agents')).body).toContain('No agent has checked in yet.')
})

test('asks for the control token where there is one', async () => {
  const { get } = startPages({ controlToken: 'open-sesame' })
  const basic = (password: string) => ({ authorization: `Basic ${Buffer.from(`me:${password}`).toString('base64')}` })
  const refused = await get('/agents', basic('wrong'))
  expect(refused.statusCode).toBe(401)
  expect(refused.headers['www-authenticate']).toContain('Basic')
  expect(refused.body).not.toContain('<html')
  expect((await get('/agents', basic('open-sesame'))).statusCode).toBe(200)
})

test('escapes whatever is put into markup, and nothing twice', () => {
  const inner = html`<i>${`"&'<>`}</i>`
  expect(html`<p title="${'"'}">${inner}${[inner]}${null}${0}</p>`.text).toBe(
    '<p title="&quot;"><i>&quot;&amp;&#39;&lt;&gt;</i><i>&quot;&amp;&#39;&lt;&gt;</i>0</p>',
  )
})

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1_500, '1.5 kB'],
  [2_768_000_000, '2.8 GB'],
  [320e9, '320 GB'],
  [9e15, '9000 TB'],
])('writes %d bytes as %s', (amount, text) => {
  expect(bytes(amount)).toBe(text)
})
