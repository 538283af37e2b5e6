// Comparing secrets. Everything that is shown as a proof is compared here, or by its hash.
import { hash, timingSafeEqual } from 'node:crypto'

/**
 * Whether two secrets are the same. Hashes are compared, so that neither the time taken nor the length tells anything.
 *
 * @example
 * isSameSecret(given, expected)
 */
export function isSameSecret(given: string, expected: string): boolean {
  return timingSafeEqual(hash('sha256', given, 'buffer'), hash('sha256', expected, 'buffer'))
}
