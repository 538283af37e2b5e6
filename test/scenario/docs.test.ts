// docs/scenarios.md says what the schema says, and its snippets work.
import { readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { KasmSimError } from '../../server/kernel/errors.ts'
import type { MetricName } from '../../simulator/checks/expectation.ts'
import { metrics } from '../../simulator/checks/signals.ts'
import { describeFailure } from '../../simulator/cli/failure.ts'
import { compileScenario } from '../../simulator/scenario/compile.ts'
import { networkPresets } from '../../simulator/scenario/defaults.ts'
import { readYaml } from '../../simulator/scenario/load-yaml.ts'
import { ScenarioSchema, type ScenarioSource, scenarioJsonSchema } from '../../simulator/scenario/schema.ts'

interface Node {
  properties?: Record<string, Node>
  required?: string[]
  anyOf?: Node[]
  items?: Node
  enum?: string[]
  const?: string
  default?: unknown
}

const page = readFileSync(new URL('../../docs/scenarios.md', import.meta.url), 'utf8')
const root: Node = JSON.parse(JSON.stringify(ScenarioSchema))

function part(name: string): Node {
  return root.properties?.[name] ?? {}
}

/** The rows of the tables under a heading: cells by column, code marks of the first two columns left out. */
function rows(heading: string, table = 0): string[][] {
  const section = page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? ''
  const [, ...tables] = section.split(/^\| [^\n]*\n\| -[^\n]*\n/m)
  return (tables[table] ?? '')
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) =>
      line
        .slice(2, -2)
        .split(' | ')
        .map((cell) => cell.trim()),
    )
}

function snippets(language: string): string[] {
  return Array.from(page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms')), ([, text = '']) => text)
}

const image = part('images').anyOf?.[1]?.items ?? {}
const numberExpectation = part('expect').items?.anyOf?.[0] ?? {}

test.each<[string, number, Node]>([
  ['The scenario', 0, root],
  ['Fleet', 0, part('fleet').anyOf?.[0] ?? {}],
  ['Registry', 0, part('registry')],
  ['Network', 0, part('network')],
  ['Web app', 0, part('webApp')],
  ['Images', 0, image],
  ['Images', 1, part('images').anyOf?.[0] ?? {}],
  ['End', 0, part('end')],
  ['Expect', 2, numberExpectation.properties?.['where'] ?? {}],
])('lists every field under "%s" (table %i) with its default', (heading, table, { properties = {}, required = [] }) => {
  const listed = rows(heading, table)
  expect(listed.map(([field]) => field).sort()).toStrictEqual(
    Object.keys(properties)
      .map((name) => `\`${name}\``)
      .sort(),
  )
  for (const [field = '', , fallback] of listed) {
    const name = field.replaceAll('`', '')
    const { default: value } = properties[name] ?? {}
    if (required.includes(name)) expect({ name, fallback }).toStrictEqual({ name, fallback: 'required' })
    else if (value !== undefined)
      expect({ name, fallback }).toStrictEqual({ name, fallback: `\`${JSON.stringify(value)}\`` })
    else expect(fallback, `${name} has no default in the schema`).not.toMatch(/`/)
  }
})

test('lists every preset of the network with its numbers', () => {
  const columns = ['uplink', 'connection', 'downlink', 'roundTrip', 'serverLatency', 'unpack'] as const
  const presets = Object.entries(networkPresets)
  expect(presets.map(([name]) => name)).toStrictEqual(part('network').properties?.['preset']?.enum)
  expect(rows('Network', 1).map((cells) => cells.slice(0, -1))).toStrictEqual(
    presets.map(([name, preset]) => [`\`${name}\``, ...columns.map((column) => preset[column] ?? 'unlimited')]),
  )
})

test('lists every action with every field', () => {
  const actions = part('timeline').items?.anyOf ?? []
  const listed = new Map(rows('Timeline').map(([action = '', fields = '']) => [action.replaceAll('`', ''), fields]))
  expect([...listed.keys()].sort()).toStrictEqual(actions.map(({ properties }) => properties?.['do']?.const).sort())
  for (const { properties = {} } of actions) {
    const { do: word, at, ...fields } = properties
    for (const name of Object.keys(fields)) expect(listed.get(word?.const ?? '')).toContain(`\`${name}\``)
  }
})

