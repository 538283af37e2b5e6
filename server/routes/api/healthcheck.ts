// GET /api/__healthcheck: the only call of the API that is no POST and needs no key.
import type { FastifyInstance } from 'fastify'
import { HealthReplySchema, reference } from '../../api/common.ts'

/** Registers the health check. */
export async function healthcheckRoutes(app: FastifyInstance): Promise<void> {
  const schema = {
    operationId: 'healthcheck',
    tags: ['Health'],
    summary: 'Whether the server is up',
    security: [],
    response: { 200: { description: 'It is up.', ...reference(HealthReplySchema) } },
  }
  app.get('/__healthcheck', { schema }, () => ({ ok: true }))
}
