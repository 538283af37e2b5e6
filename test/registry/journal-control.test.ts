// The journal over HTTP: what it answers, whom, and that it is no traffic of the registry.
import { networkInterfaces } from 'node:os'
import { expect } from 'vitest'
import { pushImage, send, test } from './registry-client.ts'

const path = '/__sim__/journal'

test('answers with what fits, and is itself in no journal', async ({ registry }) => {
  await pushImage(registry, 'team/app', { reference: '1.0' })
  await send(registry, '/v2/team/app/manifests/1.0', { method: 'HEAD' })
  const before = registry.journal.total
  const { status, json, headers } = await send(registry, `${path}?action=version-check&repository=team/app&limit=5`)
  expect(status).toBe(200)
  expect(headers['content-type']).toBe('application/json; charset=utf-8')
  expect(json).toEqual({ total: before, entries: registry.journal.query({ action: 'version-check' }) })
  expect((json as { entries: unknown[] }).entries).toHaveLength(1)
  expect(registry.journal.total).toBe(before)
})

test('writes JSON lines or an archive, by parameter or by what is accepted', async ({ registry }) => {
  await send(registry, '/v2/')
  await send(registry, '/v2/')
  const lines = await (await fetch(`${registry.url}${path}?format=jsonl`)).text()
  const read = lines
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(read).toEqual(registry.journal.records())
  const accepted = await fetch(`${registry.url}${path}`, { headers: { accept: 'application/x-ndjson' } })
  expect([accepted.headers.get('content-type'), await accepted.text()]).toEqual([
    'application/x-ndjson; charset=utf-8',
    lines,
  ])
  const { json } = await send(registry, `${path}?format=har`)
  expect(
    (json as { log: { entries: { request: { url: string } }[] } }).log.entries.map(({ request }) => request.url),
  ).toEqual(Array(2).fill(`${registry.url}/v2/`))
})

test('DELETE empties it', async ({ registry }) => {
  await send(registry, '/v2/')
  expect((await send(registry, path, { method: 'DELETE' })).status).toBe(204)
  expect([registry.journal.total, registry.journal.records()]).toEqual([0, []])
})

test.for([
  ['GET', `${path}?agnet=1`, 400, 'Did you mean "agent"?'],
  ['GET', `${path}?agent=one`, 400, 'agent is "one"'],
  ['GET', `${path}?class=pull`, 400, 'class is "pull"'],
  ['GET', `${path}?from=yesterday`, 400, 'from is "yesterday"'],
  ['GET', `${path}?format=xml`, 400, 'format is "xml"'],
  ['GET', '/__sim__/other', 404, 'there is no such call'],
  ['POST', path, 405, 'it takes GET, DELETE'],
] as const)('%s %s is refused with %i', async ([method, url, status, words], { registry }) => {
  const answer = await send(registry, url, { method })
  expect([answer.status, (answer.json as { error: { message: string } }).error.message]).toEqual([
    status,
    expect.stringContaining(words),
  ])
})

test('answers nobody from elsewhere, nor through a proxy on this machine', async ({ start }) => {
  const proxied = await send(await start(), path, { headers: { 'x-forwarded-for': '203.0.113.9' } })
  expect(proxied.status).toBe(403)
  const address = Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4')?.address
  if (address === undefined) return
  const registry = await start({ host: '0.0.0.0' })
  const { port } = new URL(registry.url)
  expect((await fetch(`http://${address}:${port}${path}`)).status).toBe(403)
})

test('with a token it answers whoever shows it, and nobody else', async ({ start }) => {
  const registry = await start({ controlToken: 'sesame' })
  const ask = (headers: Record<string, string>) => send(registry, path, { headers })
  expect((await ask({})).status).toBe(401)
  expect((await ask({ authorization: 'Bearer sesam' })).status).toBe(401)
  const proxied = { authorization: 'Bearer sesame', 'x-forwarded-for': '203.0.113.9' }
  expect((await ask(proxied)).status).toBe(200)
})