test('lists every form of an expectation', () => {
  const forms = (part('expect').items?.anyOf ?? []).flatMap(({ properties }) => Object.keys(properties ?? {}))
  const listed = rows('Expect').flatMap(([cell = '']) => cell.split(', '))
  expect(listed.sort()).toStrictEqual([...new Set(forms)].map((name) => `\`${name}\``).sort())
})

test('lists every metric with its unit, its filters and the aggregate it has by default', () => {
  const units = { count: 'count', ms: 'duration', bytes: 'size' }
  const limits = { count: 1, ms: '1s', bytes: '1B' }
  const listed = rows('Expect', 1)
  const names = Object.keys(metrics) as MetricName[]
  expect(listed.map(([name]) => name)).toStrictEqual(names.map((name) => `\`${name}\``))
  const source = {
    ...{ name: 'all', fleet: { agents: 1 }, end: { after: '1h' } },
    expect: names.map((metric) => ({ metric, atMost: limits[metrics[metric].unit] })),
  }
  const { expect: compiled } = compileScenario({ source: source as ScenarioSource })
  expect(listed).toStrictEqual(
    names.map((name, index) => {
      const judge = compiled[index]?.judge
      const aggregate = judge?.form === 'limit' ? judge.aggregate : ''
      const filters = metrics[name].filters.map((field) => `\`${field}\``).join(', ')
      return [`\`${name}\``, units[metrics[name].unit], `\`${aggregate}\``, filters]
    }),
  )
})

test('shows YAML that compiles, alone or as a part of a scenario', () => {
  const all = snippets('yaml')
  expect(all).toHaveLength(10)
  const parts = all.filter((text) => !text.includes('name: minimal') && !text.includes('name: new-desktop'))
  const whole = {
    ...{ name: 'whole', fleet: { agents: 20 }, end: { after: '1h' } },
    images: [{ name: 'acme/office:2.1' }, { name: 'acme/secret:1' }],
    webApp: { users: [{ name: 'tess' }] },
  }
  for (const text of all) {
    const source = parts.includes(text) ? { ...whole, ...(parse(text) as object) } : (parse(text) as object)
    expect(() => compileScenario({ source: source as ScenarioSource }), text).not.toThrow()
  }
})

test('shows one scenario in TypeScript and in YAML', async () => {
  const [first = ''] = snippets('ts')
  const [yaml = ''] = snippets('yaml')
  const folder = await mkdtemp(join(import.meta.dirname, 'snippet-'))
  try {
    const file = join(folder, 'snippet.ts')
    writeFileSync(file, first.replace("'kasm-sim'", "'../../../simulator/scenario/define.ts'"))
    const { default: source } = (await import(file)) as { default: ScenarioSource }
    expect(compileScenario({ source })).toStrictEqual(compileScenario(readYaml(yaml, 'snippet.yaml')))
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('shows the error that its example gives', () => {
  const [shown = ''] = snippets('text')
  const text = 'name: storm\nfleet: { agents: 4, cap: 0 }\nsped: 60\nend: { after: 1h }\n'
  try {
    compileScenario(readYaml(text, 'storm.yaml'))
    expect.unreachable()
  } catch (error) {
    expect(error).toBeInstanceOf(KasmSimError)
    expect(describeFailure(error).text).toBe(shown)
  }
})

test('gives editors a JSON schema in which every field is explained', () => {
  const schema = JSON.parse(JSON.stringify(scenarioJsonSchema())) as Node & { $schema: string }
  expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema')
  expect(schema.required).toStrictEqual(['name', 'fleet', 'end'])
  const silent = Object.entries(schema.properties ?? {}).filter(([, node]) => !('description' in node))
  expect(silent.map(([name]) => name)).toStrictEqual([])
})
