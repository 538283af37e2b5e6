// The switches between ways in which real servers differ.
import { expect, test } from 'vitest'
import { quirkValues } from '../../server/api/control/quirks.ts'
import { createKasmModel } from '../../server/model/model.ts'
import { changedQuirks, defaultQuirks, type Quirks } from '../../server/model/quirks.ts'
import { apiCredentials, chrome, startTestApp } from './support.ts'

const unknownId = 'ffffffffffffffffffffffffffffffff'
const withDashes = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** Calls with the quirks set while the web app runs, past the check of replies, for quirky ones are not those of the document. */
function quirky(quirks: Partial<Quirks>) {
  const kasm = startTestApp()
  kasm.model.setQuirks(quirks)
  const call = async (verb: string, body: object = {}) =>
    kasm.send(`/api/public/${verb}`, { ...apiCredentials, ...body })
  return { ...kasm, call }
}

test('has a default for every quirk, the first of its values', () => {
  expect(createKasmModel().quirks).toEqual(defaultQuirks)
  for (const [name, values] of Object.entries(quirkValues)) expect(defaultQuirks[name as keyof Quirks]).toBe(values[0])
})

test.each([
  [{ 'errors.permissions': 200 }, '"errors.permissions": there is no such quirk'],
  [{ 'errors.permission': 418 }, '"errors.permission": 418 is none of its values. Use 403, 200.'],
])('refuses %o', (changes, problem) => {
  expect(() => changedQuirks(defaultQuirks, changes as Partial<Quirks>)).toThrow(
    expect.objectContaining({ code: 'QUIRK_INVALID', message: expect.stringContaining(problem) }),
  )
})

test.each([403, 200] as const)('errors.permission %i: answers so to a caller without permission', async (status) => {
  const { developer, send } = quirky({ 'errors.permission': status })
  const { api_config } = (await developer('create_api_configs', { api_config: { name: 'x' } })).body
  const { api_key, api_key_secret } = api_config
  const answer = await send('/api/public/get_images', { api_key, api_key_secret })
  expect(answer).toMatchObject({ status, body: { error_message: 'Unauthorized' } })
})

test.each([200, 400] as const)('errors.unknownUuid %i: answers so to an id that nothing has', async (status) => {
  const { call } = quirky({ 'errors.unknownUuid': status })
  for (const verb of ['destroy_kasm', 'get_image']) {
    const answer = await call(verb, { kasm_id: unknownId, image_id: unknownId })
    expect(answer).toMatchObject({ status, body: { error_message: expect.stringContaining(unknownId) } })
  }
})

test.each([500, 400] as const)('errors.malformedId %i: answers so to an id that is none', async (status) => {
  const { call } = quirky({ 'errors.malformedId': status })
  const answer = await call('get_image', { image_id: 'chrome' })
  expect(answer.status).toBe(status)
  expect(answer.contentType).toContain(status === 500 ? 'text/html' : 'application/json')
  if (status === 400) expect(answer.body.error_message).toContain('image_id is no UUID')
})

test.each([
  ['available', true],
  ['categories', ['A']],
  ['default_category', 'A'],
])('createImage.rejectAvailableAndCategories: fails at %s, in create_image alone', async (field, value) => {
  const target_image = { name: 'a/b', [field]: value }
  expect((await quirky({}).call('create_image', { target_image })).status).toBe(200)
  const { call, images } = quirky({ 'createImage.rejectAvailableAndCategories': true })
  expect(await call('create_image', { target_image })).toMatchObject({ status: 500, text: '<H1>Internal Error</H1>' })
  expect((await call('create_image', { target_image: { name: 'a/b' } })).status).toBe(200)
  const image_id = (await images())[0]?.image_id
  expect((await call('update_image', { target_image: { image_id, [field]: value } })).status).toBe(200)
})

test('ids.dashes: ids go out with dashes, in lists and in paths too', async () => {
  const { call } = quirky({ 'ids.dashes': true })
  const { images } = (await call('get_images')).body
  expect(images[0].image_id).toMatch(withDashes)
  const { user } = (await call('create_user', { target_user: { username: 'ada' } })).body
  expect(user.groups[0].group_id).toBe('68d557ac-4cac-42cc-a9f3-1c7c853de0f3')
  const { image } = (await call('get_image', { image_id: images[0].image_id })).body
  expect(image).toEqual(images[0])
})

test('dates.nullAsNone: a date that is not there is the text None, and other nulls stay', async () => {
  const { call } = quirky({ 'dates.nullAsNone': true })
  const { user } = (await call('create_user', { target_user: { username: 'ada' } })).body
  expect(user).toMatchObject({ last_session: 'None', password_set_date: 'None', phone: null })
  expect(user.created).toMatch(/^2023/)
})

test.each([
  ['both', ['memory', 'memory_bytes']],
  ['memory', ['memory']],
  ['memory_bytes', ['memory_bytes']],
] as const)('image.memoryField %s: images show %o', async (value, fields) => {
  const { images } = (await quirky({ 'image.memoryField': value }).call('get_images')).body
  expect(Object.keys(images[0]).filter((name) => /^memory/.test(name))).toEqual(fields)
})

test('auth.basic off: takes no credentials from the Authorization header', async () => {
  const { app, model } = startTestApp()
  const { api_key, api_key_secret } = apiCredentials
  const authorization = `Basic ${Buffer.from(`${api_key}:${api_key_secret}`).toString('base64')}`
  const status = async () =>
    (await app.inject({ method: 'POST', url: '/api/public/get_images', headers: { authorization } })).statusCode
  expect(await status()).toBe(200)
  model.setQuirks({ 'auth.basic': false })
  expect(await status()).toBe(401)
})

test('agents.autoEnable and prune.default: set up agents that register from then on', async () => {
  const { heartbeat, model } = startTestApp({ quirks: { 'prune.default': 'Normal' } })
  expect((await heartbeat()).agent).toMatchObject({ enabled: false, auto_prune_images: 'Normal' })
  model.setQuirks({ 'agents.autoEnable': true, 'prune.default': 'Off' })
  const other = await heartbeat({ server_id: unknownId })
  expect(other.agent).toMatchObject({ enabled: true, auto_prune_images: 'Off' })
  expect((await heartbeat()).agent).toMatchObject({ enabled: false, auto_prune_images: 'Normal' })
})

test('leaves answers to agents as they are', async () => {
  const { heartbeat } = startTestApp({ quirks: { 'ids.dashes': true, 'image.memoryField': 'memory' } })
  const { images } = await heartbeat()
  expect(images).toMatchObject([{ name: chrome, image_id: expect.stringMatching(/^[0-9a-f]{32}$/) }])
})
