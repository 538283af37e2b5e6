// The coverage that docs/what-if.md states is what the bench prints. `npm run bench -- coverage` prints it.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { coverageTable } from '../../bench/coverage.ts'

const { columns, rows } = coverageTable()

test('the guide states the coverage that the bench measures', () => {
  const guide = readFileSync(fileURLToPath(new URL('../../docs/what-if.md', import.meta.url)), 'utf8')
  const [, stated = ''] = /<!-- coverage -->\n([\s\S]*?)<!-- \/coverage -->/.exec(guide) ?? []
  const line = (cells: string[]) => `| ${cells.join(' | ')} |\n`
  expect(stated).toBe(line(columns) + line(columns.map(() => '---')) + rows.map(line).join(''))
})

test('where an interval is given it holds the mean in about 95 of 100 samples, however skewed the values are', () => {
  const held = rows.map(([values, runs, , share = '']) => ({ values, runs, share: Number.parseFloat(share) }))
  expect(held.filter(({ share }) => share < 94)).toEqual([])
  expect(new Set(held.map(({ values }) => values)).size).toBe(6)
})

test('what so few runs cannot know is unknown: rare events in five and ten of them', () => {
  const rare = rows.filter(([values = '', runs]) => values.includes('rare') && runs !== '30')
  expect(rare).toHaveLength(4)
  for (const [, , unknown = ''] of rare) expect(Number.parseFloat(unknown)).toBeGreaterThan(99)
})
