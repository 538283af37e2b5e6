// What the OpenAPI document says of each route, by URL. Only the documentation needs it.
import type { FastifySchema } from 'fastify'
import { type TSchema, Type } from 'typebox'
import { ErrorReplySchema, HealthReplySchema, type OperationDescription, reference } from '../api/common.ts'
import { type DeveloperOperationName, ruleOf } from '../api/operation-names.ts'
import { developerOperations, managerOperations } from '../api/operations.ts'
import { readDataFile } from '../data-file.ts'

const error = (description: string) => ({ description, ...reference(ErrorReplySchema) })

/** What the server itself may answer to any call (docs/security.md, "Limits"). */
const everyErrors = {
  400: error('It is no HTTP request, or its address cannot be read.'),
  408: error('The request did not come to its end in time.'),
  431: error('The headers are too long.'),
}

/** And to any call that has a body. */
const bodyErrors = {
  ...everyErrors,
  404: error('There is no such call, or it takes another method.'),
  413: error('The body is too long.'),
  415: error('The body is not called JSON.'),
}

const developerErrors = {
  ...bodyErrors,
  400: error('The body is no JSON, or a field has a value of the wrong kind.'),
  401: error('The credentials are wrong, missing, disabled or expired.'),
  403: error('The caller may not do this.'),
  500: {
    description: 'The server fails: the target_ object is missing, or an id is no UUID.',
    content: { 'text/html': { schema: { type: 'string', examples: ['<H1>Internal Error</H1>'] } } },
  },
}

const agentSideErrors = {
  ...bodyErrors,
  400: error('The body is no JSON, or does not follow its schema.'),
  401: error('The manager token is wrong or missing.'),
  404: error('The agent has not checked in yet, or there is no such call.'),
}

const healthcheck: FastifySchema = {
  operationId: 'healthcheck',
  tags: ['Health'],
  summary: 'Whether the server is up',
  security: [],
  response: { 200: { description: 'It is up.', ...reference(HealthReplySchema) }, ...everyErrors },
}

/** A route as the document describes it. */
interface DescribedRoute {
  method: 'GET' | 'POST'
  url: string
  schema: FastifySchema
}

/** Every route that the document describes. */
export const descriptions: readonly DescribedRoute[] = [
  { method: 'GET', url: '/api/__healthcheck', schema: healthcheck },
  ...describeDeveloperRoutes('public', 'both'),
  ...describeDeveloperRoutes('admin', 'both'),
  ...describeDeveloperRoutes('', 'bare'),
  ...describeAgentSideRoutes(),
]

/** What a fake has answered, by operation; test/server/examples.test.ts keeps it true. */
const answers: Record<string, unknown> = JSON.parse(readDataFile('golden/api-examples.json'))
const examples = new Map(
  Object.entries<OperationDescription>({ ...developerOperations, ...managerOperations }).map(([name, { reply }]) => {
    return [(reply as { $id?: string }).$id, answers[name]]
  }),
)

/** The schema of a reply with an example; any other as it is. */
export function withExample(schema: TSchema): TSchema {
  const example = examples.get((schema as { $id?: string }).$id)
  return example === undefined || 'examples' in schema ? schema : { ...schema, examples: [example] }
}

function describeDeveloperRoutes(area: 'public' | 'admin' | '', prefix: 'both' | 'bare'): DescribedRoute[] {
  const described = Object.entries<OperationDescription>(developerOperations).map(([name, description]) => ({
    ...description,
    operation: name as DeveloperOperationName,
    rule: ruleOf(name as DeveloperOperationName),
  }))
  return described.flatMap(({ operation, tag, summary, body, reply, state, rule }): DescribedRoute[] => {
    if (rule?.prefix !== prefix) return []
    const needs = rule.permissions.length === 0 ? 'Needs no credentials.' : `Needs ${rule.permissions.join(' and ')}.`
    const schema = {
      operationId: area === '' ? operation : `${area}_${operation}`,
      tags: [tag],
      summary,
      description: state === 'full' ? needs : `${needs} Answers in the right form; what it stores has no effect.`,
      security: rule.permissions.length === 0 ? [] : [{ apiKey: [] }, {}],
      body: reference(body),
      response: { 200: resultOf(reply), ...developerErrors },
    }
    return [{ method: 'POST', url: area === '' ? `/api/${operation}` : `/api/${area}/${operation}`, schema }]
  })
}

function resultOf(reply: TSchema): object {
  if (!('contentMediaType' in reply)) return resultOrError(reply)
  const type = String(reply.contentMediaType)
  return { description: 'The picture.', content: { [type]: { schema: { type: 'string', format: 'binary' } } } }
}

function resultOrError(reply: TSchema): TSchema {
  return Type.Union([reference(reply), reference(ErrorReplySchema)], {
    description: 'The result, or why there is none.',
  })
}

function describeAgentSideRoutes(): DescribedRoute[] {
  return Object.entries(managerOperations).map(([operation, { tag, summary, body, reply }]) => ({
    method: 'POST',
    url: `/manager_api/api/v1/${operation}`,
    schema: {
      operationId: operation,
      tags: [tag],
      summary,
      security: [{ managerToken: [] }],
      body: reference(body),
      response: { 200: { description: 'The result.', ...reference(reply) }, ...agentSideErrors },
    },
  }))
}
