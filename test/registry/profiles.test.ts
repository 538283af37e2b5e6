// What callers see of each profile over HTTP: challenges, logins, and refusals to the byte. Each test says whether the answer is
// documented (or was captured) or inferred; docs/registries.md has the sources.
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect } from 'vitest'
import { createManualClock } from '../../server/kernel/clock.ts'
import { createPolicy } from '../../simulator/registry/policy/limit-policy.ts'
import type { Profile } from '../../simulator/registry/policy/policy.ts'
import { findProfile } from '../../simulator/registry/policy/profiles.ts'
import { type EmbeddedRegistry, type RegistryOptions, startRegistry } from '../../simulator/registry/registry.ts'
import { type Answer, test as base, send } from './registry-client.ts'

const image = { repository: 'acme/tools/app', tag: '1', seed: 1, layers: [{ name: 'base', sizeBytes: 2_048 }] }
const manifest = '/v2/acme/tools/app/manifests/1'
const scope = 'repository:acme/tools/app:pull'

const test = base
  .extend('clock', () => createManualClock(Date.parse('2026-01-01T00:00:00Z')))
  .extend('begin', async ({ clock }, { onCleanup }) => {
    const started: EmbeddedRegistry[] = []
    onCleanup(async () => {
      for (const each of started) await each.close()
    })
    /** A registry of a profile whose limits let only `requests` through: refusals are the same, and quicker to reach. */
    return async (name: string, options: Partial<RegistryOptions> & { requests?: number } = {}) => {
      const { requests, ...rest } = options
      const profile = findProfile(name)
      const used = requests === undefined ? profile : tightened(profile, requests)
      const registry = await startRegistry({ clock, ...rest, profile: used })
      started.push(registry)
      await registry.publish(image)
      return registry
    }
  })

function tightened(profile: Profile, requests: number): Profile {
  const limits = profile.limits.map((limit) => ({ ...limit, requests, burst: requests, connections: requests }))
  return { ...profile, limits, createPolicy: () => createPolicy(limits) }
}

