// The fake Kasm as handlers of Mock Service Worker, for tests of clients in node: requests to its address are answered by the very app
// that listens elsewhere, without a port.
import type { FastifyInstance, HTTPMethods } from 'fastify'
import { type HttpHandler, HttpResponse, http } from 'msw'

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
  return [
    http.all(`${origin}/*`, async ({ request }) => {
      const { pathname, search } = new URL(request.url)
      const answer = await app.inject({
        method: request.method as HTTPMethods,
        url: pathname + search,
        headers: Object.fromEntries(request.headers),
        ...(request.body === null ? {} : { payload: Buffer.from(await request.arrayBuffer()) }),
      })
      const headers = new Headers()
      for (const [name, value] of Object.entries(answer.headers)) headers.set(name, String(value))
      return new HttpResponse(new Uint8Array(answer.rawPayload), { status: answer.statusCode, headers })
    }),
  ]
}
