// The fake Kasm as handlers of Mock Service Worker, for tests of clients in node: requests to its address are answered by the very app
// that listens elsewhere, without a port. In a browser there is no node to run the app; server/msw-browser.ts forwards to one instead.
import type { FastifyInstance } from 'fastify'
import { type HttpHandler, http } from 'msw'
import { fetchFrom } from './in-process.ts'

/**
 * Handlers that answer every request below `url` with the app. Kasm's own address makes clients run unchanged.
 *
 * @example
 * const app = buildApp({ model: createKasmModel({ images: catalogueSeeds() }), clock: createClock() })
 * const server = setupServer(...createHandlers(app, 'https://kasm.example.com'))
 * server.listen()
 */
export function createHandlers(app: FastifyInstance, url: string): HttpHandler[] {
  const origin = url.replace(/\/+$/, '')
  return [http.all(`${origin}/*`, ({ request }) => fetchFrom(app, request))]
}
