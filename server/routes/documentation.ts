// GET /openapi.json and the browsable page at /docs: the API of Kasm and the agents' side.
import type { FastifyInstance } from 'fastify'
import { serveDocument } from './document.ts'

/** Registers the documentation of all routes. */
export async function documentationRoutes(app: FastifyInstance): Promise<void> {
  serveDocument(app, '', async () => {
    const [{ sharedSchemas, developerOperations, managerOperations }, { descriptions, withExample }] =
      await Promise.all([import('../api/operations.ts'), import('./descriptions.ts')])
    return {
      title: 'kasm-sim',
      description,
      tags: ['Health', ...tagsOf(developerOperations), ...tagsOf(managerOperations)],
      securitySchemes: {
        apiKey: {
          type: 'http',
          scheme: 'basic',
          description: 'API key and secret; or both in the body; or there `token` and `username` of a login',
        },
        managerToken: { type: 'http', scheme: 'bearer', description: 'The token that all agents share' },
      },
      schemas: sharedSchemas.map(withExample),
      routes: descriptions,
    }
  })
}

function tagsOf(operations: Record<string, { tag: string }>): string[] {
  return Object.values(operations).map(({ tag }) => tag)
}

const description =
  'A fake Kasm Workspaces web app, with the API that administrators, pipelines, clients and agents use, in Kasm’s own conventions: ' +
  'errors of the business kind are answered with status 200 and an `error_message`.'
