// GET /openapi.json and the browsable page at /docs. Most runs ask for neither, so the libraries behind them are loaded,
// and the document is made, when someone first does: in an application of its own, because routes are documented as they are added.
import type { FastifyInstance } from 'fastify'
import type { RouteOptions } from './options.ts'
import { registerRoutes } from './routes.ts'

interface DocumentationOptions {
  routes: RouteOptions
  /** Makes an application that has no routes yet. */
  createServer: () => FastifyInstance
}

/** Registers the documentation of all routes. */
export async function documentationRoutes(app: FastifyInstance, options: DocumentationOptions): Promise<void> {
  let opened: Promise<FastifyInstance> | undefined
  const open = () => {
    opened ??= openDocumentation(options)
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

async function openDocumentation({ createServer, routes }: DocumentationOptions): Promise<FastifyInstance> {
  const [{ default: swagger }, { default: swaggerUi }, { sharedSchemas }, { descriptions }] = await Promise.all([
    import('@fastify/swagger'),
    import('@fastify/swagger-ui'),
    import('../api/operations.ts'),
    import('./descriptions.ts'),
  ])
  const app = createServer()
  for (const schema of sharedSchemas) app.addSchema(schema)
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
      tags: [
        { name: 'Health', description: 'Whether the server is up' },
        { name: 'Images', description: 'Workspace images' },
        { name: 'Agents', description: 'Docker agents, as administrators see them' },
        { name: 'Agent side', description: 'What agents call; the bodies are this project’s own' },
      ],
      components: {
        securitySchemes: {
          apiKey: { type: 'http', scheme: 'basic', description: 'API key and secret; or both in the body' },
          managerToken: { type: 'http', scheme: 'bearer', description: 'The token that all agents share' },
        },
      },
    },
    transform: ({ url, schema }) => ({ url, schema: descriptions.get(url) ?? schema }),
    refResolver: { buildLocalReference: ({ $id }, _baseUri, _fragment, index) => String($id ?? `def-${index}`) },
  })
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: true })
  registerRoutes(app, routes)
  await app.ready()
  return app
}

const documentDescription =
  'A fake Kasm Workspaces web app. It serves the part of the API that concerns images and agents, in Kasm’s own conventions: ' +
  'errors of the business kind are answered with status 200 and an `error_message`.'
