// Which file imports which, types included, as the sources say: read by a parser, since a compiler drops what is a type alone.
import { readdirSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseSync, Visitor } from 'oxc-parser'

const root = fileURLToPath(new URL('../../', import.meta.url))
const folders = ['server', 'simulator', 'scenarios', 'bench', 'generate', 'test']

/** `from` is a file of ours; `to`, too, or the name of a package or of a module of Node.js. */
export interface Import {
  from: string
  to: string
  isOurs: boolean
}

/** Every source file, by its path from the top. */
export function sourceFiles(): string[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.[jt]s$/.test(file))
      .map((file) => posix.join(folder, file))
      .toSorted(),
  )
}

/** The imports of every file. */
export function readImportGraph(files: readonly string[]): Import[] {
  return files.flatMap((file) => importsOf(file, readFileSync(join(root, file), 'utf8')))
}

/**
 * The imports of one file: `import`, `export … from`, `import()` and `import('…')` in types.
 *
 * @example
 * importsOf('server/app.ts', "import type { Clock } from './kernel/clock.ts'")
 * // [{ from: 'server/app.ts', to: 'server/kernel/clock.ts', isOurs: true }]
 */
export function importsOf(from: string, text: string): Import[] {
  const { module, program, errors } = parseSync(from, text, { sourceType: 'module' })
  if (errors.length > 0) throw new Error(`Failed to read the imports of ${from}: ${errors[0]?.message}`)
  const found = [
    ...module.staticImports.map(({ moduleRequest }) => moduleRequest.value),
    ...module.staticExports.flatMap(({ entries }) =>
      entries.flatMap(({ moduleRequest }) => moduleRequest?.value ?? []),
    ),
  ]
  const add = ({ source }: { source: { type: string; value?: unknown } }) => {
    if (typeof source.value === 'string') found.push(source.value)
  }
  new Visitor({ ImportExpression: add, TSImportType: add }).visit(program)
  return [...new Set(found)].map((specifier) => resolve(from, specifier))
}

function resolve(from: string, specifier: string): Import {
  if (specifier.startsWith('.')) return { from, to: posix.join(posix.dirname(from), specifier), isOurs: true }
  if (isBuiltin(specifier)) return { from, to: specifier.replace(/^node:/, ''), isOurs: false }
  return { from, to: specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/'), isOurs: false }
}

/** Circles of files, each as the files on its way round; a file is in one circle at most. */
export function circles(graph: readonly Import[]): string[][] {
  const next = Map.groupBy(
    graph.filter(({ isOurs }) => isOurs),
    ({ from }) => from,
  )
  const done = new Set<string>()
  const found: string[][] = []
  const walk = (file: string, way: string[]) => {
    const seen = way.indexOf(file)
    if (seen >= 0) found.push(way.slice(seen))
    if (seen >= 0 || done.has(file)) return
    for (const { to } of next.get(file) ?? []) walk(to, [...way, file])
    done.add(file)
  }
  for (const file of next.keys()) walk(file, [])
  return found
}
