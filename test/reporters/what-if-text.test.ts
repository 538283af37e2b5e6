import { expect, test } from 'vitest'
import { formatTable, formatWhatIfProgress } from '../../simulator/reporters/what-if-text.ts'

test('aligns the columns of a table', () => {
  const table = {
    title: 'Ready time',
    columns: ['fleet.cap', 'ready'],
    rows: [
      ['2', '12m 3s ± 2s'],
      ['128', '6m'],
    ],
  }
  expect(formatTable(table)).toBe('Ready time\n  fleet.cap  ready\n  2          12m 3s ± 2s\n  128        6m\n')
})

test('says how far an experiment is, how fast it goes and how long it takes', () => {
  const step = { done: 30, planned: 90, elapsedMs: 5_000, leftMs: 9_400, latest: 'fleet.cap=2' }
  expect(formatWhatIfProgress(step)).toBe(
    '[########----------------] 30 of 90 runs, 6.0 runs/s, about 10s left (fleet.cap=2)',
  )
  expect(formatWhatIfProgress({ ...step, leftMs: null, latest: '' })).toBe(
    '[########----------------] 30 of 90 runs, 6.0 runs/s',
  )
  expect(formatWhatIfProgress({ ...step, done: 90, leftMs: 0 })).not.toContain('left')
})
