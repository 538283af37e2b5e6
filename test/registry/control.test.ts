// A registry under control while it runs: faults in the form of the documentation, and back to its start, over HTTP and in process.
import { readFileSync } from 'node:fs'
import { expect } from 'vitest'
import { createManualClock } from '../../server/kernel/clock.ts'
import { FaultWatch } from '../../simulator/driver/fault-watch.ts'
import { test as base, type Call, pushImage, send } from './registry-client.ts'

const image = { repository: 'team/app', tag: '1', seed: 1, layers: [{ name: 'base', sizeBytes: 4_096 }] }
const manifest = '/v2/team/app/manifests/1'

const test = base.extend('startControlled', ({ start }) => async (options: { profile?: string } = {}) => {
  const clock = createManualClock()
  const nowMs = () => clock.nowMs()
  const watch = new FaultWatch({ seed: 1, registry: { faults: [] } }, 'none')
  watch.begin({ nowMs, emit: () => {}, schedule: () => {} })
  const faults = { decide: watch.decide.bind(watch), nowMs, delay: async () => {} }
  const registry = await start({ clock, faults, faultControl: watch.control([]), ...options })
  const control = (method: string, path: string, body?: object) => {
    const json =
      body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
    return send(registry, `/__sim__${path}`, { method, ...json } satisfies Call)
  }
  return { registry, control, clock, statusOf: async (path = manifest) => (await send(registry, path)).status }
})

test('a fault is injected, hits what it concerns, is listed, and ends', async ({ startControlled }) => {
  const { registry, control, clock, statusOf } = await startControlled()
  await registry.publish(image)
  const fault = { name: 'busy', kind: 'status', status: 503, scope: { classes: ['manifest'] }, for: '1m' }
  const injected = await control('POST', '/faults', fault)
  expect([injected.status, injected.json]).toMatchObject([
    200,
    { name: 'busy', hits: 0, scope: { classes: ['manifest'] } },
  ])
  expect([await statusOf(), await statusOf('/v2/')]).toEqual([503, 200])
  expect((await control('GET', '/faults')).json).toMatchObject({ faults: [{ name: 'busy', hits: 1 }] })
  clock.advance(60_000)
  expect(await statusOf()).toBe(200)
  expect((await control('GET', '/faults')).json).toEqual({ faults: [] })
})

test('a fault is relieved by name, or all of them', async ({ startControlled }) => {
  const { control, statusOf } = await startControlled()
  await control('POST', '/faults', { name: 'one', kind: 'status', status: 501 })
  await control('POST', '/faults', { name: 'two', kind: 'status', status: 502 })
  expect(await statusOf('/v2/')).toBe(501)
  expect((await control('DELETE', '/faults/one')).status).toBe(204)
  expect(await statusOf('/v2/')).toBe(502)
  const missing = await control('DELETE', '/faults/tow')
  expect([missing.status, missing.text]).toEqual([404, expect.stringContaining('Did you mean \\"two\\"?')])
  expect((await control('DELETE', '/faults')).status).toBe(204)
  expect(await statusOf('/v2/')).toBe(200)
})

test.for([
  [{ name: 'a', kind: 'outtage' }, 'did you mean "outage"?'],
  [{ name: 'a', kind: 'status', status: 200 }, 'status must be at least 400'],
  [{ kind: 'outage' }, 'name is missing'],
  [{ name: 'a', kind: 'outage', scope: { agents: [1] } }, 'a registry alone has no agents; give sources'],
  [{ name: 'a', kind: 'outage', scope: { profile: './secrets.yaml' } }, 'must be the name of a profile'],
  [{ name: 'a', kind: 'outage', from: '2m', until: '1m' }, 'must be after the start'],
] as const)('%o is refused, and nothing goes wrong', async ([fault, words], { startControlled }) => {
  const { control, statusOf } = await startControlled()
  const { status, json } = await control('POST', '/faults', fault)
  expect([status, (json as { error: { message: string } }).error.message]).toEqual([
    400,
    expect.stringContaining(words),
  ])
  expect(await statusOf('/v2/')).toBe(200)
})

test('a reset goes back to the start: content, limits, tokens, faults and journal', async ({ startControlled }) => {
  const { registry, control, statusOf } = await startControlled({ profile: 'docker-hub-anonymous' })
  await registry.publish(image)
  registry.markStart()
  const token = async () => {
    const { json } = await send(registry, '/token?scope=repository:team/app:pull')
    return { authorization: `Bearer ${(json as { token: string }).token}` }
  }
  const headers = await token()
  const remaining = async (using: Record<string, string>) =>
    (await send(registry, manifest, { headers: using })).headers['ratelimit-remaining']
  const fresh = await remaining(headers)
  await remaining(headers)
  await registry.publish({ ...image, tag: '2' })
  await control('POST', '/faults', { name: 'gone', kind: 'outage' })
  expect((await control('POST', '/reset')).status).toBe(204)
  expect(registry.journal.records()).toEqual([])
  expect((await send(registry, manifest, { headers })).status).toBe(401)
  const renewed = await token()
  expect(await remaining(renewed)).toBe(fresh)
  expect((await send(registry, '/v2/team/app/manifests/2', { headers: renewed })).status).toBe(404)
  expect(await statusOf('/v2/')).toBe(401)
})

test('what was pushed is gone after a reset', async ({ startControlled }) => {
  const { registry, control, statusOf } = await startControlled()
  await pushImage(registry, 'team/pushed', { reference: '1' })
  expect(await statusOf('/v2/team/pushed/manifests/1')).toBe(200)
  await control('POST', '/reset')
  expect(await statusOf('/v2/team/pushed/manifests/1')).toBe(404)
})

test('the page shows command lines that are answered', async ({ startControlled }) => {
  const page = readFileSync(new URL('../../docs/faults.md', import.meta.url), 'utf8')
  const { control } = await startControlled()
  const lines = [...page.matchAll(/^curl (?:-X (\w+) )?'http:\/\/127.0.0.1:5055\/__sim__(.+?)'(?: --json '(.+)')?$/gm)]
  expect(lines.length).toBeGreaterThan(4)
  for (const [line, verb, path = '', json] of lines) {
    const method = verb ?? (json === undefined ? 'GET' : 'POST')
    const { status } = await control(method, path, json === undefined ? undefined : JSON.parse(json))
    expect(status, line).toBe(verb === undefined ? 200 : 204)
  }
})

test('describes what can be controlled', async ({ startControlled }) => {
  const { control } = await startControlled()
  const { json } = await control('GET', '/openapi.json')
  expect(Object.keys((json as { paths: object }).paths).sort()).toEqual([
    '/__sim__/faults',
    '/__sim__/faults/{name}',
    '/__sim__/journal',
    '/__sim__/reset',
  ])
})

test('without faults there are none to inject', async ({ start }) => {
  const registry = await start()
  const headers = { 'content-type': 'application/json' }
  const { status } = await send(registry, '/__sim__/faults', { method: 'POST', headers, body: '{}' })
  expect(status).toBe(404)
})
