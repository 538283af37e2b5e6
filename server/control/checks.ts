// The check of what a call of the control API brings, against the schemas of its operation.
import type { TSchema } from 'typebox'
import { Compile, type Validator } from 'typebox/schema'
import type { ControlOperation } from '../api/control/operation.ts'
import { controlOperations } from '../api/control/operations.ts'
import { KasmSimError } from '../kernel/errors.ts'
import { problemsOf } from './problems.ts'

/** Nobody reads more at a time. */
const namedCountMax = 20

/** @throws KasmSimError CONTROL_INVALID with everything that is wrong */
export function checkCall(
  { query, body, checksBody = true }: ControlOperation,
  given: { query: unknown; body: unknown },
): void {
  const invalid = [
    ...(query ? problemsOf(validatorOf(query), given.query) : []),
    ...(body && checksBody ? problemsOf(validatorOf(body), given.body) : []),
  ]
  if (invalid.length === 0) return
  const problems = invalid
    .slice(0, namedCountMax)
    .map(({ path, statement }) => `${path.join('.') || 'the body'} ${statement}`)
  const more = invalid.length > namedCountMax ? `; and ${invalid.length - namedCountMax} more` : ''
  throw new KasmSimError('CONTROL_INVALID', `${problems.join('; ')}${more}. docs/control.md explains each call.`)
}

/**
 * Checks a fault that somebody injects by a call of a function.
 *
 * @throws KasmSimError CONTROL_INVALID with everything that is wrong
 */
export function checkFaultSource(source: unknown): void {
  checkCall(controlOperations.inject_fault, { query: {}, body: source })
}

const validators = new Map<TSchema, Validator>()

function validatorOf(schema: TSchema): Validator {
  const known = validators.get(schema)
  if (known) return known
  const validator: Validator = Compile(schema)
  validators.set(schema, validator)
  return validator
}
