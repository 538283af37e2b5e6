// Coded errors and broken invariants.
import { expect, test } from 'vitest'
import { errorCodes, exitCodes, InvariantError, invariant, KasmSimError } from '../../server/kernel/errors.ts'

test('carries a code, a message, a cause and where in a file it is', () => {
  const cause = new Error('root')
  const position = { file: 'x.yaml', line: 3, column: 5 }
  const error = new KasmSimError('SCENARIO_INVALID', 'Failed.', { cause, position })
  expect(error).toBeInstanceOf(Error)
  expect(error).toMatchObject({ name: 'KasmSimError', code: 'SCENARIO_INVALID', message: 'Failed.', cause, position })
})

test('has neither cause nor position where it is given none', () => {
  const error = new KasmSimError('USAGE', 'Failed.')
  expect(error).not.toHaveProperty('cause')
  expect(error.position).toBeUndefined()
})

test('explains every code in words, each differently', () => {
  const texts = Object.values(errorCodes)
  expect(new Set(texts).size).toBe(texts.length)
  for (const code of Object.keys(errorCodes)) expect(code).toMatch(/^[A-Z]+(_[A-Z]+)*$/)
})

test('keeps the exit codes that scripts rely on', () => {
  expect(exitCodes).toEqual({
    ...{ passed: 0, usage: 1, checkMissed: 2, invariantBroken: 3, inconclusive: 4, interrupted: 130 },
  })
})

test.each([false, 0, '', null, undefined])('stops where %o stands for what must hold', (condition) => {
  expect(() => invariant(condition, 'agent 3 is lost')).toThrow(new InvariantError('agent 3 is lost'))
})

test.each([true, 1, 'x', {}])('goes on where %o does', (condition) => {
  expect(() => invariant(condition, 'never')).not.toThrow()
})
