// Who may call the web app, and how it turns others away.
import { expect, test } from 'vitest'
import { developerRules } from '../../server/api/operation-names.ts'
import { managerOperations } from '../../server/api/operations.ts'
import { defaultCredentials } from '../../server/model/access/credentials.ts'
import { apiCredentials, heartbeatBody, startTestApp } from './support.ts'

const { apiKey, apiKeySecret, managerToken } = defaultCredentials
const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` })

test('documents default credentials of the shapes that Kasm makes', () => {
  expect([apiKey.length, apiKeySecret.length]).toEqual([12, 32])
})

test('takes the key and secret in the body', async () => {
  const { status } = await startTestApp().send('/api/public/get_images', apiCredentials)
  expect(status).toBe(200)
})

test('takes the key and secret as HTTP Basic, with or without a body', async () => {
  const { app, send } = startTestApp()
  expect((await send('/api/public/get_images', {}, basic(`${apiKey}:${apiKeySecret}`))).status).toBe(200)
  const headers = basic(`${apiKey}:${apiKeySecret}`)
  expect((await app.inject({ method: 'POST', url: '/api/admin/get_images', headers })).statusCode).toBe(200)
  const typed = { ...headers, 'content-type': 'application/json' }
  expect((await app.inject({ method: 'POST', url: '/api/admin/get_images', headers: typed })).statusCode).toBe(200)
})

test.each([
  ['no credentials', {}, {}],
  ['a wrong key', { ...apiCredentials, api_key: 'kasmSimKey02' }, {}],
  ['a wrong secret', { ...apiCredentials, api_key_secret: 'wrong' }, {}],
  ['a secret under a wrong name', { api_key: apiKey, api_secret: apiKeySecret }, {}],
  ['a key that is no string', { ...apiCredentials, api_key: 12 }, {}],
  ['a body that is a list', [], {}],
  ['a wrong HTTP Basic secret', {}, basic(`${apiKey}:wrong`)],
  ['HTTP Basic without a colon', {}, basic(apiKey)],
  ['a bearer token', {}, { authorization: `Bearer ${apiKeySecret}` }],
  ['a wrong key in the body beside a right one in the header', { api_key: 'x' }, basic(`${apiKey}:${apiKeySecret}`)],
])('answers 401 to the developer API with %s', async (_case, body, headers: Record<string, string>) => {
  const { status, body: reply } = await startTestApp().send('/api/public/get_images', body, headers)
  expect(status).toBe(401)
  expect(reply).toEqual({ error_message: 'Unauthorized: api_key or api_key_secret is wrong or missing.' })
})

test('guards every operation under its prefixes, before it looks at the body', async () => {
  const { send } = startTestApp()
  for (const [verb, { prefix, permissions }] of Object.entries(developerRules)) {
    const areas = permissions.length === 0 ? [] : prefix === 'bare' ? [''] : ['public/', 'admin/']
    for (const area of areas) {
      const { status, headers } = await send(`/api/${area}${verb}`, { target_image: 1, target_agent: 1 })
      expect({ verb, status }).toEqual({ verb, status: 401 })
      expect(headers['www-authenticate']).toContain('Basic')
    }
  }
})

test.each(Object.keys(managerOperations))('guards %s with the manager token', async (call) => {
  const { send } = startTestApp()
  for (const authorization of ['', 'Bearer wrong', `Basic ${managerToken}`, managerToken]) {
    const { status, body } = await send(`/manager_api/api/v1/${call}`, {}, { authorization })
    expect(status).toBe(401)
    expect(body.error_message).toContain('manager token')
  }
})

test('takes credentials of its own in place of the default ones', async () => {
  const credentials = { apiKey: 'k', apiKeySecret: 'with:colon', managerToken: 't' }
  const { send } = startTestApp({ credentials })
  expect((await send('/api/public/get_images', {}, basic('k:with:colon'))).status).toBe(200)
  expect((await send('/api/public/get_images', apiCredentials)).status).toBe(401)
  const { status } = await send('/manager_api/api/v1/heartbeat', heartbeatBody(), { authorization: 'Bearer t' })
  expect(status).toBe(200)
})
