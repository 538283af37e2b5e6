// Faults as people write them: what they compile to, what is refused and where, and the examples of docs/faults.md.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { KasmSimError } from '../../server/kernel/errors.ts'
import { FaultSchema } from '../../simulator/registry/faults/registry-fault.ts'
import { runScenario } from '../../simulator/run/run.ts'
import { compileScenario } from '../../simulator/scenario/compile.ts'
import { loadFaults } from '../../simulator/scenario/load-faults.ts'
import { readYaml } from '../../simulator/scenario/load-yaml.ts'
import { temporaryFolder } from '../cli/command.ts'

const page = readFileSync(new URL('../../docs/faults.md', import.meta.url), 'utf8')
const [example = '', file = ''] = Array.from(page.matchAll(/^```yaml\n(.*?)^```/gms), ([, text = '']) => text)

const head = `name: faulty
fleet: [{ name: lab, agents: 2 }, { name: office, agents: 3 }]
images: [{ name: 'acme/office:2.1' }]
end: { after: 10m }
`
const compile = (rest: string) => compileScenario(readYaml(head + rest, 'faulty.yaml'))
const compileFault = (fault: string) => compile(`registry: { faults: [${fault}] }\n`).registry.faults?.[0]

interface Branch {
  properties: Record<string, { const?: string; enum?: string[]; default?: unknown; properties?: object }>
}

/** The problems of a scenario, without the name of its file. */
function problemsOf(act: () => unknown): string[] {
  try {
    act()
  } catch (error) {
    if (!(error instanceof KasmSimError)) throw error
    return error.message
      .split('\n')
      .slice(1, -1)
      .map((line) => line.trim().replace(/^\S+?\.yaml:/, ''))
  }
  return []
}

test('fills every default', () => {
  expect(compileFault('{ name: gone, kind: outage }')).toEqual({
    name: 'gone',
    rule: { kind: 'outage' },
    scope: { profile: null, images: null, agents: null, sources: null, classes: null },
    ...{ probability: 1, succeedFirst: 0, times: null, rampMs: 0, fromMs: 0, untilMs: null, seed: null },
  })
})

test('a scenario without faults has no word of them', () => {
  expect(compile('').registry).not.toHaveProperty('faults')
})

test('converts units, references, groups and lives', () => {
  const fault = compileFault(`{
    name: slow, kind: slow-body, rate: 20kB/s, from: 1m, for: 2m, ramp: 30s, probability: 0.5, succeedFirst: 3,
    scope: { profile: none, images: ['acme/office:2.1', acme/office], agents: { group: office }, sources: [192.0.2.1], classes: [blob] } }`)
  expect(fault).toMatchObject({
    rule: { kind: 'slow-body', bytesPerSecond: 20_000 },
    ...{ probability: 0.5, succeedFirst: 3, rampMs: 30_000, fromMs: 60_000, untilMs: 180_000 },
  })
  expect(fault?.scope).toEqual({
    profile: 'none',
    images: [
      { repository: 'acme/office', tag: '2.1' },
      { repository: 'acme/office', tag: null },
    ],
    agents: [{ first: 2, last: 4 }],
    ...{ sources: ['192.0.2.1'], classes: ['blob'] },
  })
})

test.each([
  ['500ms', { distribution: 'constant', delayMs: 500 }],
  ['{ distribution: uniform, low: 1s, high: 2s }', { distribution: 'uniform', lowMs: 1_000, highMs: 2_000 }],
  ['{ distribution: exponential, mean: 1s }', { distribution: 'exponential', meanMs: 1_000 }],
  ['{ distribution: lognormal, median: 1s, sigma: 0.5 }', { distribution: 'lognormal', medianMs: 1_000, sigma: 0.5 }],
])('reads the delay %s', (text, delay) => {
  expect(compileFault(`{ name: late, kind: latency, delay: ${text} }`)?.rule).toEqual({ kind: 'latency', delay })
})

