// Builds that are wrong on purpose, to show that the invariants find what they are for.
import { step } from '../agent/step.ts'
import type { StepAgent } from '../driver/fleet.ts'
import type { LinkRates } from '../network/shared-link.ts'
import type { PullLimit } from './invariants/registry-judges.ts'

/** What is wrong with a build: its agents, how its registry counts, or what its network carries. */
export interface Mutation {
  stepAgent?: StepAgent
  limit?: (promised: PullLimit) => PullLimit
  changeRates?: (planned: LinkRates) => LinkRates
}

const mutants = {
  /** Agents run one pull more than their cap. */
  'cap-plus-one': {
    stepAgent: (state, input, context) => {
      const commands = step(state, input, context)
      const { config } = state
      if (input.kind === 'start') state.config = { ...config, maxConcurrentPulls: config.maxConcurrentPulls + 1 }
      return commands
    },
  },
  /** Each agent never hears of the end of its second pull. */
  'lost-pull': {
    stepAgent: (state, input, context) =>
      input.kind === 'pull-succeeded' && input.pullId === 2 ? [] : step(state, input, context),
  },
  /** The registry lets one pull more through than it says. */
  'limit-plus-one': {
    limit: ({ anonymousPulls, authenticatedPulls, windowSeconds }) => ({
      anonymousPulls: anonymousPulls + 1,
      authenticatedPulls: authenticatedPulls + 1,
      windowSeconds,
    }),
  },
  /** The registry's uplink carries a quarter more than it should, and so do lines and connections. */
  'wide-lines': { changeRates: (planned) => scaled(planned, 1.25) },
  /** A quarter of every line lies idle. */
  'idle-lines': { changeRates: (planned) => scaled(planned, 0.75) },
} as const satisfies Record<string, Mutation>

function scaled({ uplinkBytesPerMs, connectionBytesPerMs, downlinkBytesPerMs }: LinkRates, factor: number): LinkRates {
  return {
    uplinkBytesPerMs: uplinkBytesPerMs * factor,
    connectionBytesPerMs: connectionBytesPerMs * factor,
    downlinkBytesPerMs: Array.from(downlinkBytesPerMs, (rate) => rate * factor),
  }
}

export type MutantName = keyof typeof mutants

export function mutationOf(mutant: MutantName | null): Mutation {
  return mutant === null ? {} : mutants[mutant]
}
