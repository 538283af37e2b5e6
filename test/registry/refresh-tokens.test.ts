// Refresh tokens, tokens of an account beside its password, and what part of a scope is granted.
import { expect } from 'vitest'
import { createManualClock } from '../../server/kernel/clock.ts'
import { loadProfile } from '../../simulator/registry/profile-file.ts'
import { type EmbeddedRegistry, startRegistry } from '../../simulator/registry/registry.ts'
import { type Answer, test as base, pushBlob, send, sha256 } from './registry-client.ts'

const accounts = [
  {
    username: 'alice',
    password: 'secret',
    tokens: [
      { token: 'dckr_pat_read', access: 'read-only' as const },
      { token: 'dckr_pat_write' },
      { token: 'dckr_pat_short', lifetimeSeconds: 600 },
    ],
  },
]
const image = { repository: 'team/app', tag: '1', seed: 1, layers: [{ name: 'base', sizeBytes: 2_048 }] }
const pullPush = 'repository:team/app:pull,push'

interface Reply {
  access_token: string
  token?: string
  refresh_token?: string
  scope?: string
  error?: string
}

const test = base
  .extend('clock', () => createManualClock(Date.parse('2026-01-01T00:00:00Z')))
  .extend('hub', async ({ start, clock }) => {
    const hub = await start({ profile: 'docker-hub-personal', accounts, clock })
    await hub.publish(image)
    return hub
  })

function basic(password: string) {
  return { authorization: `Basic ${Buffer.from(`alice:${password}`).toString('base64')}` }
}

function replyOf({ json }: Answer): Reply {
  return json as Reply
}

function post(registry: EmbeddedRegistry, fields: Record<string, string>, path = '/token') {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  return send(registry, path, { method: 'POST', body: String(new URLSearchParams(fields)), headers })
}

function renew(registry: EmbeddedRegistry, refreshToken: string, scope = pullPush) {
  return post(registry, {
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
    service: 'registry.docker.io',
    client_id: 'docker',
    scope,
  })
}

async function canPush(registry: EmbeddedRegistry, token: string): Promise<boolean> {
  const headers = { authorization: `Bearer ${token}` }
  return (await send(registry, '/v2/team/app/blobs/uploads/', { method: 'POST', headers })).status === 202
}

test('gives a refresh token to a login that asks for one, by GET and by POST, and tokens for it', async ({
  hub,
  clock,
}) => {
  const byGet = replyOf(await send(hub, '/token?offline_token=true', { headers: basic('secret') }))
  const byPost = replyOf(
    await post(hub, { grant_type: 'password', username: 'alice', password: 'secret', access_type: 'offline' }),
  )
  clock.advance(24 * 3_600_000)
  for (const { refresh_token: refreshToken = '' } of [byGet, byPost]) {
    const answer = await renew(hub, refreshToken)
    expect([answer.status, answer.json]).toEqual([
      200,
      {
        access_token: expect.any(String),
        scope: pullPush,
        expires_in: 300,
        issued_at: '2026-01-02T00:00:00.000Z',
        refresh_token: refreshToken,
      },
    ])
    expect(await canPush(hub, replyOf(answer).access_token)).toBe(true)
  }
})

test('gives none to those who do not ask, and none without an account', async ({ hub }) => {
  expect(replyOf(await send(hub, '/token', { headers: basic('secret') })).refresh_token).toBeUndefined()
  expect(replyOf(await send(hub, '/token?offline_token=true')).refresh_token).toBeUndefined()
})

test('refuses refresh tokens that are wrong, of another registry, of another kind or none', async ({
  hub,
  start,
  clock,
}) => {
  const other = await start({ profile: 'docker-hub-personal', accounts, clock })
  const foreign = replyOf(await send(other, '/token?offline_token=true', { headers: basic('secret') }))
  const own = replyOf(await send(hub, '/token?offline_token=true', { headers: basic('secret') }))
  for (const wrong of ['abc', foreign.refresh_token ?? '', own.access_token, `${own.refresh_token}x`]) {
    const answer = await renew(hub, wrong)
    expect([answer.status, answer.json]).toEqual([400, { error: 'invalid_grant' }])
  }
  expect((await renew(hub, '')).json).toEqual({ error: 'invalid_request' })
  expect((await post(hub, { grant_type: 'authorization_code' })).json).toEqual({ error: 'unsupported_grant_type' })
  const headers = { authorization: `Bearer ${own.refresh_token}` }
  const used = await send(hub, '/v2/', { headers })
  expect([used.status, used.headers['www-authenticate']]).toEqual([401, expect.stringContaining('invalid_token')])
})

test('a profile says how long refresh tokens are good for, or that there are none', async ({
  clock,
  onTestFinished,
}) => {
  const profile = loadProfile('acr')
  const { authentication } = profile
  if (authentication.scheme !== 'bearer') throw new Error('acr gives tokens')
  const begin = async (more: object) => {
    const registry = await startRegistry({
      profile: { ...profile, authentication: { ...authentication, tokenPath: '/token', ...more } },
      accounts,
      clock,
    })
    onTestFinished(() => registry.close())
    const { refresh_token: token } = replyOf(
      await send(registry, '/token?offline_token=true', { headers: basic('secret') }),
    )
    return { registry, token }
  }
  const short = await begin({ refreshTokenLifetimeSeconds: 3_600 })
  clock.advance(3_599_999)
  expect((await renew(short.registry, short.token ?? '')).status).toBe(200)
  clock.advance(1)
  expect((await renew(short.registry, short.token ?? '')).json).toEqual({ error: 'invalid_grant' })
  expect((await begin({ refreshTokens: false })).token).toBeUndefined()
})

