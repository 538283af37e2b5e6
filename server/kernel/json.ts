// The one door through which data from outside comes in: how deep, how many and how large its values may be. Whatever looks at data later
// (checks, copies, JSON again) follows its nesting with its own stack, so that what is too deep is refused before anything sees it.

/** How much data may hold. */
export interface DataLimits {
  /** Objects and lists within each other. */
  depth: number
  /** Values of any kind together. */
  values: number
}

/** For calls: ten times as deep as anything that the product knows. */
export const callLimits: DataLimits = { depth: 64, values: 100_000 }
/** For what fills a fake: seeds, and lists of workspace registries. */
export const seedLimits: DataLimits = { depth: 64, values: 1_000_000 }

/** Beyond it numbers are no longer exact, and sums and dates made of them are none. */
const numberMax = Number.MAX_SAFE_INTEGER

/** Data beyond its limits; the message reads on from "the body" or whatever else holds it. */
export class DataLimitError extends Error {
  override readonly name = 'DataLimitError'
}

/**
 * Parses JSON that is within limits. The text is looked at first: what is beyond them would fill the memory.
 *
 * @throws DataLimitError where it is beyond them, SyntaxError where it is no JSON
 * @example
 * parseJson('{"a": [1, 2]}') // { a: [1, 2] }
 */
export function parseJson(text: string, limits: DataLimits = callLimits): unknown {
  const { isPrecise } = measureJson(text, limits)
  const value: unknown = JSON.parse(text)
  if (!isPrecise) assertWithin(value, limits)
  return value
}

/** What the text of some JSON tells of its values. */
export interface JsonMeasure {
  valueCount: number
  /** Whether no number can be too large; otherwise they have to be looked at. */
  isPrecise: boolean
}

const [quote, backslash, comma, zero, nine, upperE, lowerE] = [0x22, 0x5c, 0x2c, 0x30, 0x39, 0x45, 0x65]
const [openList, closeList, openObject, closeObject] = [0x5b, 0x5d, 0x7b, 0x7d]
/** Shorter numbers are exact. */
const digitsMax = 15

/**
 * Counts what a text holds, in one pass and without building anything; of what is no JSON the count says little, and the parser the rest.
 *
 * @throws DataLimitError
 */
export function measureJson(text: string, limits: DataLimits = callLimits): JsonMeasure {
  let [depth, valueCount, digits, isPrecise] = [0, 1, 0, true]
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (code >= zero && code <= nine) {
      digits += 1
      if (digits > digitsMax) isPrecise = false
      continue
    }
    if ((code === lowerE || code === upperE) && digits > 0) isPrecise = false
    digits = 0
    if (code === quote) index = endOfText(text, index)
    else if (code === comma) valueCount += 1
    else if (code === openList || code === openObject) {
      valueCount += 1
      depth += 1
      if (depth > limits.depth) throw tooDeep(limits)
    } else if (code === closeList || code === closeObject) depth -= 1
    if (valueCount > limits.values) throw tooMany(limits)
  }
  return { valueCount, isPrecise }
}

/**
 * The same of data that is there already: of a YAML text, or of a program that calls the fake in its own process. What appears twice
 * counts twice, as it would in JSON.
 *
 * @throws DataLimitError
 */
export function assertWithin(value: unknown, limits: DataLimits = callLimits): void {
  let level = [value]
  let valueCount = 0
  for (let depth = 0; level.length > 0; depth += 1) {
    valueCount += level.length
    if (valueCount > limits.values) throw tooMany(limits)
    const below: unknown[] = []
    for (const item of level) {
      if (typeof item === 'number' && !(Math.abs(item) <= numberMax)) throw tooLarge()
      if (typeof item !== 'object' || item === null) continue
      if (depth >= limits.depth) throw tooDeep(limits)
      for (const inner of Object.values(item)) below.push(inner)
    }
    level = below
  }
}

/** Where a text in quotes ends. */
function endOfText(text: string, start: number): number {
  let end = text.indexOf('"', start + 1)
  while (end !== -1) {
    let escapes = 0
    while (text.charCodeAt(end - 1 - escapes) === backslash) escapes += 1
    if (escapes % 2 === 0) return end
    end = text.indexOf('"', end + 1)
  }
  return text.length
}

function tooDeep({ depth }: DataLimits): DataLimitError {
  return new DataLimitError(`is nested deeper than ${depth} levels`)
}

function tooMany({ values }: DataLimits): DataLimitError {
  return new DataLimitError(`has more than ${values} values`)
}

function tooLarge(): DataLimitError {
  return new DataLimitError(`has a number beyond ±${numberMax}`)
}
