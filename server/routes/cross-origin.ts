// Lets pages of chosen origins call the fake: for tests that run in a browser. Kasm itself lets none.
import type { FastifyInstance } from 'fastify'

/** How long browsers may remember it. */
const rememberSeconds = 600

/** Answers the browsers' question before a call, and says with each answer who may read it. */
export function allowOrigins(app: FastifyInstance, origins: readonly string[]): void {
  app.register(import('@fastify/cors'), {
    origin: (from, allow) => allow(null, from !== undefined && origins.includes(from) ? from : false),
    methods: ['GET', 'POST'],
    allowedHeaders: ['authorization', 'content-type'],
    maxAge: rememberSeconds,
    strictPreflight: false,
  })
}
