// Requests that are broken, hostile or cut short: each gets a clear no, nothing is stored in part, and the registry goes on.
import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, vi } from 'vitest'
import { findProfile } from '../../simulator/registry/policy/profiles.ts'
import { type EmbeddedRegistry, startRegistry } from '../../simulator/registry/registry.ts'
import { errorCodesOf, pushImage, send, sha256, test } from './registry-client.ts'

/** Writes raw bytes to the registry and gives the open connection. */
async function open(registry: EmbeddedRegistry, bytes: string) {
  const { hostname, port } = new URL(registry.url)
  const socket = connect(Number(port), hostname)
  await once(socket, 'connect')
  socket.write(bytes)
  return socket
}

async function rawAnswer(registry: EmbeddedRegistry, bytes: string): Promise<string> {
  const socket = await open(registry, bytes)
  let answer = ''
  for await (const piece of socket) answer += piece
  return answer
}

test.for([
  '/v2/../etc/manifests/latest',
  '/v2/team/../../etc/manifests/latest',
  '/v2/%2e%2e/etc/manifests/latest',
  '/v2/team%2f..%2fapp/manifests/latest',
  '/v2//app/manifests/latest',
  '/v2/Team/app/manifests/latest',
  '/v2/team/-app/manifests/latest',
  '/v2/team/app/%00/blobs/uploads/',
  '/v2/team\\app/tags/list',
  `/v2/${'a'.repeat(256)}/tags/list`,
  `/v2/team/./app/referrers/${sha256('')}`,
])('refuses the name in %s', async (path, { registry }) => {
  const answer = await send(registry, path)
  expect(answer.status).toBe(400)
  expect(errorCodesOf(answer)).toEqual(['NAME_INVALID'])
})

test('takes names that look like its own paths', async ({ registry }) => {
  for (const name of ['blobs/uploads', 'manifests/tags/list', 'v2/blobs', 'a__b/c-d.e'])
    expect((await pushImage(registry, name, { reference: '1.0' })).answer.status).toBe(201)
  expect((await send(registry, '/v2/manifests/tags/list/tags/list')).json).toMatchObject({ tags: ['1.0'] })
})

test.for([
  ['PUT', '/v2/', 'GET, HEAD'],
  ['PATCH', '/v2/team/app/manifests/1.0', 'GET, HEAD, PUT, DELETE'],
  ['POST', `/v2/team/app/blobs/${sha256('')}`, 'GET, HEAD, DELETE'],
  ['GET', '/v2/team/app/blobs/uploads/', 'POST'],
] as const)('refuses %s of %s and says what it takes', async ([method, path, allow], { registry }) => {
  const answer = await send(registry, path, { method })
  expect([answer.status, answer.headers.allow, ...errorCodesOf(answer)]).toEqual([405, allow, 'UNSUPPORTED'])
})

test.for(['/', '/v1/', '/v2/_catalog', '/v2/%zz/tags/list', '/favicon.ico'])(
  'knows nothing at %s',
  async (path, { registry }) => {
    const answer = await send(registry, path)
    expect([answer.status, ...errorCodesOf(answer)]).toEqual([404, 'UNSUPPORTED'])
  },
)

