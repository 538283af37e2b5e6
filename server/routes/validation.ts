// The check of bodies. A start need not wait for the schemas and their compiler, and an idle server need not hold them, so both are
// loaded with the first body.
import type { FastifySchemaValidationError, FastifyServerOptions } from 'fastify'
import type { OperationName } from '../api/operation-names.ts'

type CompilersFactory = Required<NonNullable<NonNullable<FastifyServerOptions['schemaController']>['compilersFactory']>>

/**
 * In place of Fastify's own compilers, which convert types, drop unknown fields and take 5 MB. Bodies are checked by `checkBody`; replies
 * are plain JSON, and that they follow their schemas is what the tests check.
 */
export const compilersFactory = {
  // The type of this factory knows only Fastify's own validators; the result is what Fastify takes from any other.
  buildValidator: (() => () => () => true) as unknown as CompilersFactory['buildValidator'],
  buildSerializer: () => () => JSON.stringify,
} satisfies CompilersFactory

/** A body that does not follow its schema; error handlers find the problems where Fastify would put them. */
class BodyError extends Error {
  readonly validation: FastifySchemaValidationError[]

  constructor(problems: FastifySchemaValidationError[]) {
    super('The body does not follow its schema.')
    this.validation = problems
  }
}

let problemsOf: typeof import('./body-checks.ts').problemsOf | undefined

/**
 * Checks a body against the schema of an operation.
 *
 * @throws BodyError
 */
export async function checkBody(operation: OperationName, body: unknown): Promise<void> {
  problemsOf ??= (await import('./body-checks.ts')).problemsOf
  const problems = problemsOf(operation, body)
  if (problems.length > 0) throw new BodyError(problems)
}
