// The state of each image on one agent: what its definitions, what it holds, and what it says of its pulls come to.
import type { Areas } from '../areas.ts'
import { formatDate, formatOptionalDate } from '../ids.ts'
import type { AgentRecord, PullReport, ReportRecord } from '../state/records.ts'

/** An image on an agent. What is present stays so while it is pulled again. */
export interface AgentImageView {
  name: string
  /** Null where no definition that applies to the agent names it. */
  image_id: string | null
  state: 'absent' | 'queued' | 'pulling' | 'present' | 'failed'
  /** What the agent holds under this name, or null; an image that is pulled again has one, too. */
  digest: string | null
  /** Since when the state is what it is; null where nobody knows. */
  since: string | null
  /** Of a pull: why it waits or runs, how many bytes have come, of how many, where the agent says so. */
  pull: { reason: PullReport['reason']; downloaded_bytes: number | null; total_bytes: number | null } | null
  /** How much of a running pull is done, 0 to 100; null where the agent does not say. */
  percent: number | null
  /** The last pull of it failed, with the engine's own words. */
  failure: { cause: string; at: string } | null
  /** Why the agent does not pull it. */
  not_pulled: 'disabled' | 'no registry' | 'agent disabled' | 'not defined' | null
  /** When the agent pulls it again; null where it is not there or nobody knows. */
  next_refresh: string | null
  sessions: number
}

/** Every image that an agent should hold, holds or is busy with: definitions first, in their order. */
export function imagesOf(agent: AgentRecord, areas: Areas): AgentImageView[] {
  const report = areas.agents.reportOf(agent)
  const defined = new Map(areas.definitions.of(agent, report).map((image) => [image.name, image]))
  const held = new Map(report.holdings.map(({ name }, index) => [name, index]))
  const pulls = new Map(report.pulls.map((pull) => [pull.name, pull]))
  const names = new Set([...defined.keys(), ...held.keys(), ...pulls.keys()])
  const counts = sessionCounts(agent, areas)
  return [...names].map((name) => {
    const definition = defined.get(name)
    const isMissed = !agent.enabled ? 'agent disabled' : null
    const not_pulled = !definition
      ? 'not defined'
      : !definition.enabled
        ? 'disabled'
        : !definition.docker_registry
          ? 'no registry'
          : isMissed
    return {
      name,
      image_id: definition?.image_id ?? null,
      ...stateOf(report, held.get(name), pulls.get(name)),
      not_pulled,
      next_refresh: held.has(name) && not_pulled === null ? formatOptionalDate(report.refreshDueMs) : null,
      sessions: counts.get(name) ?? 0,
    }
  })
}

/** How many images are in each state; those that the agent would not pull are not missed where they are absent. */
export function imageCounts(agent: AgentRecord, areas: Areas): Record<AgentImageView['state'], number> {
  const report = areas.agents.reportOf(agent)
  const counts = { absent: 0, queued: 0, pulling: 0, present: 0, failed: 0 }
  const seen = new Set<string>()
  for (const { name } of report.holdings) seen.add(name)
  counts.present = seen.size
  for (const { name, state } of report.pulls) {
    const isHeld = seen.has(name)
    if (isHeld && state === 'failed') continue
    counts[state] += 1
    if (isHeld) counts.present -= 1
    else seen.add(name)
  }
  if (!agent.enabled) return counts
  for (const { name, enabled, docker_registry } of areas.definitions.of(agent, report)) {
    if (!enabled || !docker_registry || seen.has(name)) continue
    counts.absent += 1
    seen.add(name)
  }
  return counts
}

type ImageState = Pick<AgentImageView, 'state' | 'digest' | 'since' | 'pull' | 'percent' | 'failure'>

function stateOf(report: ReportRecord, heldIndex: number | undefined, pull: PullReport | undefined): ImageState {
  const held = heldIndex === undefined ? undefined : report.holdings[heldIndex]
  const heldSinceMs = heldIndex === undefined ? undefined : report.heldSinceMs[heldIndex]
  const digest = held?.digest ?? null
  const nothing = { digest, pull: null, percent: null, failure: null }
  const since = formatDate(pull?.sinceMs ?? heldSinceMs ?? 0)
  if (!pull) return held ? { ...nothing, state: 'present', since } : { ...nothing, state: 'absent', since: null }
  if (pull.state === 'failed') {
    const failure = { cause: pull.cause ?? '', at: since }
    if (held) return { ...nothing, state: 'present', since: formatOptionalDate(heldSinceMs ?? null), failure }
    return { ...nothing, state: 'failed', since, failure }
  }
  const { reason, downloadedBytes: downloaded_bytes, totalBytes: total_bytes } = pull
  return {
    ...nothing,
    state: pull.state,
    since,
    pull: { reason, downloaded_bytes, total_bytes },
    percent: percentOf(pull),
  }
}

function percentOf({ state, downloadedBytes, totalBytes }: PullReport): number | null {
  if (state !== 'pulling' || downloadedBytes === null || !totalBytes) return null
  return Math.min(100, Math.floor((100 * downloadedBytes) / totalBytes))
}

function sessionCounts({ serverId }: AgentRecord, { sessions }: Areas): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { image } of sessions.listOn(serverId)) counts.set(image.name, (counts.get(image.name) ?? 0) + 1)
  return counts
}