function basic(username: string, password: string) {
  return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` }
}

async function bearer(registry: EmbeddedRegistry, headers: Record<string, string> = {}, path = '/token') {
  const { json } = await send(registry, `${path}?scope=${scope}`, { headers })
  return { authorization: `Bearer ${(json as { token: string }).token}` }
}

/** The answer to a HEAD or GET once a limit of one request is used up. */
async function refusal(registry: EmbeddedRegistry, headers: Record<string, string>): Promise<Answer> {
  expect((await send(registry, manifest, { headers })).status).toBe(200)
  return send(registry, manifest, { headers })
}

/** Bytes as they come, of one request over a socket of its own. */
async function rawAnswer(registry: EmbeddedRegistry, requestLine: string): Promise<string> {
  const { hostname, port } = new URL(registry.url)
  const socket = connect({ host: hostname, port: Number(port) })
  socket.write(`${requestLine} HTTP/1.1\r\nHost: hub.test\r\n\r\n`)
  return text(socket)
}

test.for([
  ['docker-hub-abuse', '\r\n'],
  ['docker-hub-abuse-bare-lf', '\n'],
] as const)('%s refuses everything, to the byte (documented)', async ([name, lineEnd], { begin }) => {
  const registry = await begin(name, { requests: 1 })
  expect((await send(registry, '/v2/')).status).toBe(401)
  const head = [
    'HTTP/1.1 429 Too Many Requests',
    'Cache-Control: no-cache',
    'Connection: close',
    'Content-Type: text/plain',
    'Retry-After: 60',
    '',
    '',
  ].join(lineEnd)
  for (const path of ['/v2/', '/token', manifest]) {
    expect(await rawAnswer(registry, `GET ${path}`)).toBe(`${head}Too Many Requests (HAP429).\n`)
  }
  expect(await rawAnswer(registry, `HEAD ${manifest}`)).toBe(head)
  await expect.poll(() => registry.journal.total).toBe(5)
  expect(registry.journal.records().map(({ status, bytes }) => [status, bytes])).toEqual([
    [401, expect.any(Number)],
    [429, 28],
    [429, 28],
    [429, 28],
    [429, 0],
  ])
})

test('the refusal of Docker Hub with bare line feeds cannot be read by strict parsers, with CRLF it can (documented)', async ({
  begin,
}) => {
  const [strict, proper] = [
    await begin('docker-hub-abuse-bare-lf', { requests: 1 }),
    await begin('docker-hub-abuse', { requests: 1 }),
  ]
  await send(strict, '/v2/')
  await send(proper, '/v2/')
  await expect(send(strict, '/v2/')).rejects.toThrow('Parse Error')
  await expect(fetch(`${strict.url}/v2/`)).rejects.toThrow('fetch failed')
  const answer = await send(proper, '/v2/')
  expect([answer.status, answer.headers['retry-after'], answer.text]).toEqual([
    429,
    '60',
    'Too Many Requests (HAP429).\n',
  ])
})

test('ghcr asks for a token also for public images, and takes one made of a name and a password (documented)', async ({
  begin,
}) => {
  const registry = await begin('ghcr', { accounts: [{ username: 'octo', password: 'ghp_1' }] })
  const challenged = await send(registry, manifest)
  expect([challenged.status, challenged.headers['www-authenticate']]).toEqual([
    401,
    `Bearer realm="${registry.url}/token",service="ghcr.io",scope="${scope}"`,
  ])
  expect((await send(registry, manifest, { headers: await bearer(registry) })).status).toBe(200)
  const encoded = (login: string) => ({ authorization: `Bearer ${Buffer.from(login).toString('base64')}` })
  expect((await send(registry, manifest, { headers: encoded('octo:ghp_1') })).status).toBe(200)
  expect((await send(registry, manifest, { headers: encoded('octo:ghp_2') })).status).toBe(401)
  const denied = await send(registry, manifest, { headers: basic('octo', 'ghp_1') })
  expect([denied.status, denied.json]).toEqual([403, { errors: [expect.objectContaining({ code: 'DENIED' })] }])
})

test('ghcr refuses with the delay in the text alone (documented)', async ({ begin }) => {
  const registry = await begin('ghcr', { requests: 1 })
  const answer = await refusal(registry, await bearer(registry))
  expect(answer.json).toEqual({
    errors: [{ code: 'TOOMANYREQUESTS', message: 'retry-after: 1m0s, allowed: 44000/minute' }],
  })
  expect([answer.status, answer.headers['retry-after']]).toEqual([429, undefined])
})

test('ecr-private takes Basic on every request, for twelve hours (documented; the words of the expiry inferred)', async ({
  begin,
  clock,
}) => {
  const registry = await begin('ecr-private', { accounts: [{ username: 'AWS', password: 'p' }] })
  const challenged = await send(registry, '/v2/')
  expect([challenged.status, challenged.headers['www-authenticate']]).toEqual([
    401,
    `Basic realm="${registry.url}/",service="ecr.amazonaws.com"`,
  ])
  expect((await send(registry, '/token')).status).toBe(404)
  const ask = async (password = 'p') => send(registry, manifest, { headers: basic('AWS', password) })
  expect((await ask()).status).toBe(200)
  expect((await ask('q')).status).toBe(401)
  clock.advance(12 * 3_600_000 - 1)
  expect((await ask()).status).toBe(200)
  clock.advance(1)
  const late = await ask()
  expect([late.status, late.json]).toEqual([
    403,
    {
      errors: [
        {
          code: 'DENIED',
          message: 'Your authorization token has expired. Reauthenticate and try again.',
          detail: null,
        },
      ],
    },
  ])
})

test('an account can say itself for how long its password is good', async ({ begin, clock }) => {
  const accounts = [{ username: 'AWS', password: 'p', passwordLifetimeSeconds: 60 }]
  const registry = await begin('ecr-private', { accounts })
  clock.advance(59_999)
  expect((await send(registry, '/v2/', { headers: basic('AWS', 'p') })).status).toBe(200)
  clock.advance(1)
  expect((await send(registry, '/v2/', { headers: basic('AWS', 'p') })).status).toBe(403)
})

test.for(['ecr-public', 'ecr-private'])('%s says "Rate exceeded" (documented)', async (name, { begin }) => {
  const registry = await begin(name, { requests: 1, accounts: [{ username: 'AWS', password: 'p' }] })
  const headers = name === 'ecr-private' ? basic('AWS', 'p') : await bearer(registry)
  const answer = await refusal(registry, headers)
  expect([answer.status, answer.json]).toEqual([
    429,
    { errors: [{ code: 'TOOMANYREQUESTS', message: 'Rate exceeded' }] },
  ])
})

test('quay refuses with the page of nginx, whatever the class, and no Retry-After (documented)', async ({ begin }) => {
  const registry = await begin('quay', { requests: 1 })
  const page =
    /^<html>\r\n<head><title>429 Too Many Requests<\/title>.*<center>nginx<\/center>\r\n<\/body>\r\n<\/html>\r\n$/s
  for (const path of ['/v2/auth', '/v2/', manifest]) {
    const answers = [await send(registry, path), await send(registry, path), await send(registry, path)]
    expect(answers.map(({ status }) => status === 429)).toEqual([false, false, true])
    const { headers, text: body } = answers[2] as Answer
    expect(body).toMatch(page)
    expect([headers['content-type'], headers.server, headers['retry-after']]).toEqual(['text/html', 'nginx', undefined])
    expect(headers).not.toHaveProperty('docker-distribution-api-version')
  }
  expect((await send(registry, '/token')).status).toBe(404)
})

test('gitlab refuses accounts in plain text (inferred)', async ({ begin }) => {
  const registry = await begin('gitlab', { requests: 1, accounts: [{ username: 'me', password: 'p' }] })
  const answer = await refusal(registry, await bearer(registry, basic('me', 'p'), '/jwt/auth'))
  expect([answer.status, answer.headers['retry-after'], answer.text]).toEqual([429, '15', 'Retry later\n'])
})

test('harbor-proxy refuses while too many answers are under way, and no longer (documented)', async ({ begin }) => {
  const large = { ...image, tag: 'large', layers: [{ name: 'large', sizeBytes: 200_000_000 }] }
  const registry = await begin('harbor-proxy', { requests: 1 })
  await registry.publish(large)
  const headers = await bearer(registry, {}, '/service/token')
  const index = (await send(registry, '/v2/acme/tools/app/manifests/large', { headers })).text
  const platform = (JSON.parse(index) as { manifests: { digest: string }[] }).manifests[0]?.digest
  const document = (await send(registry, `/v2/acme/tools/app/manifests/${platform}`, { headers })).text
  const layer = (JSON.parse(document) as { layers: { digest: string }[] }).layers[0]?.digest
  const slow = new AbortController()
  const answer = await fetch(`${registry.url}/v2/acme/tools/app/blobs/${layer}`, { headers, signal: slow.signal })
  expect(answer.status).toBe(200)
  const refused = await send(registry, manifest, { headers })
  expect([refused.status, refused.json]).toMatchObject([429, { errors: [{ code: 'TOOMANYREQUESTS' }] }])
  slow.abort()
  await expect.poll(async () => (await send(registry, manifest, { headers })).status).toBe(200)
})

test('acr points to its table of tiers (documented)', async ({ begin }) => {
  const registry = await begin('acr', { requests: 1, accounts: [{ username: 'me', password: 'p' }] })
  const anonymous = await bearer(registry, {}, '/oauth2/token')
  expect((await send(registry, manifest, { headers: anonymous })).status).toBe(401)
  const answer = await refusal(registry, await bearer(registry, basic('me', 'p'), '/oauth2/token'))
  expect([answer.status, answer.text]).toEqual([
    429,
    expect.stringContaining('Too many requests. Please visit https://aka.ms/acr/skus#sku-feature-matrix'),
  ])
})

test.for([
  ['retry-after-seconds', '60'],
  ['retry-after-date', 'Thu, 01 Jan 2026 00:01:00 GMT'],
] as const)('%s says %s (RFC 9110)', async ([name, value], { begin }) => {
  const registry = await begin(name, { requests: 1 })
  const answer = await refusal(registry, {})
  expect([answer.status, answer.headers['retry-after']]).toEqual([429, value])
  expect((await send(registry, manifest, { method: 'HEAD' })).status).toBe(200)
})

const key = JSON.stringify(
  { type: 'service_account', client_email: 'a@b.test', private_key: '-----BEGIN\nx\n-----END\n' },
  null,
  2,
)
const key64 = Buffer.from(key).toString('base64')
const wrapped = key64.replace(/(.{76})/g, '$1\n')
const otherKey = key.replace('a@b.test', 'c@d.test')

test.for<[string, string, string, number, string | null]>([
  ['the key file as it is (documented)', '_json_key', key, 200, null],
  ['the key file in base64 (documented)', '_json_key_base64', key64, 200, null],
  ['an access token (documented)', 'oauth2accesstoken', 'ya29.a', 200, null],
  ['a truncated key (documented)', '_json_key', key.slice(0, -20), 401, 'Unable to parse json key.'],
  ['a re-escaped key (documented)', '_json_key', JSON.stringify(key), 401, 'Unable to parse json key.'],
  ['wrapped base64 (inferred)', '_json_key_base64', wrapped, 401, 'Unable to parse json key.'],
  ['base64 under the other name (inferred)', '_json_key', key64, 401, 'Unable to parse json key.'],
  ['a key under the other name (inferred)', '_json_key_base64', key, 401, 'Unable to parse json key.'],
  ['a key of somebody else (inferred)', '_json_key', otherKey, 401, 'authentication failed'],
  ['an unknown user (inferred)', 'alice', key, 401, 'authentication failed'],
])('google-artifact-registry: %s', async ([, username, password, status, message], { begin }) => {
  const accounts = [
    { username: '_json_key', password: key },
    { username: 'oauth2accesstoken', password: 'ya29.a' },
  ]
  const registry = await begin('google-artifact-registry', { accounts })
  const answer = await send(registry, `/v2/token?scope=${scope}`, { headers: basic(username, password) })
  expect(answer.status).toBe(status)
  if (message !== null) expect(answer.json).toMatchObject({ errors: [{ message }] })
  else
    expect(
      (await send(registry, manifest, { headers: await bearer(registry, basic(username, password), '/v2/token') }))
        .status,
    ).toBe(200)
})

test('google-artifact-registry: access tokens end after an hour (documented; the status inferred)', async ({
  begin,
  clock,
}) => {
  const registry = await begin('google-artifact-registry', {
    accounts: [{ username: 'oauth2accesstoken', password: 'y' }],
  })
  clock.advance(3_600_000)
  expect((await send(registry, '/v2/token', { headers: basic('oauth2accesstoken', 'y') })).status).toBe(401)
})

test('google-artifact-registry: challenges, knows no POST, and denies callers without an account (documented)', async ({
  begin,
}) => {
  const registry = await begin('google-artifact-registry')
  expect((await send(registry, manifest)).headers['www-authenticate']).toBe(
    `Bearer realm="${registry.url}/v2/token",service="us-docker.pkg.dev",scope="${scope}"`,
  )
  expect((await send(registry, '/v2/token', { method: 'POST', body: 'grant_type=password' })).status).toBe(404)
  const denied = await send(registry, manifest, { headers: await bearer(registry, {}, '/v2/token') })
  expect([denied.status, denied.json]).toMatchObject([
    403,
    {
      errors: [
        {
          code: 'DENIED',
          message:
            'Unauthenticated request. Unauthenticated requests do not have permission "artifactregistry.repositories.downloadArtifacts" on resource "projects/acme/locations/us/repositories/tools" (or it may not exist)',
        },
      ],
    },
  ])
})

test('gitlab bans an address for an hour after 30 wrong logins (documented)', async ({ begin, clock }) => {
  const registry = await begin('gitlab', { accounts: [{ username: 'ada', password: 'right' }] })
  const logIn = async (password: string, path = '/jwt/auth') =>
    (await send(registry, path, { headers: basic('ada', password) })).status
  for (let attempt = 1; attempt <= 30; attempt += 1) expect(await logIn('wrong')).toBe(401)
  expect([await logIn('right'), (await send(registry, '/jwt/auth')).status]).toEqual([403, 200])
  clock.advance(3_599_999)
  expect(await logIn('right')).toBe(403)
  clock.advance(1)
  expect(await logIn('right')).toBe(200)
})

test('docker-hub-lockout locks a user name for ten minutes (documented; the number of logins and the words chosen)', async ({
  begin,
  clock,
}) => {
  const accounts = [
    { username: 'ada', password: 'right' },
    { username: 'bob', password: 'right' },
  ]
  const registry = await begin('docker-hub-lockout', { accounts })
  const logIn = (username: string, password: string) => send(registry, '/token', { headers: basic(username, password) })
  for (let attempt = 1; attempt <= 10; attempt += 1) expect((await logIn('ada', 'wrong')).status).toBe(401)
  const locked = await logIn('ada', 'right')
  expect([locked.status, locked.json]).toEqual([
    429,
    { errors: [expect.objectContaining({ message: 'too many failed login attempts for username or IP address' })] },
  ])
  const form = { method: 'POST', body: 'grant_type=password&username=ada&password=right' }
  expect((await send(registry, '/token', form)).status).toBe(429)
  expect((await logIn('bob', 'right')).status).toBe(200)
  clock.advance(600_000)
  expect((await logIn('ada', 'right')).status).toBe(200)
})

test('ecr-private takes ten manifests a second, and layers as they come (documented)', async ({ begin, clock }) => {
  const registry = await begin('ecr-private', { accounts: [{ username: 'AWS', password: 'p' }] })
  const headers = { ...basic('AWS', 'p'), 'content-type': 'application/vnd.oci.image.index.v1+json' }
  const body = '{"schemaVersion":2,"manifests":[]}'
  const put = (tag: number) => send(registry, `/v2/acme/tools/app/manifests/t${tag}`, { method: 'PUT', body, headers })
  for (let tag = 1; tag <= 10; tag += 1) expect((await put(tag)).status).toBe(201)
  expect((await put(11)).json).toMatchObject({ errors: [{ code: 'TOOMANYREQUESTS', message: 'Rate exceeded' }] })
  const opened = await send(registry, '/v2/acme/tools/app/blobs/uploads/', { method: 'POST', headers })
  expect(opened.status).toBe(202)
  clock.advance(100)
  expect([(await put(11)).status, (await put(12)).status]).toEqual([201, 429])
})

test('quay counts tag lists by address, and logins by their Authorization header (documented)', async ({ begin }) => {
  const registry = await begin('quay', { accounts: [{ username: 'ada', password: 'p' }] })
  const headers = await bearer(registry, {}, '/v2/auth')
  const statuses = async (path: string, more: Record<string, string>, count: number) => {
    const all: number[] = []
    for (let call = 0; call < count; call += 1) all.push((await send(registry, path, { headers: more })).status)
    return all
  }
  expect(await statuses('/v2/acme/tools/app/tags/list', headers, 4)).toEqual([200, 200, 200, 429])
  expect(await statuses('/v2/auth', {}, 3)).toEqual([200, 200, 429])
  expect(await statuses('/v2/auth', basic('ada', 'p'), 4)).toEqual([200, 200, 200, 429])
  expect(await statuses('/v2/auth', basic('ada', 'q'), 1)).toEqual([401])
})

test('ghcr counts pushes apart (documented; how many at once chosen)', async ({ begin }) => {
  const registry = await begin('ghcr', { accounts: [{ username: 'octo', password: 'ghp_1' }] })
  const headers = { authorization: `Bearer ${Buffer.from('octo:ghp_1').toString('base64')}` }
  const open = () => send(registry, '/v2/octo/new/blobs/uploads/', { method: 'POST', headers })
  for (let upload = 1; upload <= 100; upload += 1) expect((await open()).status).toBe(202)
  expect((await open()).json).toMatchObject({
    errors: [{ message: 'retry-after: 30ms, allowed: 2000/minute' }],
  })
  expect((await send(registry, manifest, { headers })).status).toBe(200)
})
