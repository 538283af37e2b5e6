// Every failure that the server can answer with is in the documents, and has the form that they say.
import { createConnection } from 'node:net'
import { text } from 'node:stream/consumers'
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/schema'
import { beforeAll, expect, test } from 'vitest'
import { startWebApp, type WebApp } from '../../server/main.ts'
import { defaultCredentials } from '../../server/model/access/credentials.ts'

interface Case {
  name: string
  /** As the documents name it. */
  path: string
  method?: string
  /** Where it differs from the path. */
  url?: string
  headers?: string[]
  body?: string
  status: number
}

const developer = '/api/public/get_image'
const agents = '/manager_api/api/v1/heartbeat'
const control = '/__sim__/clock'
const key = `authorization: Basic ${Buffer.from(`${defaultCredentials.apiKey}:${defaultCredentials.apiKeySecret}`).toString('base64')}`
const manager = `authorization: Bearer ${defaultCredentials.managerToken}`
const json = 'content-type: application/json'
const tooLong = JSON.stringify('x'.repeat(3_000))
const tooManyHeaders = `x-long: ${'x'.repeat(20_000)}`
const bodies: [string, string, string[], number][] = [
  ['a body that is no JSON', '{', [json], 400],
  ['a body that is a list', '[]', [json], 400],
  ['a body that sets a prototype', '{"__proto__":{}}', [json], 400],
  ['a body that is called something else', '<a/>', ['content-type: text/xml'], 415],
  ['a body that is called nothing', 'x', ['content-type: ?'], 415],
]

const cases: Case[] = [
  ...[developer, agents].flatMap((path) => [
    ...bodies.map(([name, body, headers, status]) => ({
      name,
      path,
      body,
      headers: [...headers, path === developer ? key : manager],
      status,
    })),
    {
      name: 'a body that is too long',
      path,
      body: tooLong,
      headers: [json, path === developer ? key : manager],
      status: 413,
    },
    { name: 'no credentials', path, body: '{}', headers: [json], status: 401 },
    { name: 'too long headers', path, body: '{}', headers: [json, tooManyHeaders], status: 431 },
    { name: 'another method', path, method: 'GET', headers: [path === developer ? key : manager], status: 404 },
    {
      name: 'a name that there is not',
      path,
      url: `${path}_`,
      body: '{}',
      headers: [json, path === developer ? key : manager],
      status: 404,
    },
    { name: 'an address that cannot be read', path, url: '/%zz', body: '{}', headers: [json], status: 400 },
    { name: 'a method that there is not', path, method: 'NONSENSE', status: 400 },
    { name: 'a length that is none', path, headers: ['content-length: -1'], status: 400 },
    {
      name: 'a body that never comes',
      path,
      headers: [json, path === developer ? key : manager, 'content-length: 10'],
      status: 408,
    },
  ]),
  { name: 'a failure', path: developer, body: '{}', headers: [json, key], status: 500 },
  {
    name: 'an agent that is not known',
    path: '/manager_api/api/v1/images',
    body: '{"server_id":"none"}',
    headers: [json, manager],
    status: 404,
  },
  ...bodies
    .filter(([, body]) => body !== '<a/>')
    .map(([name, body, headers, status]) => ({ name, path: control, body, headers, status })),
  {
    name: 'a body that nobody can read',
    path: control,
    body: '<a/>',
    headers: ['content-type: text/xml'],
    status: 415,
  },
  { name: 'another method', path: control, method: 'PUT', body: '{}', headers: [json], status: 405 },
  { name: 'a name that there is not', path: control, url: '/__sim__/none', body: '{}', headers: [json], status: 404 },
  { name: 'a caller through a proxy', path: control, body: '{}', headers: [json, 'via: a'], status: 403 },
  {
    name: 'an address that cannot be read',
    path: control,
    url: '/__sim__/%zz',
    body: '{}',
    headers: [json],
    status: 400,
  },
  { name: 'too long headers', path: control, body: '{}', headers: [json, tooManyHeaders], status: 431 },
  { name: 'a body that is too long', path: '/__sim__/seed', headers: [json, 'content-length: 40000000'], status: 413 },
  {
    name: 'nothing of this name',
    path: '/__sim__/snapshots/{name}',
    url: '/__sim__/snapshots/none',
    method: 'DELETE',
    status: 404,
  },
]

let webApp: WebApp
/** Alone for what is to take too long: on a busy machine anything may. */
let impatient: WebApp
// biome-ignore lint/suspicious/noExplicitAny: documents are looked into freely.
let documents: any[]
beforeAll(async () => {
  webApp = await startWebApp({ limits: { bodySizeBytes: 2_000 } })
  impatient = await startWebApp({ limits: { headersMs: 200, requestMs: 200 } })
  documents = await Promise.all(
    ['/openapi.json', '/__sim__/openapi.json'].map(async (path) => (await fetch(webApp.url + path)).json()),
  )
  return async () => {
    await webApp.close()
    await impatient.close()
  }
}, 60_000)

/** Sends a request as it is written, and reads what comes until the server closes. */
async function send({ path, url = path, method = 'POST', headers = [], body = '', status: wanted }: Case) {
  const server = wanted === 408 ? impatient : webApp
  const socket = createConnection(Number(new URL(server.url).port), '127.0.0.1')
  const length = headers.some((header) => header.startsWith('content-length'))
    ? []
    : [`content-length: ${Buffer.byteLength(body)}`]
  socket.write(
    [`${method} ${url} HTTP/1.1`, 'host: localhost', 'connection: close', ...headers, ...length, '', body].join('\r\n'),
  )
  const [head = '', answer = ''] = (await text(socket)).split('\r\n\r\n')
  return {
    status: Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1]),
    type: /content-type: ([\w/]+)/i.exec(head)?.[1] ?? '',
    answer,
  }
}

/** The schema with every reference replaced by what it refers to. */
function resolved(schema: unknown, schemas: Record<string, unknown>): unknown {
  if (Array.isArray(schema)) return schema.map((item) => resolved(item, schemas))
  if (typeof schema !== 'object' || schema === null) return schema
  const { $ref } = schema as { $ref?: string }
  if ($ref) return resolved(schemas[$ref.split('/').at(-1) as string], schemas)
  return Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, resolved(value, schemas)]))
}

test.for(cases)('$path: $name is answered with $status', async (given) => {
  const { status, type, answer } = await send(given)
  expect(status, answer).toBe(given.status)
  const document = documents.find(({ paths }) => given.path in paths)
  const described = Object.values<{ responses: Record<string, { content: Record<string, { schema: unknown }> }> }>(
    document.paths[given.path],
  ).at(-1)?.responses[status]?.content[type]
  expect(described, `${status} ${type} of ${given.path} is not in the document`).toBeDefined()
  if (type !== 'application/json') return
  const schema = resolved(described?.schema, document.components.schemas) as TSchema
  expect(Compile(schema).Check(JSON.parse(answer)), answer).toBe(true)
  const isControl = given.path === control && status !== 431
  expect(Object.keys(JSON.parse(answer))).toEqual(
    isControl || (document === documents[1] && status !== 431) ? ['error'] : ['error_message'],
  )
})

test('what cannot be written on an address is answered, and leaves the server as it was', async () => {
  const { status, answer } = await send({
    name: '',
    path: `/api/public/${'x'.repeat(500)}`,
    body: '{}',
    headers: [json],
    status: 414,
  })
  expect([status, JSON.parse(answer)]).toEqual([414, { error_message: 'Invalid request: the address is too long.' }])
  expect((await fetch(`${webApp.url}/api/__healthcheck`)).status).toBe(200)
})
