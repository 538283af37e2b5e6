// Refreshes that find every image up to date, which virtual time tells as one instead of pulling one by one. Only where nothing can
// come between: the agent does nothing else, the registry refuses no version check, and no tag moves before the last pull has ended.
import type { AgentState } from '../agent/agent.ts'
import type { Exchange } from '../pull/modelled/prelude.ts'
import type { ModelledPulls } from '../pull/modelled/pulls.ts'
import type { QuietRefresh } from '../run/quiet-refreshes.ts'

export interface UnchangedRefresh extends QuietRefresh {
  exchanges: readonly Exchange[]
  requestsPerPull: number
}

/**
 * What the refresh of an agent that is due now would do, where it can be told as one; null where it must be carried out.
 * `untilMs` is when something may come between.
 */
export function unchangedRefresh(
  state: AgentState,
  options: { agent: number; nowMs: number; untilMs: number; pulls: ModelledPulls },
): UnchangedRefresh | null {
  const { nowMs: fromMs, untilMs } = options
  if (!isQuiet(state)) return null
  const images: { name: string; digest: string }[] = []
  let pull: { pullMs: number; exchanges: readonly Exchange[] } | null = null
  for (const definition of state.pullable.values()) {
    if (!hasRoom(state, definition.uncompressedSizeBytes)) return null
    pull = options.pulls.upToDatePull(options.agent, definition)
    if (pull === null) return null
    images.push({ name: definition.name, digest: state.held.get(definition.name)?.digest ?? '' })
  }
  if (pull === null) return null
  const { pullMs, exchanges } = pull
  const cap = state.config.maxConcurrentPulls
  if (fromMs + Math.ceil(images.length / cap) * pullMs >= untilMs) return null
  return { images, cap, fromMs, pullMs, exchanges, requestsPerPull: exchanges.length + 1 }
}

/** The agent holds everything, pulls nothing, and has nothing that the end of a pull would change. */
function isQuiet(state: AgentState): boolean {
  const { running, enabled, config, missing, queue, pulls, failing } = state
  if (!running || !enabled || !config.validateImages) return false
  return missing.size + queue.size + pulls.size + failing.size === 0
}

function hasRoom({ config, diskUsedBytes, diskSizeBytes }: AgentState, sizeBytes: number): boolean {
  return diskUsedBytes + sizeBytes <= config.diskUsageLimit * diskSizeBytes
}
