// The table of docs/architecture.md as rules: which part may import which. There is no other list of them.
import { readFileSync } from 'node:fs'
import type { Import } from './import-graph.ts'

/** A row. A path is a folder, which stands for all that is in it, or a file. */
export interface Part {
  path: string
  /** Of ours; what is in the same part may always be imported. */
  mayImport: string[]
  /** Whether it is told the time and hands back data: no socket, file, timer or process. */
  isPure: boolean
}

/**
 * Reads the table.
 *
 * @example
 * readTable('| `server/api/` | schemas | `server/kernel/` | |')
 * // [{ path: 'server/api/', mayImport: ['server/kernel/'], isPure: false }]
 */
export function readTable(page: string): Part[] {
  const rows = page.split('\n').map((line) => line.split('|').map((cell) => cell.trim()))
  return rows.flatMap(([, first = '', , third = '', fourth = '']) => {
    const [path] = pathsIn(first)
    return path === undefined ? [] : [{ path, mayImport: pathsIn(third), isPure: fourth === 'pure' }]
  })
}

const pathsIn = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, path]) => path as string)

/** The table of the architecture page. */
export function architectureTable(): Part[] {
  return readTable(readFileSync(new URL('../../docs/architecture.md', import.meta.url), 'utf8'))
}

/** The part that a file belongs to: the one whose path says most of the file's own. */
export function partOf(file: string, parts: readonly Part[]): Part | undefined {
  return parts.filter(({ path }) => file.startsWith(path)).toSorted((a, b) => b.path.length - a.path.length)[0]
}

/** What pure parts do without. */
const inputOutput =
  /^((fs|http|https|http2|net|tls|dns|child_process|worker_threads|cluster|dgram|timers|sqlite)(\/|$)|undici$|fastify$|@fastify\/|commander$|log-update$|testcontainers$)/

/** Why an import may not be; null where it may. */
export function violationOf({ from, to, isOurs }: Import, parts: readonly Part[]): string | null {
  const part = partOf(from, parts)
  if (!part) return `${from} is in no part of the table`
  if (!isOurs) return part.isPure && inputOutput.test(to) ? `${part.path} is pure, but ${from} imports ${to}` : null
  if (partOf(to, parts) === part || part.mayImport.some((path) => to.startsWith(path))) return null
  return `${part.path} may not import ${to}, but ${from} does`
}
