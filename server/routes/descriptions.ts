// What the OpenAPI document says of each route, by URL. Only the documentation needs it.
import type { FastifySchema } from 'fastify'
import { type TSchema, Type } from 'typebox'
import { ErrorReplySchema, HealthReplySchema, reference } from '../api/common.ts'
import { developerOperations, managerOperations } from '../api/operations.ts'

const developerErrors = {
  400: { description: 'A field has a value of the wrong kind.', ...reference(ErrorReplySchema) },
  401: { description: 'The API key or its secret is wrong or missing.', ...reference(ErrorReplySchema) },
  500: {
    description: 'The server fails: the target_ object is missing, or an id is no UUID.',
    content: { 'text/html': { schema: { type: 'string', examples: ['<H1>Internal Error</H1>'] } } },
  },
}

const agentSideErrors = {
  400: { description: 'The body does not follow its schema.', ...reference(ErrorReplySchema) },
  401: { description: 'The manager token is wrong or missing.', ...reference(ErrorReplySchema) },
  404: { description: 'The agent has not checked in yet.', ...reference(ErrorReplySchema) },
}

const healthcheck: FastifySchema = {
  operationId: 'healthcheck',
  tags: ['Health'],
  summary: 'Whether the server is up',
  security: [],
  response: { 200: { description: 'It is up.', ...reference(HealthReplySchema) } },
}

/** The description of each route; the key is its URL. */
export const descriptions: ReadonlyMap<string, FastifySchema> = new Map([
  ['/api/__healthcheck', healthcheck],
  ...describeDeveloperRoutes('public'),
  ...describeDeveloperRoutes('admin'),
  ...describeAgentSideRoutes(),
])

function describeDeveloperRoutes(area: 'public' | 'admin'): [string, FastifySchema][] {
  return Object.entries(developerOperations).map(([operation, { tag, summary, body, reply }]) => [
    `/api/${area}/${operation}`,
    {
      operationId: `${area}_${operation}`,
      tags: [tag],
      summary,
      security: [{ apiKey: [] }, {}],
      body: reference(body),
      response: { 200: resultOrError(reply), ...developerErrors },
    },
  ])
}

function resultOrError(reply: TSchema): TSchema {
  return Type.Union([reference(reply), reference(ErrorReplySchema)], {
    description: 'The result, or why there is none.',
  })
}

function describeAgentSideRoutes(): [string, FastifySchema][] {
  return Object.entries(managerOperations).map(([operation, { tag, summary, body, reply }]) => [
    `/manager_api/api/v1/${operation}`,
    {
      operationId: operation,
      tags: [tag],
      summary,
      security: [{ managerToken: [] }],
      body: reference(body),
      response: { 200: { description: 'The result.', ...reference(reply) }, ...agentSideErrors },
    },
  ])
}
