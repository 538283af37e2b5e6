// What does not follow its schema is refused, whatever else is wrong with it and however much of it.
import fc from 'fast-check'
import type { TSchema } from 'typebox'
import { Compile, type Validator } from 'typebox/schema'
import { expect, test } from 'vitest'
import { type ControlOperationName, controlCalls } from '../../server/api/control/calls.ts'
import type { ControlOperation } from '../../server/api/control/operation.ts'
import { controlOperations } from '../../server/api/control/operations.ts'
import { developerOperationNames, developerRules } from '../../server/api/operation-names.ts'
import { developerOperations, managerOperations } from '../../server/api/operations.ts'
import { defaultCredentials } from '../../server/model/access/credentials.ts'
import { startControlled } from './control-support.ts'
import { apiCredentials, heartbeatBody, startTestApp } from './support.ts'

const junk = fc.oneof(fc.constantFrom<unknown>(null, {}, [], 1, true, -1.5, 'x'), fc.jsonValue({ maxDepth: 1 }))
const unknownFields = fc.integer({ min: 1, max: 50 }).map((count) => {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`mistyped_${index}`, index]))
})

/** The fields of a schema, any of them with any value, among any number of unknown ones. */
function bodiesOf(schema: TSchema): fc.Arbitrary<object> {
  const names = Object.keys((schema as { properties?: object }).properties ?? {})
  const known = fc.dictionary(fc.constantFrom('x', ...names), junk, { noNullPrototype: true })
  return fc
    .tuple(known, fc.oneof(fc.constant({}), unknownFields))
    .map(([fields, unknown]) => ({ ...unknown, ...fields }))
}

async function holds(schema: TSchema, known: object, send: (body: object) => Promise<number>, state: () => string) {
  const validator: Validator = Compile(schema)
  const before = state()
  let refused = 0
  await fc.assert(
    fc.asyncProperty(bodiesOf(schema), async (fields) => {
      const body = { ...fields, ...known }
      if (validator.Check(body)) return
      refused += 1
      expect([400, 500], JSON.stringify(body)).toContain(await send(body))
      expect(state()).toBe(before)
    }),
    { numRuns: 12 },
  )
  return refused
}

const parts = 4
test.each(Array.from({ length: parts }, (_, part) => part))(
  'every operation refuses every body that does not follow its schema, part %i',
  async (part) => {
    const { send, model } = startTestApp()
    await send('/api/public/get_images', apiCredentials)
    for (const verb of developerOperationNames.filter((_name, index) => index % parts === part)) {
      const url = `/api/${developerRules[verb].prefix === 'bare' ? '' : 'public/'}${verb}`
      const call = async (body: object) => {
        const { status, headers } = await send(url, body)
        // Without its wrapper the real server fails at a body, and the fake says why.
        if (status === 500) expect(headers['x-kasm-sim-cause']).toMatch(/\w/)
        return status
      }
      await holds(developerOperations[verb].body, apiCredentials, call, () => JSON.stringify(model.snapshot()))
    }
  },
)

test('agents’ calls refuse every body that does not follow its schema', async () => {
  const { send, model, app } = startTestApp()
  const headers = { authorization: `Bearer ${defaultCredentials.managerToken}` }
  for (const [call, { body: schema }] of Object.entries(managerOperations)) {
    const post = async (body: object) => (await send(`/manager_api/api/v1/${call}`, body, headers)).status
    for (const known of [{}, heartbeatBody()]) {
      expect(await holds(schema, known, post, () => JSON.stringify(model.snapshot()))).toBeGreaterThan(0)
    }
  }
  for (let count = 0; count <= 50; count += 1) {
    const unknown = Object.fromEntries(Array.from({ length: count }, (_, index) => [`mistyped_${index}`, index]))
    const body = { ...unknown, ...heartbeatBody(), hostname: {} }
    expect((await send('/manager_api/api/v1/heartbeat', body, headers)).status, `${count} unknown`).toBe(400)
  }
  expect((await app.inject('/agents')).statusCode).toBe(200)
})

test('every call of the control API refuses every body that does not follow its schema', async () => {
  const { call, model, get } = startControlled()
  for (const [name, { body: schema }] of Object.entries<ControlOperation>(controlOperations)) {
    if (!schema) continue
    const { method, path } = controlCalls[name as ControlOperationName]
    if (path.includes(':name')) continue
    const send = async (body: object) => (await call(method, path, body)).status
    await holds(schema, {}, send, () => JSON.stringify([model.snapshot(), model.quirks, model.sessionDelays]))
  }
  expect((await get('/faults')).body.faults.length).toBeLessThanOrEqual(100)
})

test('a seed of any number of mistyped keys changes nothing', async () => {
  const { post, call, imageNames } = startControlled()
  const before = await imageNames()
  for (let count = 1; count <= 50; count += 1) {
    const seed = Object.fromEntries(Array.from({ length: count }, (_, index) => [`imagse${index}`, []]))
    const yaml = Object.keys(seed).map((key) => `${key}: []\n`)
    expect((await post('/seed', seed)).status, `${count} as JSON`).toBe(400)
    const headers = { 'content-type': 'application/yaml' }
    expect((await call('POST', '/seed', yaml.join(''), headers)).status, `${count} as YAML`).toBe(400)
  }
  expect((await post('/seed', 'null')).status).toBe(400)
  expect((await call('POST', '/seed', 'null', { 'content-type': 'application/yaml' })).status).toBe(400)
  expect(await imageNames()).toEqual(before)
})

test('names unknown fields, however many there are', async () => {
  const { send } = startTestApp()
  const headers = { authorization: `Bearer ${defaultCredentials.managerToken}` }
  const unknown = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`mistyped_${index}`, index]))
  for (const fields of [{ mistyped_0: 0 }, unknown]) {
    const { body } = await send('/manager_api/api/v1/heartbeat', { ...heartbeatBody(), ...fields }, headers)
    expect(body.error_message).toContain('mistyped_0 not known')
  }
})
