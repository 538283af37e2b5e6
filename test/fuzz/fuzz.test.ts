// The fuzzer: what it draws, that the program as it is passes, and that it finds and shrinks builds that are wrong on purpose.
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterEach, expect, test, vi } from 'vitest'
import { parse, stringify } from 'yaml'
import type { CheckInAnswer, ImageDefinition } from '../../simulator/agent/agent.ts'
import { step } from '../../simulator/agent/step.ts'
import type { StepAgent } from '../../simulator/driver/fleet.ts'
import { fuzz } from '../../simulator/fuzz/fuzz.ts'
import { fuzzSeed } from '../../simulator/fuzz/fuzz-seed.ts'
import { Administration } from '../../simulator/fuzz/invariants/administration.ts'
import { AgentView } from '../../simulator/fuzz/invariants/agent-view.ts'
import { LayersShared } from '../../simulator/fuzz/invariants/holdings-judges.ts'
import { type InvariantName, invariants, type World } from '../../simulator/fuzz/invariants/invariant.ts'
import { judge } from '../../simulator/fuzz/judge.ts'
import { type MutantName, type Mutation, mutationOf } from '../../simulator/fuzz/mutants.ts'
import { scenarioArbitrary } from '../../simulator/fuzz/scenario-arbitrary.ts'
import { LocalImages } from '../../simulator/pull/protocol/local-images.ts'
import { VirtualImages } from '../../simulator/registry/virtual/virtual-images.ts'
import { runScenario } from '../../simulator/run/run.ts'
import { compileScenario } from '../../simulator/scenario/compile.ts'
import { loadScenario } from '../../simulator/scenario/load.ts'
import type { TimelineAction } from '../../simulator/scenario/scenario.ts'
import type { ScenarioSource } from '../../simulator/scenario/schema.ts'

const never = new AbortController().signal

test('draws scenarios that compile, also after a trip through YAML', () => {
  fc.assert(
    fc.property(scenarioArbitrary, (source) => {
      expect(compileScenario({ source: parse(stringify(source)) })).toEqual(compileScenario({ source }))
    }),
    { numRuns: 200 },
  )
})

test('draws every kind of action, limits, zones, full disks and refused accounts', () => {
  const actions = new Set<TimelineAction['do']>()
  const traits = new Set<string>()
  for (const source of fc.sample(scenarioArbitrary, { numRuns: 300, seed: 1 })) {
    const { timeline, registry, groups, images, network, end } = compileScenario({ source })
    for (const action of timeline) actions.add(action.do)
    if (registry.profile === 'docker-hub-anonymous') traits.add('limited')
    if (groups.some(({ zone }) => zone === 'east')) traits.add('zones')
    if (groups.some(({ diskSizeBytes }) => diskSizeBytes < 50_000_000)) traits.add('small disk')
    if (groups.some(({ cap }) => cap === 1)) traits.add('cap of one')
    if (images.some(({ token }) => token === 'wrong')) traits.add('wrong token')
    if (images.some(({ published }) => !published)) traits.add('missing image')
    if (images.some((image) => image.registry === null)) traits.add('no registry')
    if (network.uplinkBytesPerSecond !== null) traits.add('narrow network')
    if (end.when === 'all-agents-ready') traits.add('early end')
    expect(groups.reduce((sum, { agents }) => sum + agents, 0)).toBeLessThanOrEqual(6)
  }
  expect([...actions].sort()).toEqual([
    'create-definition',
    'delete-definition',
    'destroy-session',
    'edit-agent-config',
    'move-tag',
    'publish-image',
    'request-session',
    'restart-agent',
    'update-agent',
    'update-definition',
  ])
  expect(traits.size).toBe(9)
})

test('the program as it is holds every invariant, a thousand times', { timeout: 1_200_000 }, async () => {
  const progress: number[] = []
  const outcome = await fuzz({
    seeds: { first: 1, last: 1_000 },
    jobs: 2,
    mutant: null,
    onProgress: (done) => progress.push(done),
    signal: never,
  })
  expect(outcome).toEqual({ seedsTried: 1_000, failures: [] })
  expect(progress.at(-1)).toBe(1_000)
})

test('shipped scenarios hold every invariant', async () => {
  for (const name of ['change-cap-needs-restart', 'prune-rollback', 'tag-drift', 'bad-credentials']) {
    expect(await judge(compileScenario(await loadScenario(name))), name).toBeNull()
  }
})

