// POST /api/public/<verb> and POST /api/admin/<verb>: Kasm serves the same verbs under both.
import type { FastifyInstance } from 'fastify'
import { type TSchema, Type } from 'typebox'
import { ErrorReplySchema, reference } from '../../api/common.ts'
import { developerOperations } from '../../api/operations.ts'
import type { ModelCall } from '../../model/model.ts'
import { sendDeveloperError, sendReply } from '../errors.ts'
import type { RouteOptions } from '../options.ts'

type DeveloperOperation = keyof typeof developerOperations

/** Registers the developer API under one of its prefixes. */
export async function developerRoutes(
  app: FastifyInstance,
  { model, clock, area }: RouteOptions & { area: 'public' | 'admin' },
): Promise<void> {
  app.setErrorHandler(sendDeveloperError)
  app.addHook('preValidation', async (request, reply) => {
    // A call that needs no fields may come with HTTP Basic and without a body.
    request.body ??= {}
    const refusal = model.authenticateDeveloper(request.body, request.headers.authorization)
    return refusal ? sendReply(reply, refusal) : undefined
  })
  for (const operation of Object.keys(developerOperations) as DeveloperOperation[]) {
    const { tag, summary, body, reply } = developerOperations[operation]
    const schema = {
      operationId: `${area}_${operation}`,
      tags: [tag],
      summary,
      security: [{ apiKey: [] }, {}],
      body: reference(body),
      response: { 200: resultOrError(reply), ...developerErrors },
    }
    app.post(`/${operation}`, { schema }, (request, reply) => {
      const call = { operation, body: request.body, nowMs: clock.nowMs() } as ModelCall<DeveloperOperation>
      return sendReply(reply, model.handle(call))
    })
  }
}

const resultOrError = (reply: TSchema) =>
  Type.Union([reference(reply), reference(ErrorReplySchema)], { description: 'The result, or why there is none.' })

const developerErrors = {
  400: { description: 'A field has a value of the wrong kind.', ...reference(ErrorReplySchema) },
  401: { description: 'The API key or its secret is wrong or missing.', ...reference(ErrorReplySchema) },
  500: {
    description: 'The server fails: the target_ object is missing, or an id is no UUID.',
    content: { 'text/html': { schema: { type: 'string', examples: ['<H1>Internal Error</H1>'] } } },
  },
}
