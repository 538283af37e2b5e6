// The real catalogue of Workspace images (server/data/kasm-catalogue.csv): what a freshly installed Kasm would offer.
import { parse } from 'csv-parse/sync'
import type { ImageSeed } from '../api/images.ts'
import { readDataFile } from '../data-file.ts'
import { KasmSimError } from '../kernel/errors.ts'
import { parseReference } from '../kernel/reference.ts'

const catalogueFile = 'kasm-catalogue.csv'
const columns = ['name', 'friendly_name', 'categories', 'enabled', 'uncompressed_size_mb'] as const

/** One image of the catalogue. */
export interface CatalogueImage {
  /** The docker reference. */
  name: string
  friendlyName: string
  categories: string[]
  /** Whether a fresh installation offers it. */
  enabled: boolean
  uncompressedSizeBytes: number
}

/**
 * The catalogue that comes with the program: 57 images, 24 of them enabled.
 *
 * @throws KasmSimError CATALOGUE_INVALID
 * @example
 * loadCatalogue().filter(({ enabled }) => enabled).length // 24
 */
export function loadCatalogue(): CatalogueImage[] {
  return parseCatalogue(readDataFile(catalogueFile), catalogueFile)
}

/**
 * Reads a catalogue: CSV with a header, categories separated by `|`, sizes in megabytes of 1,000,000 bytes.
 *
 * @throws KasmSimError CATALOGUE_INVALID, with the line of the first problem
 */
export function parseCatalogue(text: string, file: string): CatalogueImage[] {
  try {
    const rows: string[][] = parse(text, { bom: true, skip_empty_lines: true })
    const [header = [], ...records] = rows
    if (header.join() !== columns.join()) throw new Error(`line 1: the header must be ${columns.join()}`)
    return records.map((record, index) => readRow(record, index + 2))
  } catch (cause) {
    throw new KasmSimError(
      'CATALOGUE_INVALID',
      `Failed to read the image catalogue ${file}: ${cause instanceof Error ? cause.message : cause}. Correct that line.`,
      { cause },
    )
  }
}

function readRow(record: string[], line: number): CatalogueImage {
  const [name = '', friendlyName = '', categories = '', enabled = '', sizeMb = ''] = record
  const problem = !isReference(name)
    ? `"${name}" is no image reference`
    : enabled !== 'true' && enabled !== 'false'
      ? `enabled must be true or false, not "${enabled}"`
      : !/^\d+$/.test(sizeMb)
        ? `uncompressed_size_mb must be a whole number, not "${sizeMb}"`
        : null
  if (problem) throw new Error(`line ${line}: ${problem}`)
  return {
    name,
    friendlyName: friendlyName || name,
    categories: categories === '' ? [] : categories.split('|'),
    enabled: enabled === 'true',
    uncompressedSizeBytes: Number(sizeMb) * 1_000_000,
  }
}

function isReference(text: string): boolean {
  try {
    parseReference(text)
    return true
  } catch {
    return false
  }
}

/** The catalogue as images to seed the web app with. */
export function catalogueSeeds(): ImageSeed[] {
  return loadCatalogue().map(({ name, friendlyName, categories, enabled, uncompressedSizeBytes }) => ({
    name,
    friendly_name: friendlyName,
    categories,
    enabled,
    uncompressed_size_mb: uncompressedSizeBytes / 1_000_000,
  }))
}
