// The Bearer token flow of the docker-hub-anonymous profile, and that the profile "none" asks for nothing.
import { expect } from 'vitest'
import { createManualClock } from '../../server/kernel/clock.ts'
import type { EmbeddedRegistry } from '../../simulator/registry/registry.ts'
import { type Answer, test as base, errorCodesOf, pushBlob, send } from './registry-client.ts'

const accounts = [{ username: 'alice', password: 's:ecret' }]
const image = { repository: 'kasmweb/chrome', tag: '1.16.1', seed: 1, layers: [{ name: 'base', sizeBytes: 2_048 }] }
const manifestPath = '/v2/kasmweb/chrome/manifests/1.16.1'
const pullScope = 'repository:kasmweb/chrome:pull'

const test = base
  .extend('clock', () => createManualClock(Date.parse('2026-01-01T00:00:00Z')))
  .extend('hub', async ({ start, clock }) => {
    const hub = await start({ profile: 'docker-hub-anonymous', accounts, clock })
    await hub.publish(image)
    return hub
  })

function basic(username: string, password: string): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` }
}

async function token(registry: EmbeddedRegistry, query: string, headers: Record<string, string> = {}): Promise<string> {
  const answer = await send(registry, `/token?service=registry.docker.io&${query}`, { headers })
  return (answer.json as { token: string }).token
}

function bearer(value: string): Record<string, string> {
  return { authorization: `Bearer ${value}` }
}

function challengeOf({ headers }: Answer): string | undefined {
  return headers['www-authenticate']
}

test('asks for a token, and says which', async ({ hub }) => {
  const realm = `Bearer realm="${hub.url}/token",service="registry.docker.io"`
  const ping = await send(hub, '/v2/')
  expect(ping.status).toBe(401)
  expect(ping.json).toEqual({ errors: [{ code: 'UNAUTHORIZED', message: 'authentication required', detail: null }] })
  expect(challengeOf(ping)).toBe(realm)
  expect(ping.headers['docker-ratelimit-source']).toBe('127.0.0.1')
  expect(challengeOf(await send(hub, manifestPath, { method: 'HEAD' }))).toBe(`${realm},scope="${pullScope}"`)
  const push = await send(hub, '/v2/team/app/blobs/uploads/', { method: 'POST' })
  expect(challengeOf(push)).toBe(`${realm},scope="repository:team/app:pull,push"`)
})

test('names itself in the challenge as the caller called it, unless that is no host', async ({ hub }) => {
  const realmFor = async (host: string) => challengeOf(await send(hub, '/v2/', { headers: { host } }))
  expect(await realmFor('registry.test:5000')).toContain('realm="http://registry.test:5000/token"')
  expect(await realmFor('a",scope="x')).toContain('realm="http://localhost/token"')
})

test('gives an anonymous caller a token to pull with, for five minutes', async ({ hub, clock }) => {
  const answer = await send(hub, `/token?service=registry.docker.io&scope=${pullScope}`)
  expect(answer.status).toBe(200)
  const body = answer.json as { token: string }
  expect(body).toEqual({
    token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
    access_token: body.token,
    expires_in: 300,
    issued_at: '2026-01-01T00:00:00.000Z',
  })
  const status = async () => (await send(hub, manifestPath, { headers: bearer(body.token) })).status
  expect(await status()).toBe(200)
  clock.advance(299_999)
  expect(await status()).toBe(200)
  clock.advance(1)
  const expired = await send(hub, manifestPath, { headers: bearer(body.token) })
  expect(expired.status).toBe(401)
  expect(challengeOf(expired)).toMatch(/scope="repository:kasmweb\/chrome:pull",error="invalid_token"$/)
})

test('refuses tokens that it did not sign', async ({ hub, start }) => {
  const other = await start({ profile: 'docker-hub-anonymous', accounts })
  await other.publish(image)
  const mine = await token(hub, `scope=${pullScope}`)
  const [head, , signature] = mine.split('.')
  const [, foreignClaims] = (await token(other, `scope=${pullScope}`)).split('.')
  const forged = [
    await token(other, `scope=${pullScope}`),
    `${head}.${foreignClaims}.${signature}`,
    'a.b.c',
    '.',
    'x',
    `${mine}x`,
  ]
  for (const value of forged) {
    const answer = await send(hub, manifestPath, { headers: bearer(value) })
    expect([answer.status, challengeOf(answer)]).toEqual([401, expect.stringContaining('error="invalid_token"')])
  }
  const notBearer = await send(hub, manifestPath, { headers: basic('alice', 's:ecret') })
  expect([notBearer.status, challengeOf(notBearer)]).toEqual([401, expect.not.stringContaining('error=')])
})

test('lets a token do no more than its scope', async ({ hub }) => {
  await hub.publish({ ...image, repository: 'kasmweb/other' })
  const headers = bearer(await token(hub, `scope=${pullScope}`))
  const other = await send(hub, '/v2/kasmweb/other/manifests/1.16.1', { headers })
  expect(other.status).toBe(401)
  expect(errorCodesOf(other)).toEqual(['UNAUTHORIZED'])
  expect(challengeOf(other)).toMatch(/scope="repository:kasmweb\/other:pull",error="insufficient_scope"$/)
  expect((await send(hub, '/v2/', { headers })).status).toBe(200)
})

test('gives one token for several scopes, repeated or in one', async ({ hub }) => {
  await hub.publish({ ...image, repository: 'kasmweb/other' })
  for (const query of [
    `scope=${pullScope}&scope=repository:kasmweb/other:pull`,
    `scope=${encodeURIComponent(`${pullScope} registry:catalog:* nonsense repository:kasmweb/other:pull`)}`,
  ]) {
    const headers = bearer(await token(hub, query))
    for (const path of [manifestPath, '/v2/kasmweb/other/manifests/1.16.1']) {
      expect((await send(hub, path, { headers })).status).toBe(200)
    }
  }
})

test('lets an anonymous caller neither push nor see whether a repository is there', async ({ hub }) => {
  const headers = bearer(await token(hub, 'scope=repository:team/app:pull,push'))
  const push = await send(hub, '/v2/team/app/blobs/uploads/', { method: 'POST', headers })
  expect([push.status, challengeOf(push)]).toEqual([401, expect.stringContaining('error="insufficient_scope"')])
  const pull = await send(hub, '/v2/team/app/manifests/latest', { headers })
  expect([pull.status, challengeOf(pull)]).toEqual([401, expect.stringContaining('error="insufficient_scope"')])
})

test('lets an account push, and pull what it pushed', async ({ hub }) => {
  const headers = bearer(await token(hub, 'scope=repository:team/app:pull,push', basic('alice', 's:ecret')))
  const opened = await send(hub, '/v2/team/app/blobs/uploads/', { method: 'POST', headers })
  expect(opened.status).toBe(202)
  expect((await send(hub, opened.headers.location ?? '', { headers })).status).toBe(204)
  expect((await send(hub, opened.headers.location ?? '', { method: 'DELETE', headers })).status).toBe(204)
  const removal = await send(hub, '/v2/team/app/manifests/1.0', { method: 'DELETE', headers })
  expect([removal.status, challengeOf(removal)]).toEqual([
    401,
    expect.stringContaining('scope="repository:team/app:delete"'),
  ])
})

test.for([
  ['another password', basic('alice', 'wrong')],
  ['an unknown user', basic('mallory', 's:ecret')],
  ['no colon', { authorization: `Basic ${Buffer.from('alice').toString('base64')}` }],
  ['no Basic at all', { authorization: 'Negotiate abc' }],
] as const)('refuses a login with %s as Docker Hub does', async ([, headers], { hub }) => {
  const answer = await send(hub, '/token?service=registry.docker.io&account=alice', { headers })
  expect(answer.status).toBe(401)
  expect(answer.json).toEqual({ details: 'incorrect username or password' })
})

test('gives a token for an account in the body of a POST', async ({ hub }) => {
  const post = (body: string) =>
    send(hub, '/token', { method: 'POST', body, headers: { 'content-type': 'application/x-www-form-urlencoded' } })
  const right = await post(
    'grant_type=password&service=registry.docker.io&client_id=containerd-client&username=alice&password=s%3Aecret&scope=repository%3Ateam%2Fapp%3Apull%2Cpush',
  )
  expect(right.json).toEqual({
    access_token: expect.any(String),
    scope: 'repository:team/app:pull,push',
    expires_in: 300,
    issued_at: '2026-01-01T00:00:00.000Z',
  })
  const headers = bearer((right.json as { access_token: string }).access_token)
  expect((await send(hub, '/v2/team/app/blobs/uploads/', { method: 'POST', headers })).status).toBe(202)
  expect((await post('grant_type=password&username=alice&password=wrong')).status).toBe(401)
  expect((await post(`grant_type=password&username=${'x'.repeat(70_000)}`)).status).toBe(413)
})

test('asks nobody for an account on the profile "none", also where there are some', async ({ start }) => {
  const registry = await start({ accounts })
  await pushBlob(registry, 'team/app', 'content')
  expect((await send(registry, '/v2/')).status).toBe(200)
  expect((await send(registry, '/v2/team/app/tags/list', { headers: bearer('whatever') })).status).toBe(200)
  expect((await send(registry, '/token')).status).toBe(404)
})
