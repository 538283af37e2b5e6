// The catalogue file and what is wrong with broken ones.
import { expect, test } from 'vitest'
import { loadCatalogue, parseCatalogue } from '../../../server/model/catalogue.ts'

const header = 'name,friendly_name,categories,enabled,uncompressed_size_mb'

test('has 57 images with distinct names, 24 of them enabled', () => {
  const images = loadCatalogue()
  expect(new Set(images.map(({ name }) => name)).size).toBe(57)
  expect(images.filter(({ enabled }) => enabled)).toHaveLength(24)
})

test('reads quoted fields, empty categories and empty friendly names', () => {
  const text = `\uFEFF${header}\r\nkasmweb/chrome:1.16.1,"Chrome, the browser",Browser|Web,true,2100\r\nghcr.io/a/b:1,,,false,0\r\n`
  expect(parseCatalogue(text, 'x.csv')).toEqual([
    {
      name: 'kasmweb/chrome:1.16.1',
      friendlyName: 'Chrome, the browser',
      categories: ['Browser', 'Web'],
      enabled: true,
      uncompressedSizeBytes: 2_100_000_000,
    },
    { name: 'ghcr.io/a/b:1', friendlyName: 'ghcr.io/a/b:1', categories: [], enabled: false, uncompressedSizeBytes: 0 },
  ])
})

test.each([
  ['an empty file', '', 'line 1: the header must be'],
  ['another header', 'name,size\na,1', 'line 1: the header must be'],
  [
    'a name that is no reference',
    `${header}\na,A,,true,1\nBad Name,B,,true,1`,
    'line 3: "Bad Name" is no image reference',
  ],
  ['an enabled that is no boolean', `${header}\na,A,,yes,1`, 'line 2: enabled must be true or false, not "yes"'],
  ['a size that is no number', `${header}\na,A,,true,2.1GB`, 'line 2: uncompressed_size_mb must be a whole number'],
  ['a row that is too short', `${header}\na,A`, 'on line 2'],
  ['a quote that never ends', `${header}\n"a,A,,true,1`, 'line 2'],
])('names the file and the line of %s', (_case, text, problem) => {
  expect(() => parseCatalogue(text, 'x.csv')).toThrow(
    expect.objectContaining({ code: 'CATALOGUE_INVALID', message: expect.stringContaining(problem) }),
  )
  expect(() => parseCatalogue(text, 'x.csv')).toThrow('Failed to read the image catalogue x.csv: ')
})
