// One guard for what controls a web app and a registry: whoever calls through a proxy is kept out, whatever the proxy says or hides.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createServer, request as httpRequest, type OutgoingHttpHeaders } from 'node:http'
import { type AddressInfo, createConnection } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { isOfThisUser, userOf } from '../../server/control/peer.ts'
import { startWebApp } from '../../server/main.ts'
import { findProfile } from '../../simulator/registry/policy/profiles.ts'
import { startRegistry } from '../../simulator/registry/registry.ts'

/** Both servers that have a control API, with a call of it that does nothing. */
const servers = {
  'web app': async (options: { controlToken?: string }) => ({
    server: await startWebApp(options),
    path: '/__sim__/clock',
  }),
  'page of agents': async (options: { controlToken?: string }) => ({
    server: await startWebApp(options),
    path: '/agents',
  }),
  registry: async (options: { controlToken?: string }) => ({
    server: await startRegistry({ profile: findProfile('none'), ...options }),
    path: '/__sim__/journal',
  }),
}

async function start(name: keyof typeof servers, options: { controlToken?: string } = {}) {
  const { server, path } = await servers[name](options)
  onTestFinished(() => server.close())
  return { url: server.url, path, port: Number(new URL(server.url).port) }
}

function get(port: number, path: string, headers: OutgoingHttpHeaders = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port, path, headers, agent: false }, (answer) => {
      answer.resume()
      resolve(answer.statusCode ?? 0)
    })
    request.on('error', reject).end()
  })
}

/** A proxy in this process, which sends on what `change` makes of the headers. */
async function proxy(target: number, change: (headers: OutgoingHttpHeaders) => OutgoingHttpHeaders): Promise<number> {
  const server = createServer((incoming, answer) => {
    const { method, url: path, headers } = incoming
    const outgoing = httpRequest(
      { host: '127.0.0.1', port: target, method, path, headers: change({ ...headers }), agent: false },
      (reply) => {
        answer.writeHead(reply.statusCode ?? 502, reply.headers)
        reply.pipe(answer)
      },
    )
    incoming.pipe(outgoing)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

const names = Object.keys(servers) as (keyof typeof servers)[]
const proxies: [string, (headers: OutgoingHttpHeaders) => OutgoingHttpHeaders][] = [
  ['hands on the name that was called', (headers) => ({ ...headers, host: 'kasm.example' })],
  ['hands on an address that was called', (headers) => ({ ...headers, host: '192.0.2.7:8080' })],
  ...[
    'X-Forwarded-For',
    'X-Forwarded-Proto',
    'Forwarded',
    'Via',
    'X-Real-IP',
    'CF-Connecting-IP',
    'X-Original-URL',
  ].map((name): [string, (headers: OutgoingHttpHeaders) => OutgoingHttpHeaders] => [
    `says so in ${name}`,
    (headers) => ({ ...headers, [name]: '192.0.2.7' }),
  ]),
]

test.for(names)('%s: callers on this machine need nothing', async (name) => {
  const { port, path } = await start(name)
  for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, 'localhost', `[::1]:${port}`]) {
    expect(await get(port, path, { host }), host).toBe(200)
  }
})

test.for(names.flatMap((name) => proxies.map(([how, change]) => ({ name, how, change }))))(
  '$name: nobody through a proxy that $how',
  async ({ name, change }) => {
    const { port, path } = await start(name)
    expect(await get(await proxy(port, change), path)).toBe(403)
  },
)

test.for(names)('%s: nobody through a proxy that speaks HTTP/1.0, as plain nginx does', async (name) => {
  const { port, path } = await start(name)
  const socket = createConnection({ host: '127.0.0.1', port })
  socket.end(`GET ${path} HTTP/1.0\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`)
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 403 /)
})

test.for(names)('%s: nobody by the page of another site, or by a name that was led here', async (name) => {
  const { port, path } = await start(name)
  expect(await get(port, path, { origin: 'https://evil.example' })).toBe(403)
  expect(await get(port, path, { origin: 'null' })).toBe(403)
  expect(await get(port, path, { host: `evil.example:${port}`, origin: `http://evil.example:${port}` })).toBe(403)
  expect(await get(port, path, { origin: `http://127.0.0.1:${port}` })).toBe(200)
})

/** Another user's process can be made by root alone, and told from others where the system has a table of sockets. */
const canBeOther = process.getuid?.() === 0 && existsSync('/proc/net/tcp')

test.for(names)('%s: nobody through a proxy of another user, which leaves no other trace', async (name, { skip }) => {
  skip(!canBeOther, 'needs root and Linux')
  const { port, path } = await start(name)
  const script = `
    const { createServer, connect } = require('node:net')
    const server = createServer((socket) => socket.pipe(connect(${port}, '127.0.0.1')).pipe(socket))
    server.listen(0, '127.0.0.1', () => console.log(server.address().port))`
  // The user may not read this folder, so the program is one that everyone has.
  const child = spawn('/usr/bin/env', ['node', '--eval', script], {
    uid: 65_534,
    cwd: '/',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill())
  const hop = Number(await once(child.stdout, 'data'))
  expect(await get(hop, path, { host: `127.0.0.1:${port}` })).toBe(403)
  expect(await get(port, path)).toBe(200)
})

test.for(names)('%s: with a token no proxy matters, and nobody is let in without it', async (name) => {
  const { port, path } = await start(name, { controlToken: 'sesame' })
  const asItIs = await proxy(port, (headers) => ({ ...headers, host: `127.0.0.1:${port}` }))
  for (const through of [port, asItIs]) {
    expect(await get(through, path)).toBe(401)
    expect(await get(through, path, { authorization: 'Bearer sesam' })).toBe(401)
    expect(await get(through, path, { authorization: 'Bearer sesame' })).toBe(200)
    expect(await get(through, path, { 'x-kasm-sim-control-token': 'sesame' })).toBe(200)
  }
})

test('reads the user of a socket, and of none that its process has closed', () => {
  const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 100439 1 000000005d6e9898 100 0 0 10 0
   1: 0100007F:C822 0100007F:1F90 01 00000000:00000000 02:000000A0 00000000    33        0 100440 1 000000005d6e9899 20 4 0 10 -1
   2: 0100007F:C823 0100007F:1F90 06 00000000:00000000 03:000016C1 00000000     0        0 0 3 000000005d6e989a
   3: 0000000000000000FFFF00000100007F:1F90 0000000000000000FFFF00000100007F:C824 01 00000000:00000000 00:00000000 00000000  1001        0 100441 1 000000005d6e989b 20 0 0 10 -1
`
  const userAt = (localPort: number, remotePort: number) => userOf(table, { localPort, remotePort })
  expect([userAt(0xc822, 8_080), userAt(0xc823, 8_080), userAt(8_080, 0xc824), userAt(8_080, 0xc822)]).toEqual([
    33,
    null,
    1001,
    null,
  ])
})

test('knows its own connections, and takes what is no connection for its own', async ({ skip }) => {
  expect(isOfThisUser({})).toBe(true)
  skip(!existsSync('/proc/net/tcp'), 'needs Linux')
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const socket = createConnection({ host: '127.0.0.1', port })
  onTestFinished(() => void socket.destroy())
  const [accepted] = await once(server, 'connection')
  expect(isOfThisUser(accepted)).toBe(true)
  const table = readFileSync('/proc/net/tcp', 'utf8')
  expect(userOf(table, { localPort: accepted.remotePort, remotePort: port })).toBe(process.geteuid?.())
})
