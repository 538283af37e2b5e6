// One list of calls, four ways to make them: the model itself, the app in process, HTTP, and MSW handlers. Each must answer the same, so that what
// virtual time and tests in process see is what a client sees.
import { setupServer } from 'msw/node'
import { expect, onTestFinished, test } from 'vitest'
import { type OperationName, ruleOf } from '../../server/api/operation-names.ts'
import { buildApp } from '../../server/app.ts'
import { createManualClock } from '../../server/kernel/clock.ts'
import { startWebApp } from '../../server/main.ts'
import { defaultCredentials } from '../../server/model/access/credentials.ts'
import { createKasmModel, type ModelCall } from '../../server/model/model.ts'
import { createHandlers } from '../../server/msw.ts'
import { apiCredentials, chrome, digestOf, firefox, heartbeatBody } from '../server/support.ts'

interface Answer {
  status: number
  /** Parsed where it is JSON, else the text. */
  body: unknown
}

type Call = (operation: OperationName, body: object) => Promise<Answer>

const startMs = 1_700_000_000_000
const images = [{ name: chrome, docker_user: 'robot', docker_token: 'secret', uncompressed_size_mb: 2_100 }]
const options = { images, zones: ['default', 'emea'], secretKey: Buffer.from('conformance') }
const unknownId = 'ffffffffffffffffffffffffffffffff'
const agentSide: ReadonlySet<OperationName> = new Set(['agent_config', 'heartbeat', 'images'])

