// A web app for one test: real routes over `inject`, a clock that the test moves, and a check that every reply
// follows the schema that the OpenAPI document promises.
import type { TSchema } from 'typebox'
import { Compile, type Validator } from 'typebox/schema'
import { expect, onTestFinished } from 'vitest'
import { ErrorReplySchema } from '../../server/api/common.ts'
import type { Image } from '../../server/api/images.ts'
import type { HeartbeatReply, HeartbeatRequest } from '../../server/api/manager.ts'
import { developerRules } from '../../server/api/operation-names.ts'
import { developerOperations, managerOperations, sharedSchemas } from '../../server/api/operations.ts'
import { buildApp } from '../../server/app.ts'
import { createManualClock } from '../../server/kernel/clock.ts'
import { defaultCredentials } from '../../server/model/access/credentials.ts'
import { createKasmModel, type KasmModelOptions } from '../../server/model/model.ts'
import type { FetchList } from '../../server/routes/registry-lists.ts'

const { apiKey, apiKeySecret, managerToken } = defaultCredentials
export const apiCredentials = { api_key: apiKey, api_key_secret: apiKeySecret }
export const chrome = 'kasmweb/chrome:1.16.1'
export const firefox = 'kasmweb/firefox:1.16.1'

/** A digest made of one hex digit. */
export function digestOf(digit: string): string {
  return `sha256:${digit.repeat(64)}`
}

/** A check-in body; the given fields replace those of an ordinary agent. */
export function heartbeatBody(fields: Partial<HeartbeatRequest> = {}): HeartbeatRequest {
  return {
    server_id: '0b3c5d7e-91a2-4b6c-8d0e-f1a2b3c4d5e6',
    hostname: 'agent-1',
    cores: 8,
    memory_bytes: 32_000_000_000,
    disk_stats: { total: 500_000_000_000, used: 20_000_000_000, free: 480_000_000_000 },
    docker_images: [],
    ...fields,
  }
}

interface Answer {
  status: number
  contentType: string
  headers: Record<string, unknown>
  text: string
  // biome-ignore lint/suspicious/noExplicitAny: replies differ by operation, and each is checked against its schema.
  body: any
}

/** Starts a web app for the running test. */
export function startTestApp({ fetchList, ...options }: KasmModelOptions & { fetchList?: FetchList } = {}) {
  const clock = createManualClock(1_700_000_000_000)
  const model = createKasmModel({ images: [{ name: chrome }], secretKey: Buffer.from('test'), ...options })
  const app = buildApp({ model, clock, fetchList })
  onTestFinished(() => app.close())

  async function send(url: string, payload: object | string, headers: Record<string, string> = {}): Promise<Answer> {
    const all = { 'content-type': 'application/json', ...headers }
    const { statusCode, body, headers: sent } = await app.inject({ method: 'POST', url, payload, headers: all })
    const contentType = String(sent['content-type'])
    const answer = { status: statusCode, contentType, headers: sent, text: body }
    return { ...answer, body: contentType.startsWith('application/json') ? JSON.parse(body) : null }
  }

  async function developer(verb: keyof typeof developerOperations, body: object = {}, area = 'public') {
    const prefix = developerRules[verb].prefix === 'bare' ? '' : `${area}/`
    const answer = await send(`/api/${prefix}${verb}`, { ...apiCredentials, ...body })
    if (answer.body) assertFollows(answer, developerOperations[verb].reply)
    return answer
  }

  async function manager(call: keyof typeof managerOperations, body: object) {
    const answer = await send(`/manager_api/api/v1/${call}`, body, { authorization: `Bearer ${managerToken}` })
    assertFollows(answer, managerOperations[call].reply)
    return answer
  }

  return {
    app,
    model,
    clock,
    send,
    developer,
    manager,
    heartbeat: async (fields: Partial<HeartbeatRequest> = {}): Promise<HeartbeatReply> =>
      (await manager('heartbeat', heartbeatBody(fields))).body,
    images: async (): Promise<Image[]> => (await developer('get_images')).body.images,
    agents: async () => (await developer('get_agents')).body.agents,
  }
}

/** Asserts that an answer is what the OpenAPI document promises. */
export function assertFollows({ status, body }: Pick<Answer, 'status' | 'body'>, schema: TSchema): void {
  const expected = status === 200 && !('error_message' in body) ? schema : ErrorReplySchema
  const [, problems] = validatorOf(expected).Errors(body)
  expect(problems, JSON.stringify(body)).toEqual([])
}

const validators = new Map<TSchema, Validator>()

function validatorOf(schema: TSchema): Validator {
  const known = validators.get(schema)
  if (known) return known
  const validator: Validator = Compile(resolved(schema) as TSchema)
  validators.set(schema, validator)
  return validator
}

/** The schema with every reference replaced by what it refers to. */
function resolved(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(resolved)
  if (typeof schema !== 'object' || schema === null) return schema
  const { $ref } = schema as { $ref?: string }
  const target = $ref && sharedSchemas.find((shared) => `${(shared as { $id?: string }).$id}#` === $ref)
  if (target) return resolved(target)
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, resolved(value)]))
}
