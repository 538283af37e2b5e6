// Images in CSV, in the form of the catalogue that comes with the program: a header, categories separated by `|`.
import { CsvError, parse } from 'csv-parse/sync'
import { seedLimits } from '../../kernel/json.ts'
import { closest } from '../../kernel/suggest.ts'
import { type Path, type Place, type SeedDocument, type SeedProblem, seedError } from './document.ts'

type Kind = 'text' | 'list' | 'flag' | 'number'

/** The columns that there can be; only `name` must be there. */
const columns: Record<string, Kind> = {
  name: 'text',
  friendly_name: 'text',
  description: 'text',
  categories: 'list',
  groups: 'list',
  enabled: 'flag',
  uncompressed_size_mb: 'number',
  cores: 'number',
  memory: 'number',
  docker_registry: 'text',
  docker_user: 'text',
  docker_token: 'text',
  image_src: 'text',
  zone_name: 'text',
  restrict_to_zone: 'flag',
}

interface Row {
  cells: string[]
  line: number
  raw: string
}

/** @throws KasmSimError SEED_INVALID with every line and column that cannot be read */
export function readCsv(text: string, file: string): SeedDocument {
  if (cellCountOf(text) > seedLimits.values) {
    const statement = `has more than ${seedLimits.values} cells`
    throw seedError({ file, locate: () => ({ line: 1, column: 1 }) }, [{ path: [], statement }])
  }
  const [header, ...rows] = parseRows(text, file)
  const names = header?.cells ?? []
  const placeAt = (row: Row | undefined, column: number): Place => ({
    line: row?.line ?? 1,
    column: row ? columnOf(row.raw, column) : 1,
  })
  const problems = [...headerProblems(names), ...rows.flatMap((row, index) => rowProblems(row, index, names))]
  const locate = ([, index, field]: Path) => {
    const row = typeof index === 'number' ? rows[index] : header
    return placeAt(row, Math.max(0, typeof field === 'number' ? field : names.indexOf(String(field))))
  }
  if (problems.length > 0) throw seedError({ file, locate }, problems)
  return { value: { images: rows.map(({ cells }) => imageOf(names, cells)) }, file, locate }
}

/** At most so many: those in quotes may be fewer. */
function cellCountOf(text: string): number {
  let count = 1
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (code === 0x2c || code === 0x0a) count += 1
  }
  return count
}

function parseRows(text: string, file: string): Row[] {
  try {
    const records = parse(text, { bom: true, skip_empty_lines: true, relax_column_count: true, info: true, raw: true })
    return (records as unknown as { record: string[]; info: { lines: number }; raw: string }[]).map(
      ({ record, info, raw }) => ({
        cells: record,
        // The parser tells the line that a record ends on.
        line: info.lines - (raw.replace(/\r?\n$/, '').match(/\n/g) ?? []).length,
        raw: raw.replace(/^(\r?\n)+/, ''),
      }),
    )
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause
    const line = Number((cause as unknown as { lines?: number }).lines ?? 1)
    const statement = cause.message.replace(/ at line \d+.*$/, '')
    throw seedError({ file, locate: () => ({ line, column: 1 }) }, [{ path: [], statement }])
  }
}

function headerProblems(names: string[]): SeedProblem[] {
  const unknown = names.flatMap((name, column): SeedProblem[] => {
    if (Object.hasOwn(columns, name)) return []
    const near = closest(name, Object.keys(columns))
    const advice = near === null ? `the columns are ${Object.keys(columns).join(', ')}` : `did you mean "${near}"?`
    return [{ path: ['header', 'column', column], statement: `"${name}" is no column; ${advice}` }]
  })
  if (names.includes('name')) return unknown
  return [...unknown, { path: ['header', 'column', 0], statement: 'must name the column "name"' }]
}

function rowProblems({ cells }: Row, index: number, names: string[]): SeedProblem[] {
  if (cells.length !== names.length) {
    return [{ path: ['images', index], statement: `has ${cells.length} cells, the header ${names.length}` }]
  }
  return names.flatMap((name, column): SeedProblem[] => {
    const cell = cells[column] ?? ''
    const kind = columns[name]
    const path = ['images', index, name]
    if (cell === '') return name === 'name' ? [{ path, statement: 'is empty' }] : []
    if (kind === 'flag' && !/^(true|false)$/i.test(cell)) {
      return [{ path, statement: `must be true or false, it is "${cell}"` }]
    }
    if (kind === 'number' && !/^\d+(\.\d+)?$/.test(cell))
      return [{ path, statement: `must be a number, it is "${cell}"` }]
    return []
  })
}

function imageOf(names: string[], cells: string[]): Record<string, unknown> {
  const fields = names.flatMap((name, column) => {
    const cell = cells[column] ?? ''
    return cell === '' ? [] : [[name, readCell(columns[name], cell)] as const]
  })
  return Object.fromEntries(fields)
}

function readCell(kind: Kind | undefined, cell: string): unknown {
  if (kind === 'list') return cell.split('|')
  if (kind === 'flag') return cell.toLowerCase() === 'true'
  return kind === 'number' ? Number(cell) : cell
}

/** Where a cell begins in its line, from 1; quoted cells hold commas of their own. */
function columnOf(raw: string, cell: number): number {
  let [start, count, isQuoted] = [0, 0, false]
  for (let index = 0; index < raw.length && count < cell; index += 1) {
    if (raw[index] === '"') isQuoted = !isQuoted
    if (raw[index] !== ',' || isQuoted) continue
    count += 1
    start = index + 1
  }
  return start + 1
}
