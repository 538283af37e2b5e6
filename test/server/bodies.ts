// Bodies for tests of properties: drawn from the schema of an operation, and such bodies spoiled.
import fc from 'fast-check'
import { chrome } from './support.ts'

const unknownId = 'ffffffffffffffffffffffffffffffff'
const junk = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    '',
    'x',
    -1,
    0,
    1.5,
    1e308,
    true,
    [],
    {},
    [null],
    'not-a-uuid',
    '__proto__',
    '\u0000',
    '💥',
  ),
  fc.jsonValue({ maxDepth: 2 }),
)

/** Ids that exist, by the field that names them. */
export type Ids = Record<string, string>

export interface JsonSchema {
  type?: string | string[]
  enum?: unknown[]
  const?: unknown
  anyOf?: JsonSchema[]
  properties?: Record<string, JsonSchema>
  required?: string[]
  items?: JsonSchema
  minimum?: number
  maximum?: number
  minLength?: number
  maxLength?: number
  pattern?: string
}

/** Values that follow a schema of the kinds that requests use; texts are often ids that exist. */
export function arbitraryOf(schema: JsonSchema, ids: Ids): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.enum) return fc.constantFrom(...schema.enum)
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map((option) => arbitraryOf(option, ids)))
  const types = schema.type === undefined ? ['unknown'] : [schema.type].flat()
  return fc.oneof(...types.map((type) => arbitraryOfType(type, schema, ids)))
}

function arbitraryOfType(type: string, schema: JsonSchema, ids: Ids): fc.Arbitrary<unknown> {
  const { minimum: min = 0, maximum: max = 2 ** 31, minLength = 0, maxLength = 40 } = schema
  switch (type) {
    case 'object': {
      const { properties = {}, required = [] } = schema
      const fields = Object.entries(properties).map(([name, field]) => {
        const known = ids[name] === undefined ? [] : [{ arbitrary: fc.constant(ids[name]), weight: 5 }]
        return [name, fc.oneof(...known, { arbitrary: arbitraryOf(field, ids), weight: 1 })] as const
      })
      return fc.record(Object.fromEntries(fields), { requiredKeys: required, noNullPrototype: true })
    }
    case 'array':
      return fc.array(arbitraryOf(schema.items ?? {}, ids), { maxLength: 3 })
    case 'string': {
      if (schema.pattern) return fc.stringMatching(new RegExp(schema.pattern))
      const text = fc.string({ minLength, maxLength: Math.min(maxLength, 40) })
      return fc.oneof(fc.constantFrom(...Object.values(ids), chrome, unknownId, '2026-12-31 00:00:00'), text)
    }
    case 'integer':
      return fc.integer({ min, max })
    case 'number':
      return fc.double({ min, max, noNaN: true })
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    default:
      return fc.jsonValue({ maxDepth: 1 })
  }
}

/** The body with one of its fields, at any depth, replaced by junk or taken away. */
export function spoiled(body: unknown): fc.Arbitrary<unknown> {
  return fc.tuple(fc.nat(9), junk, fc.boolean()).map(([index, value, deep]) => {
    if (typeof body !== 'object' || body === null) return value
    const copy: Record<string, unknown> = structuredClone(body) as Record<string, unknown>
    const names = Object.keys(copy)
    const name = names[index % Math.max(1, names.length)]
    if (name === undefined) return value
    const inner = copy[name]
    if (deep && typeof inner === 'object' && inner !== null && !Array.isArray(inner)) {
      const innerNames = Object.keys(inner)
      const innerName = innerNames[index % Math.max(1, innerNames.length)] ?? 'x'
      copy[name] = { ...inner, [innerName]: value }
    } else if (index % 3 === 0) delete copy[name]
    else copy[name] = value
    return copy
  })
}
