// POST /api/public/<verb> and POST /api/admin/<verb>: Kasm serves the same verbs under both; a few stand directly under /api/.
// One route per prefix serves them all, because Fastify holds some 20 kB for each route and most verbs are never called.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type DeveloperOperationName, type OperationRule, ruleOf } from '../../api/operation-names.ts'
import type { Caller } from '../../model/access/callers.ts'
import type { ModelCall } from '../../model/model.ts'
import { callBack } from '../call-back.ts'
import { sendDeveloperError, sendNotFound, sendReply } from '../errors.ts'
import type { RouteOptions } from '../options.ts'
import { fetchLists } from '../registry-lists.ts'
import { checkBody } from '../validation.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who calls the developer API; null on every other route. */
    caller: Caller | null
  }
}

/** Registers the developer API under one of its prefixes. */
export async function developerRoutes(
  app: FastifyInstance,
  { model, clock, callAgent, fetchList, area }: RouteOptions & { area: OperationRule['prefix'] },
): Promise<void> {
  app.setErrorHandler(sendDeveloperError(model))
  app.decorateRequest('caller', null)
  app.addHook('onRequest', async (request, reply) => {
    return ruleOf(operationOf(request))?.prefix === area ? undefined : sendNotFound(request, reply)
  })
  app.addHook('preValidation', async (request, reply) => {
    // A call that needs no fields may come with HTTP Basic and without a body.
    if (request.body === undefined) request.body = {}
    const { authorization, cookie } = request.headers
    const credentials = { body: request.body, authorization, cookie, nowMs: clock.nowMs() }
    const admission = model.admit(operationOf(request), credentials)
    if ('refused' in admission) return sendReply(reply, admission.refused)
    request.caller = admission.caller
    await checkBody(operationOf(request), request.body)
    return undefined
  })
  app.post('/:operation', async (request, reply) => {
    const { body, caller } = request
    const call = { operation: operationOf(request), body, caller } as ModelCall<DeveloperOperationName>
    const nowMs = () => clock.nowMs()
    const launches = callAgent !== undefined && call.operation === 'request_kasm'
    const callBacks = launches
      ? await callBack(call as ModelCall<'request_kasm'>, { model, nowMs, callAgent })
      : undefined
    const fetchedLists = fetchList ? await fetchLists({ ...call, nowMs: nowMs() }, { model, fetchList }) : null
    const outside = { ...(callBacks && { callBacks }), ...(fetchedLists && { fetchedLists }) }
    return sendReply(reply, model.handle({ ...call, nowMs: nowMs(), ...outside }))
  })
}

function operationOf({ params }: FastifyRequest): DeveloperOperationName {
  return (params as { operation: DeveloperOperationName }).operation
}
