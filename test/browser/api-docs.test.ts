// The API page of the web app, seen by a real browser. Skipped where there is no Chromium, unless KASM_SIM_REQUIRE_BROWSER is set.
import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'
import { expect, test } from 'vitest'
import { startWebApp } from '../../server/main.ts'

const executablePath = ['/usr/bin/chromium', '/usr/bin/google-chrome', '/usr/bin/chromium-browser'].find(existsSync)
const required = process.env['KASM_SIM_REQUIRE_BROWSER'] === '1'
if (!executablePath) process.stdout.write('browser tests are skipped: no Chromium in /usr/bin\n')

test.skipIf(!executablePath && !required)('the API page lists the image verbs and opens one', async () => {
  if (!executablePath) throw new Error('KASM_SIM_REQUIRE_BROWSER is set and there is no Chromium in /usr/bin')
  const webApp = await startWebApp()
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
  })
  try {
    const page = await browser.newPage()
    const errors: string[] = []
    page.on('pageerror', (error) => errors.push(error.message))
    await page.goto(`${webApp.url}/docs`)
    const operation = page.locator('.opblock', { hasText: '/api/public/create_image' }).first()
    // The page holds only what is near the visible part of it.
    const scrolled = async () => {
      await page.mouse.wheel(0, 600)
      return operation.count()
    }
    await expect.poll(scrolled, { timeout: 30_000 }).toBe(1)
    await operation.click()
    await operation.getByText('Example Value').first().waitFor()
    expect(await page.locator('.opblock').count()).toBeGreaterThan(5)
    expect(errors).toEqual([])
  } finally {
    await browser.close()
    await webApp.close()
  }
})
