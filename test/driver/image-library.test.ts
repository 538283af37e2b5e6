import { expect, test } from 'vitest'
import { ImageLibrary } from '../../simulator/driver/image-library.ts'
import type { ScenarioImage } from '../../simulator/scenario/scenario.ts'
import { image as compiledImage } from '../scenario/compiled.ts'

const image = (name: string, fields: Partial<ScenarioImage> = {}) => compiledImage(name, { layers: 4, ...fields })
const bytes = (layers: { sizeBytes: number }[]) => layers.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)

test('splits an image into its layers without losing a byte', () => {
  const { repository, tag, layers } = new ImageLibrary({ seed: 1, images: [] }).add(
    image('kasmweb/chrome:1', { sizeBytes: 1_003 }),
  )
  expect({ repository, tag }).toEqual({ repository: 'kasmweb/chrome', tag: '1' })
  expect(layers.map(({ sizeBytes }) => sizeBytes)).toEqual([253, 250, 250, 250])
})

test('gives images of one base the same first layers, sized for the smallest of them', () => {
  const images = [
    image('kasmweb/a:1', { base: 'core', baseShare: 0.5, sizeBytes: 1_000 }),
    image('kasmweb/b:1', { base: 'core', baseShare: 0.5, sizeBytes: 4_000 }),
  ]
  const library = new ImageLibrary({ seed: 1, images })
  const [a, b] = images.map((one) => library.add(one).layers)
  expect(a?.slice(0, 2)).toEqual(b?.slice(0, 2))
  expect(bytes(a?.slice(0, 2) ?? [])).toBe(500)
  expect(a?.[2]?.name).not.toBe(b?.[2]?.name)
  expect([bytes(a ?? []), bytes(b ?? [])]).toEqual([1_000, 4_000])
})

test('keeps the shared layers of a moved tag and renews the others, each time anew', () => {
  const library = new ImageLibrary({ seed: 1, images: [] })
  const before = library.add(image('kasmweb/chrome:1')).layers
  const after = library.move('kasmweb/chrome:1', { sharedLayers: 3 }).layers
  const again = library.move('kasmweb/chrome:1', { sharedLayers: 3 }).layers
  expect(after.slice(0, 3)).toEqual(before.slice(0, 3))
  expect(new Set([before[3]?.name, after[3]?.name, again[3]?.name]).size).toBe(3)
})

test('refuses to move a tag that was never published', () => {
  const library = new ImageLibrary({ seed: 1, images: [] })
  expect(() => library.move('kasmweb/chrome:1', { sharedLayers: 1 })).toThrow('it was never published')
})
