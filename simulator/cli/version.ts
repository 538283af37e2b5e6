// The version in package.json, which lies at another height in a checkout than in the published package.
import { createRequire } from 'node:module'

export function packageVersion(): string {
  return createRequire(import.meta.url)('kasm-sim/package.json').version
}
