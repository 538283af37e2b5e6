// What every part of the compiler works with: the problems found so far, and reading texts so that a bad one is reported instead of
// thrown. What has been reported already is passed over, so that one slip never becomes two problems.
import { KasmSimError } from '../../server/kernel/errors.ts'
import { type ImageReference, parseReference } from '../../server/kernel/reference.ts'
import { closest } from '../../server/kernel/suggest.ts'
import { parseDurationMs, parseRateBytesPerSecond, parseSizeBytes } from '../../server/kernel/units.ts'
import { formatPath, formatValue, type Path, type Problems } from './problems.ts'

/** Nobody rehearses longer, and everything that counts by the hour can still be carried out. */
const longestMs = 36_525 * 86_400_000

/** Names listed in full where none of them is near. */
const namesShownMax = 8

export class Compilation {
  readonly problems: Problems
  /** Names files as given, relative to where the scenario is. */
  readonly resolveFile: (name: string) => string

  constructor(options: { problems: Problems; resolveFile: (name: string) => string }) {
    this.problems = options.problems
    this.resolveFile = options.resolveFile
  }

  durationMs(text: string, path: Path, options: { positive?: boolean } = {}): number {
    const durationMs = this.#amount(text, path, { ...options, parse: parseDurationMs })
    if (durationMs > longestMs && Number.isSafeInteger(durationMs)) {
      this.problems.add(path, `must be at most 36525d, a century, it is ${formatValue(text)}`)
    }
    return durationMs
  }

  sizeBytes(text: string, path: Path, options: { positive?: boolean } = {}): number {
    return this.#amount(text, path, { ...options, parse: parseSizeBytes })
  }

  /** Null where there is no limit. */
  rateBytesPerSecond(text: string | null, path: Path): number | null {
    if (text === null || text === 'unlimited') return null
    return this.#amount(text, path, { positive: true, parse: parseRateBytesPerSecond })
  }

  /** Null where it cannot be parsed. */
  reference(text: string, path: Path): ImageReference | null {
    return this.attempt(text, path, parseReference)
  }

  /** Takes the coded error of reading a text as a problem of the field that holds it. */
  attempt<Result>(text: string, path: Path, read: (text: string) => Result): Result | null {
    if (!this.#isReadable(text, path)) return null
    try {
      return read(text)
    } catch (error) {
      if (!(error instanceof KasmSimError)) throw error
      const { position, message } = error
      const where = position ? ` (${position.file}:${position.line}:${position.column})` : ''
      const cause = message.charAt(0).toLowerCase() + message.slice(1).replace(/\.$/, '')
      this.problems.addAtValue(path, `${formatPath(path)}: ${cause}${where}`)
      return null
    }
  }

  /** Reports a name that stands for nothing. `known` null: what it could stand for is itself in error. */
  known(name: string, path: Path, { what, known }: { what: string; known: Iterable<string> | null }): boolean {
    if (known === null || !this.#isReadable(name, path)) return false
    const names = new Set(known)
    if (names.has(name)) return true
    const near = closest(name, names)
    const all = `; there ${names.size === 1 ? 'is' : 'are'} ${[...names].join(', ')}`
    const hint =
      near === null ? (names.size > 0 && names.size <= namesShownMax ? all : '') : `; did you mean "${near}"?`
    this.problems.add(path, `must be the name of ${what}, it is ${formatValue(name)}${hint}`)
    return false
  }

  #amount(
    text: string,
    path: Path,
    { parse, positive = false }: { parse: (text: string) => number; positive?: boolean },
  ): number {
    if (!this.#isReadable(text, path)) return 0
    const amount = parse(text)
    if (positive && amount === 0) this.problems.add(path, `must be more than 0, it is ${formatValue(text)}`)
    if (!Number.isSafeInteger(amount)) this.problems.add(path, `is too large: ${formatValue(text)}`)
    return amount
  }

  #isReadable(text: unknown, path: Path): boolean {
    return typeof text === 'string' && this.problems.isClean(path)
  }
}
