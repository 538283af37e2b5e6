// What counts as a slip of the pen.
import { expect, test } from 'vitest'
import { closest } from '../../server/kernel/suggest.ts'

const fields = ['cap', 'agents', 'checkInInterval', 'refreshInterval']

test.each([
  ['chekInInterval', 'checkInInterval'],
  ['chekcInInterval', 'checkInInterval'],
  ['checkininterval', 'checkInInterval'],
  ['refreshIntervall', 'refreshInterval'],
  ['agnets', 'agents'],
  ['cpa', 'cap'],
  ['cpu', null],
  ['bandwidth', null],
  ['', null],
])('takes %j for %j', (word, meant) => {
  expect(closest(word, fields)).toBe(meant)
})

test('takes a swap of two letters for one slip', () => {
  expect(closest('ab', ['ba'])).toBe('ba')
})

test('prefers the nearer of two candidates, of equals the one that begins alike, and else the first', () => {
  expect(closest('tag-drfit', ['tag-drip', 'tag-drift'])).toBe('tag-drift')
  expect(closest('sped', ['seed', 'speed'])).toBe('speed')
  expect(closest('cat', ['bat', 'hat'])).toBe('bat')
})
