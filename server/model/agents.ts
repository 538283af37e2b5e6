// The agents that have checked in, and what becomes of those that stop doing so.
import type { AgentChanges } from '../api/agents.ts'
import type { HeartbeatRequest } from '../api/manager.ts'
import { plainId, requireId, stableId } from './ids.ts'
import { pullReports } from './pull-reports.ts'
import { invalidField, notFound } from './reply.ts'
import type { Settings } from './settings.ts'
import type { AgentRecord, PruneImagesMode, ReportRecord } from './state/records.ts'
import type { Collections } from './state/state.ts'
import type { Stock } from './stock.ts'
import type { Zones } from './zones.ts'

/** How new agents are set up; asked at each registration, because quirks and settings may change. */
export type AgentDefaults = () => { enabled: boolean; pruneImagesMode: PruneImagesMode }

interface Parts {
  rows: Collections
  zones: Zones
  stock: Stock
  settings: Settings
  defaults: AgentDefaults
}

/** All agents, by server id. What each last said is kept apart, for it is written at every check-in. */
export class Agents {
  /** Agents that have come, gone, or changed what they can take since the scheduler looked last. */
  readonly changed = new Set<string>()
  /** Changes whenever an agent comes, goes, is set up in another way, holds other images, or is heard of after a silence. */
  version = 0
  readonly #rows: Collections
  readonly #zones: Zones
  readonly #stock: Stock
  readonly #settings: Settings
  readonly #defaults: AgentDefaults
  readonly #byAgentId = new Map<string, string>()
  #guardianDueMs = Number.NEGATIVE_INFINITY

  constructor({ rows, zones, stock, settings, defaults }: Parts) {
    this.#rows = rows
    this.#zones = zones
    this.#stock = stock
    this.#settings = settings
    this.#defaults = defaults
    this.#recall()
  }

