// Compares what someone expects with what there was: everything that is expected must be there, whatever else is there too.
import { closest } from '../kernel/suggest.ts'
import { isPlainObject } from './plain.ts'
import { redacted, Sealed } from './redaction.ts'

/** One place where the two are not alike. */
export interface Difference {
  /** Such as `body.target_image.name`. */
  path: string
  expected: unknown
  /** Null where there is nothing. */
  actual: unknown
  problem: string
}

/**
 * Every difference between an expected part and the whole. Objects may have more fields than expected; lists must have the same items.
 *
 * @example
 * differencesOf({ name: 'a' }, { name: 'b', id: 1 }, 'body')
 * // [{ path: 'body.name', expected: 'a', actual: 'b', problem: 'differs' }]
 */
export function differencesOf(expected: unknown, actual: unknown, path: string): Difference[] {
  if (Object.is(expected, actual)) return []
  const difference = (problem: string) => [{ path, expected, actual: actual ?? null, problem }]
  if (actual instanceof Sealed) {
    if (actual.has(expected)) return []
    return [
      { path, expected, actual: redacted, problem: 'differs from what was sent, which the journal does not show' },
    ]
  }
  if (actual === redacted) return difference('is a secret, which the journal does not keep')
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual)) return difference('is no list')
    if (actual.length !== expected.length) return difference(`has ${actual.length} items, not ${expected.length}`)
    return expected.flatMap((item, index) => differencesOf(item, actual[index], `${path}[${index}]`))
  }
  if (!isPlainObject(expected)) return difference(actual === undefined ? 'is missing' : 'differs')
  if (!isPlainObject(actual)) return difference(actual === undefined ? 'is missing' : 'is no object')
  return Object.entries(expected).flatMap(([name, value]) => {
    const found = differencesOf(value, Object.hasOwn(actual, name) ? actual[name] : undefined, `${path}.${name}`)
    return Object.hasOwn(actual, name) ? found : found.map((missing) => withHint(missing, name, actual))
  })
}

/** How many values an expectation asks for: the measure of how near a near miss is. */
export function valueCountOf(expected: unknown): number {
  if (Array.isArray(expected)) return 1 + expected.reduce<number>((sum, item) => sum + valueCountOf(item), 0)
  if (!isPlainObject(expected)) return 1
  return Object.values(expected).reduce<number>((sum, value) => sum + valueCountOf(value), 0)
}

function withHint(missing: Difference, name: string, actual: Record<string, unknown>): Difference {
  const near = closest(name, Object.keys(actual))
  return near === null ? missing : { ...missing, problem: `${missing.problem}; there is "${near}"` }
}
