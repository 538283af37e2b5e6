// Reads a scenario from a module: TypeScript or JavaScript, run as it is.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { KasmSimError } from '../../server/kernel/errors.ts'
import type { LoadedScenario } from './compile.ts'
import { scenarioError } from './problems.ts'

/**
 * Imports a scenario module and takes its default export.
 *
 * @throws KasmSimError SCENARIO_SYNTAX where the module cannot be parsed, SCENARIO_INVALID where it fails or exports no scenario
 */
export async function readModule(file: string): Promise<LoadedScenario> {
  const url = pathToFileURL(resolve(file)).href
  const exported = await importModule(url, file)
  if (!('default' in exported)) {
    const statement = 'it has no default export: write `export default defineScenario({ ... })`'
    throw scenarioError('SCENARIO_INVALID', file, [{ statement, place: null }])
  }
  // With a parser of its own, which nothing else needs.
  const { locateInModule } = await import('./module-positions.ts')
  return {
    source: exported['default'] as LoadedScenario['source'],
    file,
    locate: locateInModule(readFileSync(file, 'utf8')),
  }
}

async function importModule(url: string, file: string): Promise<Record<string, unknown>> {
  try {
    return await import(url)
  } catch (cause) {
    if (cause instanceof KasmSimError) throw cause
    const { code = '', message = String(cause), stack = '' } = cause as NodeJS.ErrnoException
    if (cause instanceof SyntaxError) {
      throw scenarioError(
        'SCENARIO_SYNTAX',
        file,
        [{ statement: message.trim(), place: placeOfSyntaxError(stack, url) }],
        cause,
      )
    }
    const hint = code === 'ERR_MODULE_NOT_FOUND' && message.includes("'kasm-sim'") ? ownPackageHint : ''
    const place = placeOfFrame(stack, url)
    throw scenarioError('SCENARIO_INVALID', file, [{ statement: `the module failed: ${message}${hint}`, place }], cause)
  }
}

const ownPackageHint =
  '. Install kasm-sim beside the scenario, or export the plain object: defineScenario only helps the editor'

/** Node prints the line after the file's address or path, and a caret below the column. */
function placeOfSyntaxError(stack: string, url: string) {
  const [header = '', ...lines] = stack.split('\n')
  const start = [url, fileURLToPath(url)].find((name) => header.startsWith(`${name}:`))
  if (start === undefined) return null
  const line = Number(header.slice(start.length + 1))
  const caret = lines.find((text) => /^\s*\^+\s*$/.test(text))
  return Number.isInteger(line) && caret ? { line, column: caret.indexOf('^') + 1 } : null
}

function placeOfFrame(stack: string, url: string) {
  const start = stack.indexOf(`${url}:`)
  const match = start === -1 ? null : /^(\d+):(\d+)/.exec(stack.slice(start + url.length + 1))
  return match ? { line: Number(match[1]), column: Number(match[2]) } : null
}