  /** Takes a heartbeat; one of an unknown server registers a new agent. */
  report({ docker_images, image_states, refresh_due_in_ms, ...report }: HeartbeatRequest, nowMs: number): AgentRecord {
    const zone = report.zone_name === undefined ? this.#zones.default : this.#zones.byName(report.zone_name)
    if (!zone) throw invalidField('zone_name', `names no zone: ${JSON.stringify(report.zone_name)}`)
    const known = this.find(report.server_id) ?? this.#register(report.server_id, zone.zone_id)
    const agent = known.zoneId === zone.zone_id ? known : this.#store({ ...known, zoneId: zone.zone_id })
    const before = this.#rows.reports.get(agent.serverId)
    const holdings = this.#stock.replace(before?.holdings ?? [], docker_images, agent.enabled)
    if (before?.report.cores !== report.cores) this.changed.add(agent.serverId)
    if (before?.holdings !== holdings || this.#isSilent(before, nowMs)) this.version += 1
    this.#rows.reports.set(agent.serverId, {
      report,
      holdings,
      heldSinceMs: before?.holdings === holdings ? before.heldSinceMs : heldSince(holdings, before, nowMs),
      pulls: image_states === undefined ? (before?.pulls ?? []) : pullReports(image_states, before?.pulls ?? [], nowMs),
      refreshDueMs: refresh_due_in_ms === undefined ? (before?.refreshDueMs ?? null) : nowMs + refresh_due_in_ms,
      lastReportedMs: nowMs,
    })
    return agent
  }

  /** The id is the plain one: this is called for whole fleets at a time. */
  noteReport(serverId: string, nowMs: number): void {
    const report = this.#rows.reports.get(serverId)
    if (!report) return
    if (this.#isSilent(report, nowMs)) this.version += 1
    this.#rows.reports.set(serverId, { ...report, lastReportedMs: nowMs })
  }

  find(serverId: string): AgentRecord | null {
    return this.#rows.agents.get(serverId) ?? this.#rows.agents.get(plainId(serverId) ?? serverId)
  }

  /** An agent by `agent_id` or `server_id`, in whatever form; null where there is none. */
  named(id: string): AgentRecord | null {
    return this.#rows.agents.get(this.#byAgentId.get(plainId(id) ?? '') ?? '') ?? this.find(id)
  }

  /** What an agent last said; agents register with their first report, so each has one. */
  reportOf({ serverId }: AgentRecord): ReportRecord {
    return this.#rows.reports.get(serverId) as ReportRecord
  }

  /** Where the call-back before a launch goes; null for an agent that has told no address, and so is taken to answer. */
  addressOf(serverId: string): string | null {
    const { public_hostname: host, scheme = 'https', port = 443 } = this.#rows.reports.get(serverId)?.report ?? {}
    if (host === undefined) return null
    return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}/agent/api/v1/hello/`
  }

  /** @throws Refusal where no agent has this `agent_id` */
  update({ agent_id, ...changes }: AgentChanges, nowMs: number): AgentRecord {
    const id = requireId('agent_id', agent_id)
    const agent = this.#rows.agents.get(this.#byAgentId.get(id) ?? '')
    if (!agent) throw notFound('Agent', id)
    return this.change(agent, changes, nowMs)
  }

  /** The agent with some of what administrators set up in another way; fields that are absent stay. */
  change(agent: AgentRecord, changes: Omit<AgentChanges, 'agent_id'>, nowMs: number): AgentRecord {
    const mode = changes.auto_prune_images ?? changes.prune_images_mode
    const drains = changes.drain ?? agent.drainingSinceMs !== null
    const changed = this.#store({
      ...agent,
      enabled: changes.enabled ?? agent.enabled,
      pruneImagesMode: mode === undefined ? agent.pruneImagesMode : mode === 'No Prune' ? 'Off' : mode,
      coresOverride: changes.cores_override === undefined ? agent.coresOverride : changes.cores_override,
      memoryOverride: changes.memory_override === undefined ? agent.memoryOverride : changes.memory_override,
      gpusOverride: changes.gpus_override === undefined ? agent.gpusOverride : changes.gpus_override,
      drainingSinceMs: drains ? (agent.drainingSinceMs ?? nowMs) : null,
    })
    if (changed.enabled !== agent.enabled) this.#stock.count(this.reportOf(agent).holdings, changed.enabled ? 1 : -1)
    return changed
  }

  /** From now on the call-back before a launch fails with these words; null: it succeeds, or the agent itself is asked. */
  setUnreachable(agent: AgentRecord, unreachable: string | null): void {
    this.#store({ ...agent, unreachable })
  }

  records(): Iterable<AgentRecord> {
    return this.#rows.agents.values()
  }

  /** Whether an agent has been heard of lately. */
  isRunning(agent: AgentRecord, nowMs: number): boolean {
    return !this.#isSilent(this.reportOf(agent), nowMs)
  }

  /** Forgets agents that have been silent for an hour, and says which. Looks as often as the product's guardian does. */
  guard(nowMs: number): AgentRecord[] {
    if (nowMs < this.#guardianDueMs) return []
    this.#guardianDueMs = nowMs + this.#settings.number('scale/guardian_interval') * 1_000
    const goneAfterMs = this.#settings.number('scale/host_dead_expiration') * 1_000
    const gone: AgentRecord[] = []
    for (const [serverId, { lastReportedMs }] of this.#rows.reports.entries()) {
      if (nowMs - lastReportedMs >= goneAfterMs) gone.push(this.#rows.agents.get(serverId) as AgentRecord)
    }
    for (const agent of gone) this.remove(agent)
    return gone
  }

  /** Forgets an agent; should it check in again, it registers anew. */
  remove(agent: AgentRecord): void {
    const { holdings } = this.reportOf(agent)
    this.#rows.agents.delete(agent.serverId)
    this.#rows.reports.delete(agent.serverId)
    this.#byAgentId.delete(agent.agentId)
    this.#stock.release(holdings, agent.enabled)
    this.changed.add(agent.serverId)
    this.version += 1
  }

  #isSilent({ lastReportedMs }: ReportRecord, nowMs: number): boolean {
    return nowMs - lastReportedMs >= this.#settings.number('scale/host_missing_expiration') * 1_000
  }

  #register(server_id: string, zoneId: string): AgentRecord {
    const serverId = plainId(server_id) ?? server_id
    const agentId = stableId('agent', serverId)
    this.#byAgentId.set(agentId, serverId)
    return this.#store({
      agentId,
      serverId,
      zoneId,
      ...this.#defaults(),
      coresOverride: null,
      memoryOverride: null,
      gpusOverride: null,
      drainingSinceMs: null,
      unreachable: null,
    })
  }

  #store(agent: AgentRecord): AgentRecord {
    this.changed.add(agent.serverId)
    this.version += 1
    return this.#rows.agents.set(agent.serverId, agent)
  }

  /** Builds what follows from the records: indexes and the stock. */
  #recall(): void {
    for (const agent of this.records()) {
      this.#byAgentId.set(agent.agentId, agent.serverId)
      this.#stock.recall(this.reportOf(agent).holdings, agent.enabled)
    }
  }
}

/** Since when an agent holds what it holds now. */
function heldSince(holdings: ReportRecord['holdings'], before: ReportRecord | null, nowMs: number): number[] {
  const known = new Map(before?.holdings.map(({ name }, index) => [name, index]))
  return holdings.map(({ name, digest }) => {
    const index = known.get(name)
    if (before === null || index === undefined || before.holdings[index]?.digest !== digest) return nowMs
    return before.heldSinceMs[index] ?? nowMs
  })
}
