// The fake Kasm as handlers of Mock Service Worker in a browser. The fake needs node (its secrets, its web server), so it runs there, and
// the handlers hand every request for Kasm's own address on to it. Imports nothing but MSW, so that bundlers take it as it is.
import { bypass, type HttpHandler, http } from 'msw'

/**
 * Handlers that have a fake answer every request below `url`. The fake must allow the origin of the page (`allowOrigins`,
 * `kasm-sim serve --allow-origin`).
 *
 * @example
 * const worker = setupWorker(...createForwardHandlers('http://127.0.0.1:8080', 'https://kasm.example.com'))
 * await worker.start()
 */
export function createForwardHandlers(fakeUrl: string, url: string): HttpHandler[] {
  const origin = url.replace(/\/+$/, '')
  const fake = fakeUrl.replace(/\/+$/, '')
  return [
    http.all(`${origin}/*`, async ({ request }) => {
      const { pathname, search } = new URL(request.url)
      const { method, headers } = request
      const body = request.body === null ? null : await request.arrayBuffer()
      return fetch(bypass(fake + pathname + search, { method, headers, body, mode: 'cors', credentials: 'omit' }))
    }),
  ]
}
