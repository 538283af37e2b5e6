// Waiting for the fake to come to something: answered at once, at the event, at the moment, or with what is wanting.
import { expect, onTestFinished, test } from 'vitest'
import { startWebApp } from '../../server/main.ts'
import { startControlled, startMs } from './control-support.ts'
import { chrome, digestOf, heartbeatBody } from './support.ts'

type Fake = ReturnType<typeof startControlled>

const holding = (digit: string) => ({ docker_images: [{ name: chrome, digest: digestOf(digit) }] })
const second = { server_id: '1b3c5d7e-91a2-4b6c-8d0e-f1a2b3c4d5e6', hostname: 'agent-2' }

/** A wait that has begun: when this resolves, the server has judged it once. */
async function begin({ post, get }: Fake, wish: object) {
  let isOver = false
  const answer = post('/wait-for', { timeout: '1h', ...wish }).finally(() => {
    isOver = true
  })
  await get('/clock')
  await get('/clock')
  return { answer, isOver: () => isOver }
}

test('answers at once where it is met already, even while the clock is frozen', async () => {
  const fake = startControlled({ autoEnableAgents: true })
  await fake.heartbeat(holding('a'))
  expect(await fake.post('/wait-for', { image: chrome })).toEqual({
    status: 200,
    headers: expect.anything(),
    body: { met: true, atMs: startMs, state: { image: chrome, agents: 1, present: 1 }, missing: [] },
  })
})

test('waits until all agents hold an image, and any digest or one digest of it', async () => {
  const fake = startControlled({ autoEnableAgents: true })
  await fake.heartbeat(holding('a'))
  await fake.heartbeat(second)
  const any = await begin(fake, { image: chrome, presentOn: 'all' })
  const one = await begin(fake, { image: chrome, presentOn: 'all', digest: digestOf('b') })
  expect(any.isOver()).toBe(false)
  await fake.heartbeat({ ...second, ...holding('b') })
  expect(await any.answer).toMatchObject({ status: 200, body: { met: true, state: { agents: 2, present: 2 } } })
  expect(one.isOver()).toBe(false)
  await fake.heartbeat(holding('b'))
  expect((await one.answer).body.met).toBe(true)
})

test('waits for a number of agents, or for certain ones, by name or id of the image', async () => {
  const fake = startControlled({ autoEnableAgents: true })
  await fake.heartbeat(holding('a'))
  await fake.heartbeat(second)
  const [{ image_id }] = (await fake.developer('get_images')).body.images
  const met = async (wish: object) => (await fake.post('/wait-for', { timeout: '1ms', ...wish })).body
  expect(await met({ image: image_id, presentOn: 1 })).toMatchObject({ met: true })
  expect(await met({ image: chrome, presentOn: 2 })).toMatchObject({
    met: false,
    missing: ['1 of 2 agents hold it', 'agent-2 holds no digest of it'],
  })
  expect(await met({ image: chrome, presentOn: ['agent-1'] })).toMatchObject({ met: true })
  expect(await met({ image: chrome, presentOn: ['agent-1', 'agent-9'] })).toMatchObject({
    met: false,
    missing: ['no enabled agent agent-9 is running'],
  })
  expect(await met({ image: chrome, digest: digestOf('b'), presentOn: ['agent-1'] })).toMatchObject({
    missing: [`agent-1 holds ${digestOf('a')}`],
  })
})

test('counts neither disabled agents nor those that an image is not for', async () => {
  const fake = startControlled({ autoEnableAgents: true, zones: ['default', 'emea'] })
  await fake.heartbeat(holding('a'))
  await fake.heartbeat({ ...second, zone_name: 'emea' })
  const [{ image_id }] = (await fake.developer('get_images')).body.images
  const met = async () => (await fake.post('/wait-for', { image: chrome, timeout: '1ms' })).body.met
  expect(await met()).toBe(false)
  const target_image = { image_id, restrict_to_zone: true, zone_name: 'default' }
  await fake.developer('update_image', { target_image })
  expect(await met()).toBe(true)
  const { agents } = (await fake.developer('get_agents')).body
  for (const { agent_id } of agents)
    await fake.developer('update_agent', { target_agent: { agent_id, enabled: false } })
  expect((await fake.post('/wait-for', { image: chrome, timeout: '1ms' })).body.missing).toEqual([
    'no enabled agent is running',
  ])
})

