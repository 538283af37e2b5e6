// GET /agents and /agents/<id>: the view of the fleet that the product lacks, for people. Whoever may use the control API may look; the
// same facts are there as JSON under /__sim__/agents. The pages are loaded with the first look.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type ControlCaller, controlCallerOf, refuseControl } from '../../control/access.ts'
import type { RouteOptions } from '../options.ts'

/** No script, no file from anywhere, and no place in a frame of another page. */
const headers = {
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
  'cache-control': 'no-store',
}

/** Registers the pages. */
export async function agentPagesRoutes(
  app: FastifyInstance,
  { model, clock, controlToken = null }: RouteOptions,
): Promise<void> {
  app.addHook('onRequest', async (request, reply) => {
    const refusal = refuseControl(callerOf(request), controlToken)
    if (!refusal) return undefined
    if (refusal.status === 401)
      reply.header('www-authenticate', 'Basic realm="kasm-sim: the password is the control token"')
    const message = `Failed to show ${request.url.split('?')[0]}: ${refusal.message}\n`
    return reply.status(refusal.status).type('text/plain; charset=utf-8').send(message)
  })
  app.get('/', async (request, reply) => {
    const { agentsPage } = await import('../../dashboard/agents-page.ts')
    return send(reply, agentsPage(model.agentsView(clock.nowMs()), optionsOf(request)))
  })
  app.get('/:id', async (request, reply) => {
    const view = model.agentView((request.params as { id: string }).id, clock.nowMs())
    if (!view) return reply.status(404).type('text/plain; charset=utf-8').send('No agent has this id.\n')
    const { agentPage } = await import('../../dashboard/agent-page.ts')
    return send(reply, agentPage(view, optionsOf(request)))
  })
}

/** Browsers can only show the token as the password that they ask for. */
function callerOf({ raw }: FastifyRequest): ControlCaller {
  const caller = controlCallerOf(raw)
  const basic = /^Basic +(\S+)$/i.exec(caller.headers.authorization ?? '')?.[1]
  if (basic === undefined) return caller
  const password = Buffer.from(basic, 'base64').toString().split(':').slice(1).join(':')
  return { ...caller, headers: { ...caller.headers, authorization: `Bearer ${password}` } }
}

function optionsOf({ query }: FastifyRequest): { isStill: boolean } {
  return { isStill: Object.hasOwn(query as object, 'still') }
}

function send(reply: FastifyReply, text: string): FastifyReply {
  return reply.headers(headers).type('text/html; charset=utf-8').send(text)
}
