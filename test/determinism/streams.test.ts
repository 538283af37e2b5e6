// Draws belong to a group and a member, an action and an image, and not to numbers that count through the scenario: one more agent,
// group, action or image moves nothing of the others.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { streamName } from '../../server/kernel/random.ts'
import type { RunEvent } from '../../simulator/events/events.ts'
import { runScenario } from '../../simulator/run/run.ts'
import { compileScenario } from '../../simulator/scenario/compile.ts'
import type { ActionSource, ImageSource, ScenarioSource } from '../../simulator/scenario/schema.ts'

const groupArbitrary = fc.record({
  agents: fc.integer({ min: 1, max: 3 }),
  persona: fc.constantFrom('docker' as const, 'podman' as const, 'polite' as const, 'containerd' as const),
  startupSpread: fc.constantFrom('30s', '5m'),
})

const imageArbitrary = fc.record({
  size: fc.constantFrom('300kB', '2MB'),
  layers: fc.constantFrom(1, 3),
  host: fc.constantFrom('', 'registry.example.com/'),
})

const actionArbitrary = fc.record({
  minute: fc.integer({ min: 8, max: 12 }),
  group: fc.nat(),
  spread: fc.constantFrom('1m', '5m'),
})

/** Agents share no line, no limit and no slots; what they draw are start-ups, restarts, faults, and how long they wait after these. */
const scenarioArbitrary = fc
  .record({
    seed: fc.nat({ max: 1_000 }),
    groups: fc.array(groupArbitrary, { minLength: 1, maxLength: 3 }),
    images: fc.array(imageArbitrary, { minLength: 1, maxLength: 3 }),
    actions: fc.array(actionArbitrary, { maxLength: 3 }),
  })
  .map(({ seed, groups, images, actions }) => ({
    name: 'streams',
    seed,
    fleet: groups.map((group, index) => ({ name: `group-${index}`, cap: 20, egressAddress: 'own', ...group })),
    network: { roundTrip: '20ms', connection: '1MB/s' },
    registry: {
      faults: [
        { name: 'busy', kind: 'status' as const, status: 429, probability: 0.2 },
        { name: 'broken', kind: 'connection-drop' as const, probability: 0.1 },
        { name: 'slow', kind: 'latency' as const, delay: { distribution: 'exponential' as const, mean: '300ms' } },
      ],
    },
    images: images.map(
      ({ host, ...image }, index): ImageSource => ({ name: `${host}team/app-${index}:1.0`, ...image }),
    ),
    timeline: actions
      .toSorted((one, other) => one.minute - other.minute)
      .map(({ minute, group, spread }): ActionSource => {
        const agents = { group: `group-${group % groups.length}` }
        return { at: `${minute}m`, do: 'restart-agent', agents, spread, downtime: '5s' }
      }),
    end: { after: '25m' },
  }))

type Drawn = typeof scenarioArbitrary extends fc.Arbitrary<infer Value> ? Value : never

/** Check-ins that change nothing are told as one, up to whatever happens next to anybody. */
const untold = new Set<RunEvent['kind']>(['check-in-answered', 'check-ins-idle'])

/** What happened to each agent, by its group and its place there, without what counts through the fleet. */
async function livesOf(source: ScenarioSource): Promise<Map<string, string[]>> {
  const scenario = compileScenario({ source })
  const names = scenario.groups.flatMap(({ name, agents }) =>
    Array.from({ length: agents }, (_, member) => `${name}/${member}`),
  )
  const lives = new Map<string, string[]>(names.map((name) => [name, []]))
  await runScenario({
    scenario,
    time: 'virtual',
    sinks: [
      (event) => {
        if (!('agent' in event) || event.agent === null || untold.has(event.kind)) return
        lives.get(names[event.agent] as string)?.push(JSON.stringify(withoutNumbers(event)))
      },
    ],
  })
  return lives
}

function withoutNumbers(event: RunEvent): object {
  const { sequence: _sequence, ...told } = event
  return { ...told, agent: null, source: null, runningInFleet: null }
}

/** The lives that both have, as they were in the first and in the second. */
function inBoth(before: Map<string, string[]>, after: Map<string, string[]>) {
  const names = [...before.keys()].filter((name) => after.has(name))
  expect(names.length).toBe(before.size)
  return { before: names.map((name) => before.get(name)), after: names.map((name) => after.get(name)) }
}