test('grants of a scope what the holder may, and says so', async ({ hub }) => {
  const asked = { grant_type: 'password', username: 'alice', scope: `${pullPush} repository:team/other:pull,delete` }
  const scopeFor = async (password: string) => replyOf(await post(hub, { ...asked, password })).scope
  expect(await scopeFor('secret')).toBe(`${pullPush} repository:team/other:pull,delete`)
  expect(await scopeFor('dckr_pat_read')).toBe('repository:team/app:pull repository:team/other:pull')
  const anonymous = replyOf(await send(hub, `/token?scope=${pullPush}`))
  expect(await canPush(hub, anonymous.access_token)).toBe(false)
  const path = '/v2/team/app/manifests/1'
  const headers = { authorization: `Bearer ${anonymous.access_token}` }
  expect((await send(hub, path, { headers })).status).toBe(200)
})

test('takes each token of an account for its password, within its rights and its time', async ({ hub, clock }) => {
  const pushes = async (password: string) => {
    const answer = await send(hub, `/token?scope=${pullPush}&offline_token=true`, { headers: basic(password) })
    if (answer.status !== 200) return answer.status
    const { access_token: token, refresh_token: refreshToken = '' } = replyOf(answer)
    const renewed = replyOf(await renew(hub, refreshToken)).access_token
    return [await canPush(hub, token), await canPush(hub, renewed)]
  }
  expect(await pushes('dckr_pat_write')).toEqual([true, true])
  expect(await pushes('dckr_pat_read')).toEqual([false, false])
  expect(await pushes('dckr_pat_short')).toEqual([true, true])
  expect(await pushes('dckr_pat_other')).toBe(401)
  clock.advance(600_000)
  expect(await pushes('dckr_pat_short')).toBe(401)
  expect(await pushes('dckr_pat_write')).toEqual([true, true])
})

test('a token that may only pull is denied a push where there are no scopes', async ({ start }) => {
  const registry = await start({ profile: 'ecr-private', accounts })
  await registry.publish(image)
  const status = async (password: string, method: string, path: string) =>
    (await send(registry, path, { method, headers: basic(password) })).status
  expect(await status('dckr_pat_read', 'GET', '/v2/team/app/manifests/1')).toBe(200)
  expect(await status('dckr_pat_read', 'POST', '/v2/team/app/blobs/uploads/')).toBe(403)
  expect(await status('dckr_pat_write', 'POST', '/v2/team/app/blobs/uploads/')).toBe(202)
})

test('asks for the repository that a blob is mounted from as well', async ({ hub, start }) => {
  const path = `/v2/team/new/blobs/uploads/?mount=${sha256('x')}&from=team/app`
  const asked = await send(hub, path, { method: 'POST' })
  expect(asked.headers['www-authenticate']).toContain('scope="repository:team/new:pull,push repository:team/app:pull"')
  const own = replyOf(await send(hub, '/token?scope=repository:team/new:pull,push', { headers: basic('secret') }))
  const headers = (token: string) => ({ authorization: `Bearer ${token}` })
  const refused = await send(hub, path, { method: 'POST', headers: headers(own.access_token) })
  expect([refused.status, refused.headers['www-authenticate']]).toEqual([
    401,
    expect.stringContaining('error="insufficient_scope"'),
  ])
  const both = 'scope=repository:team/new:pull,push&scope=repository:team/app:pull'
  const token = replyOf(await send(hub, `/token?${both}`, { headers: basic('secret') })).access_token
  const blob = 'mounted'
  const digest = await upload(hub, token, blob)
  const mounted = await send(hub, `/v2/team/copy/blobs/uploads/?mount=${digest}&from=team/new`, {
    method: 'POST',
    headers: headers(await tokenFor(hub, 'repository:team/copy:pull,push repository:team/new:pull')),
  })
  expect(mounted.status).toBe(201)
  const open = await start()
  await pushBlob(open, 'team/app', blob)
  expect((await send(open, `/v2/b/c/blobs/uploads/?mount=${digest}&from=team/app`, { method: 'POST' })).status).toBe(
    201,
  )
})

async function tokenFor(registry: EmbeddedRegistry, scope: string): Promise<string> {
  const answer = await send(registry, `/token?scope=${encodeURIComponent(scope)}`, { headers: basic('secret') })
  return replyOf(answer).access_token
}

async function upload(registry: EmbeddedRegistry, token: string, blob: string): Promise<string> {
  const digest = sha256(blob)
  const headers = { authorization: `Bearer ${token}` }
  await send(registry, `/v2/team/new/blobs/uploads/?digest=${digest}`, { method: 'POST', headers, body: blob })
  return digest
}
