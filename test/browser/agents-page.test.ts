// The pages of the fleet, seen by a real browser. Skipped where there is no Chromium, unless KASM_SIM_REQUIRE_BROWSER is set.
import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'
import { afterAll, expect, test } from 'vitest'
import { startWebApp } from '../../server/main.ts'
import { chrome, digestOf, firefox, heartbeatBody } from '../server/support.ts'

const executablePath = ['/usr/bin/chromium', '/usr/bin/google-chrome', '/usr/bin/chromium-browser'].find(existsSync)
const required = process.env['KASM_SIM_REQUIRE_BROWSER'] === '1'
if (!executablePath) process.stdout.write('browser tests are skipped: no Chromium in /usr/bin\n')

const closing: (() => Promise<unknown>)[] = []
afterAll(async () => {
  for (const close of closing.toReversed()) await close()
})

async function startBrowser(): Promise<Browser> {
  if (!executablePath) throw new Error('KASM_SIM_REQUIRE_BROWSER is set and there is no Chromium in /usr/bin')
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
  })
  closing.push(() => browser.close())
  return browser
}

/** A web app whose one agent holds Chrome, pulls Firefox, and was passed over for a session. */
async function startFleet() {
  const webApp = await startWebApp({ images: [{ name: chrome }, { name: firefox }], autoEnableAgents: true })
  closing.push(() => webApp.close())
  const { apiKey: api_key, apiKeySecret: api_key_secret, managerToken } = webApp
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${managerToken}` }
  const post = async (path: string, body: object) => {
    const response = await fetch(`${webApp.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    // biome-ignore lint/suspicious/noExplicitAny: replies differ by operation.
    return (await response.json()) as any
  }
  const docker_images = [{ name: chrome, digest: digestOf('a') }]
  const pulling = { name: firefox, state: 'pulling' as const, downloaded_bytes: 30, total_bytes: 100 }
  await post('/manager_api/api/v1/heartbeat', heartbeatBody({ docker_images, image_states: [pulling] }))
  const key = { api_key, api_key_secret }
  const { images } = await post('/api/public/get_images', key)
  for (const { image_id } of images) await post('/api/public/request_kasm', { ...key, image_id })
  return webApp
}

test.skipIf(!executablePath && !required)('shows the fleet, one agent, its images, sessions and refusals', async () => {
  const [browser, webApp] = await Promise.all([startBrowser(), startFleet()])
  const page = await browser.newPage({ viewport: { width: 1_280, height: 900 } })
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
  await page.goto(`${webApp.url}/agents?still`)
  await page.getByText('1 present').waitFor()
  await page.getByText('refused').waitFor()
  await page.locator('summary').first().click()
  await page.getByText('No Agent slots available.').waitFor()
  await page.getByRole('link', { name: 'agent-1' }).click()
  await page.getByText('30 B of about 100 B').waitFor()
  const width = await page.locator('tr', { hasText: firefox }).locator('.bar i').first().getAttribute('style')
  expect(width).toBe('width:30%')
  expect(await page.getByText(`it does not hold ${firefox}`).count()).toBe(1)
  // Nothing is wider than the window, and nothing was blocked or failed.
  expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true)
  expect(errors).toEqual([])
})

test.skipIf(!executablePath && !required)('follows by itself what happens to the fleet', async () => {
  const browser = await startBrowser()
  const webApp = await startWebApp({ images: [{ name: chrome }] })
  closing.push(() => webApp.close())
  const page = await browser.newPage()
  await page.goto(`${webApp.url}/agents`)
  await page.getByText('No agent has checked in yet.').waitFor()
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${webApp.managerToken}` }
  const body = JSON.stringify(heartbeatBody())
  await fetch(`${webApp.url}/manager_api/api/v1/heartbeat`, { method: 'POST', headers, body })
  await page.getByRole('link', { name: 'agent-1' }).waitFor()
})
