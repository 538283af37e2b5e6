// What keeps strangers out and secrets in: who can reach what, and what logs, errors and pages say.
import { networkInterfaces } from 'node:os'
import { expect, onTestFinished, test } from 'vitest'
import { buildApp } from '../../server/app.ts'
import { createManualClock } from '../../server/kernel/clock.ts'
import { startWebApp, type WebAppOptions } from '../../server/main.ts'
import { createKasmModel } from '../../server/model/model.ts'
import { apiCredentials, heartbeatBody } from './support.ts'

async function start(options: WebAppOptions = {}) {
  const webApp = await startWebApp({ images: [], ...options })
  onTestFinished(() => webApp.close())
  return webApp
}

/** An app whose log is kept. */
function logged() {
  const lines: string[] = []
  const model = createKasmModel({ images: [{ name: 'team/app:1.0' }] })
  const app = buildApp({ model, clock: createManualClock(0), log: (line) => lines.push(line) })
  onTestFinished(() => app.close())
  return { app, lines }
}

const json = { 'content-type': 'application/json' }
const secrets = ['body-secret', 'basic-secret', 'cookie-secret', 'query-secret', 'bearer-secret', 'token-secret']
const basic = `Basic ${Buffer.from('me:basic-secret').toString('base64')}`

/** Requests with a secret in every place that one can be in, good and bad. */
const tellingRequests = [
  { url: '/api/public/get_images', payload: { api_key: 'me', api_key_secret: 'body-secret' } },
  { url: '/api/public/get_images', payload: {}, headers: { authorization: basic } },
  { url: '/api/public/get_images', payload: {}, headers: { cookie: 'session_token=cookie-secret; username=me' } },
  { url: '/api/public/get_images?token=query-secret', payload: apiCredentials },
  { url: '/api/authenticate', payload: { username: 'admin@kasm.local', password: 'body-secret' } },
  { url: '/api/public/get_images', payload: '{"api_key_secret": body-secret', headers: json },
  { url: '/api/public/get_images', payload: 'body-secret', headers: { 'content-type': 'text/plain' } },
  { url: '/manager_api/api/v1/heartbeat', payload: {}, headers: { authorization: 'Bearer bearer-secret' } },
  {
    url: '/api/public/create_image',
    payload: { ...apiCredentials, target_image: { name: 'team/app:2.0', docker_token: 'token-secret', cores: 'two' } },
  },
  {
    url: '/api/public/create_image',
    payload: { ...apiCredentials, target_image: { name: 'team/app:3.0', docker_token: 'token-secret' } },
  },
  { url: '/nowhere?token=query-secret', payload: {} },
]

test('writes a line per request that says who did what and how it ended, and no secret', async () => {
  const { app, lines } = logged()
  for (const request of tellingRequests) await app.inject({ method: 'POST', ...request })
  expect(lines).toHaveLength(tellingRequests.length)
  for (const secret of [...secrets, basic, apiCredentials.api_key_secret]) expect(lines.join('')).not.toContain(secret)
  expect(JSON.parse(lines.at(-2) ?? '')).toEqual({
    at: '1970-01-01T00:00:00.000Z',
    method: 'POST',
    path: '/api/public/create_image',
    status: 200,
    durationMs: expect.any(Number),
    from: '127.0.0.1',
    caller: 'key kasm-sim',
    cause: null,
  })
})

test('errors, pages and the journal repeat no secret', async () => {
  const { app } = logged()
  for (const request of tellingRequests.slice(0, -1)) {
    const { body, headers } = await app.inject({ method: 'POST', ...request })
    for (const secret of secrets) expect(body + JSON.stringify(headers), request.url).not.toContain(secret)
  }
  const { body } = await app.inject('/__sim__/journal')
  expect(JSON.parse(body).entries.length).toBeGreaterThan(5)
  for (const secret of [...secrets, apiCredentials.api_key_secret]) expect(body).not.toContain(secret)
})

