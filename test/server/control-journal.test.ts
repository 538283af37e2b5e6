// The journal of the fake's API: what is kept, that no secret is, and what verification says about calls that did not come.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Journal, type RecordedCall } from '../../server/control/journal.ts'
import { differencesOf } from '../../server/control/match.ts'
import { redact } from '../../server/control/redaction.ts'
import { verify } from '../../server/control/verification.ts'
import { startControlled, startMs } from './control-support.ts'
import { chrome, digestOf } from './support.ts'

test('keeps who called what, when, and what came of it', async () => {
  const { get, developer, heartbeat, app } = startControlled()
  await developer('get_image', { image_id: 'nonsense' })
  await developer('get_image', { image_id: '0'.repeat(32) })
  await heartbeat()
  await app.inject({ method: 'POST', url: '/api/public/no_such_verb', payload: {} })
  await app.inject({ method: 'POST', url: '/api/admin/get_images?x=1', payload: { api_key: 'nobody' } })
  const { total, entries } = (await get('/journal')).body
  expect(total).toBe(5)
  const common = { method: 'POST', atMs: startMs, fault: null }
  expect(entries).toMatchObject([
    { ...common, sequence: 1, operation: 'get_image', status: 500, errorMessage: null, caller: 'kasmSimKey01' },
    { ...common, sequence: 2, status: 200, errorMessage: `Image not found: ${'0'.repeat(32)}.` },
    {
      ...common,
      sequence: 3,
      operation: 'heartbeat',
      caller: 'agent-1',
      status: 200,
      path: '/manager_api/api/v1/heartbeat',
    },
    { ...common, sequence: 4, operation: 'no_such_verb', status: 404 },
    { ...common, sequence: 5, operation: 'get_images', status: 401, path: '/api/admin/get_images', caller: 'nobody' },
  ])
  expect(entries[0].cause).toContain('image_id is no UUID')
  expect(entries[0].body).toEqual({ api_key: 'kasmSimKey01', api_key_secret: '[redacted]', image_id: 'nonsense' })
})

test('answers queries', async () => {
  const { get, developer, delete: remove } = startControlled()
  await developer('get_images')
  await developer('get_zones')
  await developer('get_images')
  const sequences = async (query: string) =>
    (await get(`/journal?${query}`)).body.entries.map(({ sequence }: { sequence: number }) => sequence)
  expect(await sequences('operation=get_images')).toEqual([1, 3])
  expect(await sequences('after=1&limit=1')).toEqual([3])
  expect(await sequences('status=500')).toEqual([])
  expect(await sequences('caller=kasmSimKey01&limit=2')).toEqual([2, 3])
  expect(await get('/journal?operatoin=x')).toMatchObject({ status: 400 })
  expect((await remove('/journal')).status).toBe(204)
  expect((await get('/journal')).body).toEqual({ total: 0, entries: [] })
})

test('keeps the secrets of every call to itself', async () => {
  const { get, developer } = startControlled()
  await developer('create_user', { target_user: { username: 'ada', password: 'hush-1' } })
  await developer('create_image', {
    target_image: { name: 'a:1', docker_token: 'hush-2', run_config: '{"environment":{"API_TOKEN":"hush-3"}}' },
  })
  await developer('activate', { activation_key: 'hush-4' })
  const { settings } = (await developer('get_settings')).body
  const token = settings.find(({ category, name }: Record<string, string>) => `${category}/${name}` === 'manager/token')
  await developer('update_setting', { setting_id: token.setting_id, value: 'hush-5' })
  const text = JSON.stringify((await get('/journal')).body)
  expect(text).toContain('"username":"ada"')
  expect(text).not.toMatch(/hush|kasmSimSecret/)
})

