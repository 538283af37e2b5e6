// The control API: reset, snapshots, quirks, delays, agents; who may call it; what it says to those who call it wrongly.
import { expect, test } from 'vitest'
import { type ControlCaller, refuseControl } from '../../server/control/access.ts'
import { catalogueSeeds } from '../../server/model/catalogue.ts'
import { startControlled, startMs } from './control-support.ts'
import { chrome, firefox } from './support.ts'

test('goes back to the seed: state, quirks, delays, faults and journal', async () => {
  const { post, get, developer, imageNames } = startControlled()
  await developer('create_image', { target_image: { name: firefox } })
  await post('/quirks', { 'errors.permission': 200 })
  await post('/session-delays', { starting: '30s' })
  await post('/faults', { kind: 'status', status: 503 })
  expect((await get('/journal')).body.total).toBe(1)
  expect(await post('/reset')).toMatchObject({ status: 200, body: { images: 1, users: 2, api_keys: 1 } })
  expect(await imageNames()).toEqual([chrome])
  expect((await get('/quirks')).body['errors.permission']).toBe(403)
  expect((await get('/session-delays')).body.starting).toBe('1000ms')
  expect((await get('/faults')).body.faults).toEqual([])
  expect((await get('/journal')).body.total).toBe(1)
})

test('keeps the ids of a fresh start after a reset, and lets agents notice it', async () => {
  const { post, developer, model } = startControlled()
  const before = (await developer('get_images')).body.images
  const { revision } = model.areas.images
  await post('/reset')
  expect((await developer('get_images')).body.images).toEqual(before)
  expect(model.areas.images.revision).toBeGreaterThan(revision)
})

test('leaves clock and snapshots alone in a reset', async () => {
  const { post, get } = startControlled()
  await post('/snapshots', { name: 'kept' })
  await post('/clock', { advance: '1h' })
  await post('/reset')
  expect((await get('/clock')).body.nowMs).toBe(startMs + 3_600_000)
  expect((await get('/snapshots')).body.snapshots).toHaveLength(1)
})

test('restores a snapshot by name, and forgets one that is deleted', async () => {
  const { post, get, delete: remove, developer, imageNames } = startControlled()
  expect(await post('/snapshots', { name: 'one image' })).toMatchObject({ body: { name: 'one image' } })
  await developer('create_image', { target_image: { name: firefox } })
  await post('/quirks', { 'ids.dashes': true })
  await post('/snapshots', { name: 'two' })
  await post('/snapshots/one%20image/restore')
  expect(await imageNames()).toEqual([chrome])
  expect((await get('/quirks')).body['ids.dashes']).toBe(false)
  await post('/snapshots/two/restore')
  expect(await imageNames()).toEqual([chrome, firefox])
  expect((await remove('/snapshots/two')).status).toBe(204)
  expect(await post('/snapshots/two/restore')).toMatchObject({
    status: 404,
    body: { error: { message: expect.stringContaining('there is no snapshot "two"') } },
  })
  expect((await get('/snapshots')).body.snapshots).toEqual([
    { name: 'one image', takenAt: '2026-01-01T00:00:00.000Z', records: expect.any(Number) },
  ])
})

test('brings agents back as silent as they were when the snapshot was taken', async () => {
  const { post, developer, heartbeat } = startControlled({ autoEnableAgents: true })
  await heartbeat()
  await post('/clock', { advance: '1m' })
  await post('/snapshots', { name: 'fleet' })
  await post('/clock', { advance: '3h' })
  expect((await developer('get_agents')).body.agents).toEqual([])
  await post('/snapshots/fleet/restore')
  const { agents } = (await developer('get_agents')).body
  expect(agents).toMatchObject([{ status: 'running', last_reported: '2026-01-01 03:00:00.000000' }])
})

test('sets quirks and refuses those that there are not, changing none', async () => {
  const { post, get } = startControlled()
  expect((await post('/quirks', { 'auth.basic': false })).body['auth.basic']).toBe(false)
  const answer = await post('/quirks', { 'ids.dashes': true, 'errors.permision': 200 })
  expect(answer).toMatchObject({ status: 400, body: { error: { code: 'CONTROL_INVALID' } } })
  expect(answer.body.error.message).toContain('errors.permision is not known')
  expect((await get('/quirks')).body['ids.dashes']).toBe(false)
})

