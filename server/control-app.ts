// The control plugin as an application of its own, for servers that are no Fastify application: they hand it what is asked below
// `/__sim__/`.
import type { IncomingMessage, ServerResponse } from 'node:http'
import Fastify, { type FastifyInstance } from 'fastify'
import type { ControlSurface } from './control/surface.ts'
import { controlPrefix, controlRoutes } from './routes/control/control.ts'
import { takeJsonAlone } from './routes/json-bodies.ts'
import { protectAnswers } from './routes/protective-headers.ts'
import { compilersFactory } from './routes/validation.ts'

/** Answers what is asked of a surface. It listens to nothing. */
export interface ControlApp {
  handle(request: IncomingMessage, response: ServerResponse): void
  close(): Promise<void>
}

/**
 * An application that controls a server.
 *
 * @example
 * const control = await buildControlApp(surface, { token: null })
 * createServer((request, response) => control.handle(request, response))
 */
export async function buildControlApp(
  surface: ControlSurface,
  { token }: { token: string | null },
): Promise<ControlApp> {
  const app: FastifyInstance = Fastify({ schemaController: { compilersFactory }, forceCloseConnections: true })
  protectAnswers(app)
  takeJsonAlone(app)
  app.register(controlRoutes, { prefix: controlPrefix, surface, token })
  await app.ready()
  return {
    handle: (request, response) => app.routing(request, response),
    close: async () => await app.close(),
  }
}
