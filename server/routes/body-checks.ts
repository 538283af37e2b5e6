// The check of each body, compiled when it is first needed.
import type { FastifySchemaValidationError } from 'fastify'
import { Compile, type Validator } from 'typebox/schema'
import type { OperationName } from '../api/operation-names.ts'
import { developerOperations, managerOperations } from '../api/operations.ts'
import { schemaProblems } from '../kernel/schema-problems.ts'

const operations = { ...developerOperations, ...managerOperations }
const validators = new Map<OperationName, Validator>()

/** What is wrong with a body; never nothing with one that does not follow its schema. */
export function problemsOf(operation: OperationName, body: unknown): FastifySchemaValidationError[] {
  return schemaProblems(validatorOf(operation), body)
}

function validatorOf(operation: OperationName): Validator {
  const known = validators.get(operation)
  if (known) return known
  const validator: Validator = Compile(operations[operation].body)
  validators.set(operation, validator)
  return validator
}
