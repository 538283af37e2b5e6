// The testcontainers module: a fake Kasm with agents and a registry in a container, as docs/embedding.md shows it.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createKasmClient } from '../../simulator/client/client.ts'
import { KasmSimContainer } from '../../simulator/embedding/testcontainers.ts'
import { snippetsOf } from '../docs/embedding-page.ts'
import { importBaseImage } from './base-image.ts'
import { canUseDocker } from './requirements.ts'

const top = fileURLToPath(new URL('../..', import.meta.url))
const base = `kasm-sim-test/module-base:${process.pid}`
const image = `kasm-sim-test/module:${process.pid}`
// What cleans up after a test run that died is an image of its own, which not every machine can pull.
process.env['TESTCONTAINERS_RYUK_DISABLED'] ??= 'true'

const docker = async (...parameters: string[]) => (await promisify(execFile)('docker', parameters)).stdout.trim()

describe.skipIf(!canUseDocker())('KasmSimContainer', () => {
  beforeAll(async () => {
    await importBaseImage(base)
    await docker('build', '--network', 'host', '--build-arg', `BASE_IMAGE=${base}`, '--tag', image, top)
  })
  afterAll(async () => {
    await docker('rmi', '--force', image)
    await docker('rmi', '--force', base)
  })

  test('the snippet of the docs starts one that is healthy', async () => {
    const snippet = snippetsOf('ts').find((text) => text.includes('KasmSimContainer')) ?? ''
    const program = snippet.replace(/^import .*\n/, '').replace("'kasm-sim'", JSON.stringify(image))
    const run = new Function('KasmSimContainer', `return (async () => {${program}\nreturn answer.json()\n})()`)
    expect(await run(KasmSimContainer)).toEqual({ ok: true })
  })

  test('its agents check in and pull, its key and its control token are good', async () => {
    await using kasm = await new KasmSimContainer(image).withAgents(2).withApiKey('me', 'my secret').start()
    const client = createKasmClient({
      url: kasm.getUrl(),
      apiKey: kasm.getApiKey(),
      apiKeySecret: kasm.getApiKeySecret(),
    })
    await expect.poll(async () => (await client.call('get_agents')).agents.length, { timeout: 60_000 }).toBe(2)
    const clock = `${kasm.getUrl()}/__sim__/clock`
    const advance = { method: 'POST', body: JSON.stringify({ freeze: true, advance: '1m' }) }
    const headers = { 'content-type': 'application/json' }
    expect((await fetch(clock, { ...advance, headers })).status).toBe(401)
    const authorization = `Bearer ${kasm.getControlToken()}`
    expect(await (await fetch(clock, { ...advance, headers: { ...headers, authorization } })).json()).toMatchObject({
      frozen: true,
    })
    const { images } = await client.call('get_images')
    expect(images.filter(({ available }) => available)).toHaveLength(24)
    expect((await fetch(`${kasm.getRegistryUrl()}/v2/`)).status).toBe(200)
  })
})
