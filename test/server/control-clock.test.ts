// The clock of the fake, moved over the control API: everything that is due happens, in order, and every date follows.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { buildApp } from '../../server/app.ts'
import { createManualClock } from '../../server/kernel/clock.ts'
import { startWebApp } from '../../server/main.ts'
import { createKasmModel } from '../../server/model/model.ts'
import { startControlled, startMs } from './control-support.ts'
import { chrome, digestOf } from './support.ts'

test('tells the time, and moves on only when it is told to while it is frozen', async () => {
  const { get, post, clock } = startControlled()
  clock.at(startMs + 5_000, () => {})
  expect((await get('/clock')).body).toEqual({
    now: '2026-01-01T00:00:00.000Z',
    nowMs: startMs,
    frozen: true,
    speed: 1,
    next: '2026-01-01T00:00:05.000Z',
    controllable: true,
  })
  expect((await post('/clock', { advance: '30m' })).body).toMatchObject({ now: '2026-01-01T00:30:00.000Z', next: null })
  expect((await post('/clock', { set: '2026-02-01T00:00:00Z' })).body.now).toBe('2026-02-01T00:00:00.000Z')
})

test('runs and paces the clock', async () => {
  const { post, clock } = startControlled()
  expect((await post('/clock', { speed: 1_000 })).body).toMatchObject({ frozen: true, speed: 1_000 })
  expect((await post('/clock', { freeze: false })).body).toMatchObject({ frozen: false, speed: 1_000 })
  await expect.poll(() => clock.nowMs()).toBeGreaterThan(startMs + 1_000)
  expect((await post('/clock', { freeze: true, speed: 2 })).body).toMatchObject({ frozen: true, speed: 2 })
})

test('runs what is due in order, what it begins too, and answers once that has settled', async () => {
  const { post, clock } = startControlled()
  const happened: string[] = []
  clock.at(startMs + 60_000, () => happened.push('second'))
  clock.at(startMs + 30_000, () => {
    happened.push('first')
    const { end } = clock.begin('a request')
    setImmediate(() => {
      happened.push('settled')
      end()
    })
  })
  await post('/clock', { advance: '1m' })
  expect(happened).toEqual(['first', 'settled', 'second'])
})

test('lets agents fall silent: missing after 600 s, gone after 3,600 s', async () => {
  const { post, developer, heartbeat } = startControlled()
  await heartbeat()
  const status = async () =>
    (await developer('get_agents')).body.agents.map((agent: { status: string }) => agent.status)
  await post('/clock', { advance: '599s' })
  expect(await status()).toEqual(['running'])
  await post('/clock', { advance: '1s' })
  expect(await status()).toEqual(['missing'])
  await post('/clock', { advance: '1h' })
  expect(await status()).toEqual([])
})

test('walks sessions on and dates everything by the clock', async () => {
  const { post, developer, heartbeat } = startControlled({ autoEnableAgents: true })
  await heartbeat({ docker_images: [{ name: chrome, digest: digestOf('a') }] })
  const [{ image_id }] = (await developer('get_images')).body.images
  const { kasm_id } = (await developer('request_kasm', { image_id })).body
  await post('/clock', { advance: '90s' })
  const { kasm } = (await developer('get_kasm_status', { kasm_id })).body
  expect(kasm).toMatchObject({
    operational_status: 'running',
    created_date: '2026-01-01 00:00:00.000000',
    start_date: '2026-01-01 00:00:01.000000',
  })
})

test.for([
  [{ set: '2025-12-31T00:00:00Z' }, 'past'],
  [{ set: 'soon' }, 'no date'],
  [{ advance: '9999999d' }, '9999'],
  [{ advance: '30' }, 'duration such as'],
  [{ speed: 0 }, 'speed'],
] as const)('refuses %o and leaves the clock as it is', async ([changes, reason]) => {
  const { post, get } = startControlled()
  const { status, body } = await post('/clock', { freeze: false, ...changes })
  expect(status).toBe(400)
  expect(body.error.message).toContain(reason)
  expect((await get('/clock')).body).toMatchObject({ nowMs: startMs, frozen: true })
})

test('says who moves a clock that is not the fake’s own', async () => {
  const app = buildApp({ model: createKasmModel(), clock: createManualClock(startMs) })
  onTestFinished(() => app.close())
  expect((await app.inject('/__sim__/clock')).json()).toMatchObject({ nowMs: startMs, controllable: false })
  const answer = await app.inject({ method: 'POST', url: '/__sim__/clock', payload: { advance: '1m' } })
  expect(answer.statusCode).toBe(400)
  expect(answer.json().error.message).toBe(
    'Failed to change the clock: it belongs to the program that started the server. Move it there.',
  )
})

test('waits for the calls to agents that are under way before it moves on', async () => {
  let release = () => {}
  const called = Promise.withResolvers<void>()
  const agent = createServer((_request, response) => {
    release = () => response.end()
    called.resolve()
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void agent.close())
  await new Promise((resolve) => agent.once('listening', resolve))
  const { port } = agent.address() as AddressInfo
  const webApp = await startWebApp({ images: [{ name: chrome }], autoEnableAgents: true })
  onTestFinished(() => webApp.close())
  const post = (path: string, body: object, headers: Record<string, string> = {}) =>
    fetch(webApp.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
  const authorization = `Bearer ${webApp.managerToken}`
  const { heartbeatBody } = await import('./support.ts')
  const held = [{ name: chrome, digest: digestOf('a') }]
  const address = { public_hostname: '127.0.0.1', scheme: 'http', port } as never
  await post('/manager_api/api/v1/heartbeat', heartbeatBody({ docker_images: held, ...(address as object) }), {
    authorization,
  })
  const credentials = { api_key: webApp.apiKey, api_key_secret: webApp.apiKeySecret }
  const { images } = (await (await post('/api/public/get_images', credentials)).json()) as {
    images: { image_id: string }[]
  }
  const requested = post('/api/public/request_kasm', { ...credentials, image_id: images[0]?.image_id })
  await called.promise
  let moved = false
  const advanced = post('/__sim__/clock', { advance: '1h' }).then(() => {
    moved = true
  })
  await (await fetch(`${webApp.url}/api/__healthcheck`)).json()
  expect(moved).toBe(false)
  release()
  expect(((await (await requested).json()) as { kasm_id?: string }).kasm_id).toMatch(/^[0-9a-f]{32}$/)
  await advanced
})

test('says how a duration is written, and takes a call of no bytes that is called JSON', async () => {
  const { post, app } = startControlled()
  const { body } = await post('/clock', { advance: '1 fortnight' })
  expect(body.error.message).toContain('advance must be a duration such as 250ms, 30s, 5m, 1h30m or 2d')
  const headers = { 'content-type': 'application/json' }
  expect((await app.inject({ method: 'POST', url: '/__sim__/reset', headers })).statusCode).toBe(200)
})
