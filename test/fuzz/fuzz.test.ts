// The fuzzer: what it draws, that the program as it is passes, and that it finds and shrinks builds that are wrong on purpose.
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import type { CheckInAnswer, ImageDefinition } from '../../simulator/agent/agent.ts'
import { step } from '../../simulator/agent/step.ts'
import type { StepAgent } from '../../simulator/driver/fleet.ts'
import { fuzz } from '../../simulator/fuzz/fuzz.ts'
import { fuzzSeed } from '../../simulator/fuzz/fuzz-seed.ts'
import { type InvariantName, invariants } from '../../simulator/fuzz/invariants/invariant.ts'
import { judge } from '../../simulator/fuzz/judge.ts'
import { type MutantName, mutationOf } from '../../simulator/fuzz/mutants.ts'
import { scenarioArbitrary } from '../../simulator/fuzz/scenario-arbitrary.ts'
import { runScenario } from '../../simulator/run/run.ts'
import { compileScenario } from '../../simulator/scenario/compile.ts'
import { loadScenario } from '../../simulator/scenario/load.ts'
import type { TimelineAction } from '../../simulator/scenario/scenario.ts'

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
    'edit-agent-config',
    'move-tag',
    'publish-image',
    'restart-agent',
    'update-agent',
    'update-definition',
  ])
  expect(traits.size).toBe(9)
})

test('the program as it is holds every invariant', { timeout: 60_000 }, async () => {
  const progress: number[] = []
  const outcome = await fuzz({
    seeds: { first: 1, last: 100 },
    jobs: 2,
    mutant: null,
    onProgress: (done) => progress.push(done),
    signal: never,
  })
  expect(outcome).toEqual({ seedsTried: 100, failures: [] })
  expect(progress.at(-1)).toBe(100)
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
}

test.for(Object.keys(expected) as MutantName[])(
  'finds %s and shrinks it to a handful',
  { timeout: 60_000 },
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

test.for(Object.entries(wrongAgents))('%s finds an agent that breaks it', async ([invariant, stepAgent]) => {
  const found = new Set<InvariantName>()
  for (const source of fc.sample(scenarioArbitrary, { numRuns: 150, seed: 3 })) {
    const violation = await judge(compileScenario({ source }), { stepAgent })
    if (violation?.invariant === invariant) return
    if (violation) found.add(violation.invariant)
  }
  throw new Error(`found only ${[...found].join(', ') || 'nothing'}`)
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