test('shows the agents, and has the call-back to one of them fail', async () => {
  const { post, get, heartbeat } = startControlled({ autoEnableAgents: true })
  await heartbeat()
  const [agent] = (await get('/agents')).body.agents
  expect(agent).toMatchObject({ hostname: 'agent-1', unreachable: null })
  const changed = await post(`/agents/${agent.server_id}`, { unreachable: 'no route' })
  expect(changed.body).toMatchObject({ hostname: 'agent-1', unreachable: 'no route' })
  expect((await get(`/agents/${agent.agent_id}`)).body.unreachable).toBe('no route')
  expect((await get('/agents/nobody')).status).toBe(404)
})

test('names the calls there are to those who ask for others', async () => {
  const { call } = startControlled()
  expect(await call('GET', '/rest')).toMatchObject({ status: 404 })
  expect(await call('PUT', '/faults')).toMatchObject({ status: 405, headers: { allow: 'GET, POST, DELETE' } })
  expect(await call('POST', '/clock', '{')).toMatchObject({ status: 400 })
  expect(
    await call('POST', '/clock', 'advance=30m', { 'content-type': 'application/x-www-form-urlencoded' }),
  ).toMatchObject({
    status: 415,
  })
  expect((await call('POST', '/clock', { advanced: '30m' })).body.error.message).toBe(
    'Failed to answer POST /__sim__/clock: advanced is not known. docs/control.md explains each call.',
  )
  expect((await call('POST', '/clock')).status).toBe(400)
})

const local: ControlCaller = {
  headers: { host: '127.0.0.1:8080' },
  remoteAddress: '127.0.0.1',
  httpVersion: '1.1',
  isOfThisUser: () => true,
}

test.for([
  ['a caller on this machine', local, null],
  ['one over IPv6', { ...local, remoteAddress: '::1' }, null],
  ['one of another machine', { ...local, remoteAddress: '192.0.2.7' }, 403],
  ['one behind a proxy', { ...local, headers: { 'x-forwarded-for': '192.0.2.7' } }, 403],
  ['one behind a proxy that speaks HTTP/1.0', { ...local, httpVersion: '1.0' }, 403],
  ['another user of this machine, as a proxy is', { ...local, isOfThisUser: () => false }, 403],
  ['a page of this server', { ...local, headers: { host: 'localhost:8080', origin: 'http://localhost:8080' } }, null],
  ['a name that someone had lead here', { ...local, headers: { host: 'evil.example:8080' } }, 403],
  ['a page of another site', { ...local, headers: { host: 'localhost:8080', origin: 'https://evil.example' } }, 403],
] satisfies [string, ControlCaller, number | null][])('without a token: %s', ([, caller, status]) => {
  expect(refuseControl(caller, null)?.status ?? null).toBe(status)
})

test.for([
  ['none', {}, 401],
  ['a wrong one', { authorization: 'Bearer wrong' }, 401],
  ['the right one as Bearer', { authorization: 'Bearer s3cret' }, null],
  ['the right one in its own header', { 'x-kasm-sim-control-token': 's3cret' }, null],
] as const)('with a token, wherever the caller is: %s', ([, headers, status]) => {
  for (const remoteAddress of ['192.0.2.7', '127.0.0.1']) {
    const caller = { ...local, isOfThisUser: () => false, headers, remoteAddress }
    expect(refuseControl(caller, 's3cret')?.status ?? null).toBe(status)
  }
})

test('asks every call for the token, the documentation included', async () => {
  const { call } = startControlled({ controlToken: 's3cret' })
  for (const path of ['/clock', '/openapi.json', '/docs', '/nothing']) {
    expect(await call('GET', path), path).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer' } })
  }
  expect((await call('GET', '/clock', undefined, { authorization: 'Bearer s3cret' })).status).toBe(200)
})

test.for([
  ['the catalogue', catalogueSeeds()],
  ['1,000 images', Array.from({ length: 1_000 }, (_, index) => ({ name: `team/app-${index}:1.0` }))],
] as const)('resets %s without making anything anew', async ([, images]) => {
  const { post, model } = startControlled({ images: [...images] })
  const before = model.snapshot().images.map(([, row]) => row)
  await post('/reset')
  const after = model.snapshot().images.map(([, row]) => row)
  expect(after.every((row, index) => row === before[index])).toBe(true)
  expect(after).toHaveLength(images.length)
})
