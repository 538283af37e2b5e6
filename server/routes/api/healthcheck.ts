// GET /api/__healthcheck: the only call of the API that is no POST and needs no key.
import type { FastifyInstance } from 'fastify'

/** Registers the health check. */
export async function healthcheckRoutes(app: FastifyInstance): Promise<void> {
  app.get('/__healthcheck', () => ({ ok: true }))
}
