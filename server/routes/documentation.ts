// GET /openapi.json and the browsable page at /docs. Most runs ask for neither, so the libraries behind them are loaded,
// and the document is made, when someone first does: in an application of its own, because routes are documented as they are added.
import Fastify, { type FastifyInstance } from 'fastify'
import { pagePolicy, protectAnswers } from './protective-headers.ts'
import { compilersFactory } from './validation.ts'

/** Registers the documentation of all routes. */
export async function documentationRoutes(app: FastifyInstance): Promise<void> {
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
  const [{ default: swagger }, { default: swaggerUi }, operations, { descriptions, withExample }] = await Promise.all([
    import('@fastify/swagger'),
    import('@fastify/swagger-ui'),
    import('../api/operations.ts'),
    import('./descriptions.ts'),
  ])
  const { sharedSchemas, developerOperations, managerOperations } = operations
  const app = Fastify({ schemaController: { compilersFactory } })
  protectAnswers(app)
  for (const schema of sharedSchemas) app.addSchema(withExample(schema))
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'kasm-sim',
        version: '1',
        description: documentDescription,
        license: { name: 'MIT', url: 'https://spdx.org/licenses/MIT.html' },
      },
      servers: [{ url: '/', description: 'This web app' }],
      tags: tagsOf([developerOperations, managerOperations]),
      components: {
        securitySchemes: {
          apiKey: {
            type: 'http',
            scheme: 'basic',
            description: 'API key and secret; or both in the body; or there `token` and `username` of a login',
          },
          managerToken: { type: 'http', scheme: 'bearer', description: 'The token that all agents share' },
        },
      },
    },
    refResolver: { buildLocalReference: ({ $id }, _baseUri, _fragment, index) => String($id ?? `def-${index}`) },
  })
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: pagePolicy })
  for (const { method, url, schema } of descriptions) app.route({ method, url, schema, handler: () => null })
  await app.ready()
  return app
}

/** In the order in which the operations use them. */
function tagsOf(tables: Record<string, { tag: string }>[]): { name: string }[] {
  const names = tables.flatMap((operations) => Object.values(operations).map(({ tag }) => tag))
  return ['Health', ...new Set(names)].map((name) => ({ name }))
}

const documentDescription =
  'A fake Kasm Workspaces web app, with the API that administrators, pipelines, clients and agents use, in Kasm’s own conventions: ' +
  'errors of the business kind are answered with status 200 and an `error_message`.'
