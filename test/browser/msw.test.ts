// The handlers for browsers, in one: a page fetches the address of a real Kasm, and MSW's service worker hands the request on to a fake.
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire, stripTypeScriptTypes } from 'node:module'
import type { AddressInfo } from 'node:net'
import { chromium } from 'playwright-core'
import { expect, test } from 'vitest'
import { createKasm } from '../../simulator/embedding/create-kasm.ts'
import { snippetsOf } from '../docs/embedding-page.ts'

const executablePath = ['/usr/bin/chromium', '/usr/bin/google-chrome', '/usr/bin/chromium-browser'].find(existsSync)
const required = process.env['KASM_SIM_REQUIRE_BROWSER'] === '1'
const msw = createRequire(import.meta.url)
  .resolve('msw/package.json')
  .replace('package.json', 'lib/')
const handlers = new URL('../../server/msw-browser.ts', import.meta.url)

/** A page with MSW and the handlers in it, as a bundler would serve them. */
async function servePage(fakeUrl: () => string) {
  const files: Record<string, { type: string; text: () => string }> = {
    '/': {
      type: 'text/html',
      text: () =>
        '<script src="/msw-iife.js"></script><script type="importmap">{"imports":{"msw":"/msw.js","msw/browser":"/msw.js","kasm-sim/msw/browser":"/handlers.js"}}</script><script type="module" src="/page.js"></script>',
    },
    '/msw-iife.js': { type: 'text/javascript', text: () => readFileSync(`${msw}iife/index.js`, 'utf8') },
    '/msw.js': {
      type: 'text/javascript',
      text: () => 'export const { bypass, http, setupWorker } = MockServiceWorker',
    },
    '/handlers.js': { type: 'text/javascript', text: () => stripTypeScriptTypes(readFileSync(handlers, 'utf8')) },
    '/page.js': { type: 'text/javascript', text: () => pageScript(fakeUrl()) },
    '/mockServiceWorker.js': {
      type: 'text/javascript',
      text: () => readFileSync(`${msw}mockServiceWorker.js`, 'utf8'),
    },
  }
  const server = createServer(({ url = '' }, response) => {
    const file = files[url]
    if (!file) return response.writeHead(404).end()
    return response.writeHead(200, { 'content-type': file.type }).end(file.text())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const close = async () => {
    server.closeAllConnections()
    server.close()
  }
  return { origin: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: close }
}

/** What the page does: the snippet of the docs, and then a call. It is text, because the test's own code is changed for node. */
function pageScript(fakeUrl: string): string {
  const [snippet = ''] = snippetsOf('js')
  return `${snippet.replace('http://127.0.0.1:8080', fakeUrl)}
    globalThis.callKasm = async ({ apiKey: api_key, apiKeySecret: api_key_secret }) => {
      const answer = await fetch('https://kasm.example.com/api/public/get_images', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ api_key, api_key_secret }),
      })
      return { status: answer.status, body: await answer.json() }
    }`
}

test.skipIf(!executablePath && !required)('a page calls a fake at the address of a real Kasm', async () => {
  if (!executablePath) throw new Error('KASM_SIM_REQUIRE_BROWSER is set and there is no Chromium in /usr/bin')
  let fakeUrl = ''
  await using page = await servePage(() => fakeUrl)
  await using kasm = await createKasm({ images: ['team/app:1.0'], allowOrigins: [page.origin] })
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
  })
  try {
    fakeUrl = kasm.url
    const tab = await browser.newPage()
    await tab.goto(page.origin)
    const { apiKey, apiKeySecret } = kasm
    await tab.waitForFunction('globalThis.callKasm')
    const answer = await tab.evaluate(`callKasm(${JSON.stringify({ apiKey, apiKeySecret })})`)
    expect(answer).toMatchObject({ status: 200, body: { images: [{ name: 'team/app:1.0' }] } })
    const calls = kasm.control.journal.entries({ operation: 'get_images', caller: apiKey })
    expect(calls).toMatchObject([{ method: 'POST', status: 200 }])
    // A page of another origin learns nothing.
    const refused = await fetch(kasm.url, { method: 'OPTIONS', headers: { origin: 'http://evil.example.com' } })
    expect(refused.headers.get('access-control-allow-origin')).toBeNull()
  } finally {
    await browser.close()
  }
})
