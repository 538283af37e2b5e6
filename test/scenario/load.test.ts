// Finding and reading scenario files: by name, by path, from YAML, JSON and modules, and what goes wrong on the way.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { KasmSimError } from '../../server/kernel/errors.ts'
import { compileScenario } from '../../simulator/scenario/compile.ts'
import { listScenarios, loadScenario } from '../../simulator/scenario/load.ts'

const folder = mkdtempSync(join(tmpdir(), 'kasm-sim-scenario-'))
afterAll(() => rmSync(folder, { recursive: true }))

function write(name: string, text: string): string {
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}

async function failureOf(nameOrPath: string): Promise<KasmSimError> {
  try {
    compileScenario(await loadScenario(nameOrPath))
  } catch (error) {
    if (error instanceof KasmSimError) return error
    throw error
  }
  throw new Error('nothing is wrong with it')
}

/** Loads in a Node of its own: here the test runner would parse modules in its own way. */
function failureInNode(file: string): { code: string; message: string; position?: object } {
  const loader = new URL('../../simulator/scenario/load.ts', import.meta.url).href
  const script = `
    const { loadScenario } = await import(${JSON.stringify(loader)})
    const error = await loadScenario(${JSON.stringify(file)}).then(() => null, (error) => error)
    console.log(JSON.stringify({ code: error.code, message: error.message, position: error.position }))`
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }))
}

test('finds a shipped scenario by its name', async () => {
  const { source, file } = await loadScenario('tag-drift')
  expect(source.name).toBe('tag-drift')
  expect(file).toMatch(/scenarios[\\/]tag-drift\.[jt]s$/)
})

test('lists the shipped scenarios in the order of their names', async () => {
  const names = (await listScenarios()).map(({ name }) => name)
  expect(names).toContain('storm')
  expect(names).toStrictEqual([...names].sort())
})

test.each([
  ['tag-drfit', /no shipped scenario has this name\. Did you mean "tag-drift"\?/],
  ['something-else', /no shipped scenario has this name\. "kasm-sim list" lists them/],
  ['./missing.yaml', /there is no such file\. Check the path\./],
  [import.meta.dirname, /it is no file\./],
  [import.meta.filename.replace('load.test.ts', 'fixtures/../../../LICENSE'), /its ending is none of \.ts, /],
])('does not find %s', async (name, reason) => {
  const { code, message } = await failureOf(name)
  expect(code).toBe('SCENARIO_NOT_FOUND')
  expect(message).toMatch(/^Failed to find the scenario "/)
  expect(message).toMatch(reason)
})

test('reads JSON with a link to the schema', async () => {
  const file = write(
    'linked.json',
    '{ "$schema": "./s.json", "name": "linked", "fleet": { "agents": 1 }, "end": { "after": "1m" } }',
  )
  expect(compileScenario(await loadScenario(file)).name).toBe('linked')
})

test.each(['ts', 'js', 'mjs'])('reads a plain object from a .%s module', async (ending) => {
  const file = write(
    `plain.${ending}`,
    `export default { name: 'plain', fleet: { agents: 2 }, end: { after: '1m' } }\n`,
  )
  expect(compileScenario(await loadScenario(file)).groups[0]?.agents).toBe(2)
})

test('refuses a module without a default export', async () => {
  const { code, message } = await failureOf(write('named.ts', 'export const scenario = {}\n'))
  expect(code).toBe('SCENARIO_INVALID')
  expect(message).toContain('it has no default export: write `export default defineScenario({ ... })`')
})

test('points at the line of a syntax error in a TypeScript module', () => {
  const file = write('syntax.ts', 'export default {\n  name: "x",\n  fleet: : 2,\n}\n')
  expect(failureInNode(file)).toMatchObject({ code: 'SCENARIO_SYNTAX', position: { file, line: 3, column: 10 } })
})

test('refuses TypeScript that Node cannot run, with its line', () => {
  const file = write('enum.ts', 'export default {}\nenum Size { small }\n')
  expect(failureInNode(file)).toMatchObject({ code: 'SCENARIO_SYNTAX', position: { file, line: 2, column: 1 } })
})

test('points at the line of a module that fails', () => {
  const file = write('throws.ts', 'const agents = 3\nexport default { name: nmae, agents }\n')
  const failure = failureInNode(file)
  expect(failure).toMatchObject({ code: 'SCENARIO_INVALID', position: { file, line: 2, column: 24 } })
  expect(failure.message).toContain('the module failed: nmae is not defined')
})

test('says what to do where the package is not installed beside a module', () => {
  const file = write('import.ts', "import { defineScenario } from 'kasm-sim'\nexport default defineScenario({})\n")
  expect(failureInNode(file).message).toContain('Install kasm-sim beside the scenario, or export the plain object')
})

test('reports a coded error of a module as it is', () => {
  const units = new URL('../../server/kernel/units.ts', import.meta.url).href
  const file = write(
    'coded.ts',
    `import { parseSizeBytes } from '${units}'\nexport default { size: parseSizeBytes('3') }\n`,
  )
  expect(failureInNode(file)).toMatchObject({ code: 'SIZE_INVALID' })
})

const module = `// A scenario whose fields are found: { cap: 7 }
const caps = { small: 0 }
/* fleet: */
const scenario = defineScenario({
  name: 'A }',
  'fleet': [{ name: "a", agents: 1, cap: caps.small, disk: '3' }, ...others],
  images: [...list, { name: 'acme/a', layers: 0 }],
  timeline: [
    { at: '1m', do: 'restart-agent', agents: [9] }, // , { [
    { at: '2m', do: 'nothing' },
  ],
})
function defineScenario(source) { return source }
var others = [{ name: 'b', agents: 0 }]
var list = []
export default scenario
`

test('points at the fields of a module that are written out, and at what is around them where they are not', async () => {
  const file = write(
    'fields.js',
    module.replace('const scenario', "var others = [{ name: 'b', agents: 0 }]\nvar list = []\nconst scenario"),
  )
  const { message, position } = await failureOf(file)
  expect(
    message
      .split('\n')
      .slice(1, -1)
      .map((line) => line.replace(`  ${file}:`, '')),
  ).toStrictEqual([
    '6:33: end is missing',
    '7:9: name must be lower-case words joined by dashes, such as "tag-drift", it is "A }"',
    '8:42: fleet[0].cap must be at least 1, it is 0',
    '8:60: fleet[0].disk must be a size with its unit, such as "512kB", "40MB" or "2.3GB", it is "3"',
    '8:3: fleet[1].agents must be at least 1, it is 0',
    '9:3: images[0].layers must be at least 1, it is 0',
    expect.stringMatching(/^12:21: timeline\[1\]\.do must be one of /),
  ])
  expect(position).toStrictEqual({ file, line: 6, column: 33 })
})

test('points nowhere in a module that makes its scenario', async () => {
  const file = write('made.js', "const make = () => ({ name: 'made', end: { after: 3 } })\nexport default make()\n")
  const { message, position } = await failureOf(file)
  expect(position).toBeUndefined()
  expect(message).toContain(`  ${file}: end.after must be a duration`)
})
