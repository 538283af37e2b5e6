// What a compiled scenario is: every default filled, every unit converted, the same from every kind of file.
import { Value } from 'typebox/value'
import { expect, test } from 'vitest'
import { stringify } from 'yaml'
import { parseDurationMs } from '../../server/kernel/units.ts'
import { defaultAgentConfig } from '../../simulator/agent/config.ts'
import { compileScenario } from '../../simulator/scenario/compile.ts'
import { defineScenario } from '../../simulator/scenario/define.ts'
import { listScenarios, loadScenario } from '../../simulator/scenario/load.ts'
import { readYaml } from '../../simulator/scenario/load-yaml.ts'
import { ScenarioSchema, type ScenarioSource } from '../../simulator/scenario/schema.ts'

const fixtures = `${import.meta.dirname}/fixtures`
const minimal = defineScenario({ name: 'minimal', fleet: { agents: 1 }, end: { after: '5m' } })

function compile(source: ScenarioSource) {
  return compileScenario({ source })
}

test('compiles the fixture to the golden scenario', async () => {
  const scenario = compileScenario(await loadScenario(`${fixtures}/tiny.ts`))
  await expect(`${JSON.stringify(scenario, null, 2)}\n`).toMatchFileSnapshot('golden/tiny.json')
})

test('compiles YAML and TypeScript of one scenario alike', async () => {
  const fromModule = compileScenario(await loadScenario(`${fixtures}/tiny.ts`))
  expect(compileScenario(await loadScenario(`${fixtures}/tiny.yaml`))).toStrictEqual(fromModule)
})

test('compiles every shipped scenario, under the name of its file, and alike from YAML and JSON', async () => {
  for (const { name, description, file } of await listScenarios()) {
    const loaded = await loadScenario(name)
    const scenario = compileScenario(loaded)
    expect({ name: scenario.name, description: scenario.description }).toStrictEqual({ name, description })
    expect(description, `${file} says what it shows`).not.toBe('')
    expect(compileScenario(readYaml(stringify(loaded.source), `${file}.yaml`))).toStrictEqual(scenario)
    expect(compileScenario(readYaml(JSON.stringify(loaded.source, null, '\t'), `${file}.json`))).toStrictEqual(scenario)
  }
})

test('needs a name, the number of agents and an end, and fills the rest', () => {
  const { images, ...scenario } = compile(minimal)
  expect(scenario).toStrictEqual({
    name: 'minimal',
    description: '',
    seed: 1,
    speed: 60,
    groups: [
      {
        name: 'default',
        agents: 1,
        cap: 2,
        checkInIntervalMs: 30_000,
        refreshIntervalMs: 3_600_000,
        startupSpreadMs: 30_000,
        diskSizeBytes: 500e9,
        diskUsedBytes: 20e9,
        diskUsageLimit: 0.9,
        validateImages: true,
        restartLookDelayMs: 30_000,
        egressAddress: 'shared',
        persona: 'docker',
        downlinkBytesPerSecond: null,
        zone: 'default',
      },
    ],
    registry: { backend: 'embedded', profile: 'none', accounts: [] },
    network: {
      uplinkBytesPerSecond: null,
      connectionBytesPerSecond: null,
      roundTripMs: 1,
      serverLatencyMs: 1,
      unpackBytesPerSecond: null,
    },
    webApp: { autoEnableAgents: true, pruneImagesMode: 'Aggressive' },
    timeline: [],
    end: { afterMs: 300_000, when: 'never' },
    expect: [],
  })
  expect(images).toHaveLength(24)
})

test('shows editors the defaults that it fills', () => {
  const filled = Value.Default(ScenarioSchema, structuredClone({ ...minimal, registry: {}, network: {}, webApp: {} }))
  expect(filled).toMatchObject({ seed: 1, fleet: { cap: 2, disk: '500GB' }, webApp: { pruneImages: 'Aggressive' } })
  expect(compile(filled as ScenarioSource)).toStrictEqual(compile(minimal))
})

