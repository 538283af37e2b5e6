// What callers can make the server remember or do is bounded: log-ins, waits, faults, moves of the clock; and who may do everything.
import { expect, test } from 'vitest'
import { createApiFaults } from '../../server/control/api-faults.ts'
import { checkFaultSource } from '../../server/control/checks.ts'
import { Waits } from '../../server/control/waits.ts'
import { closest } from '../../server/kernel/suggest.ts'
import { Timekeeper } from '../../server/kernel/timekeeper.ts'
import { administratorsGroupId } from '../../server/model/defaults.ts'
import { startControlled } from './control-support.ts'
import { chrome, digestOf, heartbeatBody, startTestApp } from './support.ts'

const dayMs = 24 * 3_600_000

test('log-ins that have expired are removed', async () => {
  const { developer, model, clock } = startTestApp()
  const { users } = (await developer('get_users')).body
  const target_user = { user_id: users[0].user_id }
  for (let count = 0; count < 5; count += 1) await developer('create_session_token', { target_user })
  clock.advance(dayMs / 2)
  await developer('create_session_token', { target_user })
  clock.advance(dayMs / 2)
  expect((await developer('get_session_tokens', { target_user })).body.session_tokens).toHaveLength(1)
  expect(model.areas.rows.logins.size).toBe(1)
  clock.advance(dayMs)
  await developer('get_images')
  expect(model.areas.rows.logins.size).toBe(0)
})

test('a user has a thousand log-ins at most, and takes none from others', async () => {
  const { developer, model } = startTestApp()
  const { users } = (await developer('get_users')).body
  const [one, other] = users.map(({ user_id }: { user_id: string }) => ({ user_id }))
  await developer('create_session_token', { target_user: other })
  for (let count = 0; count < 1_010; count += 1) {
    model.handle({ operation: 'create_session_token', body: { target_user: one }, nowMs: 1_700_000_000_000 + count })
  }
  expect(model.areas.rows.logins.size).toBe(1_001)
  expect((await developer('get_session_tokens', { target_user: other })).body.session_tokens).toHaveLength(1)
})

test('a fault remembers a bounded number of callers, by names of bounded length', () => {
  const { faults, control } = createApiFaults({ nowMs: () => 0, check: checkFaultSource })
  control.inject({ name: 'first', kind: 'internal-error', succeedFirst: 1 })
  const decide = (caller: string) =>
    faults.decide({ operation: 'get_images', path: '/api/public/get_images', caller, agent: null, source: '::1' }, 0)
  const long = 'x'.repeat(100_000)
  expect([decide(long), decide(long)?.fault]).toEqual([null, 'first'])
  for (let count = 0; count < 20_000; count += 1) decide(`caller-${count}`)
  expect(decide('caller-19999')?.fault).toBe('first')
  // The one that has been silent for longest is one that was never heard of.
  expect(decide(long)).toBeNull()
})

test.for([
  [{ kind: 'internal-error', for: '9999999999d' }, 'for must be at most'],
  [{ kind: 'internal-error', for: `${'9'.repeat(400)}d` }, 'for must be at most'],
  [{ kind: 'latency', delay: '2d' }, 'delay must be at most'],
  [{ kind: 'latency', delay: { distribution: 'uniform', low: '1s', high: '2d' } }, 'delay.high must be at most'],
  [{ kind: 'slow-body', rate: '0kB/s' }, 'rate must be from 0.001kB/s to 1000GB/s'],
  [{ kind: 'slow-body', rate: `${'9'.repeat(400)}GB/s` }, 'rate must be from 0.001kB/s to 1000GB/s'],
  [{ kind: 'internal-error', seed: 1e300 }, 'beyond'],
  [{ kind: 'internal-error', times: 0 }, 'times'],
] as const)('refuses the fault %j', async ([fault, problem]) => {
  const { post, get } = startControlled()
  const { status, body } = await post('/faults', fault)
  expect(status).toBe(400)
  expect(body.error.message).toContain(problem)
  expect(await get('/faults')).toMatchObject({ status: 200, body: { faults: [] } })
})

test.for([
  { speed: 1e308 },
  { speed: 100_001 },
  { speed: 0 },
  { speed: 1e-300 },
  { advance: '99999999d' },
  { advance: `${'9'.repeat(400)}d` },
  { set: '+200000-01-01T00:00:00Z' },
])('refuses to change the clock by %j', async (changes) => {
  const { post, get } = startControlled()
  const before = (await get('/clock')).body
  expect((await post('/clock', changes)).status).toBe(400)
  expect((await get('/clock')).body).toEqual(before)
})

