// Properties of the compiler over generated scenarios: nothing is left open, and the same source compiles to the same scenario.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { stringify } from 'yaml'
import { KasmSimError } from '../../server/kernel/errors.ts'
import { compileScenario } from '../../simulator/scenario/compile.ts'
import { readYaml } from '../../simulator/scenario/load-yaml.ts'
import type { ActionSource, ImageSource, ScenarioSource } from '../../simulator/scenario/schema.ts'
import type { ExpectationSource } from '../../simulator/scenario/schema-expect.ts'
import tiny from './fixtures/tiny.ts'

const duration = (minimum: number, maximum: number) =>
  fc
    .tuple(fc.integer({ min: minimum, max: maximum }), fc.constantFrom('s', 'm'))
    .map(([count, unit]) => `${count}${unit}`)
const size = fc
  .tuple(fc.integer({ min: 1, max: 900 }), fc.constantFrom('B', 'kB', 'MiB', 'GB'))
  .map(([count, unit]) => `${count}${unit}`)
const some = <Fields extends object>(fields: { [Key in keyof Fields]: fc.Arbitrary<Fields[Key]> }) =>
  fc.record(fields, { requiredKeys: [] })

const rate = fc.oneof(
  fc.constantFrom(null, 'unlimited' as const),
  fc
    .tuple(fc.integer({ min: 1, max: 900 }), fc.constantFrom('kbit/s', 'Mbit/s', 'MB/s', 'GiB/s'))
    .map(([count, unit]) => `${count}${unit}`),
)
const network = some({
  preset: fc.constantFrom('unlimited' as const, 'data-centre' as const, 'branch-office' as const, 'home' as const),
  uplink: rate,
  connection: rate,
  roundTrip: duration(0, 2),
  serverLatency: duration(0, 2),
  unpack: rate,
})

const groupFields = some({
  cap: fc.integer({ min: 1, max: 9 }),
  checkInInterval: duration(1, 60),
  refreshInterval: duration(1, 60),
  startupSpread: duration(0, 20),
  diskUsed: size,
  diskUsageLimit: fc.double({ min: 0.01, max: 1, noNaN: true }),
  validateImages: fc.boolean(),
  restartLookDelay: duration(0, 5),
  egressAddress: fc.oneof(fc.constantFrom('shared', 'own'), fc.ipV4(), fc.ipV6()),
  downlink: rate,
  persona: fc.constantFrom('docker' as const, 'polite' as const),
})
const fleet = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 50 }), groupFields), { minLength: 1, maxLength: 3 })
  .map((groups) =>
    groups.map(([agents, fields], index) => ({ name: `group-${index}`, agents, disk: '2TB', ...fields })),
  )

const imageFields = some({
  friendlyName: fc.constant('An image'),
  size,
  uncompressedSize: size,
  layers: fc.integer({ min: 1, max: 127 }),
  base: fc.constantFrom(null, 'core'),
  baseShare: fc.double({ min: 0, max: 1, noNaN: true }),
  registry: fc.constantFrom(null, 'https://ghcr.io'),
  user: fc.constantFrom(null, 'acme'),
  token: fc.constantFrom(null, 'secret'),
  enabled: fc.boolean(),
})
const images: fc.Arbitrary<ImageSource[]> = fc
  .array(imageFields, { minLength: 2, maxLength: 4 })
  .map((all) => all.map((fields, index) => ({ name: `acme/image-${index}:1`, ...fields })))

