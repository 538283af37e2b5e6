// Imports follow the table of docs/architecture.md, and every row of it is a rule: it is broken on purpose here.
import { readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { expect, test } from 'vitest'
import { circles, type Import, importsOf, readImportGraph, sourceFiles } from './import-graph.ts'
import { architectureTable, partOf, readTable, violationOf } from './import-table.ts'

const parts = architectureTable()
const files = sourceFiles().filter((file) => !file.startsWith('test/'))
const graph = readImportGraph(files)
const violationsIn = (imports: readonly Import[]) => imports.map((each) => violationOf(each, parts)).filter(Boolean)

/** What a file says that imports another in every way there is. */
const waysToImport = (specifier: string) => [
  `import { thing } from '${specifier}'`,
  `import type { Thing } from '${specifier}'`,
  `import '${specifier}'`,
  `export { thing } from '${specifier}'`,
  `export type * from '${specifier}'`,
  `const thing = await import('${specifier}')`,
  `let thing: import('${specifier}').Thing`,
]

/** What the parser reads of a file that is put into a folder and imports another. */
function planted(folder: string, target: string): Import[] {
  const from = posix.join(folder, 'planted.ts')
  const path = posix.relative(folder, target)
  return waysToImport(path.startsWith('.') ? path : `./${path}`).map((text) => {
    const [found, ...others] = importsOf(from, text)
    if (!found || others.length > 0) throw new Error(`Failed to plant an import: ${text} has ${others.length + 1}`)
    return found
  })
}

test('every import is one that the table allows, types included', () => {
  expect(graph.length).toBeGreaterThan(1_000)
  expect(violationsIn(graph)).toEqual([])
})

test('nothing imports in a circle', () => {
  expect(circles(graph)).toEqual([])
  const [one, two] = [importsOf('server/one.ts', "import './two.ts'"), importsOf('server/two.ts', "import './one.ts'")]
  expect(circles([...one, ...two])).toEqual([['server/one.ts', 'server/two.ts']])
})

test.each(parts)('a forbidden import of $path is noticed, in whatever way it is written', ({ path, mayImport }) => {
  const folder = posix.dirname(`${path}planted.ts`)
  const allowed = (file: string) => partOf(file, parts)?.path === path || mayImport.some((may) => file.startsWith(may))
  const samples = parts.flatMap((other) => files.find((file) => partOf(file, parts) === other) ?? [])
  const forbidden = [...samples.filter((file) => !allowed(file)), 'test/cli/command.ts']
  for (const target of forbidden) {
    expect(violationsIn(planted(folder, target)), target).toHaveLength(waysToImport('').length)
  }
  for (const target of samples.filter(allowed)) expect(violationsIn(planted(folder, target)), target).toEqual([])
})

test.each([
  ['simulator/pull', 'simulator/reporters/json.ts'],
  ['server/api', 'server/model/model.ts'],
  ['simulator/scenario', 'simulator/run/run.ts'],
  ['server/kernel', 'server/api/images.ts'],
  ['simulator/pull/modelled', 'simulator/driver/fleet.ts'],
])('%s may not import %s', (folder, target) => {
  expect(violationsIn(planted(folder, target))).toHaveLength(waysToImport('').length)
})

test.each(parts.filter(({ isPure }) => isPure))('$path does no input and output', ({ path }) => {
  for (const name of ['node:fs', 'node:timers/promises', 'http', 'undici', '@fastify/swagger']) {
    expect(violationsIn(importsOf(`${path}planted.ts`, `import '${name}'`)), name).toHaveLength(1)
  }
  expect(violationsIn(importsOf(`${path}planted.ts`, "import 'node:path'"))).toEqual([])
})

test('the table allows nothing that nobody uses, and every row has files', () => {
  const rows = parts.map(({ path, mayImport }) => {
    const imported = graph.filter(({ from, isOurs }) => isOurs && partOf(from, parts)?.path === path)
    const unused = mayImport.filter((may) => !imported.some(({ to }) => to.startsWith(may)))
    return { path, unused, isEmpty: !files.some((file) => partOf(file, parts)?.path === path) }
  })
  expect(rows.filter(({ unused, isEmpty }) => unused.length > 0 || isEmpty)).toEqual([])
})

test('a file that no row covers is noticed', () => {
  const table = readTable('| `server/api/` | schemas | `server/kernel/` | |\n| `server/kernel/` | | nothing | pure |')
  expect(table).toHaveLength(2)
  const [found] = importsOf('elsewhere/file.ts', "import '../server/api/images.ts'")
  expect(found && violationOf(found, table)).toBe('elsewhere/file.ts is in no part of the table')
})

interface Manifest {
  dependencies: Record<string, string>
  peerDependencies: Record<string, string>
}

test('what is published imports no package of the checkout alone', () => {
  const { dependencies, peerDependencies } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  ) as Manifest
  // Who uses these brings them along; plots are bundled by the build.
  const usedIn: Record<string, RegExp> = {
    msw: /^server\/msw(-browser)?\.ts$/,
    vitest: /^simulator\/embedding\/vitest\.ts$/,
    testcontainers: /^simulator\/(embedding\/testcontainers|registry\/backend\/container)\.ts$/,
    echarts: /^simulator\/report\/(echarts|plot)\.ts$/,
  }
  expect(Object.keys(usedIn)).toEqual(expect.arrayContaining(Object.keys(peerDependencies)))
  const isBuiltIn = (name: string) => process.getBuiltinModule(`node:${name}`) !== undefined
  const unlisted = graph.filter(
    ({ from, to, isOurs }) =>
      !isOurs &&
      /^(server|simulator)\//.test(from) &&
      !isBuiltIn(to) &&
      !(to in dependencies) &&
      !usedIn[to]?.test(from),
  )
  expect(unlisted.map(({ from, to }) => `${from} -> ${to}`)).toEqual([])
})
