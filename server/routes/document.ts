// An OpenAPI document and the page to browse it. Most runs ask for neither, so the libraries behind them are loaded, and the document
// is made, when someone first does: in an application of its own, because routes are documented as they are added.
import Fastify, { type FastifyInstance, type RouteOptions } from 'fastify'
import type { TSchema } from 'typebox'
import { pagePolicy, protectAnswers } from './protective-headers.ts'
import { compilersFactory } from './validation.ts'

/** What one document says. */
export interface DocumentContent {
  title: string
  description: string
  /** In the order in which the page shows them. */
  tags: Iterable<string>
  securitySchemes: Record<string, { type: 'http'; scheme: 'basic' | 'bearer'; description: string }>
  /** What every operation takes unless it says otherwise. */
  security?: Record<string, string[]>[]
  /** Shared schemas, each with an `$id`. */
  schemas: Iterable<TSchema>
  routes: Iterable<Pick<RouteOptions, 'method' | 'url' | 'schema'>>
}

/** Serves `openapi.json` and `docs` below a prefix, which is empty or begins with a slash. */
export function serveDocument(app: FastifyInstance, prefix: string, load: () => Promise<DocumentContent>): void {
  let opened: Promise<FastifyInstance> | undefined
  const open = () => {
    opened ??= load().then((content) => createDocument(`${prefix}/docs`, content))
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
async function createDocument(pagePath: string, content: DocumentContent): Promise<FastifyInstance> {
  const [{ default: swagger }, { default: swaggerUi }] = await Promise.all([
    import('@fastify/swagger'),
    import('@fastify/swagger-ui'),
  ])
  const { title, description, tags, securitySchemes, security, schemas, routes } = content
  const app = Fastify({ schemaController: { compilersFactory } })
  protectAnswers(app)
  for (const schema of schemas) app.addSchema(withoutErrorMessages(schema))
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        ...{ title, version: '1', description },
        license: { name: 'MIT', url: 'https://spdx.org/licenses/MIT.html' },
      },
      servers: [{ url: '/', description: 'This web app' }],
      tags: [...new Set(tags)].map((name) => ({ name })),
      components: { securitySchemes },
      ...(security ? { security } : {}),
    },
    refResolver: { buildLocalReference: ({ $id }, _baseUri, _fragment, index) => String($id ?? `def-${index}`) },
  })
  await app.register(swaggerUi, { routePrefix: pagePath, staticCSP: pagePolicy })
  for (const { method, url, schema } of routes) {
    app.route({ method, url, ...(schema ? { schema } : {}), handler: () => null })
  }
  await app.ready()
  return app
}

/** Words for people whose value does not fit are no part of the standard that documents follow. */
function withoutErrorMessages<Value>(value: Value): Value {
  if (Array.isArray(value)) return value.map(withoutErrorMessages) as Value
  if (typeof value !== 'object' || value === null) return value
  const kept = Object.entries(value).filter(([name, part]) => name !== 'errorMessage' || typeof part !== 'string')
  return Object.fromEntries(kept.map(([name, part]) => [name, withoutErrorMessages(part)])) as Value
}
