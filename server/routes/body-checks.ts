// The check of each body, compiled when it is first needed.
import type { FastifySchemaValidationError } from 'fastify'
import { Compile, type Validator } from 'typebox/schema'
import type { OperationName } from '../api/operation-names.ts'
import { developerOperations, managerOperations } from '../api/operations.ts'

const operations = { ...developerOperations, ...managerOperations }
const validators = new Map<OperationName, Validator>()

/** What is wrong with a body, at most eight problems at a time, which is TypeBox's limit. */
export function problemsOf(operation: OperationName, body: unknown): FastifySchemaValidationError[] {
  const validator = validatorOf(operation)
  if (validator.Check(body)) return []
  const [, problems] = validator.Errors(body)
  // An unknown field is also reported as a value of the schema `false`.
  const reported = problems.filter(({ keyword }) => keyword !== 'boolean')
  return reported as unknown as FastifySchemaValidationError[]
}

function validatorOf(operation: OperationName): Validator {
  const known = validators.get(operation)
  if (known) return known
  const validator: Validator = Compile(operations[operation].body)
  validators.set(operation, validator)
  return validator
}
