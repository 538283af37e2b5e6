// What is wrong with data that does not follow its schema, with the path of each problem.
import { type SchemaChecker, type SchemaProblem, schemaProblems } from '../kernel/schema-problems.ts'
import { durationPattern, ratePattern } from '../kernel/units.ts'

export interface Problem {
  path: (string | number)[]
  /** Reads on from the path: "must be number". */
  statement: string
}

/** Nobody should have to read a regular expression to learn how to write half an hour. */
const patternsInWords = new Map([
  [durationPattern, 'must be a duration such as 250ms, 30s, 5m, 1h30m or 2d'],
  [ratePattern, 'must be a rate such as 20kB/s'],
])

/** Every problem, as far as the validator tells them; never none of what is invalid. */
export function problemsOf(validator: SchemaChecker, value: unknown): Problem[] {
  const reported = schemaProblems(validator, value)
  // Alternatives are also reported as each of them failing.
  const inside = reported.filter(({ keyword }) => keyword !== 'anyOf')
  return (inside.length > 0 ? inside : reported).flatMap(describe)
}

function describe({ keyword, instancePath, params, message }: SchemaProblem): Problem[] {
  const path = instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part))
  const fields = (names: unknown) => [names].flat().map(String)
  switch (keyword) {
    case 'required':
      return fields(params['requiredProperties']).map((name) => ({ path, statement: `must have "${name}"` }))
    case 'additionalProperties':
      return fields(params['additionalProperties']).map((name) => ({
        path: [...path, name],
        statement: 'is not known',
      }))
    case 'type':
      return [{ path, statement: `must be ${fields(params['type']).join(' or ')}` }]
    case 'enum':
      return [{ path, statement: `must be one of ${fields(params['allowedValues']).join(', ')}` }]
    case 'const':
      return [{ path, statement: `must be ${JSON.stringify(params['allowedValue'])}` }]
    case 'pattern':
      return [{ path, statement: patternsInWords.get(String(params['pattern'])) ?? message }]
    default:
      return [{ path, statement: message }]
  }
}