test('an injected fault starts when it is injected', () => {
  const { timeline } = compile(
    'timeline: [{ at: 2m, do: inject-fault, fault: { name: gone, kind: outage, for: 1m } }, { at: 150s, do: clear-fault, name: gone }]\n',
  )
  expect(timeline).toMatchObject([
    { atMs: 120_000, do: 'inject-fault', fault: { name: 'gone', fromMs: 120_000, untilMs: 180_000 } },
    { atMs: 150_000, do: 'clear-fault', name: 'gone' },
  ])
})

test.each([
  ['{ name: a, kind: outage, probability: 1.5 }', '1.5', 'registry.faults[0].probability must be at most 1, it is 1.5'],
  [
    '{ name: a, kind: outage, from: 2m, until: 1m }',
    '1m',
    'registry.faults[0].until must be after the start at 2m, it is "1m"',
  ],
  ['{ name: a, kind: outage, from: 10m }', '10m', 'registry.faults[0].from must be before the end of the run at 10m'],
  [
    '{ name: a, kind: outage, until: 1m, for: 1m }',
    '1m }',
    'registry.faults[0].for does not go with until: give one of the two',
  ],
  [
    '{ name: a, kind: outage, ramp: 2m, for: 1m }',
    '2m,',
    'registry.faults[0].ramp must be at most 1m, how long the fault lasts',
  ],
  [
    "{ name: a, kind: outage, scope: { images: ['acme/ofice:2.1'] } }",
    "'acme/ofice",
    'registry.faults[0].scope.images[0] must be the name of an image of the scenario, or its repository, it is "acme/ofice:2.1"; did you mean "acme/office:2.1"?',
  ],
  [
    '{ name: a, kind: outage, scope: { agents: [1, 5] } }',
    '5]',
    'registry.faults[0].scope.agents[1] must be the number of an agent, 0 to 4, it is 5',
  ],
  [
    '{ name: a, kind: outage, scope: { agents: { group: ofice } } }',
    'ofice',
    'registry.faults[0].scope.agents.group must be the name of a group of the fleet, it is "ofice"; did you mean "office"?',
  ],
  [
    '{ name: a, kind: outage, scope: { classes: [manifests] } }',
    'manifests',
    'registry.faults[0].scope.classes[0] must be one of ping, token, version-check, manifest, blob, push, other, it is "manifests"; did you mean "manifest"?',
  ],
  [
    '{ name: a, kind: outage, scope: { sources: [here] } }',
    'here',
    'registry.faults[0].scope.sources[0] must be an IP address, it is "here"',
  ],
  [
    '{ name: a, kind: outtage }',
    'outtage',
    'registry.faults[0].kind must be one of status, latency, truncated-body, slow-body, internal-error, connection-drop, malformed-json, wrong-digest, malformed-header, outage, it is "outtage"; did you mean "outage"?',
  ],
  [
    '{ name: a, kind: slow-body, rate: unlimited }',
    'unlimited',
    'registry.faults[0].rate must be a rate such as "100kB/s": else it slows nothing',
  ],
  [
    '{ name: a, kind: latency, delay: { distribution: uniform, low: 2s, high: 1s } }',
    '1s',
    'registry.faults[0].delay.high must not be less than low, 2s',
  ],
  [
    '{ name: a, kind: outage }, { name: a, kind: outage }',
    'a, kind: outage }',
    'registry.faults[1].name must be unique, "a" is there already',
  ],
  ['{ name: a, kind: status, status: 200 }', '200', 'registry.faults[0].status must be at least 400, it is 200'],
])('refuses %s', (faults, wrong, problem) => {
  const start = 'registry: { faults: ['
  const column = start.length + faults.lastIndexOf(wrong) + 1
  expect(problemsOf(() => compile(`${start}${faults}] }\n`))).toEqual([`5:${column}: ${problem}`])
})

