// Pages of chosen origins may call the fake from a browser, and no others.
import { expect, test } from 'vitest'
import { buildApp } from '../../server/app.ts'
import { createClock } from '../../server/kernel/clock.ts'
import { createKasmModel } from '../../server/model/model.ts'
import { apiCredentials } from './support.ts'

const origin = 'http://localhost:5173'

function ask(allowOrigins: string[], headers: Record<string, string>, method: 'OPTIONS' | 'GET' = 'OPTIONS') {
  const app = buildApp({ model: createKasmModel(), clock: createClock(), allowOrigins })
  const url = method === 'GET' ? '/api/__healthcheck' : '/api/public/get_images'
  return app.inject({ method, url, headers })
}

test('answers what browsers ask before a call', async () => {
  const answer = await ask([origin], { origin, 'access-control-request-method': 'POST' })
  expect(answer.statusCode).toBe(204)
  expect(answer.headers).toMatchObject({
    'access-control-allow-origin': origin,
    'access-control-allow-methods': 'GET, POST',
    'access-control-max-age': '600',
    'access-control-allow-headers': 'authorization, content-type',
    vary: 'Origin',
  })
})

test('what depends on the origin and on the encoding says both', async () => {
  const images = Array.from({ length: 100 }, (_, index) => ({ name: `a/b:${index}` }))
  const app = buildApp({ model: createKasmModel({ images }), clock: createClock(), allowOrigins: [origin] })
  const listed = (headers: Record<string, string>) =>
    app.inject({
      method: 'POST',
      url: '/api/public/get_images',
      headers: { origin, ...headers },
      payload: apiCredentials,
    })
  const packed = await listed({ 'accept-encoding': 'gzip' })
  expect(packed.headers).toMatchObject({ vary: 'Origin, accept-encoding', 'content-encoding': 'gzip' })
  for (const refused of ['gzip;q=0', 'identity', 'br', 'xgzip', '']) {
    const plain = await listed({ 'accept-encoding': refused })
    expect(plain.headers['content-encoding'], refused).toBeUndefined()
    expect(plain.json().images).toHaveLength(100)
  }
})

test('lets the page read answers', async () => {
  const answer = await ask([origin], { origin }, 'GET')
  expect(answer.json()).toEqual({ ok: true })
  expect(answer.headers['access-control-allow-origin']).toBe(origin)
})

test.for([
  { allowed: [], from: origin },
  { allowed: [origin], from: 'http://evil.example.com' },
  { allowed: [origin], from: `${origin}.evil.example.com` },
])('says nothing to a page of $from where $allowed may call', async ({ allowed, from }) => {
  const answer = await ask(allowed, { origin: from })
  expect(answer.statusCode).not.toBe(204)
  expect(answer.headers['access-control-allow-origin']).toBeUndefined()
})
