// The version in package.json, which lies at another height in a checkout than in the published package.
import { createRequire } from 'node:module'

/**
 * The version of this kasm-sim.
 *
 * @example
 * packageVersion() // '0.1.0'
 */
export function packageVersion(): string {
  return createRequire(import.meta.url)('kasm-sim/package.json').version
}
