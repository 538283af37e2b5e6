// Headers that keep browsers from making more of an answer than it is.
import type { FastifyInstance } from 'fastify'

const always = { 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' }

/** What a page may load: what this server serves, and no script of its own text. */
export const pagePolicy = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

/** Adds them to every answer; a page that brings a policy of its own keeps it. */
export function protectAnswers(app: FastifyInstance): void {
  app.addHook('onSend', (_request, reply, payload, done) => {
    reply.headers(always)
    const isPage = String(reply.getHeader('content-type') ?? '').startsWith('text/html')
    if (isPage && !reply.hasHeader('content-security-policy')) reply.header('content-security-policy', pagePolicy)
    done(null, payload)
  })
}