const expected: Record<MutantName, { found: InvariantName[]; eventsMax: number }> = {
  'cap-plus-one': { found: ['cap-kept'], eventsMax: 40 },
  'lost-pull': { found: ['nothing-lost', 'slots-used', 'events-well-formed'], eventsMax: 40 },
  'limit-plus-one': { found: ['rate-limit-exact'], eventsMax: 70 },
  'wide-lines': { found: ['bandwidth-kept'], eventsMax: 40 },
  'idle-lines': { found: ['bandwidth-used'], eventsMax: 40 },
}

test.for(Object.keys(expected) as MutantName[])(
  'finds %s and shrinks it to a handful',
  { timeout: 300_000 },
  async (mutant) => {
    const failure = await firstFailure(mutant)
    const { found, eventsMax } = expected[mutant]
    expect(found).toContain(failure.violation.invariant)
    const scenario = compileScenario({ source: failure.source })
    expect(scenario.groups.reduce((sum, { agents }) => sum + agents, 0)).toBeLessThanOrEqual(3)
    expect(scenario.images.length).toBeLessThanOrEqual(4)
    expect(scenario.timeline.length).toBeLessThanOrEqual(1)
    let events = 0
    await runScenario({ scenario, time: 'virtual', sinks: [() => events++] })
    expect(events).toBeLessThanOrEqual(eventsMax)
    // What was shrunk fails again for the mutant, in the same way, and not for the program as it is.
    expect(await judge(scenario, mutationOf(mutant))).toEqual(failure.violation)
    expect(await judge(scenario)).toBeNull()
  },
)

const enabledLists = new WeakMap<readonly ImageDefinition[], readonly ImageDefinition[]>()

/** Answers that the agent reads wrongly; the same list as before stays the same list. */
function misread(change: (answer: CheckInAnswer) => Partial<CheckInAnswer>): StepAgent {
  return (state, input, context) => {
    if (input.kind !== 'check-in-answered') return step(state, input, context)
    return step(state, { ...input, answer: { ...input.answer, ...change(input.answer) } }, context)
  }
}

function enabledAll({ definitions }: CheckInAnswer): Partial<CheckInAnswer> {
  const known = enabledLists.get(definitions)
  const changed = known ?? definitions.map((definition) => ({ ...definition, enabled: true }))
  enabledLists.set(definitions, changed)
  return { definitions: changed }
}

const wrongAgents: Partial<Record<InvariantName, StepAgent>> = {
  'runs-through': (state, input, context) => {
    if (input.kind === 'stop') throw new Error('the agent broke')
    return step(state, input, context)
  },
  'events-well-formed': (state, input, context) =>
    step(state, input, context).filter(({ kind }) => kind !== 'queued' || state.config.maxConcurrentPulls > 2),
  'only-pullable': misread(enabledAll),
  'looks-in-time': (state, input, context) => {
    state.looksFromMs = 0
    return step(state, input, context)
  },
  'held-until-pruned': misread(() => ({ pruneImagesMode: 'Aggressive' })),
  'disk-limit-kept': (state, input, context) => {
    const commands = step(state, input, context)
    if (input.kind === 'start') state.config = { ...state.config, diskUsageLimit: 5 }
    return commands
  },
  'checks-in': (state, input, context) =>
    step(state, input, context).map((command) =>
      command.kind === 'set-timer' && command.timer === 'check-in'
        ? { ...command, atMs: command.atMs + 20_000 }
        : command,
    ),
  // Its refreshes come later with every check-in, also with one that changes nothing.
  'shortcut-invisible': (state, input, context) => {
    const { config } = state
    if (input.kind === 'check-in-due') state.config = { ...config, refreshIntervalMs: config.refreshIntervalMs + 500 }
    return step(state, input, context)
  },
}

test.for(Object.entries(wrongAgents))(
  '%s finds an agent that breaks it',
  { timeout: 300_000 },
  async ([invariant, stepAgent]) => {
    await findsWrong(invariant as InvariantName, { stepAgent })
  },
)

async function findsWrong(invariant: InvariantName, mutation: Mutation): Promise<void> {
  const found = new Set<InvariantName>()
  for (const source of fc.sample(scenarioArbitrary, { numRuns: 200, seed: 3 })) {
    const violation = await judge(compileScenario({ source }), mutation)
    if (violation?.invariant === invariant) return
    if (violation) found.add(violation.invariant)
  }
  throw new Error(`found only ${[...found].join(', ') || 'nothing'}`)
}

