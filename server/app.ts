// The fake Kasm as a Fastify application that listens nowhere yet.
import Fastify, { type FastifyInstance } from 'fastify'
import { documentationRoutes } from './routes/documentation.ts'
import { sendError, sendNotFound } from './routes/errors.ts'
import type { RouteOptions } from './routes/options.ts'
import { registerRoutes } from './routes/routes.ts'
import { compilersFactory } from './routes/validation.ts'

/** Largest body that is read, in bytes. */
const bodySizeBytesMax = 2 ** 20

/**
 * The web app round a model; `inject` calls it without a socket.
 *
 * @example
 * const app = buildApp({ model: createKasmModel(), clock: createClock() })
 * await app.inject('/api/__healthcheck')
 */
export function buildApp({ logger = false, ...routes }: RouteOptions & { logger?: boolean }): FastifyInstance {
  const app = createServer(logger)
  registerRoutes(app, routes)
  app.register(documentationRoutes, { routes, createServer: () => createServer(false) })
  return app
}

function createServer(logger: boolean): FastifyInstance {
  const app = Fastify({
    logger,
    bodyLimit: bodySizeBytesMax,
    forceCloseConnections: true,
    schemaController: { compilersFactory },
  })
  // Kasm takes JSON alone; Fastify would take plain text too.
  app.removeContentTypeParser('text/plain')
  app.setErrorHandler(sendError)
  app.setNotFoundHandler(sendNotFound)
  return app
}
