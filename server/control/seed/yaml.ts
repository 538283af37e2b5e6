// Seeds in YAML; JSON is read as the YAML that it is, so that both have lines and columns.
import {
  Composer,
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  Parser,
  type YAMLMap,
} from 'yaml'
import { type DataLimits, seedLimits } from '../../kernel/json.ts'
import { type Path, type Place, type SeedDocument, seedError } from './document.ts'

/** Far from what fills the memory. */
const aliasCountMax = 100
/** Fewer than in JSON, because each is kept with its place in the text. */
const limits: DataLimits = { depth: seedLimits.depth, values: 100_000 }
/** A value has some tokens around it: spaces, commas, ends of lines. */
const tokensPerValue = 4

interface Fault {
  statement: string
  offset: number
}

/** @throws KasmSimError SEED_INVALID where the text cannot be parsed */
export function readYaml(text: string, file: string): SeedDocument {
  const lineCounter = new LineCounter()
  const placeOf = (offset: number): Place => {
    const { line, col } = lineCounter.linePos(offset)
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }
  // Of a text that cannot be parsed the first problem is the one to look at; what follows may only follow from it.
  const unreadable = ({ statement, offset }: Fault) =>
    seedError({ file, locate: () => placeOf(offset) }, [{ path: [], statement }])
  try {
    const document = parse(text, lineCounter)
    const locator = new Locator(document)
    const value: unknown = document.toJS({ maxAliasCount: aliasCountMax })
    return { value, file, locate: (path) => placeOf(locator.offsetOf(path)) }
  } catch (cause) {
    if (cause instanceof YamlFault) throw unreadable(cause)
    throw unreadable({ statement: cause instanceof Error ? cause.message : String(cause), offset: 0 })
  }
}

class YamlFault extends Error implements Fault {
  readonly statement: string
  readonly offset: number

  constructor(statement: string, offset: number) {
    super(statement)
    this.statement = statement
    this.offset = offset
  }
}

/** Stops at the first token that is beyond the limits: what comes after the parser follows the nesting with its own stack. */
class LimitedParser extends Parser {
  #tokens = 0

  override *next(source: string) {
    this.#tokens += 1
    if (this.#tokens > tokensPerValue * limits.values) {
      throw new YamlFault(`has more than ${limits.values} values. Send it as JSON`, this.offset)
    }
    yield* super.next(source)
    // The document itself stands below all collections, the value that is being read above them.
    if (this.stack.length > limits.depth + 2) {
      throw new YamlFault(`is nested deeper than ${limits.depth} levels`, this.offset)
    }
  }
}

/** @throws YamlFault */
function parse(text: string, lineCounter: LineCounter): Document.Parsed {
  // Whether keys are unique the library would find out by comparing each with all before it.
  const composer = new Composer({ lineCounter, prettyErrors: false, uniqueKeys: false })
  const parser = new LimitedParser(lineCounter.addNewLine)
  const documents = [...composer.compose(parser.parse(text), true, text.length)]
  const [document, second] = documents as [Document.Parsed, Document.Parsed?]
  const [faulty] = [...document.errors, ...document.warnings]
  if (faulty) throw new YamlFault(faulty.message, faulty.pos[0])
  if (second) throw new YamlFault('has more than one document', second.range[0])
  return document
}

/** Finds where the parts of a document stand, each map looked through once. */
class Locator {
  readonly #document: Document
  readonly #keys = new Map<YAMLMap, Map<string, Pair>>()

  /** @throws YamlFault where a map has a key twice */
  constructor(document: Document) {
    this.#document = document
    const open: unknown[] = [document.contents]
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      if (isMap(node)) this.#keys.set(node, keysOf(node))
      if (isMap(node) || isSeq(node)) for (const item of node.items) open.push(item)
      if (isPair(node)) open.push(node.key ?? null, node.value ?? null)
    }
  }

  /** Follows a path as far as the document goes, and says where that is: keys rather than values. */
  offsetOf(path: Path): number {
    let node = this.#resolved(this.#document.contents)
    let offset = node?.range?.[0] ?? 0
    for (const segment of path) {
      const pair = isMap(node) ? this.#keys.get(node)?.get(String(segment)) : undefined
      const item = pair ? pair.value : isSeq(node) && typeof segment === 'number' ? node.items[segment] : undefined
      const place = pair && isNode(pair.key) ? pair.key : isNode(item) ? item : null
      if (place === null) return offset
      offset = place.range?.[0] ?? offset
      node = this.#resolved(item)
    }
    return offset
  }

  #resolved(node: unknown): Node | null {
    if (isAlias(node)) return node.resolve(this.#document) ?? null
    return isNode(node) ? node : null
  }
}

function keysOf(map: YAMLMap): Map<string, Pair> {
  const keys = new Map<string, Pair>()
  for (const pair of map.items) {
    const { key } = pair
    const name = String(isScalar(key) ? key.value : key)
    if (keys.has(name)) throw new YamlFault('Map keys must be unique', (isNode(key) && key.range?.[0]) || 0)
    keys.set(name, pair)
  }
  return keys
}