test('redacts secrets at any depth and leaves the rest as it is', () => {
  const secret = fc.constantFrom(
    'password',
    'docker_token',
    'api_key_secret',
    'MY_TOKEN',
    'client_secret',
    'activation_key',
  )
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('a', 'b', 'target_user')),
      secret,
      fc.string({ minLength: 1 }),
      (path, name, value) => {
        const marked = `<${value}>`
        const body = path.reduceRight<object>((inner, key) => ({ [key]: [inner], name: 'kept' }), { [name]: marked })
        const shown = JSON.stringify(redact(body))
        expect(shown).not.toContain(JSON.stringify(marked).slice(1, -1))
        if (path.length > 0) expect(shown).toContain('kept')
      },
    ),
  )
})

function callOf(fields: Partial<RecordedCall> = {}): RecordedCall {
  const plain = { operation: 'get_images', method: 'POST', path: '/api/public/get_images', caller: 'me', status: 200 }
  return { ...plain, atMs: 0, body: {}, errorMessage: null, cause: null, fault: null, sizeBytes: 10, ...fields }
}

test('keeps the last calls within its bounds, whatever agents say meanwhile', () => {
  const journal = new Journal()
  journal.record(callOf({ operation: 'first' }))
  for (let count = 0; count < 2_000; count += 1) {
    journal.record(callOf({ operation: 'heartbeat', path: '/manager_api/api/v1/heartbeat' }))
  }
  expect(journal.total).toBe(2_001)
  expect(journal.entries()).toHaveLength(1_001)
  expect(journal.entries()[0]?.operation).toBe('first')
  for (let count = 0; count < 6_000; count += 1) journal.record(callOf())
  expect(journal.entries({ operation: 'get_images' })).toHaveLength(5_000)
  journal.record(callOf({ body: { long: 'x' }, sizeBytes: 1_000_000 }))
  expect(journal.entries({ limit: 1 })[0]?.body).toBeNull()
})

test.for([
  { what: 'bodies', call: { sizeBytes: 60_000 }, count: 265 },
  { what: 'paths', call: { path: '/'.padEnd(16_000, 'x') }, count: 495 },
  { what: 'errors', call: { errorMessage: 'x'.repeat(30_000) }, count: 265 },
])('forgets the oldest calls where their $what grow too large together', ({ call, count }) => {
  const journal = new Journal()
  for (let recorded = 0; recorded < 1_000; recorded += 1) journal.record(callOf(call))
  expect(journal.entries().length).toBe(count)
})

test('cuts the names that callers give themselves', () => {
  const journal = new Journal()
  journal.record(callOf({ caller: 'x'.repeat(1_000_000) }))
  expect(journal.entries()[0]?.caller).toBe('x'.repeat(255))
})

const create = (body: object) => callOf({ operation: 'create_image', path: '/api/public/create_image', body })

function journalOf(...calls: RecordedCall[]) {
  const journal = new Journal()
  for (const call of calls) journal.record(call)
  return journal.entries()
}

test('verifies how often matching calls came', () => {
  const entries = journalOf(
    create({ target_image: { name: 'a:1' } }),
    create({ target_image: { name: 'a:1', cores: 2 } }),
  )
  const pattern = { operation: 'create_image', body: { target_image: { name: 'a:1' } } }
  expect(verify(entries, pattern)).toMatchObject({ verified: true, matched: 2, nearMisses: [] })
  expect(verify(entries, pattern, { exactly: 2 }).verified).toBe(true)
  expect(verify(entries, pattern, { exactly: 1 }).verified).toBe(false)
  expect(verify(entries, pattern, { atMost: 1 })).toMatchObject({
    verified: false,
    message: '2 of 2 recorded calls matched, expected 0 to 1.',
  })
  expect(verify(entries, pattern, { atLeast: 3 }).verified).toBe(false)
  expect(verify(entries, { operation: 'delete_image' }, { exactly: 0 }).verified).toBe(true)
})

