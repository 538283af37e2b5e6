// /__sim__/…: the control API. One route serves it all, because Fastify holds some 20 kB for each.
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { controlCallerOf, refuseControl } from '../../control/access.ts'
import { answerControl, type ControlAnswer, SeedText } from '../../control/answer.ts'
import type { Control } from '../../control/control.ts'
import { seedLimits } from '../../kernel/json.ts'
import { takeJson } from '../json-bodies.ts'
import { controlDocumentationRoutes } from './documentation.ts'

export const controlPrefix = '/__sim__'

/** Seeds may be long; all other bodies are within the limit of the server. */
const seedSizeBytesMax = 32 * 2 ** 20

export interface ControlRouteOptions {
  control: Control
  /** Who shows it may call from anywhere; without one callers on this machine may. */
  token: string | null
}

/** Registers the control API. */
export async function controlRoutes(app: FastifyInstance, { control, token }: ControlRouteOptions): Promise<void> {
  app.setErrorHandler(sendControlError)
  takeJson(app, seedLimits)
  for (const [format, types] of [
    ['yaml', ['application/yaml', 'application/x-yaml', 'text/yaml']],
    ['csv', ['text/csv']],
  ] as const) {
    app.addContentTypeParser([...types], { parseAs: 'string' }, async (_request: FastifyRequest, text: string) => {
      return new SeedText({ format, text })
    })
  }
  app.addHook('onRequest', async (request, reply) => {
    const refusal = refuseControl(controlCallerOf(request.raw), token)
    if (!refusal) return undefined
    if (refusal.status === 401) reply.header('www-authenticate', 'Bearer')
    const message = `Failed to answer ${request.method} ${pathOf(request)}: ${refusal.message}`
    return reply.status(refusal.status).send({ error: { code: null, message } })
  })
  app.register(controlDocumentationRoutes)
  const handler = async (request: FastifyRequest, reply: FastifyReply) => {
    const gone = new AbortController()
    reply.raw.once('close', () => gone.abort())
    const { method, body } = request
    const query = request.query as Record<string, unknown>
    const path = pathOf(request).slice(controlPrefix.length)
    return send(reply, await answerControl(control, { method, path, query, body, signal: gone.signal }))
  }
  const method = ['GET', 'POST', 'DELETE', 'PUT', 'PATCH']
  app.route({ method, url: '/seed', bodyLimit: seedSizeBytesMax, handler })
  app.route({ method, url: '/*', handler })
  app.addHook('onClose', async () => control.close())
}

function send(reply: FastifyReply, { status, headers = {}, body }: ControlAnswer): FastifyReply {
  return reply
    .status(status)
    .headers({ 'cache-control': 'no-store', ...headers })
    .send(body)
}

/** What went wrong before the call was understood, and bugs, which keep their stack to themselves. */
function sendControlError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const status = error.statusCode ?? 500
  if (status >= 500) request.log.error(error)
  const problem = status < 500 ? error.message : 'this is a bug of kasm-sim'
  const message = `Failed to answer ${request.method} ${pathOf(request)}: ${problem}`
  return reply.status(status).send({ error: { code: null, message } })
}

function pathOf({ url }: FastifyRequest): string {
  return url.split('?')[0] as string
}
