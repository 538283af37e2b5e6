// How bodies come in: JSON alone, within the limits of everything that comes from outside (server/kernel/json.ts).
import type { FastifyInstance } from 'fastify'
import { assertWithin, callLimits, DataLimitError, type DataLimits, measureJson } from '../kernel/json.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** What the body takes of the memory, about: measured on what was read, whatever the request said of its length. */
    bodySizeBytes: number
  }
}

/** Of a parsed value, whatever the length of its text. */
const valueSizeBytes = 40

/** Kasm takes JSON alone; Fastify would take plain text too, and refuse a body of no bytes that is called JSON, as many clients call it. */
export function takeJsonAlone(app: FastifyInstance): void {
  app.decorateRequest('bodySizeBytes', 0)
  app.removeContentTypeParser('text/plain')
  takeJson(app, callLimits)
}

/** Parses JSON within limits, from here on down. */
export function takeJson(app: FastifyInstance, limits: DataLimits): void {
  app.removeContentTypeParser('application/json')
  const parse = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, text, done) => {
    if (text === '') return done(null, undefined)
    try {
      const { valueCount, isPrecise } = measureJson(text, limits)
      request.bodySizeBytes = 2 * text.length + valueSizeBytes * valueCount
      return parse(request, text, (error, body) => {
        try {
          if (!error && !isPrecise) assertWithin(body, limits)
          done(error, body)
        } catch (problem) {
          done(refusedBody(problem))
        }
      })
    } catch (problem) {
      return done(refusedBody(problem))
    }
  })
}

/** What a body beyond its limits is answered with: 400. */
function refusedBody(problem: unknown): Error {
  if (!(problem instanceof DataLimitError)) throw problem
  return Object.assign(new Error(`Invalid request: the body ${problem.message}.`), { statusCode: 400 })
}
