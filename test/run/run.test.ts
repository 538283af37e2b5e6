// Whole runs of small fleets over real sockets.
import { expect, test } from 'vitest'
import { step } from '../../simulator/agent/step.ts'
import type { StepAgent } from '../../simulator/driver/fleet.ts'
import type { RunEvent } from '../../simulator/events/events.ts'
import { type RunOptions, runScenario } from '../../simulator/run/run.ts'
import { compileScenario } from '../../simulator/scenario/compile.ts'
import type { ScenarioSource } from '../../simulator/scenario/schema.ts'

const images = Array.from({ length: 6 }, (_, index) => ({
  name: `kasmweb/image-${index}:1`,
  size: '60kB',
  uncompressedSize: '150kB',
  layers: 3,
}))

const small: ScenarioSource = {
  name: 'small',
  description: 'Three agents, six images.',
  fleet: { agents: 3, startupSpread: '2s' },
  images,
  end: { after: '20m', when: 'all-agents-ready' },
  expect: [
    { metric: 'pulls-running', atMost: 2, reaches: 2 },
    { metric: 'repositories-in-flight', atMost: 2, reaches: 2 },
  ],
}

async function run(source: ScenarioSource, options: Partial<RunOptions> = {}) {
  const events: RunEvent[] = []
  const scenario = compileScenario({ source })
  const outcome = await runScenario({ scenario, ...options, sinks: [(event) => events.push(event)] })
  return { ...outcome, events }
}

/** Agents that pull one more at a time than their configuration allows. */
const capPlusOne: StepAgent = (state, input, context) => {
  if (input.kind === 'start') {
    const { configOnDisk } = state
    state.configOnDisk = { ...configOnDisk, maxConcurrentPulls: configOnDisk.maxConcurrentPulls + 1 }
    const commands = step(state, input, context)
    state.configOnDisk = configOnDisk
    return commands
  }
  return step(state, input, context)
}

test('a small fleet gets ready and every check passes', async () => {
  const { reason, checks, events } = await run(small)
  expect(reason).toBe('condition-met')
  expect(checks.map(({ status }) => status)).toEqual(['held', 'held'])
  expect(events.filter(({ kind }) => kind === 'pull-succeeded')).toHaveLength(18)
  expect(events.at(0)?.kind).toBe('run-started')
  expect(events.slice(-2).map(({ kind }) => kind)).toEqual(['run-ended', 'run-judged'])
  expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => index))
})

test('agents with a cap of one more are caught by the events and by the registry', async () => {
  const { checks } = await run(small, { stepAgent: capPlusOne })
  expect(checks.map(({ status, highWater }) => ({ status, highWater }))).toEqual([
    { status: 'missed', highWater: 3 },
    { status: 'missed', highWater: 3 },
  ])
})

test('an interrupted run ends at once with what was seen so far', async () => {
  const controller = new AbortController()
  const slow: ScenarioSource = { ...small, end: { after: '10h' }, expect: [] }
  const events: RunEvent[] = []
  const scenario = compileScenario({ source: slow })
  const { reason, summary } = await runScenario({
    scenario,
    signal: controller.signal,
    sinks: [
      (event) => {
        events.push(event)
        if (event.kind === 'agent-ready') controller.abort()
      },
    ],
  })
  expect(reason).toBe('interrupted')
  expect(summary.pulls.succeeded).toBeGreaterThan(0)
  expect(events.at(-2)).toMatchObject({ kind: 'run-ended', reason: 'interrupted' })
})

test('a sink that throws is left out and the run goes on', async () => {
  const errors: unknown[] = []
  const scenario = compileScenario({ source: small })
  const { reason } = await runScenario({
    scenario,
    sinks: [
      () => {
        throw new Error('no room for the trace')
      },
    ],
    onSinkError: (error) => errors.push(error),
  })
  expect(reason).toBe('condition-met')
  expect(errors).toEqual([new Error('no room for the trace')])
})

test('two runs with one seed start the agents at the same moments', async () => {
  const startsOf = (events: RunEvent[]) =>
    events.filter(({ kind }) => kind === 'agent-started').map((event) => ('agent' in event ? event.agent : -1))
  const [first, second] = [await run(small), await run(small)]
  expect(startsOf(first.events)).toEqual(startsOf(second.events))
})

test('refuses a speed of 0 and a run of more than 24 days of real time', async () => {
  await expect(run(small, { speed: 0 })).rejects.toMatchObject({ code: 'USAGE' })
  await expect(run({ ...small, end: { after: '60d' } }, { speed: 1 })).rejects.toThrow('more than 24 days')
})

test.each(['settled', 'virtual'] as const)(
  'says in %s time who waits for what when the end comes first',
  async (time) => {
    const missing = { name: 'kasmweb/never-pushed:1', size: '60kB', published: false }
    const source = { ...small, images: [...images, missing], end: { after: '5m', when: 'all-agents-ready' as const } }
    const { reason, summary, events } = await run({ ...source, expect: [] }, { time })
    expect(reason).toBe('end-reached')
    expect(summary.waiting?.agents).toBe(3)
    expect(summary.waiting?.first[0]).toMatchObject({ agent: 0, image: missing.name })
    expect(summary.waiting?.first[0]?.cause).toContain('repository kasmweb/never-pushed not found')
    expect(events.filter(({ kind }) => kind === 'agents-waiting')).toHaveLength(1)
  },
)
