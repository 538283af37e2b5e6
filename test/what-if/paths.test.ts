import { expect, test } from 'vitest'
import type { KasmSimError } from '../../server/kernel/errors.ts'
import { setField } from '../../simulator/what-if/paths.ts'

function set(source: unknown, path: string, value: unknown): unknown {
  const copy = structuredClone(source)
  setField(copy, path, value)
  return copy
}

function failure(source: unknown, path: string): string {
  try {
    setField(structuredClone(source), path, 1)
  } catch (error) {
    expect(error).toMatchObject({ code: 'USAGE' })
    return (error as KasmSimError).message
  }
  throw new Error('it was set')
}

test('sets a field, and makes the objects that lead to it', () => {
  expect(set({ fleet: { agents: 1 } }, 'fleet.cap', 4)).toEqual({ fleet: { agents: 1, cap: 4 } })
  expect(set({}, 'network.preset', 'home')).toEqual({ network: { preset: 'home' } })
  expect(set({ network: undefined }, 'network.preset', 'home')).toEqual({ network: { preset: 'home' } })
})

const groups = {
  fleet: [
    { name: 'office', cap: 1 },
    { name: 'lab', cap: 1 },
  ],
}

test.for([
  ['fleet.0.cap', [4, 1]],
  ['fleet.lab.cap', [1, 4]],
  ['fleet.*.cap', [4, 4]],
])('finds entries of a list: %s', ([path, caps]) => {
  const { fleet } = set(groups, path as string, 4) as typeof groups
  expect(fleet.map(({ cap }) => cap)).toEqual(caps)
})

test('finds an image by its reference, dots and all', () => {
  const source = { images: [{ name: 'acme/a:1.0' }, { name: 'acme/a:1.0.1' }] }
  expect(set(source, 'images.acme/a:1.0.1.size', '3GB')).toEqual({
    images: [{ name: 'acme/a:1.0' }, { name: 'acme/a:1.0.1', size: '3GB' }],
  })
})

test('replaces a whole entry', () => {
  expect(set({ expect: [1, 2] }, 'expect.1', 3)).toEqual({ expect: [1, 3] })
})

test('says what a list has where an entry is not there', () => {
  expect(failure(groups, 'fleet.cap')).toMatch(
    /^Failed to vary fleet\.cap: fleet is a list without "cap": its entries are 0 to 1, or \* for all, by name office, lab\./,
  )
  expect(failure({ timeline: [] }, 'timeline.0.at')).toContain('timeline is a list without "0": it is empty.')
})

test('refuses a path through what has no fields', () => {
  expect(failure({ fleet: { cap: 2 } }, 'fleet.cap.value')).toContain('fleet.cap is 2, which has no fields')
  expect(failure({ fleet: {} }, 'fleet..cap')).toContain('it names no field at ".cap"')
})

test('touches no prototype', () => {
  expect(failure({}, '__proto__.polluted')).toContain('it names no field')
  expect(failure({ fleet: {} }, 'fleet.__proto__')).toContain('it names no field')
  expect(set({}, 'constructor.name', 1)).toHaveProperty('constructor', { name: 1 })
  expect(Object.name).toBe('Object')
})
