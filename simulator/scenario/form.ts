// Checks a scenario's source form against its schema and says what is wrong in words. The schema stays the only definition: each
// leaf is judged by TypeBox; what is done here is walking, choosing the branch of a union that a person meant, and wording.
import type { TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { closest } from '../../server/kernel/suggest.ts'
import { type FileKind, formatPath, formatValue, isFields, type Path, type Problems } from './problems.ts'

/** The part of JSON schema that the scenario schema uses. */
interface SchemaNode {
  type?: string
  properties?: Record<string, SchemaNode>
  required?: string[]
  items?: SchemaNode
  anyOf?: SchemaNode[]
  enum?: string[]
  const?: string
  minItems?: number
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
  errorMessage?: string
}

/**
 * Reports everything in which a value departs from a schema.
 *
 * @example
 * checkForm(ScenarioSchema, { name: 'x', fleet: { agents: 0 } }, problems)
 * // problems: "end is missing", "fleet.agents must be at least 1, it is 0"
 */
export function checkForm(schema: TSchema, value: unknown, problems: Problems): void {
  new FormCheck(problems).check(schema as SchemaNode, value, [])
}

class FormCheck {
  readonly #problems: Problems

  constructor(problems: Problems) {
    this.#problems = problems
  }

  check(schema: SchemaNode, value: unknown, path: Path, siblings: SchemaNode[] = []): void {
    if (schema.anyOf) {
      const branch = this.#choose(schema.anyOf, value, path, schema.errorMessage)
      if (branch) this.check(branch, value, path, schema.anyOf)
    } else if (schema.type === 'object' && schema.properties && isFields(value)) {
      this.#checkObject(schema, value, path, siblings)
    } else if (schema.type === 'array' && Array.isArray(value) && value.length >= (schema.minItems ?? 0)) {
      value.forEach((item, index) => {
        if (schema.items) this.check(schema.items, item, [...path, index])
      })
    } else if (!Value.Check(schema as TSchema, value)) {
      const where = path.length === 0 ? `the ${this.#problems.kind} ` : ''
      this.#problems.add(
        path,
        `${where}${mustBe(schema, value)}, it is ${formatValue(value)}${didYouMean(schema, value)}`,
      )
    }
  }

  #checkObject(schema: SchemaNode, value: Record<string, unknown>, path: Path, siblings: SchemaNode[]): void {
    const properties = schema.properties ?? {}
    for (const name of schema.required ?? []) {
      if (value[name] === undefined) this.#problems.addAtKey(path, `${formatPath([...path, name])} is missing`)
    }
    for (const [name, field] of Object.entries(value)) {
      const known = Object.hasOwn(properties, name) ? properties[name] : undefined
      if (known && field !== undefined) this.check(known, field, [...path, name])
      if (!known) {
        const { kind } = this.#problems
        this.#problems.addAtKey([...path, name], unknownField(name, { schema, value, path, siblings, kind }))
      }
    }
  }

  /** The branch that a person meant: by the value's own type, then by the fields whose values are fixed words (`do`, `metric`). */
  #choose(branches: SchemaNode[], value: unknown, path: Path, errorMessage?: string): SchemaNode | null {
    let left = branches.filter(
      (branch) => branch.type === typeName(value) || fixedWords(branch).includes(value as string),
    )
    if (left.length === 0) {
      const nouns = [...new Set(branches.map(noun))]
      const choice = [nouns.slice(0, -1).join(', '), nouns.at(-1)].filter(Boolean).join(' or ')
      this.#problems.add(path, `${errorMessage ?? `must be ${choice}`}, it is ${formatValue(value)}`)
      return null
    }
    if (!isFields(value)) return left.find((branch) => Value.Check(branch as TSchema, value)) ?? left[0] ?? null
    const names = new Set(
      left.flatMap(({ properties = {} }) => Object.keys(properties).filter((name) => isWord(properties[name]))),
    )
    for (const name of names) {
      const fitting = left.filter((branch) => wordFits(branch, name, value[name]))
      if (fitting.length === 0) {
        this.#reportWord(left, value, [...path, name])
        return null
      }
      left = fitting
    }
    return left[0] ?? null
  }

  #reportWord(branches: SchemaNode[], value: Record<string, unknown>, path: Path): void {
    const name = String(path.at(-1))
    const words = [...new Set(branches.flatMap(({ properties }) => fixedWords(properties?.[name])))]
    if (value[name] === undefined) {
      this.#problems.addAtKey(path.slice(0, -1), `${formatPath(path)} is missing: it is one of ${words.join(', ')}`)
    } else {
      this.check({ enum: words }, value[name], path)
    }
  }
}

function unknownField(
  name: string,
  {
    schema,
    value,
    path,
    siblings,
    kind,
  }: { schema: SchemaNode; value: Record<string, unknown>; path: Path; siblings: SchemaNode[]; kind: FileKind },
): string {
  const properties = schema.properties ?? {}
  const owner = path.length === 0 ? `a ${kind}` : formatPath(path)
  if (siblings.some((sibling) => Object.hasOwn(sibling.properties ?? {}, name))) {
    const words = Object.keys(properties).filter((key) => isWord(properties[key]) && typeof value[key] === 'string')
    const word = words.map((key) => `${key}: ${formatValue(value[key])}`).join(', ')
    if (word !== '') return `${formatPath([...path, name])} does not go with ${word}`
  }
  const near = closest(name, Object.keys(properties))
  const suggestion =
    near === null ? `; its fields are ${Object.keys(properties).join(', ')}` : `; did you mean "${near}"?`
  return `"${name}" is no field of ${owner}${suggestion}`
}

function mustBe(schema: SchemaNode, value: unknown): string {
  if (schema.errorMessage) return schema.errorMessage
  const isNumber = typeof value === 'number' && (schema.type === 'number' || Number.isInteger(value))
  if (!isNumber || (schema.type !== 'integer' && schema.type !== 'number')) return `must be ${noun(schema)}`
  const { minimum, maximum, exclusiveMinimum } = schema
  if (minimum !== undefined && value < minimum) return `must be at least ${minimum}`
  if (exclusiveMinimum !== undefined && value <= exclusiveMinimum) return `must be more than ${exclusiveMinimum}`
  return maximum !== undefined && value > maximum ? `must be at most ${maximum}` : `must be ${noun(schema)}`
}

function noun(schema: SchemaNode): string {
  const words = fixedWords(schema)
  if (words.length > 1) return `one of ${words.join(', ')}`
  if (words.length === 1) return `"${words[0]}"`
  switch (schema.type) {
    case 'integer':
      return 'a whole number'
    case 'number':
      return 'a number'
    case 'string':
      return 'a text'
    case 'boolean':
      return 'true or false'
    case 'array':
      return schema.minItems ? 'a list that is not empty' : 'a list'
    case 'null':
      return 'null'
    default:
      return 'an object'
  }
}

function didYouMean(schema: SchemaNode, value: unknown): string {
  const near = typeof value === 'string' ? closest(value, fixedWords(schema)) : null
  return near === null ? '' : `; did you mean "${near}"?`
}

function fixedWords(schema: SchemaNode | undefined): string[] {
  return schema?.enum ?? (schema?.const === undefined ? [] : [schema.const])
}

function isWord(schema: SchemaNode | undefined): boolean {
  return fixedWords(schema).length > 0
}

function wordFits({ properties, required }: SchemaNode, name: string, word: unknown): boolean {
  if (word === undefined) return !required?.includes(name)
  return !isWord(properties?.[name]) || fixedWords(properties?.[name]).includes(word as string)
}

function typeName(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}
