// POST /manager_api/api/v1/<call>: what agents call. Bodies are this project's own, so nothing unknown passes.
import type { FastifyInstance } from 'fastify'
import { type ManagerOperationName, managerOperationNames } from '../../api/operation-names.ts'
import type { ModelCall } from '../../model/model.ts'
import { sendError, sendReply } from '../errors.ts'
import type { RouteOptions } from '../options.ts'
import { checkBody } from '../validation.ts'

/** Registers the agents' side of the web app. */
export async function agentSideRoutes(app: FastifyInstance, { model, clock }: RouteOptions): Promise<void> {
  app.setErrorHandler(sendError)
  app.addHook('onRequest', async (request, reply) => {
    const refusal = model.authenticateAgent(request.headers.authorization)
    return refusal ? sendReply(reply, refusal) : undefined
  })
  for (const operation of managerOperationNames) {
    app.post(`/${operation}`, { preValidation: (request) => checkBody(operation, request.body) }, (request, reply) => {
      const call = { operation, body: request.body, nowMs: clock.nowMs() } as ModelCall<ManagerOperationName>
      return sendReply(reply, model.handle(call))
    })
  }
}