const runs = { numRuns: 40 }

function propertyOf(
  change: (drawn: Drawn, at: number) => ScenarioSource,
  wanted = (line: string, _drawn: Drawn) => line !== '',
) {
  return fc.asyncProperty(scenarioArbitrary, fc.nat(), async (drawn, at) => {
    const { before, after } = inBoth(await livesOf(drawn), await livesOf(change(drawn, at)))
    const ofOthers = (lives: (string[] | undefined)[]) =>
      lives.map((life) => life?.filter((line) => wanted(line, drawn)))
    expect(ofOthers(after)).toEqual(ofOthers(before))
    expect(before.flat().length).toBeGreaterThan(0)
  })
}

test('one more member of any group moves nothing of the other agents', async () => {
  const change = (drawn: Drawn, at: number) => ({
    ...drawn,
    fleet: drawn.fleet.map((group, index) =>
      index === at % drawn.fleet.length ? { ...group, agents: group.agents + 1 } : group,
    ),
  })
  await fc.assert(propertyOf(change), runs)
})

test('one more group, before, between or behind the others, moves nothing of them', async () => {
  const more = {
    egressAddress: 'own',
    name: 'more/1',
    agents: 2,
    cap: 20,
    persona: 'podman' as const,
    startupSpread: '30s' as const,
  }
  const change = (drawn: Drawn, at: number) => ({
    ...drawn,
    fleet: drawn.fleet.toSpliced(at % (drawn.fleet.length + 1), 0, more),
  })
  await fc.assert(propertyOf(change), runs)
})

test('one more action, wherever it stands, moves no moment of the others', async () => {
  const change = (drawn: Drawn, at: number) => {
    const action: ActionSource = {
      at: '7m',
      do: 'restart-agent',
      agents: { group: 'more' },
      spread: '1m',
      downtime: '5s',
    }
    const timeline = drawn.timeline.toSpliced(at % (drawn.timeline.length + 1), 0, action)
    return { ...drawn, fleet: [...drawn.fleet, { name: 'more', agents: 1 }], timeline }
  }
  await fc.assert(propertyOf(change), runs)
})

test('one more image moves no pull of the others, nor when agents start and stop', async () => {
  const change = (drawn: Drawn) => ({
    ...drawn,
    images: [{ name: 'other.example.com/team/first:1.0', size: '1MB', layers: 2 }, ...drawn.images],
  })
  // How many pulls run and how many check-ins say nothing new are the agent's own business, as is when it has everything.
  const ofImages = /"kind":"(pull-(succeeded|failed)|agent-(started|stopped))"/
  const steady = (line: string) => ofImages.test(line) && !line.includes('team/first')
  const property = fc.asyncProperty(scenarioArbitrary, fc.constantFrom('podman', 'crane'), async (any, persona) => {
    // Pulls of other clients share places for downloads on their agent, and with them they move each other.
    const drawn = { ...any, fleet: any.fleet.map((group) => ({ ...group, persona })) } as Drawn
    const plain = (lives: Map<string, string[]>) =>
      [...lives.values()].map((life) =>
        life.filter(steady).map((line) => line.replaceAll(/"(pull|running|pullsDropped)":\d+/g, '')),
      )
    expect(plain(await livesOf(change(drawn)))).toEqual(plain(await livesOf(drawn)))
  })
  await fc.assert(property, runs)
})

test('the same restart twice draws twice', async () => {
  const restart: ActionSource = { at: '8m', do: 'restart-agent', spread: '5m', downtime: '1s' }
  const source: ScenarioSource = {
    name: 'twice',
    fleet: { agents: 2 },
    end: { after: '15m' },
    timeline: [restart, restart],
  }
  for (const life of (await livesOf(source)).values()) {
    const moments = life.filter((line) => line.includes('agent-stopped')).map((line) => JSON.parse(line).atMs)
    expect(new Set(moments).size).toBe(2)
  }
})

test('the parts of a name never run together', () => {
  const part = fc.string({ unit: fc.constantFrom('a', '/', '%', '2', 'F') })
  const parts = fc.array(part, { minLength: 1, maxLength: 3 })
  fc.assert(
    fc.property(parts, parts, (one, other) => {
      expect(streamName(...one) === streamName(...other)).toBe(JSON.stringify(one) === JSON.stringify(other))
    }),
  )
})
