// The OpenAPI document of the control API, and the page that shows it.
import SwaggerParser from '@apidevtools/swagger-parser'
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/schema'
import { expect, test } from 'vitest'
import { controlOperations } from '../../server/api/control/operations.ts'
import { controlSchemas } from '../../server/api/control/schemas.ts'
import { startControlled } from './control-support.ts'

async function readDocument() {
  const { status, body } = await startControlled().get('/openapi.json')
  expect(status).toBe(200)
  return body
}

test('serves a valid OpenAPI 3.1 document', async () => {
  const document = await readDocument()
  expect(document.openapi).toBe('3.1.0')
  await expect(SwaggerParser.validate(structuredClone(document))).resolves.toBeDefined()
})

test('describes the control API as in the golden file (update it with `vitest -u`)', async () => {
  const text = `${JSON.stringify(await readDocument(), null, 2)}\n`
  await expect(text).toMatchFileSnapshot('golden/control-openapi.json')
})

test('describes every operation, each body with examples', async () => {
  const { paths, components } = await readDocument()
  const operations = Object.values<Record<string, { operationId: string; requestBody?: object }>>(paths).flatMap(
    (path) => Object.values(path),
  )
  expect(operations.map(({ operationId }) => operationId).sort()).toEqual(Object.keys(controlOperations).sort())
  const bodies = operations.flatMap(
    ({ requestBody }) => JSON.stringify(requestBody ?? {}).match(/schemas\/(\w+)/)?.[1] ?? [],
  )
  expect(bodies.length).toBeGreaterThan(7)
  for (const name of bodies) expect(components.schemas[name].examples?.length, name).toBeGreaterThan(0)
})

test('shows an example of every answer, and each follows its schema', async () => {
  const { paths, components } = await readDocument()
  const schemas = new Map(controlSchemas.map((schema) => [(schema as { $id?: string }).$id, schema]))
  const operations = Object.values<Record<string, { responses: object }>>(paths).flatMap((path) => Object.values(path))
  const replies = operations.flatMap(({ responses }) => [...JSON.stringify(responses).matchAll(/schemas\/(\w+)/g)])
  for (const [, name = ''] of replies) expect(components.schemas[name].examples?.length, name).toBeGreaterThan(0)
  for (const [name, schema] of schemas) {
    for (const example of (schema as { examples?: unknown[] }).examples ?? []) {
      const [, problems] = Compile(resolved(schema, schemas) as TSchema).Errors(example)
      expect(problems, name).toEqual([])
    }
  }
})

/** The schema with every reference replaced by what it refers to. */
function resolved(schema: unknown, schemas: ReadonlyMap<unknown, unknown>): unknown {
  if (Array.isArray(schema)) return schema.map((item) => resolved(item, schemas))
  if (typeof schema !== 'object' || schema === null) return schema
  const { $ref } = schema as { $ref?: string }
  if ($ref) return resolved(schemas.get($ref.slice(0, -1)), schemas)
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, resolved(value, schemas)]))
}

test('shows bodies that work when they are sent as shown', async () => {
  const { paths, components } = await readDocument()
  const { post, heartbeat } = startControlled()
  for (const [path, methods] of Object.entries<Record<string, { requestBody?: object }>>(paths)) {
    const name = JSON.stringify(methods['post']?.requestBody ?? {}).match(/schemas\/(\w+)/)?.[1]
    for (const example of name ? components.schemas[name].examples : []) {
      await heartbeat()
      const target = path.replace('/__sim__', '').replace('{name}', '0b3c5d7e91a24b6c8d0ef1a2b3c4d5e6')
      const { status, body } = await post(target, example)
      expect({ path, status: status === 408 ? 200 : status, body }).toMatchObject({ status: 200 })
      await post('/reset')
    }
  }
})

test('serves the browsable page with all it needs', async () => {
  const { app } = startControlled()
  const page = await app.inject('/__sim__/docs')
  expect(page.statusCode).toBe(200)
  const references = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path as string)
  expect(references.length).toBeGreaterThan(3)
  for (const path of references) {
    const { statusCode } = await app.inject(new URL(path, 'http://localhost/__sim__/docs/').pathname)
    expect({ path, statusCode }).toEqual({ path, statusCode: 200 })
  }
})
