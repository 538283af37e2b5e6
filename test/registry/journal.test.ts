// The registry's journal: what it writes down of a request, and what it must not.
import { expect } from 'vitest'
import { createManualClock } from '../../server/kernel/clock.ts'
import { type JournalQuery, JournalRing, type RequestRecord } from '../../simulator/registry/journal.ts'
import { pushImage, send, sha256, test } from './registry-client.ts'

const record: RequestRecord = {
  agent: null,
  source: '127.0.0.1',
  method: 'GET',
  path: '/v2/',
  class: 'ping',
  repository: null,
  reference: null,
  status: 200,
  bytes: 2,
  startedAtMs: 0,
  authenticated: false,
  rateLimitRemaining: null,
}

test('writes down each class of request', async ({ registry }) => {
  const { digest } = await pushImage(registry, 'team/app', { reference: '1.0' })
  registry.journal.clear()
  for (const [method, path] of [
    ['GET', '/v2/'],
    ['HEAD', '/v2/team/app/manifests/1.0'],
    ['GET', `/v2/team/app/manifests/${digest}`],
    ['GET', `/v2/team/app/blobs/${sha256('layer')}`],
    ['GET', '/v2/team/app/tags/list?n=1'],
    ['POST', '/v2/team/app/blobs/uploads/'],
    ['PUT', '/v2/team/app/manifests/1.0'],
    ['DELETE', `/v2/team/app/manifests/${digest}`],
  ] as const) {
    await send(registry, path, { method })
  }
  expect(
    registry.journal.records().map((each) => [each.class, each.method, each.reference, each.status, each.bytes]),
  ).toEqual([
    ['ping', 'GET', null, 200, 2],
    ['version-check', 'HEAD', '1.0', 200, 0],
    ['manifest', 'GET', digest, 200, expect.any(Number)],
    ['blob', 'GET', sha256('layer'), 200, 5],
    ['other', 'GET', null, 200, expect.any(Number)],
    ['push', 'POST', null, 202, 0],
    ['push', 'PUT', '1.0', 400, expect.any(Number)],
    ['other', 'DELETE', digest, 202, 0],
  ])
  expect(registry.journal.total).toBe(8)
})

test('tells of a request once, with its times, when its answer has ended', async ({ start }) => {
  const clock = createManualClock(5_000)
  const told: RequestRecord[] = []
  const registry = await start({ clock, onRequest: (each) => told.push(each) })
  await send(registry, '/v2/')
  const seen = { ...record, startedAtMs: 5_000, waitMs: 0 }
  expect(told).toEqual([seen])
  const entry = { ...seen, endedAtMs: 5_000, action: 'ping', actionNumber: null }
  expect(registry.journal.records()).toEqual([entry])
})

test('believes simulation headers only where it was told to', async ({ start }) => {
  const headers = { 'x-kasm-sim-source': '192.0.2.7', 'x-kasm-sim-agent': '12' }
  const seenBy = async (trustSimulationHeaders: boolean, sent: Record<string, string>) => {
    const registry = await start({ trustSimulationHeaders })
    await send(registry, '/v2/', { headers: sent })
    const [first] = registry.journal.records()
    return { source: first?.source, agent: first?.agent }
  }
  expect(await seenBy(true, headers)).toEqual({ source: '192.0.2.7', agent: 12 })
  expect(await seenBy(false, headers)).toEqual({ source: '127.0.0.1', agent: null })
  const wrong = { 'x-kasm-sim-source': 'two words', 'x-kasm-sim-agent': '-1' }
  expect(await seenBy(true, wrong)).toEqual({ source: '127.0.0.1', agent: null })
})