test('says why nothing matched: the nearest calls, field by field', () => {
  const entries = journalOf(
    callOf(),
    create({ target_image: { name: 'a:2', friendly_nam: 'A', docker_token: 'hush' } }),
    create({ target_image: { cores: 1 } }),
    callOf({ operation: 'create_imag' }),
  )
  const body = { target_image: { name: 'a:1', friendly_name: 'A', docker_token: 'hush' } }
  const { verified, message, nearMisses } = verify(entries, { operation: 'create_image', body })
  expect(verified).toBe(false)
  expect(nearMisses[0]).toEqual({
    entry: entries[1],
    differences: [
      { path: 'body.target_image.name', expected: 'a:1', actual: 'a:2', problem: 'differs' },
      {
        path: 'body.target_image.friendly_name',
        expected: 'A',
        actual: null,
        problem: 'is missing; there is "friendly_nam"',
      },
      {
        path: 'body.target_image.docker_token',
        expected: 'hush',
        actual: '[redacted]',
        problem: 'is a secret, which the journal does not keep',
      },
    ],
  })
  expect(nearMisses.map(({ entry }) => entry.sequence)).toEqual([2, 3, 4])
  expect(message).toBe(
    '0 of 4 recorded calls matched, expected at least 1. The nearest is number 2: body.target_image.name differs (expected "a:1", was "a:2").',
  )
})

test('compares lists item by item, and objects by what is expected of them alone', () => {
  expect(differencesOf({ a: [1, { b: 2 }] }, { a: [1, { b: 2, c: 3 }], d: 4 }, 'body')).toEqual([])
  expect(differencesOf([1, 2], [1], 'l')).toMatchObject([{ path: 'l', problem: 'has 1 items, not 2' }])
  expect(differencesOf({ a: [{ b: 1 }] }, { a: [{ b: 2 }] }, 'body')).toMatchObject([{ path: 'body.a[0].b' }])
  expect(differencesOf([1], 1, 'l')).toMatchObject([{ problem: 'is no list' }])
  expect(differencesOf({ a: { b: 1 } }, { a: null }, 'body')).toMatchObject([
    { path: 'body.a', problem: 'is no object' },
  ])
  expect(differencesOf(null, undefined, 'x')).toMatchObject([{ problem: 'is missing' }])
})

test('finds no difference between a value and itself', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(differencesOf(value, structuredClone(value), 'x')).toEqual([])
    }),
  )
})

test('verifies over the control API', async () => {
  const { post, developer } = startControlled()
  await developer('create_image', { target_image: { name: 'team/app:1.0' } })
  const pattern = { operation: 'create_image', body: { target_image: { name: 'team/app:1.0' } } }
  expect((await post('/journal/verify', { ...pattern, times: { exactly: 1 } })).body.verified).toBe(true)
  expect((await post('/journal/verify', { ...pattern, after: 1 })).body).toMatchObject({ verified: false, matched: 0 })
  expect((await post('/journal/verify', { ...pattern, status: 403 })).body.nearMisses[0].differences).toEqual([
    { path: 'status', expected: 403, actual: 200, problem: 'differs' },
  ])
  expect((await post('/journal/verify', { operation: 'x', times: {} })).status).toBe(400)
})

test('tells whether a command was run in a session, which answers with no output', async () => {
  const { developer, heartbeat, post } = startControlled({ autoEnableAgents: true })
  await heartbeat({ docker_images: [{ name: chrome, digest: digestOf('a') }] })
  const image_id = (await developer('get_images')).body.images[0].image_id
  const { kasm_id } = (await developer('request_kasm', { image_id })).body
  await post('/clock', { advance: '10s' })
  const exec_config = { cmd: 'touch /tmp/ready', user: 'root' }
  expect((await developer('exec_command_kasm', { kasm_id, exec_config })).body).toMatchObject({ kasm: { kasm_id } })
  const pattern = { operation: 'exec_command_kasm', body: { kasm_id, exec_config: { cmd: 'touch /tmp/ready' } } }
  expect((await post('/journal/verify', pattern)).body).toMatchObject({ verified: true, matched: 1 })
})
