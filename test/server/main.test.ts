// The web app over a real socket.
import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { startWebApp, type WebAppOptions } from '../../server/main.ts'
import { chrome, heartbeatBody } from './support.ts'

async function start(options: WebAppOptions = {}) {
  const webApp = await startWebApp(options)
  onTestFinished(() => webApp.close())
  return webApp
}

// biome-ignore lint/suspicious/noExplicitAny: replies differ by operation.
async function post(url: string, body: object, headers: Record<string, string> = {}): Promise<any> {
  const all = { 'content-type': 'application/json', ...headers }
  const response = await fetch(url, { method: 'POST', headers: all, body: JSON.stringify(body) })
  return response.json()
}

test('serves the real catalogue to administrators and agents alike, on a port of its own', async () => {
  const { url, apiKey, apiKeySecret, managerToken } = await start()
  expect(await (await fetch(`${url}/api/__healthcheck`)).json()).toEqual({ ok: true })
  const credentials = { api_key: apiKey, api_key_secret: apiKeySecret }
  const { images } = await post(`${url}/api/public/get_images`, credentials)
  expect(images).toHaveLength(57)
  expect(images.filter(({ enabled }: { enabled: boolean }) => enabled)).toHaveLength(24)
  expect(images[0]).toMatchObject({
    name: 'kasmweb/ubuntu-focal-desktop:1.16.1',
    friendly_name: 'Ubuntu Focal',
    docker_registry: 'https://index.docker.io/v1/',
    cores: 2,
    memory: 2_768_000_000,
    uncompressed_size_mb: 3960,
    categories: ['Desktop', 'Productivity', 'Development'],
  })
  const authorization = `Bearer ${managerToken}`
  const answer = await post(`${url}/manager_api/api/v1/heartbeat`, heartbeatBody(), { authorization })
  expect(answer.images).toHaveLength(57)
  expect((await fetch(`${url}/docs`)).status).toBe(200)
})

test('starts with the images, zones, credentials and agent settings it is given', async () => {
  const { url } = await start({
    images: [{ name: chrome }],
    zones: ['emea'],
    managerToken: 'token',
    autoEnableAgents: true,
    pruneImagesMode: 'Normal',
  })
  const body = heartbeatBody({ zone_name: 'emea' })
  const answer = await post(`${url}/manager_api/api/v1/heartbeat`, body, { authorization: 'Bearer token' })
  expect(answer).toMatchObject({
    agent: { enabled: true, auto_prune_images: 'Normal' },
    images: [{ name: chrome }],
  })
})

test('says so when the port is in use', async () => {
  const { url } = await start()
  const port = Number(new URL(url).port)
  await expect(startWebApp({ port })).rejects.toMatchObject({
    code: 'PORT_IN_USE',
    message: `Failed to listen on 127.0.0.1:${port}: the port is in use. Choose another port, or 0 for any free one.`,
  })
})

test('says so when it cannot listen on an address', async () => {
  await expect(startWebApp({ host: '192.0.2.1' })).rejects.toMatchObject({ code: 'LISTEN_FAILED' })
})

test('names an address that can be opened where it listens on all', async () => {
  const { url } = await start({ host: '0.0.0.0' })
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  expect((await fetch(`${url}/api/__healthcheck`)).status).toBe(200)
})

test('closes at once, even in the middle of a request', async () => {
  const webApp = await startWebApp()
  const socket = connect(Number(new URL(webApp.url).port), '127.0.0.1')
  await once(socket, 'connect')
  socket.write(
    'POST /api/public/get_images HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{',
  )
  expect((await fetch(`${webApp.url}/api/__healthcheck`)).status).toBe(200)
  const closed = once(socket, 'close')
  socket.on('error', () => {})
  socket.resume()
  await webApp.close()
  await closed
  await expect(fetch(`${webApp.url}/api/__healthcheck`)).rejects.toThrow()
})
