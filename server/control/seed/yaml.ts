// Seeds in YAML; JSON is read as the YAML that it is, so that both have lines and columns.
import { type Document, isAlias, isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml'
import { type Path, type Place, type SeedDocument, seedError } from './document.ts'

/** Far from what fills the memory. */
const aliasCountMax = 100

/** @throws KasmSimError SEED_INVALID where the text cannot be parsed */
export function readYaml(text: string, file: string): SeedDocument {
  const lineCounter = new LineCounter()
  const document = parseDocument(text, { lineCounter, prettyErrors: false })
  const placeOf = (offset: number): Place => {
    const { line, col } = lineCounter.linePos(offset)
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }
  const faulty = [...document.errors, ...document.warnings]
  if (faulty.length > 0) {
    const problems = faulty.map(({ message, pos }) => ({ path: [pos[0]], statement: message }))
    const located = problems.map(({ statement, path }) => ({ path: [], statement, place: placeOf(path[0] as number) }))
    throw syntaxError(file, located)
  }
  try {
    const value: unknown = document.toJS({ maxAliasCount: aliasCountMax })
    return { value, file, locate: (path) => placeOf(findOffset(document, path) ?? 0) }
  } catch (cause) {
    const statement = cause instanceof Error ? cause.message : String(cause)
    throw syntaxError(file, [{ path: [], statement, place: { line: 1, column: 1 } }])
  }
}

function syntaxError(file: string, problems: { path: Path; statement: string; place: Place }[]) {
  // Of a text that cannot be parsed the first problem is the one to look at; what follows may only follow from it.
  const [first] = problems as [{ path: Path; statement: string; place: Place }]
  return seedError({ file, locate: () => first.place }, [{ path: [], statement: first.statement }])
}

/** Follows a path as far as the document goes, and says where that is: keys rather than values. */
function findOffset(document: Document, path: Path): number | null {
  let node = resolveAlias(document.contents, document)
  let offset = node?.range?.[0] ?? null
  for (const segment of path) {
    const pair = isMap(node)
      ? node.items.find(({ key }) => String(isScalar(key) ? key.value : key) === segment)
      : undefined
    const item = pair ? pair.value : isSeq(node) && typeof segment === 'number' ? node.items[segment] : undefined
    if (item === undefined) return offset
    const place = pair && isNode(pair.key) ? pair.key : isNode(item) ? item : null
    offset = place?.range?.[0] ?? offset
    node = resolveAlias(item, document)
  }
  return offset
}

function resolveAlias(node: unknown, document: Document): Node | null {
  if (isAlias(node)) return node.resolve(document) ?? null
  return isNode(node) ? node : null
}
