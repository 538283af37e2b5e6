// Finds a scenario by its name or its path and reads it. The shipped scenarios are modules in the folder scenarios/.
import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, extname, isAbsolute, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { KasmSimError } from '../../server/kernel/errors.ts'
import { closest } from '../../server/kernel/suggest.ts'
import type { LoadedScenario } from './compile.ts'
import { readModule } from './load-module.ts'
import { readYaml } from './load-yaml.ts'

/** In a checkout scenarios/*.ts, in the package dist/scenarios/*.js: from this module the way is the same. */
const shippedFolder = fileURLToPath(new URL('../../scenarios/', import.meta.url))
/** Scenarios that are made to be varied in virtual time: found by name like the others, but neither listed nor run with them. */
const questionsFolder = `${shippedFolder}what-if/`

const moduleEndings = ['.ts', '.mts', '.js', '.mjs']
const dataEndings = ['.yaml', '.yml', '.json']

/**
 * Reads a scenario: a shipped one by its name, any other by its path. What it says is judged by `compileScenario`.
 *
 * @throws KasmSimError SCENARIO_NOT_FOUND; SCENARIO_SYNTAX or SCENARIO_INVALID where nothing can be read from the file
 * @example
 * await loadScenario('tag-drift')
 * await loadScenario('./scenarios/monday-morning.yaml')
 */
export async function loadScenario(nameOrPath: string): Promise<LoadedScenario> {
  const isPath = /[\\/]/.test(nameOrPath) || [...moduleEndings, ...dataEndings].includes(extname(nameOrPath))
  const file = isPath ? nameOrPath : await findShipped(nameOrPath)
  await assertReadable(file)
  if (moduleEndings.includes(extname(file))) return readModule(file)
  if (dataEndings.includes(extname(file))) return readYaml(await readFile(file, 'utf8'), file)
  throw notFound(nameOrPath, `its ending is none of ${[...moduleEndings, ...dataEndings].join(', ')}. Rename the file.`)
}

/**
 * The shipped scenarios, by name.
 *
 * @example
 * await listScenarios() // [{ name: 'bad-credentials', description: 'One image ...', file: 'scenarios/bad-credentials.ts' }, ...]
 */
export async function listScenarios(): Promise<{ name: string; description: string; file: string }[]> {
  const files = await modulesIn(shippedFolder)
  return Promise.all(
    Array.from(files, async ([name, file]) => {
      const { source } = await readModule(file)
      return { name, description: source.description ?? '', file }
    }),
  )
}

async function findShipped(name: string): Promise<string> {
  const files = new Map([...(await modulesIn(questionsFolder)), ...(await modulesIn(shippedFolder))])
  const file = files.get(name)
  if (file !== undefined) return file
  const near = closest(name, files.keys())
  throw notFound(
    name,
    `no shipped scenario has this name. ${near === null ? '' : `Did you mean "${near}"? `}` +
      '"kasm-sim list" lists them; a file of your own needs its ending or a path, such as ./my-scenario.yaml.',
  )
}

/** Files by the name of their scenario, in the order of the names. */
async function modulesIn(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder)
  const modules = entries.filter((entry) => /(?<!\.d)\.[jt]s$/.test(entry)).sort()
  return new Map(modules.map((entry) => [basename(entry, extname(entry)), shortest(`${folder}${entry}`)]))
}

async function assertReadable(file: string): Promise<void> {
  const found = await stat(file).catch((cause: NodeJS.ErrnoException) => {
    const reason = cause.code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${cause.code})`
    throw notFound(file, `${reason}. Check the path.`, cause)
  })
  if (!found.isFile()) throw notFound(file, 'it is no file. Name the scenario file itself.')
}

function notFound(name: string, rest: string, cause?: unknown): KasmSimError {
  return new KasmSimError('SCENARIO_NOT_FOUND', `Failed to find the scenario "${name}": ${rest}`, { cause })
}

/** Relative to the working directory where the file is below it. */
function shortest(file: string): string {
  const path = relative(process.cwd(), file)
  return path.startsWith('..') || isAbsolute(path) ? file : path
}
