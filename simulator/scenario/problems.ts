// The problems of one scenario, collected so that a person sees all of them at once and in the order of the file.
import { KasmSimError, type SourcePosition } from '../../server/kernel/errors.ts'

/** Where in a scenario's data something is: `['fleet', 'cap']`, `['timeline', 2, 'at']`. */
export type Path = readonly (string | number)[]

/** Finds where a field stands in the scenario's file: its key or its value. Null where that cannot be told for certain. */
export type Locate = (path: Path, part: 'key' | 'value') => { line: number; column: number } | null

/** What is wrong, and where. */
interface Problem {
  path: Path
  part: 'key' | 'value'
  statement: string
}

/** The kinds of files that problems are found in. */
export type FileKind = 'scenario' | 'profile' | 'faults'

export class Problems {
  readonly kind: FileKind
  readonly #problems: Problem[] = []

  constructor(kind: FileKind = 'scenario') {
    this.kind = kind
  }

  /** `statement` reads on from the field: "must be at least 1, it is 0". */
  add(path: Path, statement: string): void {
    this.addAtValue(path, `${formatPath(path)} ${statement}`.trimStart())
  }

  /** `statement` is a whole sentence. */
  addAtValue(path: Path, statement: string): void {
    this.#problems.push({ path, part: 'value', statement })
  }

  /** For what is wrong with the key itself, or with what is missing below it; `statement` is a whole sentence. */
  addAtKey(path: Path, statement: string): void {
    this.#problems.push({ path, part: 'key', statement })
  }

  /** Whether nothing is wrong at a path or below it. */
  isClean(path: Path): boolean {
    return !this.#problems.some((problem) => path.every((segment, index) => problem.path[index] === segment))
  }

  /**
   * Ends the checks.
   *
   * @throws KasmSimError SCENARIO_INVALID | PROFILE_INVALID | FAULTS_INVALID with every problem, positioned at the first
   */
  throwIfAny(origin: { source: unknown; file: string | null; locate: Locate }): void {
    if (this.#problems.length === 0) return
    const ordered = this.#problems
      .map((problem) => ({ ...problem, order: orderOf(problem.path, origin.source) }))
      .sort((one, other) => compareOrders(one.order, other.order))
      .map(({ path, part, statement }) => ({ statement, place: origin.locate(path, part) }))
    throw scenarioError(invalidCodes[this.kind], origin.file, ordered)
  }
}

const invalidCodes = {
  scenario: 'SCENARIO_INVALID',
  profile: 'PROFILE_INVALID',
  faults: 'FAULTS_INVALID',
} as const satisfies Record<FileKind, string>

/** What each error is about, and what to do. */
const guides = {
  SCENARIO_INVALID: { kind: 'scenario', guide: 'docs/scenarios.md explains every field.' },
  SCENARIO_SYNTAX: { kind: 'scenario', guide: 'Correct it there.' },
  PROFILE_INVALID: { kind: 'profile', guide: 'docs/registries.md, section 10, explains every field.' },
  FAULTS_INVALID: { kind: 'faults', guide: 'docs/faults.md explains every field.' },
} as const satisfies Record<string, { kind: FileKind; guide: string }>

/**
 * The error for everything that is wrong in a scenario or a profile.
 *
 * @example
 * throw scenarioError('SCENARIO_SYNTAX', 'storm.yaml', [{ statement: 'the file is empty', place: null }])
 */
export function scenarioError(
  code: keyof typeof guides,
  file: string | null,
  problems: { statement: string; place: { line: number; column: number } | null }[],
  cause?: unknown,
): KasmSimError {
  const { kind, guide } = guides[code]
  const lines = problems.map(({ statement, place }) => {
    const where = [...(file === null ? [] : [file]), ...(place ? [place.line, place.column] : [])].join(':')
    return `  ${where === '' ? '' : `${where}: `}${statement}`
  })
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`
  const message = [`Failed to read the ${kind}${file === null ? '' : ` ${file}`}: ${count}.`, ...lines, guide].join(
    '\n',
  )
  const first = problems[0]?.place
  const position: SourcePosition | undefined = first && file !== null ? { file, ...first } : undefined
  return new KasmSimError(code, message, { cause, ...(position ? { position } : {}) })
}

/** `timeline[2].at`, as a person would write it in code. */
export function formatPath(path: Path): string {
  return path
    .map((segment, index) => {
      if (typeof segment === 'number') return `[${segment}]`
      if (!/^[\w$]+$/.test(segment)) return `[${JSON.stringify(segment)}]`
      return index === 0 ? segment : `.${segment}`
    })
    .join('')
}

/** A value as an error shows it, cut where it is long. */
export function formatValue(value: unknown): string {
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'number' || typeof value === 'bigint' || value === undefined) return String(value)
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'
  if (typeof value === 'object' && value !== null) return 'an object'
  const text = JSON.stringify(value) ?? typeof value
  return text.length > 60 ? `${text.slice(0, 59)}…` : text
}

/** Positions of a path's fields among their siblings: what orders problems as the file does. */
function orderOf(path: Path, source: unknown): number[] {
  let value = source
  return path.map((segment) => {
    const container = typeof value === 'object' && value !== null ? value : {}
    const index = Object.keys(container).indexOf(String(segment))
    value = (container as Record<string | number, unknown>)[segment]
    return index
  })
}

function compareOrders(one: number[], other: number[]): number {
  const shorter = Math.min(one.length, other.length)
  for (let index = 0; index < shorter; index++) {
    const difference = (one[index] as number) - (other[index] as number)
    if (difference !== 0) return difference
  }
  return one.length - other.length
}

/** Whether a value is an object of fields, as YAML and object literals make them. */
export function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