test("keeps to the agent's own defaults where a scenario says nothing", () => {
  const { cap, checkInInterval, refreshInterval, diskUsageLimit, validateImages, restartLookDelay } = Value.Default(
    ScenarioSchema.properties.fleet.anyOf[0],
    {},
  ) as Required<Exclude<ScenarioSource['fleet'], unknown[]>>
  expect(defaultAgentConfig).toStrictEqual({
    maxConcurrentPulls: cap,
    checkInIntervalMs: parseDurationMs(checkInInterval),
    refreshIntervalMs: parseDurationMs(refreshInterval),
    diskUsageLimit,
    validateImages,
    restartLookDelayMs: parseDurationMs(restartLookDelay),
  })
})

test("takes the agent's configuration file beneath the fields of the group", async () => {
  const [group] = compileScenario(await loadScenario(`${fixtures}/tiny.yaml`)).groups
  expect(group).toMatchObject({
    cap: 3,
    checkInIntervalMs: 15_000,
    refreshIntervalMs: 1_800_000,
    diskUsageLimit: 0.8,
    validateImages: true,
  })
})

test("takes the network's preset beneath its fields, and its downlink beneath that of each group", () => {
  const { network, groups } = compile({
    ...minimal,
    network: { preset: 'branch-office', connection: '50MB/s', serverLatency: '0s', unpack: null },
    fleet: [
      { name: 'office', agents: 1 },
      { name: 'slow', agents: 1, downlink: '100Mbit/s' },
      { name: 'free', agents: 1, downlink: 'unlimited' },
    ],
  })
  expect(network).toStrictEqual({
    uplinkBytesPerSecond: 62_500_000,
    connectionBytesPerSecond: 50_000_000,
    roundTripMs: 20,
    serverLatencyMs: 0,
    unpackBytesPerSecond: null,
  })
  expect(groups.map(({ downlinkBytesPerSecond }) => downlinkBytesPerSecond)).toStrictEqual([
    125_000_000,
    12_500_000,
    null,
  ])
})

test('compiles every preset of the network to limits that can be kept', () => {
  for (const preset of ['data-centre', 'branch-office', 'home'] as const) {
    const { network, groups } = compile({ ...minimal, network: { preset } })
    const limits = [...Object.values(network), groups[0]?.downlinkBytesPerSecond]
    expect(limits.filter((limit) => typeof limit !== 'number' || limit <= 0)).toStrictEqual([])
  }
})

test('scales the catalogue and lets its images share a base', () => {
  const { images } = compile({
    ...minimal,
    images: { catalogue: 'all', scale: 0.01, layers: 8, add: [{ name: 'acme/own:1' }] },
  })
  expect(images).toHaveLength(58)
  expect(images.find(({ name }) => name === 'kasmweb/kali-rolling-desktop:1.16.1')).toStrictEqual({
    name: 'kasmweb/kali-rolling-desktop:1.16.1',
    friendlyName: 'Kali Linux',
    sizeBytes: 45_600_000,
    uncompressedSizeBytes: 114_000_000,
    layers: 8,
    base: 'kasmweb/core',
    baseShare: 0.5,
    registry: 'https://index.docker.io/v1/',
    user: null,
    token: null,
    enabled: false,
    defined: true,
    published: true,
    zone: null,
  })
})

test('gives an image the registry of its reference, and none where it says null', () => {
  const { images } = compile({
    ...minimal,
    images: [
      { name: 'acme/a' },
      { name: 'ghcr.io/acme/b' },
      { name: 'localhost:5000/c' },
      { name: 'd', registry: null },
    ],
  })
  expect(images.map(({ registry }) => registry)).toStrictEqual([
    'https://index.docker.io/v1/',
    'https://ghcr.io',
    'https://localhost:5000',
    null,
  ])
})

