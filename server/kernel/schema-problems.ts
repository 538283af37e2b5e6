// What is wrong with data that does not follow its schema. Whether it does is for `Check` alone to say: the list of errors is capped, has
// errors that only repeat others, and says in words what is wrong.

/** A compiled schema, as TypeBox makes them. */
export interface SchemaChecker {
  Check(value: unknown): boolean
  Errors(value: unknown): [isValid: boolean, errors: readonly object[]]
}

/** One problem, in the form of TypeBox and Ajv. */
export interface SchemaProblem {
  keyword: string
  schemaPath: string
  instancePath: string
  params: Record<string, unknown>
  message: string
}

/**
 * Every problem that the checker tells, at most eight at a time; never none of what is invalid.
 *
 * @example
 * schemaProblems(Compile(Type.String()), 1) // [{ keyword: 'type', instancePath: '', params: { type: 'string' }, … }]
 */
export function schemaProblems(checker: SchemaChecker, value: unknown): SchemaProblem[] {
  if (checker.Check(value)) return []
  const errors = checker.Errors(value)[1] as SchemaProblem[]
  const named = errors.filter(({ keyword }) => keyword !== 'boolean')
  const told = new Set(named.flatMap((problem) => unknownFields(problem)))
  // An unknown field is reported as a value of the schema `false`, and with all others of its object once more where there is room left.
  const others = errors
    .filter(({ keyword, instancePath }) => keyword === 'boolean' && !told.has(instancePath))
    .map(asUnknownField)
  const problems = [...named, ...others]
  return problems.length > 0 ? problems : [unexplained]
}

const unexplained: SchemaProblem = {
  keyword: 'schema',
  schemaPath: '#',
  instancePath: '',
  params: {},
  message: 'does not follow its schema',
}

/** The paths of the fields that a problem calls unknown. */
function unknownFields({ keyword, instancePath, params }: SchemaProblem): string[] {
  if (keyword !== 'additionalProperties') return []
  return [params['additionalProperties']].flat().map((name) => `${instancePath}/${escaped(String(name))}`)
}

function asUnknownField(problem: SchemaProblem): SchemaProblem {
  const slash = problem.instancePath.lastIndexOf('/')
  if (slash === -1) return { ...problem, message: unexplained.message }
  const name = problem.instancePath
    .slice(slash + 1)
    .replaceAll('~1', '/')
    .replaceAll('~0', '~')
  return {
    ...problem,
    keyword: 'additionalProperties',
    instancePath: problem.instancePath.slice(0, slash),
    params: { additionalProperties: [name] },
    message: 'must not have additional properties',
  }
}

function escaped(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}
