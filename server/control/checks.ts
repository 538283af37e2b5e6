// The check of what a call of the control API brings, against the schemas of its operation.
import type { TSchema } from 'typebox'
import { Compile, type Validator } from 'typebox/schema'
import type { ControlOperationName } from '../api/control/calls.ts'
import { type ControlOperation, controlOperations } from '../api/control/operations.ts'
import { KasmSimError } from '../kernel/errors.ts'
import { problemsOf } from './problems.ts'

/** Nobody reads more at a time. */
const namedCountMax = 20

/** @throws KasmSimError CONTROL_INVALID with everything that is wrong */
export function checkCall(name: ControlOperationName, { query, body }: { query: unknown; body: unknown }): void {
  const operation: ControlOperation = controlOperations[name]
  const invalid = [
    ...(operation.query ? problemsOf(validatorOf(operation.query), query) : []),
    // A seed is checked by its own reader, which knows where in a text each part of it stands.
    ...(operation.body && name !== 'seed' ? problemsOf(validatorOf(operation.body), body) : []),
  ]
  if (invalid.length === 0) return
  const problems = invalid
    .slice(0, namedCountMax)
    .map(({ path, statement }) => `${path.join('.') || 'the body'} ${statement}`)
  const more = invalid.length > namedCountMax ? `; and ${invalid.length - namedCountMax} more` : ''
  throw new KasmSimError('CONTROL_INVALID', `${problems.join('; ')}${more}. docs/control.md explains each call.`)
}

const validators = new Map<TSchema, Validator>()

function validatorOf(schema: TSchema): Validator {
  const known = validators.get(schema)
  if (known) return known
  const validator: Validator = Compile(schema)
  validators.set(schema, validator)
  return validator
}
