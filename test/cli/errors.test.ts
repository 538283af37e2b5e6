// docs/errors.md says what the code says.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { errorCodes, exitCodes, InvariantError, KasmSimError } from '../../server/kernel/errors.ts'
import { describeFailure } from '../../simulator/cli/failure.ts'

const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8')

/** The first two cells of every row of the table under a heading. */
function rows(heading: string): [string, string][] {
  const section = page.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? ''
  return [...section.matchAll(/^\| `?([A-Z_\d]+)`? *\| ([^|]+?) *\|/gm)].map(([, code = '', text = '']) => [code, text])
}

test('explains every error code in the words of the code', () => {
  expect(Object.fromEntries(rows('Error codes'))).toEqual(errorCodes)
})

test('explains every exit code', () => {
  expect(rows('Exit codes').map(([code]) => Number(code))).toEqual(Object.values(exitCodes))
})

test('puts the place in a file first', () => {
  const position = { file: 'fleet.yaml', line: 4, column: 10 }
  const failure = describeFailure(new KasmSimError('SCENARIO_INVALID', 'Failed to read it: no. Do this.', { position }))
  expect(failure).toEqual({
    text: 'fleet.yaml:4:10: kasm-sim: Failed to read it: no. Do this. [SCENARIO_INVALID]\n',
    exitCode: 1,
  })
})

test('calls a broken invariant a bug, says where, and gives it an exit code of its own', () => {
  const failure = describeFailure(new InvariantError('3 pulls with a cap of 2'))
  expect(failure.exitCode).toBe(3)
  expect(failure.text).toMatch(/bug of kasm-sim[\s\S]*3 pulls with a cap of 2\n {4}at .*errors\.test\.ts/)
})