test('refuses what is no HTTP and headers that are too long, and goes on', async ({ registry }) => {
  const noHttp = await rawAnswer(registry, 'no http at all\r\n\r\n')
  expect(noHttp).toMatch(/^HTTP\/1\.1 400 /)
  expect(noHttp).toContain('{"errors":[{"code":"UNSUPPORTED","message":"this is no HTTP request","detail":null}]}')
  expect(await rawAnswer(registry, 'GET /v2/ HTTP/1.1\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /)
  const long = await rawAnswer(registry, `GET /v2/ HTTP/1.1\r\nhost: x\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`)
  expect(long).toMatch(/^HTTP\/1\.1 431 /)
  expect(long).toContain('"code":"SIZE_INVALID","message":"the request line and headers are longer than 16384 bytes"')
  expect((await send(registry, '/v2/')).status).toBe(200)
})

test('breaks off no answer that is on its way because of what is sent after its request', async ({ registry }) => {
  const layers = [{ name: 'large', sizeBytes: 100_000_000 }]
  await registry.publish({ repository: 'team/large', tag: '1', seed: 1, layers })
  const { json } = await send(registry, '/v2/team/large/manifests/1')
  const [platform] = (json as { manifests: { digest: string }[] }).manifests
  const manifest = await send(registry, `/v2/team/large/manifests/${platform?.digest}`)
  const [layer] = (manifest.json as { layers: { digest: string }[] }).layers
  const socket = await open(registry, `GET /v2/team/large/blobs/${layer?.digest} HTTP/1.1\r\nhost: x\r\n\r\n`)
  await once(socket, 'readable')
  socket.write('\0garbage\r\n\r\n')
  let answer = ''
  for await (const piece of socket.on('error', () => {})) answer += (piece as Buffer).toString('latin1')
  expect([answer.slice(0, 12), answer.includes('HTTP/1.1 400')]).toEqual(['HTTP/1.1 200', false])
})

test.for([
  ['PUT', '/v2/team/app/manifests/1.0', 5 * 2 ** 20],
  ['POST', `/v2/team/app/blobs/uploads/?digest=${sha256('')}`, 3 * 2 ** 30],
  ['POST', '/token', 2 ** 20],
] as const)('waits for no body of %s %s that says to be too long', async ([method, path, length], { start }) => {
  const registry = await start({ profile: path === '/token' ? 'docker-hub-anonymous' : 'none' })
  const head = `${method} ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: ${length}\r\nconnection: close\r\n\r\n`
  const answer = await rawAnswer(registry, head)
  expect(answer).toMatch(/^HTTP\/1\.1 413 /)
  expect(answer).toContain('"code":"SIZE_INVALID"')
})

test('answers in the middle of a body that is too long, and takes the next request', async ({ registry }) => {
  const socket = await open(
    registry,
    'PUT /v2/team/app/manifests/1.0 HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n',
  )
  const chunk = `100000\r\n${' '.repeat(2 ** 20)}\r\n`
  socket.write(`${chunk.repeat(6)}0\r\n\r\nGET /v2/ HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`)
  let answer = ''
  for await (const piece of socket.on('error', () => {})) answer += piece
  expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 413', 'HTTP/1.1 200'])
})

test('leaves an upload as it was when a chunk is cut short', async ({ registry }) => {
  const opened = await send(registry, '/v2/team/app/blobs/uploads/', { method: 'POST' })
  const location = opened.headers.location ?? ''
  await send(registry, location, { method: 'PATCH', body: '0123' })
  const socket = await open(registry, `PATCH ${location} HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n456`)
  socket.destroy()
  await vi.waitFor(() => expect(registry.journal.records().at(-1)).toMatchObject({ method: 'PATCH', status: 0 }))
  expect((await send(registry, location)).headers.range).toBe('0-3')
  const put = await send(registry, `${location}?digest=${sha256('0123')}`, { method: 'PUT' })
  expect(put.status).toBe(201)
})

test('stores nothing of a manifest that is cut short', async ({ registry }) => {
  const { bytes } = await pushImage(registry, 'team/app', { reference: 'whole' })
  const head = `PUT /v2/team/app/manifests/cut HTTP/1.1\r\nhost: x\r\ncontent-length: ${bytes.length}\r\n\r\n`
  const socket = await open(registry, head + bytes.slice(0, -1))
  socket.destroy()
  await vi.waitFor(() => expect(registry.journal.records().at(-1)).toMatchObject({ reference: 'cut', status: 0 }))
  expect((await send(registry, '/v2/team/app/tags/list')).json).toMatchObject({ tags: ['whole'] })
})

test('makes a large blob only as fast as it is read, and writes down how much went out', async ({ registry }) => {
  const sizeBytes = 100_000_000
  await registry.publish({ repository: 'team/large', tag: '1', seed: 1, layers: [{ name: 'large', sizeBytes }] })
  const index = await send(registry, '/v2/team/large/manifests/1')
  const [amd64] = (index.json as { manifests: { digest: string }[] }).manifests
  const manifest = await send(registry, `/v2/team/large/manifests/${amd64?.digest}`)
  const [layer] = (manifest.json as { layers: { digest: string }[] }).layers
  const socket = await open(registry, `GET /v2/team/large/blobs/${layer?.digest} HTTP/1.1\r\nhost: x\r\n\r\n`)
  await once(socket, 'readable')
  socket.destroy()
  const record = await vi.waitFor(() => {
    const last = registry.journal.records().at(-1)
    expect(last).toMatchObject({ class: 'blob', status: 200 })
    return last
  })
  expect(record?.bytes).toBeLessThan(sizeBytes / 2)
})

test('cuts what is under way when it closes', async ({ start }) => {
  const registry = await start()
  const socket = await open(
    registry,
    'POST /v2/team/app/blobs/uploads/?digest=x HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n',
  )
  const ended = new Promise((resolve) => {
    socket
      .resume()
      .on('error', () => {})
      .on('close', resolve)
  })
  await registry.close()
  await ended
  await expect(send(registry, '/v2/')).rejects.toThrow('ECONNREFUSED')
})

test('says which port is in use', async ({ registry }) => {
  const port = Number(new URL(registry.url).port)
  await expect(startRegistry({ profile: findProfile('none'), port })).rejects.toMatchObject({
    code: 'PORT_IN_USE',
    message: `Failed to start the registry on 127.0.0.1:${port}: the port is in use. Choose another with --port, or 0 for any free one.`,
  })
})

test('says which address it cannot listen on', async () => {
  const started = startRegistry({ profile: findProfile('none'), host: '192.0.2.1' })
  await expect(started).rejects.toMatchObject({
    code: 'LISTEN_FAILED',
    message: expect.stringContaining('192.0.2.1:0'),
  })
})

test('refuses one upload more than it keeps open', async ({ registry }) => {
  const opened = () => send(registry, '/v2/team/app/blobs/uploads/', { method: 'POST' })
  for (let upload = 0; upload < 1_000; upload += 1) await opened()
  const refused = await opened()
  expect([refused.status, ...errorCodesOf(refused)]).toEqual([429, 'TOOMANYREQUESTS'])
})

test('reads no more of a header of ten gigabytes than it takes, and goes on', async ({ registry }) => {
  const socket = await open(registry, 'GET /v2/ HTTP/1.1\r\nhost: x\r\nx: ')
  const piece = Buffer.alloc(64 * 1024, 'x')
  let answer = ''
  let writtenBytes = 0
  socket.on('data', (bytes) => {
    answer += bytes
  })
  socket.on('error', () => {})
  const closed = once(socket, 'close').catch(() => {})
  while (!socket.destroyed && writtenBytes < 10 * 2 ** 30) {
    writtenBytes += piece.length
    if (!socket.write(piece)) await Promise.race([once(socket, 'drain').catch(() => {}), closed])
  }
  await closed
  expect(answer).toMatch(/^HTTP\/1\.1 431 .*SIZE_INVALID/s)
  expect(writtenBytes).toBeLessThan(2 ** 30)
  expect((await send(registry, '/v2/')).status).toBe(200)
})
