// docs/api.md lists exactly what is served, with the state, prefix and permissions of the code.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { developerOperationNames, developerRules } from '../../server/api/operation-names.ts'
import { developerOperations } from '../../server/api/operations.ts'

const page = readFileSync('docs/api.md', 'utf8')
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.split('|').map((cell) => cell.trim()))

test('lists every verb once, in the order of the code', () => {
  expect(rows.map(([, verb]) => verb)).toEqual(developerOperationNames.map((verb) => `\`${verb}\``))
})

test.each(developerOperationNames)('says of %s what the code says', (verb) => {
  const { prefix, permissions, writes } = developerRules[verb]
  const { summary, state } = developerOperations[verb]
  const needs = permissions.map((permission) => `\`${permission}\``).join(', ') || 'nothing'
  const row = rows.find(([, cell]) => cell === `\`${verb}\``) ?? []
  const [, , says, hasState, hasPrefix, hasNeeds, changes, evidence] = row
  expect([says, hasState, hasPrefix, hasNeeds, changes]).toEqual([
    summary,
    state,
    prefix === 'both' ? 'public, admin' : 'none',
    needs,
    writes ? 'yes' : 'no',
  ])
  expect(evidence).toMatch(/^\[(docs|observed|client|own)\]$/)
})