test('refuses delays of sessions that never end', async () => {
  const { post, get } = startControlled()
  const before = (await get('/session-delays')).body
  for (const starting of ['99999999d', `${'9'.repeat(400)}d`]) {
    expect((await post('/session-delays', { starting })).status).toBe(400)
  }
  expect((await get('/session-delays')).body).toEqual(before)
})

test('a move of the clock ends with its caller, and the next goes on from there', async () => {
  const clock = new Timekeeper({ startMs: 0, frozen: true })
  const gone = new AbortController()
  let moments = 0
  const again = () => {
    moments += 1
    if (moments === 10) gone.abort()
    clock.at(clock.nowMs() + 1_000, again)
  }
  clock.at(1_000, again)
  await clock.advance(3_650 * dayMs, gone.signal)
  expect(clock.nowMs()).toBe(10_000)
  await clock.advance(5_000, gone.signal)
  expect(clock.nowMs()).toBe(10_000)
  await clock.advance(5_000)
  expect(clock.nowMs()).toBe(15_000)
  clock.close()
})

test('calls are answered while the clock moves on by years', async () => {
  const { post, clock, developer } = startControlled()
  const again = () => void clock.at(clock.nowMs() + 1, again)
  clock.at(clock.nowMs() + 1, again)
  const gone = new AbortController()
  const moved = clock.advance(3_650 * dayMs, gone.signal)
  expect((await developer('get_images')).status).toBe(200)
  expect((await post('/wait-for', { request: { operation: 'get_images' }, timeout: '1s' })).status).toBe(200)
  gone.abort()
  await moved
})

test('waits are judged when what they depend on has changed, and at no other time', async () => {
  const clock = new Timekeeper({ startMs: 0, frozen: true })
  const waits = new Waits(clock, clock)
  let [version, judged] = [0, 0]
  const judge = () => {
    judged += 1
    return { met: version === 2, nextMs: Number.POSITIVE_INFINITY, describe: () => ({ state: {}, missing: [] }) }
  }
  const { signal } = new AbortController()
  const waiting = Array.from({ length: 500 }, () => {
    return waits.until({ about: 'state', judge, versions: () => [version] }, { timeoutMs: 60_000, signal })
  })
  const turns = async () => {
    for (let turn = 0; turn < 600; turn += 1) await new Promise(setImmediate)
  }
  expect(judged).toBe(500)
  waits.notice('state')
  await turns()
  expect(judged).toBe(500)
  version = 1
  waits.notice('state')
  await turns()
  expect(judged).toBe(1_000)
  version = 2
  waits.notice('state')
  for (const { met } of await Promise.all(waiting)) expect(met).toBe(true)
  expect(judged).toBe(1_500)
  clock.close()
})

test('what goes wrong with one wait is told to its caller alone', async () => {
  const clock = new Timekeeper({ startMs: 0, frozen: true })
  const waits = new Waits(clock, clock)
  const { signal } = new AbortController()
  const facts = { met: false, nextMs: Number.POSITIVE_INFINITY, describe: () => ({ state: {}, missing: ['it'] }) }
  const fails = () => {
    throw new RangeError('too deep')
  }
  const describesBadly = { about: 'state' as const, judge: () => ({ ...facts, describe: fails }), versions: () => [] }
  const bad = waits.until(describesBadly, { timeoutMs: 1_000, signal })
  const good = waits.until({ about: 'state', judge: () => facts, versions: () => [] }, { timeoutMs: 1_000, signal })
  const refused = expect(bad).rejects.toThrow('too deep')
  await clock.advance(1_000)
  await refused
  expect(await good).toMatchObject({ met: false, missing: ['it'] })
  clock.close()
})

test('refuses more waits than can be, and has room again for others', async () => {
  const clock = new Timekeeper({ startMs: 0, frozen: true })
  const waits = new Waits(clock, clock)
  const facts = { met: false, nextMs: Number.POSITIVE_INFINITY, describe: () => ({ state: {}, missing: [] }) }
  const condition = { about: 'state' as const, judge: () => facts, versions: () => [] }
  const gone = new AbortController()
  const waiting = Array.from({ length: 5_000 }, () => waits.until(condition, { timeoutMs: 1_000, signal: gone.signal }))
  expect(() => waits.until(condition, { timeoutMs: 1_000, signal: gone.signal })).toThrow('5000 callers wait already')
  gone.abort()
  await Promise.all(waiting)
  const last = waits.until(condition, { timeoutMs: 1_000, signal: new AbortController().signal })
  await clock.advance(1_000)
  expect((await last).met).toBe(false)
  clock.close()
})

