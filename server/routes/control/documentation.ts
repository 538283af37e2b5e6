// GET /__sim__/openapi.json and the browsable page at /__sim__/docs.
import type { FastifyInstance, FastifySchema } from 'fastify'
import type { TSchema } from 'typebox'
import type { ControlOperation, ControlPlace } from '../../api/control/operation.ts'
import type { ControlSurface } from '../../control/surface.ts'
import { serveDocument } from '../document.ts'

/** Registers the documentation of what can be controlled. */
export async function controlDocumentationRoutes(
  app: FastifyInstance,
  { surface }: { surface: ControlSurface },
): Promise<void> {
  serveDocument(app, '/__sim__', async () => {
    const { operations: byName, schemas, errorSchema } = await surface.load()
    const operations = Object.entries(byName)
    return {
      title: surface.title,
      description: surface.description,
      tags: operations.map(([, { tag }]) => tag),
      securitySchemes: {
        controlToken: { type: 'http', scheme: 'bearer', description: 'Where the server was started with one' },
      },
      security: [{ controlToken: [] }, {}],
      schemas,
      routes: operations.map(([name, operation]) => {
        const { method, path } = surface.places[name] as ControlPlace
        return { method, url: `/__sim__${path}`, schema: schemaOf(name, operation, { path, errors: errorSchema }) }
      }),
    }
  })
}

function schemaOf(
  name: string,
  operation: ControlOperation,
  { path, errors }: { path: string; errors: TSchema },
): FastifySchema {
  const { query, reply } = operation
  const hasName = path.includes(':name')
  const error = (text: string) => ({ description: text, ...idOf(errors) })
  return {
    operationId: name,
    tags: [operation.tag],
    summary: operation.summary,
    ...(operation.description === undefined ? {} : { description: operation.description }),
    ...(operation.body ? { body: idOf(operation.body) } : {}),
    ...(query ? { querystring: query } : {}),
    ...(hasName ? { params: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] } } : {}),
    response: {
      ...(reply
        ? { 200: { description: 'It is done.', ...idOf(reply) } }
        : { 204: { type: 'null', description: 'It is done.' } }),
      400: error('The call cannot be carried out; nothing has changed.'),
      401: error('The control token is wrong or missing.'),
      403: error('Callers on this machine alone may do this.'),
      404: error(hasName ? 'There is nothing of this name.' : 'There is no such call.'),
      405: error('The call takes another method.'),
      ...(operation.body
        ? { 413: error('The body is too long.'), 415: error('The body is of a type that is not taken.') }
        : {}),
      408: beforeRoutes('The request did not come to its end in time.'),
      431: beforeRoutes('The headers are too long.'),
      ...(name === 'wait_for' && reply ? { 408: { description: 'It is not met yet.', ...idOf(reply) } } : {}),
    },
  }
}

/** Of the server itself, which knows no routes yet. */
function beforeRoutes(description: string): object {
  return { description, type: 'object', properties: { error_message: { type: 'string' } }, required: ['error_message'] }
}

function idOf(schema: TSchema): { $ref: string } {
  return { $ref: `${(schema as { $id?: string }).$id}#` }
}
