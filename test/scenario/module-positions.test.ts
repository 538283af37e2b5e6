// Fields are found in a module however it exports its scenario, in TypeScript as in JavaScript.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { locateInModule } from '../../simulator/scenario/module-positions.ts'

const literal =
  "{\n  name: 'found',\n  fleet: { agents: 3, 'cap': 0 },\n  images: [{ name: 'a' }, { name: 'b', layers: 0 }],\n}"

const forms: Record<string, string> = {
  'a literal': `export default ${literal}`,
  'a call': `import { defineScenario } from 'kasm-sim'\nexport default defineScenario(${literal})`,
  'a call by another name': `import { defineScenario as scenario } from 'kasm-sim'\nexport default scenario(${literal})`,
  'a call of a namespace': `import * as sim from 'kasm-sim'\nexport default sim.defineScenario(${literal})`,
  'a constant': `const scenario = ${literal}\nexport default scenario`,
  'a constant by another name': `const scenario = ${literal}\nexport { scenario as default }`,
  'a constant among other exports': `export const other = {}, scenario = ${literal}\nexport { other as 'more', scenario as "default" }`,
  'a constant of a constant': `const one = ${literal}\nconst two = defineScenario(one)\nexport default two`,
  parentheses: `export default (/* { */ (${literal}))`,
  'a checked literal': `import type { ScenarioSource } from 'kasm-sim'\nexport default ${literal} satisfies ScenarioSource`,
  'a typed constant': `type Ünit = '𝒳{'\nconst scenario: Record<string, { a: 1 }> = ${literal} as const\nexport default scenario`,
  'a call with a type': `const wrap = (): void => {}\nexport default defineScenario<{ name: 'x' }>(${literal} as any)`,
}

test.each(Object.entries(forms))('finds the fields of %s', (_form, text) => {
  const locate = locateInModule(text)
  const placeOf = (part: string) => {
    const before = text.slice(0, text.indexOf(part)).split('\n')
    return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
  }
  expect(locate(['name'], 'value')).toEqual(placeOf("'found'"))
  expect(locate(['fleet', 'cap'], 'key')).toEqual(placeOf("'cap'"))
  expect(locate(['fleet', 'cap'], 'value')).toEqual(placeOf('0 }'))
  expect(locate(['images', 1, 'layers'], 'value')).toEqual(placeOf('0 }]'))
  expect(locate(['fleet', 'missing'], 'value')).toEqual(placeOf('fleet:'))
})

test('follows constants, and stops at what it cannot be sure of', () => {
  const text =
    "const groups = [{ agents: 0 }]\nexport default { fleet: groups, name: 'a', [key]: 1, ...others, cap: make() }"
  const locate = locateInModule(text)
  expect(locate(['fleet', 0, 'agents'], 'value')).toEqual({ line: 2, column: 16 })
  expect(locate(['cap', 'deep'], 'value')).toEqual({ line: 2, column: 65 })
  const sure = locateInModule(text.replace(', [key]: 1, ...others', ''))
  expect(sure(['fleet', 0, 'agents'], 'value')).toEqual({ line: 1, column: 27 })
})

test.each([
  'export default make()',
  'export const scenario = {}',
  'let text = ',
  'export { x as default } from "./x.js"',
  '',
])('points nowhere in %j', (text) => {
  expect(locateInModule(text)(['name'], 'value')).toBeNull()
})

test('points at each field of any literal, whatever its names and texts hold', () => {
  const key = fc.string({ minLength: 1 }).filter((name) => name !== '__proto__')
  const shape = fc.dictionary(key, fc.oneof(fc.string(), fc.array(fc.string())), { maxKeys: 6, noNullPrototype: true })
  fc.assert(
    fc.property(shape, (value) => {
      const text = `export default ${JSON.stringify(value, null, 2)}`
      const lines = text.split('\n')
      for (const name of Object.keys(value)) {
        const { line, column } = locateInModule(text)([name], 'key') ?? { line: 0, column: 0 }
        expect(lines[line - 1]?.slice(column - 1).startsWith(`${JSON.stringify(name)}: `)).toBe(true)
      }
    }),
  )
})