test('moves a tag away from all layers but those of its base', () => {
  const image = { name: 'acme/a:1', layers: 6, base: 'core', baseShare: 0.5 }
  const move = { at: '1m', do: 'move-tag', image: 'acme/a:1' } as const
  const sharedLayers = (more: object) =>
    compile({ ...minimal, images: [{ ...image, ...more }], timeline: [move] }).timeline[0]
  expect(sharedLayers({})).toMatchObject({ sharedLayers: 3 })
  expect(sharedLayers({ base: null })).toMatchObject({ sharedLayers: 0 })
  expect(sharedLayers({ baseShare: 1 })).toMatchObject({ sharedLayers: 5 })
})

test('sorts the timeline by moments and keeps the order of one moment', () => {
  const { timeline } = compile({
    ...minimal,
    timeline: [
      { at: '2m', do: 'restart-agent' },
      { at: '1m', do: 'edit-agent-config', cap: 3 },
      { at: '1m', do: 'edit-agent-config', cap: 4 },
    ],
  })
  expect(timeline).toMatchObject([
    { atMs: 60_000, cap: 3 },
    { atMs: 60_000, cap: 4 },
    { atMs: 120_000, do: 'restart-agent', downtimeMs: 5_000, agents: 'all' },
  ])
})

test('follows a definition through its renames', () => {
  const rename = (image: string, name: string, at: string) =>
    ({ at, do: 'update-definition', image, set: { name } }) as const
  const { expect: expectations } = compile({
    ...minimal,
    images: [{ name: 'acme/a:1' }],
    timeline: [rename('acme/a:1', 'acme/a:2', '1m'), rename('acme/a:2', 'acme/a:1', '2m')],
    expect: [{ metric: 'pulls-failed', where: { image: 'acme/a:2' }, atLeast: 1 }],
  })
  expect(expectations[0]?.name).toBe('pulls-failed (image acme/a:2): count at least 1')
})

test('reads exactly as both limits, and limits in the unit of their metric', () => {
  const { expect: expectations } = compile({
    ...minimal,
    expect: [
      { metric: 'pulls-succeeded', exactly: 24 },
      { metric: 'check-in-gap', atMost: '31s', atLeast: '29s' },
      { metric: 'downloaded-bytes', atMost: '2GB' },
      { metric: 'downloaded-bytes', aggregate: 'count', atMost: 2 },
    ],
  })
  expect(expectations.map(({ name, judge }) => ({ name, ...judge }))).toStrictEqual([
    {
      name: 'pulls-succeeded: count exactly 24',
      form: 'limit',
      aggregate: 'count',
      atMost: 24,
      atLeast: 24,
      reaches: null,
    },
    {
      name: 'check-in-gap: max at most 31s, at least 29s',
      form: 'limit',
      aggregate: 'max',
      atMost: 31_000,
      atLeast: 29_000,
      reaches: null,
    },
    {
      name: 'downloaded-bytes: sum at most 2.00 GB',
      form: 'limit',
      aggregate: 'sum',
      atMost: 2e9,
      atLeast: null,
      reaches: null,
    },
    {
      name: 'downloaded-bytes: count at most 2',
      form: 'limit',
      aggregate: 'count',
      atMost: 2,
      atLeast: null,
      reaches: null,
    },
  ])
})

test('passes over fields that are undefined', () => {
  const network = { preset: undefined, uplink: undefined, roundTrip: undefined }
  const source = { ...minimal, seed: undefined, registry: { profile: undefined }, network } as unknown as ScenarioSource
  expect(compile(source)).toStrictEqual(compile(minimal))
})

test('shares nothing with its source that a run could change', () => {
  const agents = [0]
  const source: ScenarioSource = {
    ...minimal,
    timeline: [{ at: '1m', do: 'restart-agent', agents }],
    expect: [{ metric: 'pulls-running', where: { agents }, atMost: 2 }],
  }
  const scenario = compile(source)
  agents.push(9)
  expect(scenario.timeline[0]).toMatchObject({ agents: { agents: [0] } })
  expect(scenario.expect[0]?.where.agents).toStrictEqual([0])
})