test('waits no longer for agents that have fallen silent', async () => {
  const fake = startControlled({ autoEnableAgents: true })
  await fake.heartbeat(second)
  await fake.post('/clock', { advance: '5m' })
  await fake.heartbeat(holding('a'))
  const wait = await begin(fake, { image: chrome })
  await fake.post('/clock', { advance: '4m59s' })
  expect(wait.isOver()).toBe(false)
  await fake.post('/clock', { advance: '3m' })
  expect((await wait.answer).body).toMatchObject({ met: true, state: { agents: 1, present: 1 } })
})

test('waits for a session at the moment at which it is running, and until it is gone', async () => {
  const fake = startControlled({ autoEnableAgents: true })
  await fake.heartbeat(holding('a'))
  const [{ image_id }] = (await fake.developer('get_images')).body.images
  const { kasm_id } = (await fake.developer('request_kasm', { image_id })).body
  const running = await begin(fake, { session: kasm_id, status: 'running' })
  expect(running.isOver()).toBe(false)
  await fake.post('/clock', { advance: '10s' })
  expect((await running.answer).body).toMatchObject({
    met: true,
    atMs: startMs + 1_000,
    state: { session: kasm_id, status: 'running' },
  })
  const gone = await begin(fake, { session: kasm_id, status: 'gone' })
  expect(gone.isOver()).toBe(false)
  await fake.developer('destroy_kasm', { kasm_id })
  expect((await gone.answer).body.met).toBe(true)
})

test('notices what is done past the API', async () => {
  const fake = startControlled({ autoEnableAgents: true })
  const wait = await begin(fake, { image: chrome })
  fake.model.handle({ operation: 'heartbeat', body: heartbeatBody(holding('a')), nowMs: startMs })
  expect((await wait.answer).body.met).toBe(true)
})

test('waits for a call that matches, and says what came nearest', async () => {
  const fake = startControlled()
  const request = { operation: 'create_image', body: { target_image: { name: 'a:1' } } }
  const wait = await begin(fake, { request })
  await fake.developer('create_image', { target_image: { name: 'a:2' } })
  const { status, body } = await fake.post('/wait-for', { request, timeout: '1ms' })
  expect(status).toBe(408)
  expect(body.missing[0]).toContain('body.target_image.name differs')
  expect(wait.isOver()).toBe(false)
  await fake.developer('create_image', { target_image: { name: 'a:1' } })
  expect((await wait.answer).body).toMatchObject({ met: true, state: { matches: [{ sequence: 2 }] } })
  expect((await fake.post('/wait-for', { request: { ...request, after: 2 }, timeout: '1ms' })).status).toBe(408)
})

test.for([
  { image: chrome, presentOn: 0 },
  { image: chrome, status: 'running' },
  { session: 'x', status: 'asleep' },
  { image: chrome, timeout: 'long' },
  { image: chrome, timeout: '2d' },
  {},
])('refuses %o', async (wish) => {
  expect((await startControlled().post('/wait-for', wish)).status).toBe(400)
})

test('ends a wait with the server, and with the caller', async () => {
  const webApp = await startWebApp({ images: [] })
  let isClosed = false
  onTestFinished(() => (isClosed ? undefined : webApp.close()))
  const wait = (signal?: AbortSignal) =>
    fetch(`${webApp.url}/__sim__/wait-for`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ request: { operation: 'never' }, timeout: '1h' }),
      ...(signal ? { signal } : {}),
    })
  const caller = new AbortController()
  const left = wait(caller.signal)
  await fetch(`${webApp.url}/__sim__/clock`)
  caller.abort()
  await expect(left).rejects.toThrow()
  const waiting = wait().catch(() => null)
  await fetch(`${webApp.url}/__sim__/clock`)
  await webApp.close()
  isClosed = true
  await waiting
})

test('says where no image is defined under the name that is waited for', async () => {
  const fake = startControlled({ autoEnableAgents: true })
  await fake.heartbeat()
  const { body } = await fake.post('/wait-for', { image: 'team/typo:1', presentOn: 'all', timeout: '1ms' })
  expect(body.missing).toEqual(['no image is defined as team/typo:1', 'agent-1 holds no digest of it'])
})
