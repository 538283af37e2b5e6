// Comparing secrets.
import { expect, test } from 'vitest'
import { isSameSecret } from '../../server/kernel/same-secret.ts'

test.for([
  ['secret', 'secret', true],
  ['secret', 'Secret', false],
  ['secret', 'secret ', false],
  ['', 'secret', false],
  ['', '', true],
  ['schlüssel', 'schlüssel', true],
] as const)('%j and %j: %s', ([given, expected, isSame]) => {
  expect(isSameSecret(given, expected)).toBe(isSame)
})
