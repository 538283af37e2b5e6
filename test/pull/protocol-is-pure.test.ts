// Scripts of pulls know facts and moments: no promise, socket, clock or byte. What they import is a rule of .dependency-cruiser.mjs.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const folder = 'simulator/pull/protocol'
const impure =
  /\b(async|await|Promise|AbortSignal|AbortController|Buffer|Uint8Array|setTimeout|setImmediate|Date\.now|performance|Math\.random|process)\b/
const files = readdirSync(folder)

/** The code of a file, without its comments and texts. */
function codeOf(source: string): string {
  return source
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/^\s*\/\/.*$/gm, '')
    .replace(/'(?:\\.|[^'\\\n])*'/g, "''")
}

test('the protocol of a pull is many files', () => expect(files.length).toBeGreaterThan(15))

test.for(files)('%s holds no promise, socket, clock or byte', (file) => {
  expect(codeOf(readFileSync(join(folder, file), 'utf8'))).not.toMatch(impure)
})

test('what must not be there is found', () => {
  expect(codeOf("const later = async () => 'x'")).toMatch(impure)
  expect(codeOf('// a Promise\nconst text = 0')).not.toMatch(impure)
})
