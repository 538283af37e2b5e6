// The table of docs/agent.md and the tests of this folder name the same rules in the same words.
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const table = readFileSync(new URL('../../docs/agent.md', import.meta.url), 'utf8')
const rows = [...table.matchAll(/^\| (A\d+) +\|(.+)\|(.+)\|(.+)\|$/gm)].map(
  ([, id, , , shownBy]) => `${id} ${shownBy?.trim()}`,
)

const folder = new URL('.', import.meta.url)
const tests = readdirSync(folder)
  .filter((file) => file.endsWith('.test.ts'))
  .flatMap((file) => [...readFileSync(new URL(file, folder), 'utf8').matchAll(/^test\('(A\d+ .+)', /gm)])
  .map(([, name]) => name as string)

test('has one test for every row of the table of rules and one row for every such test', () => {
  const byNumber = (left: string, right: string) =>
    Number.parseInt(left.slice(1), 10) - Number.parseInt(right.slice(1), 10)
  expect(rows).toEqual(tests.toSorted(byNumber))
})

test('numbers the rules from A1 without a gap', () => {
  expect(rows.map((row) => row.split(' ')[0])).toEqual(rows.map((_, index) => `A${index + 1}`))
  expect(rows.length).toBeGreaterThan(20)
})
