// Finds where a field of a scenario stands in the text of its module. Only what is written out as literals can be found: where a
// function, a spread or a variable makes the value, the nearest literal around it is told, and nothing where even that is unsure.
import type { Locate } from './problems.ts'

interface Entry {
  /** The field's name; null for what has none (an item of a list) or none that is written out (a spread, a computed name). */
  key: string | null
  keyOffset: number
  valueOffset: number
  isSpread: boolean
}

/**
 * A finder over the text of a module whose default export is an object literal, plain or within `defineScenario(...)`.
 *
 * @example
 * locateInModule('export default {\n  name: "x",\n}')(['name'], 'value') // { line: 2, column: 9 }
 */
export function locateInModule(text: string): Locate {
  const code = blank(text)
  const root = findRoot(code)
  return (path, part) => {
    let offset = root
    let found = root
    for (const [index, segment] of path.entries()) {
      const entries = offset === null ? null : readEntries(text, code, offset)
      const entry = entries && pick(entries, segment)
      if (!entry) break
      found = entry.key !== null && (part === 'key' || index < path.length - 1) ? entry.keyOffset : entry.valueOffset
      offset = entry.valueOffset
    }
    return found === null ? null : placeOf(text, found)
  }
}

/** The text with comments and the inside of strings made blank, offset for offset. */
function blank(text: string): string {
  const hidden = /\/\/[^\n]*|\/\*.*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/gs
  return text.replace(hidden, (match) => {
    const isString = match[0] !== '/'
    const inner = match.slice(1, -1).replace(/[^\n]/g, ' ')
    return isString ? `${match[0]}${inner}${match[0]}` : match.replace(/[^\n]/g, ' ')
  })
}

function findRoot(code: string): number | null {
  const call = '(?:defineScenario\\s*\\(\\s*)?'
  const direct = new RegExp(`export\\s+default\\s+${call}\\{`).exec(code)
  if (direct) return direct.index + direct[0].length - 1
  const name = /export\s+default\s+([\w$]+)/.exec(code)?.[1]
  const variable = name && new RegExp(`\\bconst\\s+${name.replaceAll('$', '\\$')}\\b[^=]*=\\s*${call}\\{`).exec(code)
  return variable ? variable.index + variable[0].length - 1 : null
}

/** The last of its name wins in a literal; what a later spread may replace is unsure. */
function pick(entries: Entry[], segment: string | number): Entry | null {
  const index = typeof segment === 'number' ? segment : entries.findLastIndex(({ key }) => key === segment)
  const entry = entries[index]
  const unsure = typeof segment === 'number' ? entries.slice(0, index + 1) : entries.slice(index + 1)
  return entry && !unsure.some(({ isSpread }) => isSpread) ? entry : null
}

/** The entries of the object or list literal that opens at an offset; null where none does. */
function readEntries(text: string, code: string, offset: number): Entry[] | null {
  const isObject = code[offset] === '{'
  if (!isObject && code[offset] !== '[') return null
  const entries: Entry[] = []
  let depth = 0
  let start = offset + 1
  for (let at = offset; at < code.length; at++) {
    const character = code[at] as string
    if ('{[('.includes(character)) depth++
    if ('}])'.includes(character)) depth--
    if (depth > 1 || (depth === 1 && character !== ',')) continue
    const entry = readEntry(text, code, { start, end: at, isObject })
    if (entry) entries.push(entry)
    if (depth === 0) return entries
    start = at + 1
  }
  return null
}

function readEntry(
  text: string,
  code: string,
  { start, end, isObject }: { start: number; end: number; isObject: boolean },
): Entry | null {
  const from = start + leadingSpace(code.slice(start, end))
  if (from >= end) return null
  const isSpread = code.startsWith('...', from)
  const shorthand = isObject && !isSpread ? /^[\w$]+\s*$/.exec(code.slice(from, end)) : null
  if (shorthand) return { key: shorthand[0].trim(), keyOffset: from, valueOffset: from, isSpread }
  const named = isObject && !isSpread ? /^(?:[\w$]+|'[^']*'|"[^"]*")\s*:/.exec(code.slice(from, end)) : null
  if (!named) return { key: null, keyOffset: from, valueOffset: from, isSpread }
  const afterColon = from + named[0].length
  const key = text
    .slice(from, afterColon - 1)
    .trim()
    .replace(/^(['"])(.*)\1$/, '$2')
  return { key, keyOffset: from, valueOffset: afterColon + leadingSpace(code.slice(afterColon, end)), isSpread }
}

function leadingSpace(text: string): number {
  return text.length - text.trimStart().length
}

function placeOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset)
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') }
}