test('keeps no secrets', async ({ start }) => {
  const accounts = [{ username: 'alice', password: 'top-secret' }]
  const registry = await start({ profile: 'docker-hub-anonymous', accounts })
  const basic = `Basic ${Buffer.from('alice:top-secret').toString('base64')}`
  const answer = await send(registry, '/token?account=alice&password=top-secret', { headers: { authorization: basic } })
  const { token } = answer.json as { token: string }
  await send(registry, '/v2/', { headers: { authorization: `Bearer ${token}` } })
  await send(registry, '/token', { method: 'POST', body: 'grant_type=password&username=alice&password=top-secret' })
  const records = registry.journal.records()
  expect(records.map((each) => [each.class, each.status, each.authenticated])).toEqual([
    ['token', 200, true],
    ['ping', 200, true],
    ['token', 200, true],
  ])
  const written = JSON.stringify(records)
  for (const secret of ['top-secret', basic, token]) expect(written).not.toContain(secret)
})

test('keeps the last 20,000 requests, oldest first', () => {
  const journal = new JournalRing()
  for (let request = 0; request < 20_005; request += 1) journal.add({ ...record, startedAtMs: request }, request)
  const kept = journal.records()
  expect([kept.length, kept[0]?.startedAtMs, kept.at(-1)?.startedAtMs, journal.total]).toEqual([
    20_000, 5, 20_004, 20_005,
  ])
  journal.clear()
  expect(journal.records()).toEqual([])
})

test('says what each request was for, a version check being the beginning of a pull once more was asked for', async ({
  registry,
}) => {
  const { digest } = await pushImage(registry, 'team/app', { reference: '1.0' })
  registry.journal.clear()
  await send(registry, '/v2/')
  await send(registry, '/v2/team/app/manifests/1.0', { method: 'HEAD' })
  const read = () => registry.journal.records().map(({ action, actionNumber }) => [action, actionNumber])
  expect(read()).toEqual([
    ['ping', null],
    ['version-check', 1],
  ])
  await send(registry, `/v2/team/app/manifests/${digest}`)
  await send(registry, `/v2/team/app/blobs/${sha256('layer')}`)
  await send(registry, `/v2/team/app/manifests/${digest}`)
  expect(read().slice(1)).toEqual([
    ['pull-by-tag', 1],
    ['pull-by-tag', 1],
    ['blob', 1],
    ['pull-by-digest', 2],
  ])
})

test('writes down who asked, the limit, and when the answer permits the next request', async ({ start }) => {
  const clock = createManualClock(1_000)
  const registry = await start({ profile: 'retry-after-date', clock })
  const ask = (reference: string) =>
    send(registry, `/v2/team/app/manifests/${reference}`, { headers: { 'user-agent': 'x'.repeat(300) } })
  for (let place = 0; place <= 100; place += 1) await ask('1.0')
  const [first, last] = [registry.journal.records()[0], registry.journal.records().at(-1)]
  expect(first).toMatchObject({ status: 404, userAgent: 'x'.repeat(256) })
  expect(first).not.toHaveProperty('retryAfterMs')
  expect(last).toMatchObject({ status: 429, retryAfterMs: expect.any(Number) })
  expect(last?.retryAfterMs).toBeGreaterThan(0)
})

test('gives what fits a query, the last ones where they are limited', () => {
  const journal = new JournalRing()
  const asks: Partial<RequestRecord>[] = [
    { agent: 3, class: 'blob', repository: 'a', source: '192.0.2.1' },
    { agent: 4, class: 'manifest', repository: 'a', reference: '1', status: 429 },
    { agent: 4, class: 'manifest', repository: 'b', reference: '1' },
    {},
  ]
  for (const [place, ask] of asks.entries()) journal.add({ ...record, ...ask }, place * 10)
  const found = (query: JournalQuery) => journal.query(query).map(({ endedAtMs }) => endedAtMs / 10)
  expect(found({})).toEqual([0, 1, 2, 3])
  expect(found({ agent: 4 })).toEqual([1, 2])
  expect(found({ source: '192.0.2.1' })).toEqual([0])
  expect(found({ class: 'manifest', status: 429 })).toEqual([1])
  expect(found({ action: 'pull-by-tag' })).toEqual([1, 2])
  expect(found({ repository: 'a' })).toEqual([0, 1])
  expect(found({ fromMs: 10, untilMs: 30 })).toEqual([1, 2])
  expect(found({ limit: 2 })).toEqual([2, 3])
  expect(found({ limit: 0 })).toEqual([])
})
