// The fake as MSW handlers: a client that fetches Kasm's address talks to the app.
import { setupServer } from 'msw/node'
import { expect, test } from 'vitest'
import { buildApp } from '../../server/app.ts'
import { createClock } from '../../server/kernel/clock.ts'
import { defaultCredentials } from '../../server/model/access/credentials.ts'
import { createKasmModel } from '../../server/model/model.ts'
import { createHandlers } from '../../server/msw.ts'

const { apiKey: api_key, apiKeySecret: api_key_secret } = defaultCredentials

function startKasm() {
  const app = buildApp({
    model: createKasmModel({ images: [{ name: 'kasmweb/chrome:1.16.1' }] }),
    clock: createClock(),
  })
  const server = setupServer(...createHandlers(app, 'https://kasm.example.com'))
  server.listen()
  const close = async () => {
    server.close()
    await app.close()
  }
  return { url: 'https://kasm.example.com', [Symbol.asyncDispose]: close }
}

test('answers a client that fetches the address of a real Kasm', async () => {
  await using kasm = startKasm()
  const answer = await fetch(`${kasm.url}/api/public/get_images`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ api_key, api_key_secret }),
  })
  expect(answer.status).toBe(200)
  expect(await answer.json()).toMatchObject({ images: [{ name: 'kasmweb/chrome:1.16.1' }] })
})

test('keeps status and content type of errors', async () => {
  await using kasm = startKasm()
  const answer = await fetch(`${kasm.url}/api/public/get_image`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ api_key, api_key_secret, image_id: 'no-uuid' }),
  })
  expect(answer.status).toBe(500)
  expect(answer.headers.get('content-type')).toMatch(/^text\/html/)
})

test('answers a GET without a body', async () => {
  await using kasm = startKasm()
  expect(await (await fetch(`${kasm.url}/api/__healthcheck`)).json()).toEqual({ ok: true })
})
