// How Fastify checks bodies here. Its own validators convert types and drop unknown fields unless told otherwise, and compiling
// one per route takes longer than all the rest of a start; TypeBox does neither, and each body is compiled when first needed.
import { createRequire } from 'node:module'
import type { FastifySchemaValidationError, FastifyServerOptions } from 'fastify'
import type { Validator } from 'typebox/schema'
import { sharedSchemas } from '../api/operations.ts'

type CompilersFactory = Required<NonNullable<NonNullable<FastifyServerOptions['schemaController']>['compilersFactory']>>

/** What Fastify compiles schemas with. Replies are plain JSON; that they follow their schemas is what the tests check. */
export const compilersFactory = {
  // The type of this factory knows only Fastify's own validators; the result is what Fastify takes from any other.
  buildValidator: (() => checkOfBody) as unknown as CompilersFactory['buildValidator'],
  buildSerializer: () => () => JSON.stringify,
} satisfies CompilersFactory

/** The check of a body whose schema is a `reference()`. Problems come at most eight at a time, which is TypeBox's limit. */
function checkOfBody({ schema }: { schema: unknown }) {
  const { $ref } = schema as { $ref: string }
  return (body: unknown): { value: unknown } | { error: FastifySchemaValidationError[] } => {
    const validator = validatorOf($ref.replace('#', ''))
    if (validator.Check(body)) return { value: body }
    const [, problems] = validator.Errors(body)
    // An unknown field is also reported as a value of the schema `false`.
    const reported = problems.filter(({ keyword }) => keyword !== 'boolean')
    return { error: reported as unknown as FastifySchemaValidationError[] }
  }
}

// The compiler is loaded with the first body: a start need not wait for it, and an idle server need not hold it.
const load = createRequire(import.meta.url)
const validators = new Map<string, Validator>()

function validatorOf(schemaId: string): Validator {
  const known = validators.get(schemaId)
  if (known) return known
  const schema = sharedSchemas.find((candidate) => '$id' in candidate && candidate.$id === schemaId)
  const { Compile } = load('typebox/schema') as typeof import('typebox/schema')
  const validator = Compile(schema ?? false)
  validators.set(schemaId, validator)
  return validator
}
