// What one client can take up of the server, over real sockets.
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { type Limits, startWebApp } from '../../server/main.ts'

async function start(limits: Partial<Limits> = {}) {
  const webApp = await startWebApp({ images: [], limits })
  onTestFinished(() => webApp.close())
  const { port } = new URL(webApp.url)
  return { ...webApp, open: () => openSocket(Number(port)) }
}

async function openSocket(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  onTestFinished(() => void socket.destroy())
  await once(socket, 'connect')
  return socket
}

const head = 'POST /api/public/get_images HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n'

test('answers a body beyond the limit with 413, before it has read it', async () => {
  const { open } = await start()
  const socket = await open()
  socket.write(`${head}content-length: ${2 ** 20 + 1}\r\n\r\n{`)
  const [answer] = await once(socket, 'data')
  expect(String(answer)).toMatch(/^HTTP\/1\.1 413 /)
})

test('answers a body of unknown length with 413 once it is beyond the limit', async () => {
  const { open } = await start({ bodySizeBytes: 1_000 })
  const socket = await open()
  socket.write(`${head}transfer-encoding: chunked\r\n\r\n`)
  for (let chunk = 0; chunk < 20; chunk++) socket.write(`64\r\n${' '.repeat(100)}\r\n`)
  const [answer] = await once(socket, 'data')
  expect(String(answer)).toMatch(/^HTTP\/1\.1 413 /)
})

test('answers headers beyond the limit with 431', async () => {
  const { open } = await start()
  const socket = await open()
  socket.write(`${head}x-long: ${'a'.repeat(20_000)}\r\n\r\n`)
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 431 /)
})

test.for([
  { what: 'headers', sent: head },
  { what: 'a body', sent: `${head}content-length: 100\r\n\r\n{` },
])('ends a connection whose client takes too long to send $what', async ({ sent }) => {
  const { open, url } = await start({ headersMs: 100, requestMs: 200 })
  const socket = await open()
  socket.write(sent)
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 408 /)
  expect((await fetch(`${url}/api/__healthcheck`)).status).toBe(200)
})

test('ends a connection that nobody uses any more', async () => {
  const { open } = await start({ idleMs: 50 })
  const socket = await open()
  socket.write('GET /api/__healthcheck HTTP/1.1\r\nhost: x\r\n\r\n')
  expect(await text(socket)).toContain('{"ok":true}')
})

test('closes connections beyond the limit as they come, and takes new ones when others are gone', async () => {
  const { open, url } = await start({ connections: 2 })
  const [first] = [await open(), await open()]
  const third = await open()
  expect(await text(third)).toBe('')
  const gone = once(first as Socket, 'close')
  first?.destroy()
  await gone
  await expect
    .poll(() =>
      fetch(`${url}/api/__healthcheck`).then(
        ({ status }) => status,
        () => 0,
      ),
    )
    .toBe(200)
})