const agents = fc.constantFrom('all' as const, [0], { group: 'group-0' })
const image = 'acme/image-0:1'
/** Actions that can follow one another in any order. */
const action: fc.Arbitrary<ActionSource> = fc.oneof(
  some({ sharedLayers: fc.constant(0) }).map((more) => ({ at: '25m', do: 'move-tag' as const, image, ...more })),
  fc.record({
    at: duration(0, 50),
    do: fc.constant('edit-agent-config' as const),
    agents,
    cap: fc.integer({ min: 1, max: 9 }),
  }),
  fc.record({ at: duration(0, 50), do: fc.constant('restart-agent' as const), agents }),
  fc.record({ at: fc.constant('30m'), do: fc.constant('update-agent' as const), agents, enabled: fc.boolean() }),
  fc.record({
    at: duration(0, 50),
    do: fc.constant('update-definition' as const),
    image: fc.constant('acme/image-1:1'),
    set: fc.record({ enabled: fc.boolean(), token: fc.constantFrom(null, 'other') }),
  }),
)
const where = some({
  group: fc.constant('group-0'),
  agents: fc.constant<number[]>([0]),
  from: duration(0, 10),
  until: duration(20, 50).map((text) => text.replace('s', 'm')),
})
const expectation: fc.Arbitrary<ExpectationSource> = fc.oneof(
  fc.record({ metric: fc.constant('pulls-running' as const), where, atMost: fc.nat() }),
  fc.record({
    metric: fc.constant('pulls-succeeded' as const),
    where,
    aggregate: fc.constantFrom('count' as const, 'sum' as const),
    exactly: fc.nat(),
  }),
  fc.record({ metric: fc.constant('ready-time' as const), where, within: duration(1, 60) }),
  fc.record({
    metric: fc.constant('queue-wait' as const),
    where,
    aggregate: fc.constant('p95' as const),
    atMost: duration(0, 60),
  }),
  fc.record({ metric: fc.constant('downloaded-bytes' as const), where, atLeast: size }),
  fc.record({
    metric: fc.constant('pulls-running' as const),
    neverBefore: fc.record({ value: fc.nat(), at: duration(1, 59) }),
  }),
)

const scenario: fc.Arbitrary<ScenarioSource> = fc
  .tuple(
    fc.record({ name: fc.constant('generated'), fleet, end: fc.constant({ after: '1h' }) }),
    some({
      seed: fc.nat(),
      speed: fc.double({ min: 0.1, max: 1000, noNaN: true }),
      registry: some({ profile: fc.constantFrom('none', 'docker-hub-anonymous') }),
      network,
      webApp: some({
        autoEnableAgents: fc.boolean(),
        pruneImages: fc.constantFrom('Off' as const, 'Aggressive' as const),
      }),
      expect: fc.array(expectation, { maxLength: 4 }),
    }),
    fc.oneof(
      fc.record({ images, timeline: fc.array(action, { maxLength: 4 }) }),
      some({
        images: some({
          catalogue: fc.constantFrom('enabled' as const, 'all' as const),
          layers: fc.integer({ min: 1, max: 9 }),
        }),
      }),
    ),
  )
  .map(([required, optional, rest]) => ({ ...required, ...optional, ...rest }))

function undefinedPaths(value: unknown, path = ''): string[] {
  if (value === undefined || Number.isNaN(value)) return [path]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, item]) => undefinedPaths(item, `${path}.${key}`))
}

test('leaves nothing undefined and compiles alike each time, from an object and from YAML', () => {
  fc.assert(
    fc.property(scenario, (source) => {
      const before = JSON.stringify(source)
      const compiled = compileScenario({ source })
      expect(undefinedPaths(compiled)).toStrictEqual([])
      expect(compileScenario({ source })).toStrictEqual(compiled)
      expect(compileScenario(readYaml(stringify(source), 'generated.yaml'))).toStrictEqual(compiled)
      expect(JSON.stringify(source)).toBe(before)
    }),
    { numRuns: 100 },
  )
})

/** Every place in a source: what stands there can be anything in a file that a person wrote. */
function pathsOf(value: unknown): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, item]) => [[key], ...pathsOf(item).map((path) => [key, ...path])])
}

function replaceAt(source: unknown, path: (string | number)[], value: unknown): void {
  const parent = path.slice(0, -1).reduce((container, key) => (container as Record<string, unknown>)[key], source)
  ;(parent as Record<string, unknown>)[path.at(-1) ?? ''] = value
}

test('answers any value in any place with a coded error that names a problem, or compiles it', () => {
  const file = `${import.meta.dirname}/fixtures/tiny.ts`
  fc.assert(
    fc.property(fc.anything({ withNullPrototype: true }), fc.constantFrom(...pathsOf(tiny)), (junk, path) => {
      const source = structuredClone(tiny)
      replaceAt(source, path, junk)
      try {
        expect(undefinedPaths(compileScenario({ source, file }))).toStrictEqual([])
      } catch (error) {
        if (!(error instanceof KasmSimError)) throw error
        expect(error.message).toMatch(/^Failed to read the scenario \S+tiny\.ts: \d+ problems?\.\n {2}\S+tiny\.ts: \S/)
      }
    }),
    { numRuns: 500 },
  )
})