test.for([
  { url: '/api/__healthcheck', method: 'GET', type: 'application/json' },
  { url: '/docs', method: 'GET', type: 'text/html' },
  { url: '/openapi.json', method: 'GET', type: 'application/json' },
  { url: '/nowhere', method: 'GET', type: 'application/json' },
  { url: '/api/public/create_image', method: 'POST', type: 'text/html' },
] as const)('tells browsers to make nothing more of $url than it is', async ({ url, method, type }) => {
  const { app } = logged()
  const headers = { origin: 'https://elsewhere.example.com', ...json }
  const answer = await app.inject({ method, url, headers, ...(method === 'POST' ? { payload: apiCredentials } : {}) })
  expect(answer.headers['content-type']).toContain(type)
  expect(answer.headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' })
  const policy = answer.headers['content-security-policy']
  if (type === 'text/html') expect(policy).toMatch(/default-src 'self'.*frame-ancestors 'none'/)
  else expect(policy).toBeUndefined()
  expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control-'))).toEqual([])
})

test('lets no page of another site ask whether it may call', async () => {
  const { app } = logged()
  const headers = { origin: 'https://elsewhere.example.com', 'access-control-request-method': 'POST' }
  const answer = await app.inject({ method: 'OPTIONS', url: '/api/public/get_images', headers })
  expect(answer.statusCode).toBe(404)
  expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control-'))).toEqual([])
})

test('takes no form of a page of another site for a call', async () => {
  const { app } = logged()
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
    const headers = { 'content-type': type }
    const payload = JSON.stringify(apiCredentials)
    const answer = await app.inject({ method: 'POST', url: '/api/public/get_images', headers, payload })
    expect(answer.statusCode, type).toBe(415)
  }
})

test('listens where nobody but this machine can reach it', async () => {
  const { port } = new URL((await start()).url)
  const other = Object.values(networkInterfaces())
    .flat()
    .find((address) => address?.family === 'IPv4' && !address.internal)
  if (other) await expect(fetch(`http://${other.address}:${port}/api/__healthcheck`)).rejects.toThrow()
  expect((await fetch(`http://127.0.0.1:${port}/api/__healthcheck`)).status).toBe(200)
})

test('agents need the manager token', async () => {
  const { url, managerToken } = await start()
  const status = async (authorization: string) => {
    const headers = { ...json, authorization }
    const body = JSON.stringify(heartbeatBody())
    return (await fetch(`${url}/manager_api/api/v1/heartbeat`, { method: 'POST', headers, body })).status
  }
  expect(await status(`Bearer ${managerToken}`)).toBe(200)
  expect(await status(`Bearer ${managerToken.slice(0, -1)}`)).toBe(401)
  expect(await status('')).toBe(401)
})

async function controlStatus(url: string, token: string | null): Promise<number> {
  const headers: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` }
  return (await fetch(`${url}/__sim__/journal`, { headers })).status
}

test('on loopback this machine needs no token for the control API', async () => {
  const { url, controlToken } = await start()
  expect(controlToken).toBeNull()
  expect(await controlStatus(url, null)).toBe(200)
})

test('elsewhere the control API needs a token, which is made where none is given', async () => {
  const [first, second] = [await start({ host: '0.0.0.0' }), await start({ host: '0.0.0.0' })]
  expect(first.controlToken).toMatch(/^[0-9a-f]{32}$/)
  expect(first.controlToken).not.toBe(second.controlToken)
  expect(await controlStatus(first.url, null)).toBe(401)
  expect(await controlStatus(first.url, second.controlToken)).toBe(401)
  expect(await controlStatus(first.url, first.controlToken)).toBe(200)
})

test('a control token that is given is needed everywhere', async () => {
  const { url } = await start({ controlToken: 'hush' })
  expect(await controlStatus(url, null)).toBe(401)
  expect(await controlStatus(url, 'hush')).toBe(200)
})
