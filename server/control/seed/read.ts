// Reads a seed: of a file or of a request, by its kind. Loaded with the first seed, because most starts have none.
import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { Compile, type Validator } from 'typebox/schema'
import { SeedSchema, type SeedSource } from '../../api/control/seed.ts'
import { KasmSimError } from '../../kernel/errors.ts'
import { assertWithin, DataLimitError, parseJson, seedLimits } from '../../kernel/json.ts'
import { problemsOf } from '../problems.ts'
import { readCsv } from './csv.ts'
import { type SeedDocument, seedError } from './document.ts'
import { isRegistryList, type RegistryChoice, readRegistryList, type SkippedWorkspace } from './workspace-registry.ts'
import { readYaml } from './yaml.ts'

/** A seed that follows its schema, and where its parts stand. */
export interface ReadSeed {
  seed: SeedSource
  document: SeedDocument
  /** Of a workspace registry: those without an image for the choice. */
  skipped: SkippedWorkspace[]
}

/** The kinds of texts. */
export type SeedFormat = 'csv' | 'yaml'

let validator: Validator | undefined

/** Longer files in JSON are read as JSON alone. */
const placedJsonLengthMax = 1_000_000

/**
 * Reads a file: images in CSV, or in YAML or JSON a seed or a workspace registry's `list.json`.
 *
 * @throws KasmSimError SEED_INVALID
 * @example
 * await readSeedFile('seed.yaml')
 * await readSeedFile('list.json', { version: '1.16', channel: 'rolling-weekly' })
 */
export async function readSeedFile(file: string, choice?: RegistryChoice): Promise<ReadSeed> {
  const ending = extname(file).toLowerCase()
  if (!['.csv', '.yaml', '.yml', '.json'].includes(ending)) {
    throw unreadable(file, 'its ending is none of .csv, .yaml, .yml, .json. Rename the file.')
  }
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw unreadable(file, `${cause.code === 'ENOENT' ? 'there is no such file' : cause.message}. Check the path.`)
  })
  if (ending === '.json' && text.length > placedJsonLengthMax) return readLongJson(text, file, choice)
  return readSeedText(text, { file, format: ending === '.csv' ? 'csv' : 'yaml', ...(choice ? { choice } : {}) })
}

/** Without lines and columns, which would cost as much again as all the rest. */
function readLongJson(text: string, file: string, choice?: RegistryChoice): ReadSeed {
  let value: unknown
  try {
    value = parseJson(text, seedLimits)
  } catch (error) {
    throw unreadable(file, `${(error as Error).message}. Correct the file.`)
  }
  return readSeedDocument({ value, file, locate: () => null }, choice)
}

/** Reads a text; `file` is what errors call it. */
export function readSeedText(
  text: string,
  { file, format, choice }: { file: string; format: SeedFormat; choice?: RegistryChoice },
): ReadSeed {
  return readSeedDocument(format === 'csv' ? readCsv(text, file) : readYaml(text, file), choice)
}

/** Reads data that was parsed already. */
export function readSeedValue(value: unknown, choice?: RegistryChoice): ReadSeed {
  return readSeedDocument({ value, file: null, locate: () => null }, choice)
}

function readSeedDocument(read: SeedDocument, choice?: RegistryChoice): ReadSeed {
  requireWithin(read)
  const { skipped = [], ...document } = isRegistryList(read.value)
    ? readRegistryList(read, choice)
    : { ...read, skipped: undefined }
  validator ??= Compile(SeedSchema)
  const problems = problemsOf(validator, document.value)
  if (problems.length > 0) throw seedError(document, problems)
  return { seed: document.value as SeedSource, document, skipped }
}

/** @throws KasmSimError SEED_INVALID */
function requireWithin(document: SeedDocument): void {
  try {
    assertWithin(document.value, seedLimits)
  } catch (error) {
    if (error instanceof DataLimitError) throw seedError(document, [{ path: [], statement: `it ${error.message}` }])
    throw error
  }
}

function unreadable(file: string, problem: string): KasmSimError {
  return new KasmSimError('SEED_INVALID', `Failed to read the seed ${file}: ${problem}`)
}
