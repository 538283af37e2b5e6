// Refreshes that find every image up to date, which virtual time tells as one instead of pulling one by one. Only where nothing can
// come between: the agent does nothing else, the registry refuses no version check, and no tag moves before the last pull has ended.
import type { AgentState, ImageDefinition } from '../agent/agent.ts'
import { retryGapMs } from '../checks/registry-actions.ts'
import type { Persona } from '../pull/protocol/personas.ts'
import type { Exchange, VirtualPulls } from '../pull/wires/virtual/virtual-pulls.ts'
import type { QuietRefresh } from './quiet-refreshes.ts'

export interface UnchangedRefresh extends QuietRefresh {
  exchanges: readonly Exchange[]
  requestsPerPull: number
}

/** What a refresh of some definitions does to an agent that holds just what the registry has; null where that cannot be said. */
interface Plan {
  images: readonly { name: string; digest: string }[]
  largestBytes: number
  pullMs: number
  exchanges: readonly Exchange[]
}

/** Plans are made once for each list of definitions, which thousands of agents share. */
export class QuietRefreshPlanner {
  readonly #pulls: VirtualPulls
  readonly #plans = new WeakMap<
    readonly ImageDefinition[],
    Map<Persona, { registryVersion: number; plan: Plan | null }>
  >()

  constructor(pulls: VirtualPulls) {
    this.#pulls = pulls
  }

  /**
   * What the refresh of an agent that is due now would do, where it can be told as one; null where it must be carried out.
   * `untilMs` is when something may come between.
   */
  refreshOf(
    agent: number,
    state: AgentState,
    { fromMs, untilMs }: { fromMs: number; untilMs: number },
  ): UnchangedRefresh | null {
    if (!isQuiet(state) || fromMs < state.looksFromMs) return null
    const plan = this.#planOf(this.#pulls.personaOf(agent), state)
    if (plan === null) return null
    const { images, pullMs, exchanges, largestBytes } = plan
    const { maxConcurrentPulls: cap, diskUsageLimit } = state.config
    if (state.diskUsedBytes + largestBytes > diskUsageLimit * state.diskSizeBytes) return null
    if (fromMs + Math.ceil(images.length / cap) * pullMs >= untilMs) return null
    for (const { name, digest } of images) if (state.held.get(name)?.digest !== digest) return null
    return { images, cap, fromMs, pullMs, exchanges, requestsPerPull: exchanges.length }
  }

  #planOf(persona: Persona, state: AgentState): Plan | null {
    const { registryVersion } = this.#pulls
    const ofPersonas = this.#plans.get(state.definitions) ?? new Map()
    const known = ofPersonas.get(persona)
    if (known?.registryVersion === registryVersion) return known.plan
    const plan = this.#createPlan(persona, [...state.pullable.values()])
    this.#plans.set(state.definitions, ofPersonas.set(persona, { registryVersion, plan }))
    return plan
  }

  #createPlan(persona: Persona, definitions: readonly ImageDefinition[]): Plan | null {
    const pulls = definitions.map((definition) => this.#pulls.upToDatePull(persona, definition))
    const [first] = pulls
    // Where exchanges take no time, rows of pulls have no length to be told apart by.
    if (!first || first.pullMs === 0 || !isReadAsOne(first)) return null
    const images: { name: string; digest: string }[] = []
    for (const [index, pull] of pulls.entries()) {
      if (pull === null) return null
      images.push({ name: (definitions[index] as ImageDefinition).name, digest: pull.digest })
    }
    const largestBytes = Math.max(...definitions.map(({ uncompressedSizeBytes }) => uncompressedSizeBytes))
    return { images, largestBytes, pullMs: first.pullMs, exchanges: first.exchanges }
  }
}

/** On a very slow network a check that was challenged and the one that follows with a token are read as two. */
function isReadAsOne({ exchanges, pullMs }: { exchanges: readonly Exchange[]; pullMs: number }): boolean {
  const isCheck = (exchange: Exchange) => exchange.class === 'version-check'
  const between = exchanges.findLastIndex(isCheck) - exchanges.findIndex(isCheck)
  return (between * pullMs) / exchanges.length <= retryGapMs
}

/** The agent holds everything, pulls nothing, and has nothing that the end of a pull would change. */
function isQuiet({ running, enabled, config, missing, queue, pulls, failing }: AgentState): boolean {
  if (!running || !enabled || !config.validateImages) return false
  return missing.size + queue.size + pulls.size + failing.size === 0
}
