// The OpenAPI document and the page that shows it.
import SwaggerParser from '@apidevtools/swagger-parser'
import type { TSchema } from 'typebox'
import { expect, test } from 'vitest'
import { developerRules, managerOperationNames } from '../../server/api/operation-names.ts'
import { developerOperations, managerOperations } from '../../server/api/operations.ts'
import { assertFollows, startTestApp } from './support.ts'

async function readDocument() {
  const { statusCode, body } = await startTestApp().app.inject('/openapi.json')
  expect(statusCode).toBe(200)
  return JSON.parse(body)
}

test('serves a valid OpenAPI 3.1 document', async () => {
  const document = await readDocument()
  expect(document.openapi).toBe('3.1.0')
  await expect(SwaggerParser.validate(structuredClone(document))).resolves.toBeDefined()
})

test('describes what is served as in the golden file (update it with `vitest -u`)', async () => {
  const text = `${JSON.stringify(await readDocument(), null, 2)}\n`
  await expect(text).toMatchFileSnapshot('golden/openapi.json')
})

test('gives every operation a tag, a summary, an id of its own, and every request and reply an example', async () => {
  const { paths, components } = await readDocument()
  const operations = Object.values<Record<string, Record<string, unknown>>>(paths).flatMap((path) =>
    Object.values(path),
  )
  const perVerb = Object.values(developerRules).map(({ prefix }) => (prefix === 'both' ? 2 : 1))
  const count = perVerb.reduce((sum, paths) => sum + paths, 0) + managerOperationNames.length + 1
  expect(operations).toHaveLength(count)
  for (const operation of operations) expect(operation).toMatchObject({ tags: [expect.any(String)], summary: /\w/ })
  expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(count)
  const withoutExample = Object.keys(components.schemas).filter(
    (name) => /(Request|Reply)$/.test(name) && !components.schemas[name].examples?.length,
  )
  expect(withoutExample).toEqual([])
})

test('shows replies that follow their schemas', async () => {
  const { components } = await readDocument()
  const operations = { ...developerOperations, ...managerOperations }
  for (const { reply } of Object.values<{ reply: TSchema }>(operations)) {
    const [body] = components.schemas[(reply as { $id?: string }).$id ?? '']?.examples ?? []
    if (body) assertFollows({ status: 200, body }, reply)
  }
})

test('serves the browsable page with all it needs from the server itself', async () => {
  const { app } = startTestApp()
  const page = await app.inject('/docs')
  expect(page.statusCode).toBe(200)
  const base = page.body.includes('./docs/static') ? '/' : '/docs/'
  const references = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path as string)
  expect(references.length).toBeGreaterThan(3)
  for (const path of references) {
    const { statusCode } = await app.inject(new URL(path, `http://localhost${base}`).pathname)
    expect({ path, statusCode }).toEqual({ path, statusCode: 200 })
  }
  expect((await app.inject('/docs/json')).json()).toEqual((await app.inject('/openapi.json')).json())
})

test('shows requests that work when they are sent as shown', async () => {
  const { components } = await readDocument()
  const { send } = startTestApp()
  for (const verb of [
    'get_images',
    'create_image',
    'get_agents',
    'create_user',
    'create_group',
    'get_settings',
    'activate',
  ]) {
    const name = verb.replaceAll(/(?:^|_)(\w)/g, (_match, letter: string) => letter.toUpperCase())
    const { status, body } = await send(`/api/public/${verb}`, components.schemas[`${name}Request`].examples[0])
    expect({ verb, status, error: body.error_message }).toEqual({ verb, status: 200, error: undefined })
  }
})
