// Every route of the fake by name; the folders mirror the URLs.
import type { FastifyInstance } from 'fastify'
import { developerRoutes } from './api/developer.ts'
import { healthcheckRoutes } from './api/healthcheck.ts'
import { agentPagesRoutes } from './dashboard/agents.ts'
import { agentSideRoutes } from './manager-api/agent-side.ts'
import type { RouteOptions } from './options.ts'

/** Registers the routes that the OpenAPI document describes, and the pages beside them. */
export function registerRoutes(app: FastifyInstance, options: RouteOptions): void {
  app.register(healthcheckRoutes, { prefix: '/api' })
  app.register(developerRoutes, { prefix: '/api/public', area: 'both', ...options })
  app.register(developerRoutes, { prefix: '/api/admin', area: 'both', ...options })
  app.register(developerRoutes, { prefix: '/api', area: 'bare', ...options })
  app.register(agentSideRoutes, { prefix: '/manager_api/api/v1', ...options })
  app.register(agentPagesRoutes, { prefix: '/agents', ...options })
}
