// Answers that are larger than what a caller takes at once.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { expect, test, vi } from 'vitest'
import { CallerGone, Exchange, goneSignalOf } from '../../simulator/registry/http/exchange.ts'
import { readTarget } from '../../simulator/registry/target.ts'

const pieceBytes = 64 * 1024
const pieceCount = 1_024

test('makes pieces no faster than they are taken, and stops when nobody takes them', async () => {
  let made = 0
  function* pieces(): Iterable<Buffer> {
    for (; made < pieceCount; made += 1) yield Buffer.alloc(pieceBytes)
  }
  const ended: unknown[] = []
  const server = createServer((request, response) => {
    const gone = goneSignalOf(response)
    const target = readTarget('GET', '/')
    const exchange = new Exchange({ request, response, target, source: '', shaped: null, work: null, gone })
    const sizeBytes = pieceBytes * pieceCount
    exchange.stream(200, { 'content-length': sizeBytes }, pieces(), sizeBytes).catch((error) => ended.push(error))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
  await once(socket, 'readable')
  expect(made).toBeLessThan(pieceCount / 2)
  socket.destroy()
  await vi.waitFor(() => expect(ended).toEqual([expect.any(CallerGone)]))
  expect(made).toBeLessThan(pieceCount / 2)
  server.close()
})
