// How Fastify checks bodies here. Its own validators convert types and drop unknown fields unless told otherwise; TypeBox does
// neither. A start need not wait for the schemas and their compiler, and an idle server need not hold them, so both are loaded with
// the first body.
import type { FastifySchemaValidationError, FastifyServerOptions, preValidationHookHandler } from 'fastify'
import type { OperationName } from '../api/operation-names.ts'

type CompilersFactory = Required<NonNullable<NonNullable<FastifyServerOptions['schemaController']>['compilersFactory']>>

/** What Fastify compiles schemas with. Replies are plain JSON; that they follow their schemas is what the tests check. */
export const compilersFactory = {
  // The type of this factory knows only Fastify's own validators; the result is what Fastify takes from any other.
  buildValidator: (() => checkOfBody) as unknown as CompilersFactory['buildValidator'],
  buildSerializer: () => () => JSON.stringify,
} satisfies CompilersFactory

let problemsOf: typeof import('./body-checks.ts').problemsOf | undefined

const loadChecks: preValidationHookHandler = (_request, _reply, done) => {
  if (problemsOf) return done()
  import('./body-checks.ts').then((checks) => {
    problemsOf = checks.problemsOf
    done()
  }, done)
}

/**
 * The options of a route whose body must follow the schema of an operation.
 *
 * @example
 * app.post('/get_images', bodyOf('get_images'), handler)
 */
export function bodyOf(operation: OperationName) {
  return { schema: { body: { $ref: operation } }, preValidation: loadChecks }
}

function checkOfBody({ schema }: { schema: unknown }) {
  const { $ref } = schema as ReturnType<typeof bodyOf>['schema']['body']
  return (body: unknown): { value: unknown } | { error: FastifySchemaValidationError[] } => {
    if (!problemsOf) throw new Error('A body came to be checked before the schemas were loaded.')
    const problems = problemsOf($ref, body)
    return problems.length === 0 ? { value: body } : { error: problems }
  }
}
