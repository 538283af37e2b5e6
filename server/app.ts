// The fake Kasm as a Fastify application that listens nowhere yet.
import Fastify, { type FastifyInstance } from 'fastify'
import { Control } from './control/control.ts'
import { kasmSurface } from './control/kasm-surface.ts'
import { controlPrefix, controlRoutes } from './routes/control/control.ts'
import { observeApi } from './routes/control/observe.ts'
import { allowOrigins } from './routes/cross-origin.ts'
import { documentationRoutes } from './routes/documentation.ts'
import { answerClientError, sendAddressError, sendError, sendNotFound } from './routes/errors.ts'
import { takeJsonAlone } from './routes/json-bodies.ts'
import { defaultLimits, type Limits, limitOptions } from './routes/limits.ts'
import type { RouteOptions } from './routes/options.ts'
import { protectAnswers } from './routes/protective-headers.ts'
import { logRequests } from './routes/request-log.ts'
import { registerRoutes } from './routes/routes.ts'
import { compilersFactory } from './routes/validation.ts'
import { holdAnswers } from './store/answers.ts'
import type { Store } from './store/store.ts'
import type { Certificate } from './tls.ts'

/** What the app needs besides the routes; everything has a default. */
interface AppOptions extends RouteOptions {
  /** What journals and controls the fake; one of its own by default. */
  control?: Control
  /** Takes a line of JSON per request. */
  log?: ((line: string) => void) | null
  limits?: Partial<Limits>
  /** What the server shows over HTTPS; plain HTTP by default. */
  certificate?: Certificate | null
  /** What keeps the state; answers wait for it. */
  store?: Store | null
  /** Origins whose pages may call the API from a browser; none by default, as at Kasm. */
  allowOrigins?: readonly string[]
}

/**
 * The web app round a model; `inject` calls it without a socket.
 *
 * @example
 * const app = buildApp({ model: createKasmModel(), clock: createClock() })
 * await app.inject('/api/__healthcheck')
 */
export function buildApp({ log, limits, certificate, store, ...routes }: AppOptions): FastifyInstance {
  const app = createServer({ ...defaultLimits, ...limits }, certificate ?? null)
  if (log) logRequests(app, { write: log, nowMs: () => routes.clock.nowMs() })
  if (store) holdAnswers(app, store)
  protectAnswers(app)
  if (routes.allowOrigins?.length) allowOrigins(app, routes.allowOrigins)
  takeJsonAlone(app)
  app.setErrorHandler(sendError)
  app.setNotFoundHandler(sendNotFound)
  const { control = new Control(routes), controlToken = null } = routes
  observeApi(app, control)
  registerRoutes(app, routes)
  app.register(controlRoutes, { prefix: controlPrefix, surface: kasmSurface(control), token: controlToken })
  app.addHook('onClose', async () => control.close())
  app.register(documentationRoutes)
  return app
}

function createServer(limits: Limits, certificate: Certificate | null): FastifyInstance {
  const { http, ...options } = limitOptions(limits)
  const app = Fastify({
    ...options,
    ...(certificate ? { https: { ...http, cert: certificate.certificate, key: certificate.key } } : { http }),
    forceCloseConnections: true,
    frameworkErrors: sendAddressError,
    clientErrorHandler: answerClientError,
    schemaController: { compilersFactory },
    // Either kind of server does; their types differ in what no route uses.
  }) as unknown as FastifyInstance
  app.server.maxConnections = limits.connections
  return app
}
