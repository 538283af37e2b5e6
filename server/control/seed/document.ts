// A seed as it was read: the data, and where in its text each part of it stands.
import { KasmSimError } from '../../kernel/errors.ts'

/** Where in a seed something is: `['images', 3, 'cores']`. */
export type Path = readonly (string | number)[]

export interface Place {
  /** From 1. */
  line: number
  column: number
}

export interface SeedDocument {
  value: unknown
  /** What errors call it; null where there is no text. */
  file: string | null
  /** Null where that is not known. */
  locate: (path: Path) => Place | null
}

export interface SeedProblem {
  path: Path
  /** Reads on from the path: "must be a number". */
  statement: string
}

/** Nobody reads more at a time. */
const shownCountMax = 100

/** The error for what is wrong with a seed, in the order of its text. */
export function seedError(
  { file, locate }: Pick<SeedDocument, 'file' | 'locate'>,
  problems: SeedProblem[],
): KasmSimError {
  const placed = problems
    .map(({ path, statement }) => ({ text: `${formatPath(path)} ${statement}`.trimStart(), place: locate(path) }))
    .sort((one, other) => orderOf(one.place) - orderOf(other.place))
  const lines = placed
    .slice(0, shownCountMax)
    .map(({ text, place }) => `  ${file && place ? `${file}:${place.line}:${place.column}: ` : ''}${text}`)
  if (problems.length > shownCountMax) lines.push(`  … and ${problems.length - shownCountMax} more`)
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`
  const message = `Failed to read the seed${file === null ? '' : ` ${file}`}: ${count}.\n${lines.join('\n')}\ndocs/control.md explains every field.`
  const first = placed[0]?.place ?? null
  return new KasmSimError('SEED_INVALID', message, file !== null && first ? { position: { file, ...first } } : {})
}

/** A path as people write it: `images[3].cores`. */
function formatPath(path: Path): string {
  return path.map((part, index) => (typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`)).join('')
}

function orderOf(place: Place | null): number {
  return place ? place.line * 1e6 + place.column : 0
}