test('refuses a profile that nobody knows and a fault that nobody gave', () => {
  const [unknown = ''] = problemsOf(() => compileFault('{ name: a, kind: outage, scope: { profile: ghrc } }'))
  expect(unknown).toContain('registry.faults[0].scope.profile')
  expect(unknown).toContain('Did you mean "ghcr"')
  const clear =
    'registry: { faults: [{ name: gone, kind: outage }] }\ntimeline: [{ at: 1m, do: clear-fault, name: gon }]\n'
  expect(problemsOf(() => compile(clear))).toEqual([
    '6:45: timeline[0].name must be the name of a fault of the scenario, it is "gon"; did you mean "gone"?',
  ])
})

test('the page lists every kind with its fields, and every common field with its default', () => {
  const rowOf = (name: string) => page.split('\n').find((line) => line.startsWith(`| \`${name}\``)) ?? ''
  const branches = (FaultSchema as unknown as { anyOf: Branch[] }).anyOf
  const kindsOf = ({ properties: { kind } }: Branch) => kind?.enum ?? [kind?.const ?? '']
  const common = Object.keys(branches.at(-1)?.properties ?? {}).filter((name) => name !== 'kind')
  for (const branch of branches) {
    for (const kind of kindsOf(branch)) {
      for (const name of Object.keys(branch.properties)) {
        if (name !== 'kind' && !common.includes(name)) expect(rowOf(kind), kind).toContain(`\`${name}\``)
      }
      expect(rowOf(kind), kind).not.toBe('')
    }
  }
  const { scope, ...plain } = branches.at(-1)?.properties ?? {}
  for (const name of Object.keys(scope?.properties ?? {})) expect(rowOf(`scope.${name}`), name).not.toBe('')
  for (const name of common) if (name !== 'scope') expect(page, name).toMatch(new RegExp(`^\\|.*\`${name}\`.*\\|`, 'm'))
  for (const name of ['probability', 'succeedFirst', 'ramp'])
    expect(rowOf(name)).toContain(String(plain[name]?.default))
})

test('the scenario of the page runs in virtual time, and its faults hit', async () => {
  const scenario = compileScenario(readYaml(example, 'faults.md'))
  const told: string[] = []
  const hit = new Set<string>()
  const { checks } = await runScenario({
    scenario,
    time: 'virtual',
    sinks: [
      (event) => {
        if (event.kind === 'fault-started' || event.kind === 'fault-ended') {
          told.push(`${event.atMs / 1_000} ${event.kind} ${event.fault}`)
        }
        if (event.kind === 'registry-request' && event.fault !== undefined) hit.add(event.fault)
      },
    ],
  })
  expect(checks.every(({ status }) => status === 'held')).toBe(true)
  expect(told).toEqual([
    '0 fault-started flaky manifests',
    '120 fault-started gone',
    '180 fault-ended gone',
    '300 fault-started slow blobs',
    '480 fault-ended slow blobs',
  ])
  expect(hit).toContain('flaky manifests')
})

test('the file of the page is read, and a file with an error says where', () => {
  const name = join(temporaryFolder(), 'faults.yaml')
  writeFileSync(name, file)
  expect(loadFaults(name)).toMatchObject({
    seed: 7,
    faults: [{ name: 'late' }, { name: 'spoiled' }, { name: 'enough' }],
  })
  writeFileSync(
    name,
    'faults:\n  - { name: a, kind: outage, probability: 2 }\n  - { name: b, kind: outage, scope: { agents: [1] } }\n',
  )
  expect(problemsOf(() => loadFaults(name))).toEqual([
    '2:43: faults[0].probability must be at most 1, it is 2',
    '3:47: faults[1].scope.agents must be left out: a registry alone has no agents; give sources',
  ])
  expect(() => loadFaults('nowhere.yaml')).toThrow('Failed to read the faults nowhere.yaml: there is no such file.')
})
