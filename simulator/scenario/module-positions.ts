// Finds where a field of a scenario stands in the text of its module. Only what is written out as literals can be found: where a
// function or a spread makes the value, the nearest literal around it is told, and nothing where even that is unsure.
import { stripTypeScriptTypes } from 'node:module'
import { type AnyNode, type Expression, type ObjectExpression, type Program, type Property, parse } from 'acorn'
import type { Locate } from './problems.ts'

type Literal = Extract<AnyNode, { type: 'ObjectExpression' | 'ArrayExpression' }>

/**
 * A finder over the text of a module whose default export is an object literal, plain or within `defineScenario(...)`, itself or as a
 * constant of the module.
 *
 * @example
 * locateInModule('export default {\n  name: "x",\n}')(['name'], 'value') // { line: 2, column: 9 }
 */
export function locateInModule(text: string): Locate {
  const program = parseModule(text)
  const root = program && literalOf(defaultExport(program), program)
  if (!root) return () => null
  return (path, part) => {
    let literal: Literal | null = root
    let found: number = root.start
    for (const [index, segment] of path.entries()) {
      const entry = literal && entryOf(literal, segment)
      if (!entry) break
      const isKey = part === 'key' || index < path.length - 1
      found = isKey ? entry.start : entry.value.start
      literal = literalOf(entry.value, program)
    }
    return placeOf(text, found)
  }
}

/** JavaScript as it is; of TypeScript what Node runs, in which types are made blank, so that all else keeps its place. */
function parseModule(text: string): Program | null {
  for (const read of [() => text, () => withoutTypes(text)]) {
    try {
      return parse(read(), { ecmaVersion: 'latest', sourceType: 'module' })
    } catch {
      // It may be the other language.
    }
  }
  return null
}

/** Node tells with each use that its function is a new one, which is no news for who reads about a mistake in a scenario. */
function withoutTypes(text: string): string {
  const { emitWarning } = process
  process.emitWarning = () => {}
  try {
    return stripTypeScriptTypes(text)
  } finally {
    process.emitWarning = emitWarning
  }
}

/** `export default …` or `export { … as default }`. */
function defaultExport({ body }: Program): AnyNode | null {
  for (const statement of body) {
    if (statement.type === 'ExportDefaultDeclaration') return statement.declaration
    if (statement.type !== 'ExportNamedDeclaration' || statement.source) continue
    const specifier = statement.specifiers.find(({ exported }) => nameOf(exported) === 'default')
    if (specifier) return specifier.local
  }
  return null
}

/** The literal that an expression is, or that a constant it names was made of. */
function literalOf(node: AnyNode | null, program: Program): Literal | null {
  switch (node?.type) {
    case 'ObjectExpression':
    case 'ArrayExpression':
      return node
    case 'CallExpression':
      return isDefineScenario(node.callee, program) ? literalOf(node.arguments[0] ?? null, program) : null
    case 'Identifier':
      return literalOf(constantOf(node.name, program), program)
    default:
      return null
  }
}

/** A constant cannot be defined by itself without failing, so this comes to an end. */
function constantOf(name: string, { body }: Program): Expression | null {
  const declarations = body
    .map((statement) => (statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement))
    .filter((statement) => statement?.type === 'VariableDeclaration' && statement.kind === 'const')
    .flatMap((statement) => (statement?.type === 'VariableDeclaration' ? statement.declarations : []))
  return declarations.find(({ id }) => nameOf(id) === name)?.init ?? null
}

/** By its own name, or by what the module imports it as. */
function isDefineScenario(callee: AnyNode, { body }: Program): boolean {
  if (callee.type === 'MemberExpression') return nameOf(callee.property) === 'defineScenario'
  const imported = body.flatMap((statement) => (statement.type === 'ImportDeclaration' ? statement.specifiers : []))
  const specifier = imported.find(({ local }) => local.name === nameOf(callee))
  return nameOf(specifier?.type === 'ImportSpecifier' ? specifier.imported : callee) === 'defineScenario'
}

/** Where a field or an item begins, and its value; null where there is none that is sure. */
function entryOf(literal: Literal, segment: string | number): { start: number; value: AnyNode } | null {
  if (literal.type === 'ObjectExpression') return propertyOf(literal, String(segment))
  const items = literal.elements.slice(0, Number(segment) + 1)
  const item = items[Number(segment)]
  return item && !items.some((each) => each?.type === 'SpreadElement') ? { start: item.start, value: item } : null
}

/** The last of its name wins; what a later spread, or a name that is computed, may replace is unsure. */
function propertyOf({ properties }: ObjectExpression, name: string): Property | null {
  const index = properties.findLastIndex((each) => each.type === 'Property' && keyOf(each) === name)
  const property = properties[index]
  const later = properties.slice(index + 1)
  const isUnsure = later.some((each) => each.type === 'SpreadElement' || keyOf(each) === null)
  return property?.type === 'Property' && !isUnsure ? property : null
}

function keyOf({ key, computed }: Property): string | null {
  return computed && key.type !== 'Literal' ? null : nameOf(key)
}

function nameOf(node: AnyNode): string | null {
  if (node.type === 'Identifier') return node.name
  return node.type === 'Literal' ? String(node.value) : null
}

function placeOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset)
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') }
}