/** The calls in their order; ids of earlier answers are looked up by those who come later. */
const calls: { what: string; operation: OperationName; body: (known: Known) => object }[] = [
  {
    what: 'a new agent asks for its settings',
    operation: 'agent_config',
    body: () => ({ server_id: heartbeatBody().server_id }),
  },
  {
    what: 'an agent asks for images before it has checked in',
    operation: 'images',
    body: () => ({ server_id: heartbeatBody().server_id }),
  },
  { what: 'an agent checks in', operation: 'heartbeat', body: () => heartbeatBody() },
  { what: 'the agents are listed', operation: 'get_agents', body: () => ({}) },
  {
    what: 'the agent is enabled',
    operation: 'update_agent',
    body: ({ agentId }) => ({ target_agent: { agent_id: agentId, enabled: true, auto_prune_images: 'Normal' } }),
  },
  {
    what: 'an agent nobody knows is updated',
    operation: 'update_agent',
    body: () => ({ target_agent: { agent_id: unknownId, enabled: true } }),
  },
  { what: 'the images are listed', operation: 'get_images', body: () => ({}) },
  {
    what: 'an image is created',
    operation: 'create_image',
    body: () => ({ target_image: { name: firefox, restrict_to_zone: true, zone_name: 'emea' } }),
  },
  {
    what: 'an image is created with a name that is no reference',
    operation: 'create_image',
    body: () => ({ target_image: { name: 'kasmweb/Chrome:1.16.1' } }),
  },
  {
    what: 'one image is read',
    operation: 'get_image',
    body: ({ imageId }) => ({ target_image: { image_id: imageId } }),
  },
  { what: 'an image nobody knows is read', operation: 'get_image', body: () => ({ image_id: unknownId }) },
  { what: 'an id that is none is read', operation: 'get_image', body: () => ({ image_id: 'chrome' }) },
  { what: 'no id is read', operation: 'get_image', body: () => ({}) },
  {
    what: 'the image is renamed',
    operation: 'update_image',
    body: ({ imageId }) => ({
      target_image: { image_id: imageId, name: 'kasmweb/chrome:1.17.0', docker_registry: null },
    }),
  },
  {
    what: 'its run configuration is no JSON',
    operation: 'update_image',
    body: ({ imageId }) => ({ target_image: { image_id: imageId, run_config: '{' } }),
  },
  {
    what: 'the agent checks in with an image',
    operation: 'heartbeat',
    body: () => heartbeatBody({ docker_images: [{ name: chrome, digest: digestOf('a') }] }),
  },
  {
    what: 'the agent asks for its images',
    operation: 'images',
    body: () => ({ server_id: heartbeatBody().server_id }),
  },
  {
    what: 'an agent of the other zone checks in',
    operation: 'heartbeat',
    body: () => heartbeatBody({ server_id: 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee', zone_name: 'emea' }),
  },
  {
    what: 'an agent of no zone checks in',
    operation: 'heartbeat',
    body: () => heartbeatBody({ server_id: 'bbbbbbbb-bbbb-4ccc-8ddd-eeeeeeeeeeee', zone_name: 'mars' }),
  },
  {
    what: 'the image is deleted',
    operation: 'delete_image',
    body: ({ imageId }) => ({ target_image: { image_id: imageId } }),
  },
  {
    what: 'the image is deleted again',
    operation: 'delete_image',
    body: ({ imageId }) => ({ target_image: { image_id: imageId } }),
  },
  {
    what: 'a user is created',
    operation: 'create_user',
    body: () => ({ target_user: { username: 'ada', password: 'secret' } }),
  },
  {
    what: 'the same user is created again',
    operation: 'create_user',
    body: () => ({ target_user: { username: 'ada' } }),
  },
  { what: 'the user logs in', operation: 'authenticate', body: () => ({ username: 'ada', password: 'secret' }) },
  {
    what: 'a wrong password is tried',
    operation: 'authenticate',
    body: () => ({ username: 'ada', password: 'wrong' }),
  },
  {
    what: 'an API key is created',
    operation: 'create_api_configs',
    body: () => ({ api_config: { name: 'pipeline', read_only: true } }),
  },
  {
    what: 'a session is asked for that nothing can run',
    operation: 'request_kasm',
    body: ({ imageId }) => ({ image_id: imageId }),
  },
  {
    what: 'a session that nobody knows is stopped',
    operation: 'stop_kasm',
    body: () => ({ kasm_id: unknownId, user_id: unknownId }),
  },
  { what: 'the settings are listed', operation: 'get_settings', body: () => ({}) },
  { what: 'the users are listed', operation: 'get_users', body: () => ({}) },
  { what: 'the images are listed at the end', operation: 'get_images', body: () => ({}) },
  { what: 'the agents are listed at the end', operation: 'get_agents', body: () => ({}) },
]

interface Known {
  agentId: string
  imageId: string
}

function throughModel(): Call {
  const model = createKasmModel(options)
  return async (operation, body) => {
    const reply = model.handle({ operation, body, nowMs: startMs } as ModelCall<OperationName>)
    // What is sent is JSON, which has no undefined and no shared objects.
    return { status: reply.status, body: JSON.parse(JSON.stringify(reply.body)) }
  }
}

function inProcess(): Call {
  const app = buildApp({ model: createKasmModel(options), clock: createManualClock(startMs) })
  onTestFinished(() => app.close())
  return async (operation, body) => {
    const { statusCode, body: text, headers } = await app.inject({ method: 'POST', ...requestOf(operation, body) })
    return { status: statusCode, body: parsed(text, headers['content-type']) }
  }
}

async function overHttp(): Promise<Call> {
  const webApp = await startWebApp({ ...options, clock: createManualClock(startMs) })
  onTestFinished(() => webApp.close())
  return fetching(webApp.url)
}

function throughMsw(): Call {
  const app = buildApp({ model: createKasmModel(options), clock: createManualClock(startMs) })
  const kasm = 'https://kasm.example.com'
  const server = setupServer(...createHandlers(app, kasm))
  server.listen()
  onTestFinished(() => {
    server.close()
    return app.close()
  })
  return fetching(kasm)
}

function fetching(origin: string): Call {
  return async (operation, body) => {
    const { url, payload, headers } = requestOf(operation, body)
    const response = await fetch(`${origin}${url}`, { method: 'POST', body: JSON.stringify(payload), headers })
    return { status: response.status, body: parsed(await response.text(), response.headers.get('content-type')) }
  }
}

function requestOf(operation: OperationName, body: object) {
  const isAgentSide = agentSide.has(operation)
  const prefix = ruleOf(operation)?.prefix === 'bare' ? '' : 'public/'
  return {
    url: isAgentSide ? `/manager_api/api/v1/${operation}` : `/api/${prefix}${operation}`,
    payload: isAgentSide || operation === 'authenticate' ? body : { ...apiCredentials, ...body },
    headers: {
      'content-type': 'application/json',
      ...(isAgentSide ? { authorization: `Bearer ${defaultCredentials.managerToken}` } : {}),
    },
  }
}

function parsed(text: string, contentType: unknown): unknown {
  return String(contentType).startsWith('application/json') ? JSON.parse(text) : text
}

/** Makes every call and returns the answers by what they were for. */
async function answersOf(call: Call): Promise<Record<string, Answer>> {
  const known: Known = { agentId: '', imageId: '' }
  const answers: Record<string, Answer> = {}
  for (const { what, operation, body } of calls) {
    const answer = await call(operation, body(known))
    answers[what] = answer
    const { agent, images: listed } = answer.body as { agent?: { agent_id?: string }; images?: { image_id: string }[] }
    if (operation === 'heartbeat') known.agentId ||= agent?.agent_id ?? ''
    if (operation === 'get_images') known.imageId ||= listed?.[0]?.image_id ?? ''
  }
  return answers
}

test('the model, the app in process, HTTP and MSW handlers answer every call alike', async () => {
  const fromModel = await answersOf(throughModel())
  expect(await answersOf(inProcess())).toEqual(fromModel)
  expect(await answersOf(await overHttp())).toEqual(fromModel)
  expect(await answersOf(throughMsw())).toEqual(fromModel)
})

test('the calls meet every operation, and success as well as each kind of refusal', async () => {
  const answers = Object.values(await answersOf(throughModel()))
  expect(answers).toHaveLength(calls.length)
  expect(new Set(calls.map(({ operation }) => operation)).size).toBe(17)
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 400, 401, 404, 500]))
  const refused = answers.filter(({ status, body }) => status === 200 && 'error_message' in (body as object))
  expect(refused.length).toBeGreaterThan(1)
})
