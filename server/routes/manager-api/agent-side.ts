// POST /manager_api/api/v1/<call>: what agents call. Bodies are this project's own, so nothing unknown passes.
import type { FastifyInstance } from 'fastify'
import type { AgentImage, HeartbeatReply } from '../../api/manager.ts'
import { type ManagerOperationName, managerOperationNames } from '../../api/operation-names.ts'
import type { ModelCall } from '../../model/model.ts'
import type { Reply } from '../../model/reply.ts'
import { sendError, sendReply } from '../errors.ts'
import type { RouteOptions } from '../options.ts'
import { bodyOf } from '../validation.ts'

/** Registers the agents' side of the web app. */
export async function agentSideRoutes(app: FastifyInstance, { model, clock }: RouteOptions): Promise<void> {
  app.setErrorHandler(sendError)
  app.addHook('onRequest', async (request, reply) => {
    const refusal = model.authenticateAgent(request.headers.authorization)
    return refusal ? sendReply(reply, refusal) : undefined
  })
  for (const operation of managerOperationNames) {
    app.post(`/${operation}`, bodyOf(operation), (request, reply) => {
      const call = { operation, body: request.body, nowMs: clock.nowMs() } as ModelCall<ManagerOperationName>
      const answer = model.handle(call)
      if (!hasImages(answer)) return sendReply(reply, answer)
      return reply.type('application/json; charset=utf-8').send(serialise(answer.body))
    })
  }
}

type WithImages = Pick<HeartbeatReply, 'images'>

/** The JSON of each list, as long as the model hands that list out: it is the bulk of every answer and seldom changes. */
const serialisedLists = new WeakMap<AgentImage[], string>()

function hasImages(reply: Reply): reply is Reply & { body: WithImages } {
  return typeof reply.body === 'object' && reply.body !== null && 'images' in reply.body
}

function serialise({ images, ...rest }: WithImages): string {
  let list = serialisedLists.get(images)
  if (list === undefined) {
    list = JSON.stringify(images)
    serialisedLists.set(images, list)
  }
  return `${JSON.stringify(rest).slice(0, -1)},"images":${list}}`
}
