// A front whose content is in another registry: what passes through, what stays with the front, and what happens when either end
// goes away. The upstream is a real registry of ours, or a server that misbehaves.
import { createServer, request as httpRequest, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'vitest'
import { createClock } from '../../../server/kernel/clock.ts'
import { createWait } from '../../../simulator/driver/wait.ts'
import { UpstreamBackend } from '../../../simulator/registry/backend/upstream.ts'
import type { startRegistry } from '../../../simulator/registry/registry.ts'
import { test as base, errorCodesOf, pushBlob, pushImage, send, sha256 } from '../registry-client.ts'

const image = { repository: 'team/app', tag: '1', seed: 1, layers: [{ name: 'a', sizeBytes: 256_000 }] }
const account = { username: 'me', password: 'right' }

const test = base
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the names of other fixtures from this pattern.
  .extend('serve', async ({}, { onCleanup }) => {
    const servers: Server[] = []
    onCleanup(() => {
      for (const server of servers) server.close().closeAllConnections()
    })
    return async (listener: RequestListener) => {
      const server = createServer(listener)
      servers.push(server)
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    }
  })
  .extend('front', async ({ start }) => {
    return async (
      url: string,
      { allowPush = true, profile = 'none', upstreamAccount = null, ...options }: FrontOptions = {},
    ) => {
      const backend = await UpstreamBackend.connect({ url, allowPush, account: upstreamAccount })
      return start({ ...options, profile, backend })
    }
  })

interface FrontOptions extends Partial<Omit<Parameters<typeof startRegistry>[0], 'profile' | 'backend'>> {
  allowPush?: boolean
  profile?: string
  upstreamAccount?: { username: string; password: string } | null
}

test('publishes through HTTP what a front then serves, and sends nothing twice', async ({ registry, front }) => {
  const proxy = await front(registry.url)
  const first = await proxy.publish(image)
  expect(first).toEqual({ ...(await registry.publish(image)), previousDigest: null })
  expect(sha256((await send(proxy, '/v2/team/app/manifests/1')).body)).toBe(first.digest)
  registry.journal.clear()
  expect(await proxy.publish(image)).toEqual({ ...first, previousDigest: first.digest })
  const uploads = () => registry.journal.records().filter(({ path }) => path.includes('/blobs/uploads/'))
  expect(uploads()).toEqual([])
  await proxy.publish({ ...image, repository: 'team/other' })
  expect(uploads().map(({ method, status }) => `${method} ${status}`)).toEqual(['POST 201', 'POST 201', 'POST 201'])
  expect(await proxy.find(image)).toBe(first.digest)
  expect(await proxy.find({ ...image, tag: 'none' })).toBeNull()
})

test('counts pulls by the limits of the front as if the images were its own', async ({ registry, front }) => {
  const { digest } = await registry.publish(image)
  const proxy = await front(registry.url, { profile: 'docker-hub-anonymous' })
  const { json } = await send(proxy, '/token?scope=repository:team/app:pull')
  const headers = { authorization: `Bearer ${(json as { token: string }).token}` }
  const remaining = async (reference: string, method = 'GET') =>
    (await send(proxy, `/v2/team/app/manifests/${reference}`, { method, headers })).headers['ratelimit-remaining']
  expect(await remaining('1', 'HEAD')).toBe('100;w=21600')
  const index = await send(proxy, `/v2/team/app/manifests/${digest}`, { headers })
  const [platform] = (index.json as { manifests: { digest: string }[] }).manifests
  await remaining(platform?.digest ?? '')
  expect(await remaining('1', 'HEAD')).toBe('99;w=21600')
  const other = await pushImage(registry, 'team/app', { reference: 'single' })
  await remaining(other.digest)
  expect(await remaining('1', 'HEAD')).toBe('98;w=21600')
  const challenged = await send(proxy, '/v2/team/app/manifests/1')
  expect(challenged.status).toBe(401)
  expect(challenged.headers['www-authenticate']).toContain(proxy.url)
})

test('asks the upstream once for each version check', async ({ registry, front }) => {
  await registry.publish(image)
  const proxy = await front(registry.url)
  registry.journal.clear()
  expect((await send(proxy, '/v2/team/app/manifests/1', { method: 'HEAD' })).status).toBe(200)
  expect(registry.journal.records().map(({ method }) => method)).toEqual(['HEAD'])
})

test('only reads unless it was asked to push', async ({ registry, front }) => {
  await registry.publish(image)
  const proxy = await front(registry.url, { allowPush: false })
  expect((await send(proxy, '/v2/team/app/manifests/1')).status).toBe(200)
  for (const [method, path] of [
    ['POST', 'blobs/uploads/'],
    ['PUT', 'manifests/2'],
    ['DELETE', 'manifests/1'],
    ['DELETE', `blobs/${sha256('x')}`],
  ] as const) {
    const answer = await send(proxy, `/v2/team/app/${path}`, { method })
    expect(answer.status).toBe(405)
    expect(errorCodesOf(answer)).toEqual(['UNSUPPORTED'])
  }
  await expect(proxy.publish(image)).rejects.toMatchObject({ code: 'BACKEND_INVALID' })
  expect((await send(registry, '/v2/team/app/manifests/1')).status).toBe(200)
})

for (const profile of ['docker-hub-anonymous', 'ecr-private']) {
  test(`logs in to an upstream with the profile ${profile}`, async ({ start, front }) => {
    const upstream = await start({ profile, accounts: [account] })
    const proxy = await front(upstream.url, { upstreamAccount: account })
    const { digest } = await proxy.publish(image)
    const answer = await send(proxy, '/v2/team/app/manifests/1')
    expect(answer).toMatchObject({ status: 200, headers: { 'docker-content-digest': digest } })
    expect(answer.headers['www-authenticate']).toBeUndefined()
    expect(await send(proxy, `/v2/team/app/manifests/${digest}`, { method: 'DELETE' })).toMatchObject({ status: 202 })
    await expect(front(upstream.url, { upstreamAccount: { ...account, password: 'wrong' } })).rejects.toMatchObject({
      code: 'BACKEND_INVALID',
    })
  })
}

test('fetches one token for many requests of a repository', async ({ start, front }) => {
  const upstream = await start({ profile: 'docker-hub-anonymous' })
  await upstream.publish(image)
  const proxy = await front(upstream.url)
  upstream.journal.clear()
  const pulls = Array.from({ length: 10 }, () => send(proxy, '/v2/team/app/manifests/1'))
  for (const { status } of await Promise.all(pulls)) expect(status).toBe(200)
  expect(upstream.journal.records().filter(({ class: requestClass }) => requestClass === 'token')).toHaveLength(1)
})

test('holds back what comes from the upstream, by connection and in all', async ({ registry, front }) => {
  const clock = createClock({ speed: 10 })
  const digest = await pushBlob(registry, 'team/app', Buffer.alloc(256_000, 7))
  const shape = { downlinkBytesPerSecond: () => null, roundTripMs: 0, serverLatencyMs: 0, delay: createWait(10) }
  const timeOf = async (rates: { uplinkBytesPerSecond: number | null; connectionBytesPerSecond: number | null }) => {
    const proxy = await front(registry.url, { clock, shape: { ...shape, ...rates } })
    const startMs = clock.nowMs()
    const downloads = [1, 2].map(() => send(proxy, `/v2/team/app/blobs/${digest}`))
    for (const { body } of await Promise.all(downloads)) expect(sha256(body)).toBe(digest)
    return clock.nowMs() - startMs
  }
  expect(await timeOf({ uplinkBytesPerSecond: 256_000, connectionBytesPerSecond: null })).toBeGreaterThan(1_950)
  expect(await timeOf({ uplinkBytesPerSecond: null, connectionBytesPerSecond: 256_000 })).toBeGreaterThan(950)
})

test('follows a redirect of a blob without the credentials, so that callers stay with the front', async ({
  serve,
  front,
}) => {
  const seen: (string | undefined)[] = []
  const storage = await serve(({ headers }, response) => {
    seen.push(headers.authorization)
    response.writeHead(200, { 'content-length': 7 }).end('content')
  })
  const url = await serve(({ url: path, headers }, response) => {
    if (headers.authorization === undefined) response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end()
    else if (path === '/v2/') response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    else response.writeHead(307, { location: `${storage}/there` }).end()
  })
  const proxy = await front(url, { upstreamAccount: account })
  expect(await send(proxy, `/v2/team/app/blobs/${sha256('content')}`)).toMatchObject({ status: 200, text: 'content' })
  expect(seen).toEqual([undefined])
})

test('cuts its answer where the upstream breaks off, and says so where there was none', async ({ serve, front }) => {
  const url = await serve(({ url: path }, response) => {
    if (path === '/v2/') response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    else if (path?.includes('/blobs/'))
      response.writeHead(200, { 'content-length': 1_000 }).write('part', () => response.destroy())
    else response.destroy()
  })
  const proxy = await front(url)
  await expect(send(proxy, `/v2/team/app/blobs/${sha256('x')}`)).rejects.toMatchObject({ code: 'ECONNRESET' })
  const manifest = await send(proxy, '/v2/team/app/manifests/1')
  expect(manifest.status).toBe(503)
  expect(errorCodesOf(manifest)).toEqual(['UNAVAILABLE'])
})

test('lets go of the upstream when its caller leaves', async ({ serve, front }) => {
  const left = Promise.withResolvers<void>()
  const url = await serve(({ url: path }, response) => {
    if (path === '/v2/') return response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    response.on('close', left.resolve)
    return response.writeHead(200, { 'content-length': 1_000 }).write('part')
  })
  const proxy = await front(url)
  const { hostname, port } = new URL(proxy.url)
  const request = httpRequest({ hostname, port, path: `/v2/team/app/blobs/${sha256('x')}` }, (response) => {
    response.on('error', () => undefined).on('data', () => request.destroy())
  })
  request.on('error', () => undefined).end()
  await left.promise
  await expect.poll(() => proxy.journal.records()).toHaveLength(1)
})

test('keeps the errors of the upstream, and its delay, but not its challenge', async ({ serve, front }) => {
  const body = '{"errors":[{"code":"TOOMANYREQUESTS","message":"slow down"}]}'
  const url = await serve(({ url: path }, response) => {
    const headers = {
      'content-type': 'application/json',
      'retry-after': '7',
      'www-authenticate': 'Basic realm="theirs"',
    }
    if (path === '/v2/') response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    else response.writeHead(429, headers).end(body)
  })
  const answer = await send(await front(url), '/v2/team/app/tags/list')
  expect(answer).toMatchObject({ status: 429, text: body, headers: { 'retry-after': '7' } })
  expect(answer.headers['www-authenticate']).toBeUndefined()
})

test('refuses what is no registry, does not answer or is no URL', async ({ serve, front }) => {
  const page = await serve((_request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>'))
  const missing = await serve((_request, response) => response.writeHead(404).end())
  for (const url of [page, missing, 'ftp://127.0.0.1', `${page}/path`, 'no url']) {
    await expect(front(url)).rejects.toMatchObject({ code: 'BACKEND_INVALID' })
  }
  await expect(front('http://127.0.0.1:1')).rejects.toMatchObject({ code: 'SERVER_UNREACHABLE' })
  const plain = page.replace('http:', 'https:')
  await expect(front(plain)).rejects.toThrow(`Failed to reach the registry ${plain}: the upstream registry gives no`)
  await expect(front(plain)).rejects.toThrow(/: it does not speak TLS\. /)
})

test.for([
  ['answers nothing', () => {}],
  ['begins an answer and does not end it', (response: ServerResponse) => response.writeHead(200).write('{')],
] as const)('gives up an upstream that %s', async ([, answer], { serve }) => {
  const url = await serve((_request, response) => void answer(response))
  const connected = UpstreamBackend.connect({ url, allowPush: true, answersWithinMs: 200 })
  await expect(connected).rejects.toMatchObject({
    code: 'SERVER_UNREACHABLE',
    message: `Failed to reach the registry ${url}: it gives no answer within 0.2 s. Check that it runs, and its address.`,
  })
})
