// Reads a scenario in YAML; JSON is read as the YAML that it is, so that both have lines and columns.
import { readFileSync } from 'node:fs'
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from 'yaml'
import { KasmSimError } from '../../server/kernel/errors.ts'
import type { LoadedScenario } from './loaded.ts'
import { type FileKind, type Locate, scenarioError } from './problems.ts'

/** How many nodes aliases may multiply into: enough for any scenario, and far from what fills the memory. */
const aliasCountMax = 100

/**
 * The text of a file of profiles or faults; `advice` says what to do where there is none.
 *
 * @throws KasmSimError PROFILE_INVALID | FAULTS_INVALID
 */
export function readSource(file: string, kind: Exclude<FileKind, 'scenario'>, advice: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    const isMissing = (cause as NodeJS.ErrnoException).code === 'ENOENT'
    const reason = isMissing ? 'there is no such file' : (cause as Error).message
    const code = kind === 'profile' ? 'PROFILE_INVALID' : 'FAULTS_INVALID'
    throw new KasmSimError(code, `Failed to read the ${kind} ${file}: ${reason}. ${advice}`, { cause })
  }
}

/**
 * Parses a scenario, or a profile, of YAML or JSON text.
 *
 * @throws KasmSimError SCENARIO_SYNTAX (PROFILE_INVALID, FAULTS_INVALID) with every place that cannot be parsed
 * @example
 * readYaml('name: tiny\nfleet: { agents: 1 }\nend: { after: 5m }\n', 'tiny.yaml')
 */
export function readYaml(text: string, file: string, kind: FileKind = 'scenario'): LoadedScenario {
  const lineCounter = new LineCounter()
  const document = parseDocument(text, { lineCounter, prettyErrors: false })
  const placeOf = (offset: number) => {
    const { line, col } = lineCounter.linePos(offset)
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }
  const problems = [...document.errors, ...document.warnings]
    .map(({ code, message, pos }) => ({ statement: wordings[code] ?? lowerFirst(message), offset: pos[0] }))
    .concat(unresolvedAliases(document))
    .map(({ statement, offset }) => ({ statement, place: placeOf(offset) }))
  if (problems.length === 0 && document.contents === null) {
    problems.push({ statement: 'the file is empty', place: { line: 1, column: 1 } })
  }
  if (problems.length > 0) throw scenarioError(syntaxCode(kind), file, problems)
  const locate: Locate = (path, part) => {
    const offset = findOffset(document, path, part)
    return offset === null ? null : placeOf(offset)
  }
  return { source: toPlain(document, { file, kind }), file, locate }
}

/** The parser's messages that speak of its own programming interface or say too little. */
const wordings: Record<string, string> = {
  MULTIPLE_DOCS: 'the file holds more than one document',
  DUPLICATE_KEY: 'this key stands here twice',
}

function syntaxCode(kind: FileKind) {
  if (kind === 'faults') return 'FAULTS_INVALID'
  return kind === 'profile' ? 'PROFILE_INVALID' : 'SCENARIO_SYNTAX'
}

function unresolvedAliases(document: Document): { statement: string; offset: number }[] {
  const found: { statement: string; offset: number }[] = []
  visit(document as Document.Parsed, {
    Alias: (_key, alias) => {
      if (alias.resolve(document)) return
      found.push({ statement: `the alias *${alias.source} has no anchor before it`, offset: alias.range?.[0] ?? 0 })
    },
  })
  return found
}

function toPlain(document: Document, { file, kind }: { file: string; kind: FileKind }): LoadedScenario['source'] {
  try {
    return document.toJS({ maxAliasCount: aliasCountMax })
  } catch (cause) {
    const statement = 'its aliases multiply into too much: write out what they stand for'
    throw scenarioError(syntaxCode(kind), file, [{ statement, place: null }], cause)
  }
}

/** Follows a path as far as the document goes, and says where that is. */
function findOffset(document: Document, path: Parameters<Locate>[0], part: 'key' | 'value'): number | null {
  let node = resolveAlias(document.contents, document)
  let offset = node?.range?.[0] ?? null
  for (const [index, segment] of path.entries()) {
    const pair = isMap(node)
      ? node.items.find(({ key }) => String(isScalar(key) ? key.value : key) === segment)
      : undefined
    const item = pair ? pair.value : isSeq(node) && typeof segment === 'number' ? node.items[segment] : undefined
    if (item === undefined) return offset
    const key = pair && isNode(pair.key) && (part === 'key' || index < path.length - 1) ? pair.key : undefined
    offset = (key ?? (isNode(item) ? item : null))?.range?.[0] ?? offset
    node = resolveAlias(item, document)
  }
  return offset
}

function resolveAlias(node: unknown, document: Document): Node | null {
  if (isAlias(node)) return node.resolve(document) ?? null
  return isNode(node) ? node : null
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}
