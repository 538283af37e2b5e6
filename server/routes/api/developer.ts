// POST /api/public/<verb> and POST /api/admin/<verb>: Kasm serves the same verbs under both.
import type { FastifyInstance } from 'fastify'
import { type DeveloperOperationName, developerOperationNames } from '../../api/operation-names.ts'
import type { ModelCall } from '../../model/model.ts'
import { sendDeveloperError, sendReply } from '../errors.ts'
import type { RouteOptions } from '../options.ts'
import { bodyOf } from '../validation.ts'

/** Registers the developer API under one of its prefixes. */
export async function developerRoutes(app: FastifyInstance, { model, clock }: RouteOptions): Promise<void> {
  app.setErrorHandler(sendDeveloperError)
  app.addHook('preValidation', async (request, reply) => {
    // A call that needs no fields may come with HTTP Basic and without a body.
    request.body ??= {}
    const refusal = model.authenticateDeveloper(request.body, request.headers.authorization)
    return refusal ? sendReply(reply, refusal) : undefined
  })
  for (const operation of developerOperationNames) {
    app.post(`/${operation}`, bodyOf(operation), (request, reply) => {
      const call = { operation, body: request.body, nowMs: clock.nowMs() } as ModelCall<DeveloperOperationName>
      return sendReply(reply, model.handle(call))
    })
  }
}