test('hundreds of waits end as what they wait for comes about', async () => {
  const { app, developer, heartbeat, post } = startControlled({ autoEnableAgents: true })
  const wishes = [
    { image: chrome, presentOn: 'all' },
    { image: chrome, presentOn: 1 },
    { image: chrome, presentOn: ['agent-1'] },
    { request: { operation: 'get_zones' } },
    { request: { operation: 'heartbeat', body: { hostname: 'agent-1' } } },
  ]
  const waiting = Array.from({ length: 200 }, (_, index) => {
    return post('/wait-for', { ...wishes[index % wishes.length], timeout: '1m' })
  })
  await app.ready()
  await developer('get_zones')
  await heartbeat(heartbeatBody({ docker_images: [] }))
  await heartbeat(heartbeatBody({ docker_images: [{ name: chrome, digest: digestOf('a') }] }))
  for (const { status, body } of await Promise.all(waiting)) expect(status, JSON.stringify(body)).toBe(200)
})

test('an agent that was silent and comes back as it was meets a wait for it', async () => {
  const { clock, heartbeat, post } = startControlled({ autoEnableAgents: true })
  const docker_images = [{ name: chrome, digest: digestOf('a') }]
  await heartbeat({ docker_images })
  await clock.advance(600_000)
  const waiting = post('/wait-for', { image: chrome, presentOn: ['agent-1'], timeout: '1m' })
  await heartbeat({ docker_images })
  expect((await waiting).status).toBe(200)
})

test('looks for no likeness to a text of any length', () => {
  expect(closest('get_imagse', ['get_images'])).toBe('get_images')
  expect(closest('x'.repeat(100_000), ['x'.repeat(100_001)])).toBeNull()
})

test('who may change groups alone takes nothing from whoever may do everything', async () => {
  const { developer, send } = startTestApp()
  const { api_config } = (await developer('create_api_configs', { api_config: { name: 'groups' } })).body
  const target_permissions = [
    'groups_modify',
    'groups_delete',
    'groups_create',
    'groups_view',
    'users_modify',
    'users_delete',
  ]
  await developer('add_permissions_group', { target_api_config: { api_id: api_config.api_id }, target_permissions })
  const key = { api_key: api_config.api_key, api_key_secret: api_config.api_key_secret }
  const { users } = (await developer('get_users')).body
  const admin = users.find(({ username }: { username: string }) => username.startsWith('admin@'))
  const target_user = { user_id: admin.user_id }
  const { group } = (await developer('create_group', { target_group: { name: 'More', permissions: ['global_admin'] } }))
    .body
  await developer('add_user_group', { target_user, target_group: { group_id: group.group_id } })
  const groupsOf = async () => (await developer('get_user', { target_user })).body.user.groups
  const before = await groupsOf()
  for (const [verb, body] of [
    ['remove_user_group', { target_user, target_group: { group_id: administratorsGroupId } }],
    ['remove_user_group', { target_user, target_group: { group_id: group.group_id } }],
    ['delete_group', { target_group: { group_id: group.group_id } }],
    ['update_user', { target_user: { ...target_user, disabled: true } }],
    ['update_user', { target_user: { ...target_user, locked: true } }],
    ['delete_user', { target_user, force: true }],
  ] as const) {
    expect((await send(`/api/public/${verb}`, { ...key, ...body })).status, verb).toBe(403)
  }
  expect(await groupsOf()).toEqual(before)
  // Others are hers to move, and an administrator's equals may do all of it.
  const other = users.find(({ user_id }: { user_id: string }) => user_id !== admin.user_id)
  const plain = (await developer('create_group', { target_group: { name: 'Testers', permissions: ['images_view'] } }))
    .body
  const membership = { target_user: { user_id: other.user_id }, target_group: { group_id: plain.group.group_id } }
  await developer('add_user_group', membership)
  expect((await send('/api/public/remove_user_group', { ...key, ...membership })).status).toBe(200)
  expect((await developer('delete_group', { target_group: { group_id: group.group_id } })).status).toBe(200)
})
