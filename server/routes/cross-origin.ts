// Lets pages of chosen origins call the fake: for tests that run in a browser. Kasm itself lets none.
import type { FastifyInstance } from 'fastify'

const methods = 'GET, POST'
const headers = 'authorization, content-type'
/** How long browsers may remember it. */
const rememberSeconds = 600

/** Answers the browsers' question before a call, and says with each answer who may read it. */
export function allowOrigins(app: FastifyInstance, origins: readonly string[]): void {
  app.addHook('onRequest', async (request, reply) => {
    const { origin } = request.headers
    if (origin === undefined || !origins.includes(origin)) return undefined
    reply.headers({ 'access-control-allow-origin': origin, vary: 'Origin' })
    if (request.method !== 'OPTIONS') return undefined
    reply.headers({
      'access-control-allow-methods': methods,
      'access-control-allow-headers': headers,
      'access-control-max-age': rememberSeconds,
    })
    return reply.status(204).send()
  })
}
