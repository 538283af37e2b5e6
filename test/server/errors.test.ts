// What the web app answers to requests that make no sense. Never a stack, and never anything but JSON or Kasm's own page.
import { expect, test } from 'vitest'
import { internalErrorPage } from '../../server/model/reply.ts'
import { apiCredentials, startTestApp } from './support.ts'

test.each([
  ['create_image', {}, 'target_image missing'],
  ['update_image', { image_id: 'x' }, 'target_image missing'],
  ['delete_image', { target_image: 'x' }, 'target_image must be object'],
  ['get_image', {}, 'target_image is missing'],
  ['update_agent', {}, 'target_agent missing'],
  ['get_image', { image_id: 'not-a-uuid' }, 'image_id is no UUID: "not-a-uuid"'],
  ['delete_image', { target_image: { image_id: '123' } }, 'image_id is no UUID: "123"'],
  ['update_agent', { target_agent: { agent_id: 'kasm\nü' } }, 'agent_id is no UUID: "kasm\\n?"'],
  ['create_image', { target_image: { name: 'a/b', server_id: 'web-1' } }, 'target_image.server_id is no UUID: "web-1"'],
])('answers %s with %o as a server that fails, and says why in a header', async (verb, body, cause) => {
  const answer = await startTestApp().send(`/api/public/${verb}`, { ...apiCredentials, ...body })
  expect(answer).toMatchObject({ status: 500, text: internalErrorPage, headers: { 'x-kasm-sim-cause': cause } })
  expect(answer.contentType).toMatch(/^text\/html/)
})

test('keeps the header that says why short, whatever was sent', async () => {
  const image_id = 'x'.repeat(100_000)
  const { status, headers } = await startTestApp().send('/api/public/get_image', { ...apiCredentials, image_id })
  expect(status).toBe(500)
  expect(String(headers['x-kasm-sim-cause'])).toHaveLength(300)
})

test.each([
  ['/api/public/get_workspaces', 'an unknown verb'],
  ['/api/get_images', 'a verb without its prefix'],
  ['/manager_api/api/v1/hello', 'an unknown agent call'],
  ['/nowhere', 'an unknown path'],
])('answers 404 as JSON to %s: %s', async (url) => {
  const { status, body } = await startTestApp().send(url, apiCredentials)
  expect(status).toBe(404)
  expect(body.error_message).toContain(`POST ${url}`)
})

test('answers 404 as JSON to the wrong method', async () => {
  const { statusCode, headers } = await startTestApp().app.inject('/api/public/get_images')
  expect(statusCode).toBe(404)
  expect(headers['content-type']).toMatch(/^application\/json/)
})

test.each([
  ['broken JSON', 400, '{"api_key":', 'application/json'],
  ['an empty body', 401, '', 'application/json'],
  ['a form', 415, 'api_key=x', 'application/x-www-form-urlencoded'],
  ['plain text', 415, '{}', 'text/plain'],
  ['an oversized body', 413, JSON.stringify({ padding: 'x'.repeat(1_100_000) }), 'application/json'],
  ['a prototype in disguise', 400, '{"__proto__":{"admin":true}}', 'application/json'],
])('answers %s with %i as JSON, without a stack', async (_case, status, payload, contentType) => {
  const { send } = startTestApp()
  for (const url of ['/api/public/get_images', '/api/admin/create_image']) {
    const answer = await send(url, payload, { 'content-type': contentType })
    expect(answer.status).toBe(status)
    expect(Object.keys(answer.body)).toEqual(['error_message'])
    expect(answer.text).not.toMatch(/node_modules|\.ts|at /)
  }
})

test('answers a failure of its own with the plain page', async () => {
  const { app } = startTestApp()
  app.get('/broken', () => {
    throw new Error('a secret detail')
  })
  const { statusCode, body } = await app.inject('/broken')
  expect({ statusCode, body }).toEqual({ statusCode: 500, body: internalErrorPage })
})

test('answers the health check without a key', async () => {
  const { statusCode, body } = await startTestApp().app.inject('/api/__healthcheck')
  expect({ statusCode, body }).toEqual({ statusCode: 200, body: '{"ok":true}' })
})
