// Every route of the fake by name; the folders mirror the URLs.
import type { FastifyInstance } from 'fastify'
import { developerRoutes } from './api/developer.ts'
import { healthcheckRoutes } from './api/healthcheck.ts'
import { agentSideRoutes } from './manager-api/agent-side.ts'
import type { RouteOptions } from './options.ts'

/** Registers the routes that the OpenAPI document describes. */
export function registerRoutes(app: FastifyInstance, options: RouteOptions): void {
  app.register(healthcheckRoutes, { prefix: '/api' })
  app.register(developerRoutes, { prefix: '/api/public', ...options })
  app.register(developerRoutes, { prefix: '/api/admin', ...options })
  app.register(agentSideRoutes, { prefix: '/manager_api/api/v1', ...options })
}
