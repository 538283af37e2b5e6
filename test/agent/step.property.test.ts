// Whatever happens to an agent in whatever order, its rules hold; and the same properties find each of a row of wrong agents.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AgentCommand, ImageDefinition } from '../../simulator/agent/agent.ts'
import { step } from '../../simulator/agent/step.ts'
import { type Action, AgentModel, type StepAgent } from './agent-model.ts'

/** A fixed seed keeps the suite repeatable; the number of runs makes up for it. */
const runs = { seed: 20_261_124, numRuns: 5_000 }

const names = fc.constantFrom('a:1', 'b:1', 'c:1', 'broken:1', 'broken:2')
const often = (value: boolean) =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(value) }, { weight: 1, arbitrary: fc.constant(!value) })

const definition: fc.Arbitrary<ImageDefinition> = fc.record({
  imageId: fc.constant('0'),
  name: names,
  enabled: often(true),
  registry: fc.oneof({ weight: 6, arbitrary: fc.constant('https://index.docker.io/v1/') }, fc.constantFrom(null, '')),
  user: fc.constantFrom(null, 'ci'),
  token: fc.constantFrom(null, 'secret'),
  uncompressedSizeBytes: fc.integer({ min: 0, max: 6 }),
})
const definitions = fc.array(definition, { maxLength: 7 })

const answer = fc.record({
  do: fc.constant('answer' as const),
  definitions: fc.oneof(definitions, fc.constant('unchanged' as const)),
  enabled: often(true),
  mode: fc.constantFrom('Off' as const, 'Normal' as const, 'Aggressive' as const),
  inUse: fc.oneof(
    { weight: 3, arbitrary: fc.constant<string[]>([]) },
    { weight: 1, arbitrary: fc.subarray(['one', 'four']) },
  ),
})
const pull = fc.nat({ max: 3 })
const digest = fc.constantFrom('one', 'four', 'three', 'twelve')
const succeed = fc.record({ do: fc.constant('succeed' as const), pull, digest, late: often(false) })
const fail = fc.record({ do: fc.constant('fail' as const), pull, late: often(false) })
const plain = fc.constantFrom<Action>(
  { do: 'refresh' },
  { do: 'refresh' },
  { do: 'check-in' },
  { do: 'answer-fails' },
  { do: 'stop' },
  { do: 'start' },
  { do: 'start' },
)
const editCap = fc.record({ do: fc.constant('edit-cap' as const), cap: fc.integer({ min: 1, max: 4 }) })
const action = fc.oneof(
  { weight: 4, arbitrary: answer },
  { weight: 5, arbitrary: succeed },
  { weight: 2, arbitrary: fail },
  { weight: 3, arbitrary: plain },
  { weight: 1, arbitrary: editCap },
)
const history = fc.array(action, { maxLength: 60, size: 'max' })

/** The model objects while the history happens; then a fair driver must bring every image to an end. */
function rulesHold(stepAgent: StepAgent) {
  return fc.property(history, definitions, (actions, lastDefinitions) => {
    const model = new AgentModel(stepAgent)
    model.do({ do: 'start' })
    for (const one of actions) model.do(one)
    model.settle(lastDefinitions)
  })
}

test('holds the rules for any history, and brings every image to presence or failure in the end', () => {
  fc.assert(rulesHold(step), runs)
})

const edit = (change: (commands: AgentCommand[]) => AgentCommand[]): StepAgent => {
  return (state, input, context) => change(step(state, input, context))
}

const wrongAgents: Record<string, { stepAgent: StepAgent; objection: RegExp }> = {
  'runs one pull more than its cap': {
    objection: /pulls run with a cap of|the cap has changed/,
    stepAgent: (state, input, context) => {
      if (input.kind !== 'start' || state.running) return step(state, input, context)
      const { configOnDisk } = state
      state.configOnDisk = { ...configOnDisk, maxConcurrentPulls: configOnDisk.maxConcurrentPulls + 1 }
      const commands = step(state, input, context)
      state.configOnDisk = configOnDisk
      return commands
    },
  },
  'takes a new cap without a restart': {
    objection: /the cap has changed without a start/,
    stepAgent: (state, input, context) => {
      if (input.kind === 'config-edited') state.config = input.config
      return step(state, input, context)
    },
  },
  'loses every third pull': {
    objection: /the running pulls differ/,
    stepAgent: edit((commands) => commands.filter((one) => one.kind !== 'start-pull' || one.pullId % 3 !== 0)),
  },
  'starts a pull twice': {
    objection: /is taken before|is pulled twice/,
    stepAgent: edit((commands) =>
      commands.flatMap((one): AgentCommand[] => (one.kind === 'start-pull' ? [one, one] : [one])),
    ),
  },
  'never tries a failed pull again': {
    objection: /nothing is done about it|ready with an image missing|neither present nor failing/,
    stepAgent: (state, input, context) => {
      const commands = step(state, input, context)
      if (input.kind === 'pull-failed') state.missing.delete(input.name)
      return commands
    },
  },
  'pulls without a registry': {
    objection: /has no registry|is not of the last answer/,
    stepAgent: (state, input, context) => {
      if (input.kind !== 'check-in-answered') return step(state, input, context)
      const { answer } = input
      const registered = answer.definitions.map((one) => ({ ...one, registry: one.registry || 'registry.example.com' }))
      return step(state, { ...input, answer: { ...answer, definitions: registered } }, context)
    },
  },
  'forgets its disk at a restart': {
    objection: /the images held differ/,
    stepAgent: (state, input, context) => {
      if (input.kind === 'stop') state.held.clear()
      return step(state, input, context)
    },
  },
  'never prunes': {
    objection: /was not pruned|the images held differ|bytes used, not/,
    stepAgent: (state, input, context) => {
      state.pruneNeeded = false
      return step(state, input, context)
    },
  },
  'prunes what containers use': {
    objection: /is pruned although a container uses it/,
    stepAgent: (state, input, context) => {
      if (input.kind !== 'check-in-answered') return step(state, input, context)
      return step(state, { ...input, answer: { ...input.answer, imagesInUse: [] } }, context)
    },
  },
  'counts a refresh twice on its disk': {
    objection: /bytes used, not/,
    stepAgent: (state, input, context) => {
      const before = state.diskUsedBytes
      const commands = step(state, input, context)
      if (input.kind === 'pull-succeeded' && state.diskUsedBytes === before) state.diskUsedBytes += input.sizeBytes
      return commands
    },
  },
}

test.for(Object.entries(wrongAgents))('finds the agent that %s', ([, { stepAgent, objection }]) => {
  const { failed, errorInstance } = fc.check(rulesHold(stepAgent), runs)
  expect(failed).toBe(true)
  expect((errorInstance as Error).message).toMatch(objection)
})
