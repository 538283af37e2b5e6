// GET /__sim__/openapi.json and the browsable page at /__sim__/docs, made when someone first asks.
import Fastify, { type FastifyInstance, type FastifySchema } from 'fastify'
import type { TSchema } from 'typebox'
import { type ControlOperationName, controlCalls } from '../../api/control/calls.ts'
import type { ControlOperation } from '../../api/control/operations.ts'
import { compilersFactory } from '../validation.ts'

/** Registers the documentation of the control API. */
export async function controlDocumentationRoutes(app: FastifyInstance): Promise<void> {
  let opened: Promise<FastifyInstance> | undefined
  const open = () => {
    opened ??= openDocumentation()
    return opened
  }
  app.addHook('onClose', async () => {
    await (await opened)?.close()
  })
  app.get('/openapi.json', async () => (await open()).swagger())
  for (const url of ['/docs', '/docs/*']) {
    app.get(url, async (request, reply) => {
      const documentation = await open()
      reply.hijack()
      documentation.routing(request.raw, reply.raw)
    })
  }
}

/** An application whose routes are only there to be described. */
async function openDocumentation(): Promise<FastifyInstance> {
  const [{ default: swagger }, { default: swaggerUi }, { controlOperations }, { controlSchemas, ControlErrorSchema }] =
    await Promise.all([
      import('@fastify/swagger'),
      import('@fastify/swagger-ui'),
      import('../../api/control/operations.ts'),
      import('../../api/control/schemas.ts'),
    ])
  const operations = Object.entries<ControlOperation>(controlOperations)
  const app = Fastify({ schemaController: { compilersFactory } })
  for (const schema of controlSchemas) app.addSchema(schema)
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'kasm-sim control',
        version: '1',
        description: documentDescription,
        license: { name: 'MIT', url: 'https://spdx.org/licenses/MIT.html' },
      },
      servers: [{ url: '/', description: 'This web app' }],
      tags: [...new Set(operations.map(([, { tag }]) => tag))].map((name) => ({ name })),
      components: {
        securitySchemes: {
          controlToken: { type: 'http', scheme: 'bearer', description: 'Where the server was started with one' },
        },
      },
      security: [{ controlToken: [] }, {}],
    },
    refResolver: { buildLocalReference: ({ $id }, _baseUri, _fragment, index) => String($id ?? `def-${index}`) },
  })
  await app.register(swaggerUi, { routePrefix: '/__sim__/docs', staticCSP: true })
  const error = (description: string) => ({ description, ...idOf(ControlErrorSchema) })
  for (const [name, operation] of operations) {
    const { query, reply } = operation
    const { method, path } = controlCalls[name as ControlOperationName]
    const hasName = path.includes(':name')
    const schema: FastifySchema = {
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
        ...(operation.body || query ? { 400: error('The call cannot be carried out; nothing has changed.') } : {}),
        ...(hasName ? { 404: error('There is nothing of this name.') } : {}),
        ...(name === 'wait_for' && reply ? { 408: { description: 'It is not met yet.', ...idOf(reply) } } : {}),
      },
    }
    app.route({ method, url: `/__sim__${path}`, schema, handler: () => null })
  }
  await app.ready()
  return app
}

function idOf(schema: TSchema): { $ref: string } {
  return { $ref: `${(schema as { $id?: string }).$id}#` }
}

const documentDescription =
  'Control of a fake Kasm: its state, clock, faults, journal and quirks. Errors are answered with a status and an `error` whose message says what to do.'
