// What is no request that can be read: broken HTTP, a head without end, a request that stops half-way. It never becomes a request of
// the registry's, so it is in no journal; whoever sent it is told why all the same, in the registry's own words.
import { type Server, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { RegistryProblem } from '../answer/problem.ts'

/** Whoever is still sending is listened to for so many pieces, so that it comes to read the answer. */
const piecesMax = 100

/**
 * Lets a server say what is wrong with bytes that are no request: 431 where the head is too long, 408 where the rest does not come,
 * else 400.
 *
 * @example
 * refuseUnreadable(createServer({ maxHeaderSize: 16_384 }, listener), { headBytesMax: 16_384 })
 */
export function refuseUnreadable(server: Server, { headBytesMax }: { headBytesMax: number }): void {
  const answering = new WeakSet<Duplex>()
  const piecesLeft = new WeakMap<Duplex, number>()
  server.on('request', ({ socket }, response) => {
    answering.add(socket)
    response.once('close', () => answering.delete(socket))
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const left = piecesLeft.get(socket)
    if (left === undefined && socket.writable && !answering.has(socket)) {
      piecesLeft.set(socket, piecesMax)
      socket.end(answerTo(error.code, headBytesMax))
    } else if (left === undefined || left === 0) {
      socket.destroy()
    } else {
      piecesLeft.set(socket, left - 1)
    }
  })
}

function answerTo(code: string | undefined, headBytesMax: number): string {
  const { status, body } = problemOf(code, headBytesMax)
  const lines = ['content-type: application/json', `content-length: ${Buffer.byteLength(body)}`, 'connection: close']
  return [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, '', body].join('\r\n')
}

function problemOf(code: string | undefined, headBytesMax: number): RegistryProblem {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW': {
      const message = `the request line and headers are longer than ${headBytesMax} bytes`
      return new RegistryProblem('SIZE_INVALID', null, { status: 431, message })
    }
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new RegistryProblem('SIZE_INVALID', null, { status: 408, message: 'the request did not arrive in time' })
    default:
      return new RegistryProblem('UNSUPPORTED', null, { status: 400, message: 'this is no HTTP request' })
  }
}