/** Parts of virtual time that are wrong: what breaks, and how. */
const wrongParts: [InvariantName, string, () => unknown][] = [
  [
    'layers-shared',
    'disks that know no layer of another image',
    () => vi.spyOn(LocalImages.prototype, 'hasLayer').mockReturnValue(false),
  ],
  [
    'tags-current',
    'a registry that answers with what a tag was first',
    () => {
      const { find } = VirtualImages.prototype
      const first = new WeakMap<VirtualImages, Map<string, ReturnType<typeof find>>>()
      vi.spyOn(VirtualImages.prototype, 'find').mockImplementation(function (this: VirtualImages, repository, name) {
        const known = first.get(this) ?? new Map()
        first.set(this, known)
        const found = find.call(this, repository, name)
        const key = `${repository} ${name}`
        if (found !== null && !known.has(key)) known.set(key, found)
        return known.get(key) ?? found
      })
    },
  ],
]

afterEach(() => {
  vi.restoreAllMocks()
})

test.for(wrongParts)('%s finds %s', { timeout: 300_000 }, async ([invariant, _what, breakIt]) => {
  breakIt()
  await findsWrong(invariant, {})
})

test('used-images-kept finds an agent that does not hear what containers use', async () => {
  const image = 'team/app:1.0'
  const source: ScenarioSource = {
    name: 'in-use',
    fleet: { agents: 1, startupSpread: '0s' },
    images: [{ name: image, size: '40kB', layers: 1 }],
    webApp: { users: [{ name: 'ada' }] },
    timeline: [
      { at: '1m', do: 'request-session', name: 'desk', as: 'ada', image },
      { at: '3m', do: 'delete-definition', image },
    ],
    end: { after: '10m' },
  }
  const scenario = compileScenario({ source })
  expect(await judge(scenario)).toBeNull()
  const stepAgent = misread(() => ({ imagesInUse: [] }))
  expect(await judge(scenario, { stepAgent })).toMatchObject({ invariant: 'used-images-kept' })
})

test('layers-shared finds a layer that is fetched twice at once, where the client shares downloads', async () => {
  const fetch = {
    kind: 'registry-request',
    agent: 0,
    source: '',
    class: 'blob',
    method: 'GET',
    repository: 'team/app-0',
  } as const
  const told = {
    ...fetch,
    reference: 'sha256:1',
    status: 200,
    bytes: 10_000,
    path: '',
    authenticated: false,
    rateLimitRemaining: null,
  }
  const judged = (persona: 'docker' | 'podman', startedAtMs: number) => {
    const scenario = compileScenario({ source: { name: 'twice', fleet: { agents: 1, persona }, end: { after: '1m' } } })
    const administration = new Administration(scenario)
    const world: World = {
      scenario,
      administration,
      agents: administration.groupOf.map((group) => new AgentView(group)),
      sinceMs: () => 0,
    }
    const layers = new LayersShared()
    expect(layers.take({ ...told, atMs: 1_000, sequence: 0, startedAtMs: 100 }, world)).toBeNull()
    return layers.take({ ...told, atMs: 1_500, sequence: 1, startedAtMs }, world) !== null
  }
  expect([judged('docker', 500), judged('docker', 1_000), judged('podman', 500)]).toEqual([true, false, false])
})

test('stops soon after five failures', async () => {
  const { seedsTried, failures } = await fuzz({
    seeds: { first: 1, last: 500 },
    jobs: 1,
    mutant: 'cap-plus-one',
    onProgress: () => {},
    signal: never,
  })
  expect(failures.length).toBeGreaterThanOrEqual(5)
  expect(seedsTried).toBeLessThan(100)
  expect(failures.map(({ seed }) => seed)).toEqual(failures.map(({ seed }) => seed).sort((a, b) => a - b))
})

test('docs/fuzz.md explains every invariant in the words of the program', () => {
  const page = readFileSync(new URL('../../docs/fuzz.md', import.meta.url), 'utf8')
  const rows = [...page.matchAll(/^\| `([a-z-]+)` \| (.+?) \|/gm)].map(([, name, words]) => [name, words])
  expect(Object.fromEntries(rows)).toEqual(invariants)
})

async function firstFailure(mutant: MutantName) {
  for (let seed = 1; seed <= 60; seed += 1) {
    const failure = await fuzzSeed(seed, mutant)
    if (failure !== null) return failure
  }
  throw new Error(`no seed up to 60 finds ${mutant}`)
}
