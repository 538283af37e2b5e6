// The agents that have checked in, and what becomes of those that stop doing so.
import type { Agent, AgentChanges } from '../api/agents.ts'
import type { HeartbeatRequest } from '../api/manager.ts'
import { formatDate, plainId, requireId, stableId } from './ids.ts'
import { businessError, invalidField } from './reply.ts'
import type { Holding, Stock } from './stock.ts'
import type { Zone, Zones } from './zones.ts'

/** The product's settings `host_missing_expiration`, `host_dead_expiration` and `guardian_interval`. */
const missingAfterMs = 600_000
const goneAfterMs = 3_600_000
const guardianIntervalMs = 15_000

export type PruneImagesMode = Agent['auto_prune_images']

/** An agent as the web app knows it. */
export interface AgentRecord {
  readonly agentId: string
  /** Without dashes where it is a UUID. */
  readonly serverId: string
  zone: Zone
  enabled: boolean
  pruneImagesMode: PruneImagesMode
  coresOverride: number | null
  memoryOverride: number | null
  gpusOverride: number | null
  report: Omit<HeartbeatRequest, 'docker_images'>
  holdings: readonly Holding[]
  lastReportedMs: number
}

/** All agents, by server id. */
export class Agents {
  readonly #agents = new Map<string, AgentRecord>()
  readonly #byAgentId = new Map<string, AgentRecord>()
  readonly #zones: Zones
  readonly #stock: Stock
  readonly #defaults: { enabled: boolean; pruneImagesMode: PruneImagesMode }
  #guardianDueMs = Number.NEGATIVE_INFINITY

  constructor(zones: Zones, stock: Stock, defaults: { enabled: boolean; pruneImagesMode: PruneImagesMode }) {
    this.#zones = zones
    this.#stock = stock
    this.#defaults = defaults
  }

  /** Takes a heartbeat; one of an unknown server registers a new agent. */
  report({ docker_images, ...report }: HeartbeatRequest, nowMs: number): AgentRecord {
    const zone = report.zone_name === undefined ? this.#zones.default : this.#zones.byName(report.zone_name)
    if (!zone) throw invalidField('zone_name', `names no zone: ${JSON.stringify(report.zone_name)}`)
    const agent = this.find(report.server_id) ?? this.#register(report, zone)
    agent.zone = zone
    agent.report = report
    agent.lastReportedMs = nowMs
    agent.holdings = this.#stock.replace(agent.holdings, docker_images, agent.enabled)
    return agent
  }

  noteReport(serverId: string, nowMs: number): void {
    const agent = this.find(serverId)
    if (agent) agent.lastReportedMs = nowMs
  }

  find(serverId: string): AgentRecord | null {
    return this.#agents.get(serverId) ?? this.#agents.get(plainId(serverId) ?? serverId) ?? null
  }

  update(changes: AgentChanges, nowMs: number): Agent {
    const id = requireId('agent_id', changes.agent_id)
    const agent = this.#byAgentId.get(id)
    if (!agent) throw businessError(`Agent not found: ${id}.`)
    const mode = changes.auto_prune_images ?? changes.prune_images_mode
    if (mode !== undefined) agent.pruneImagesMode = mode === 'No Prune' ? 'Off' : mode
    if (changes.cores_override !== undefined) agent.coresOverride = changes.cores_override
    if (changes.memory_override !== undefined) agent.memoryOverride = changes.memory_override
    if (changes.gpus_override !== undefined) agent.gpusOverride = changes.gpus_override
    if (changes.enabled !== undefined && changes.enabled !== agent.enabled) {
      agent.enabled = changes.enabled
      this.#stock.count(agent.holdings, agent.enabled ? 1 : -1)
    }
    return present(agent, nowMs)
  }

  list(nowMs: number): Agent[] {
    return [...this.#agents.values()].map((agent) => present(agent, nowMs))
  }

  /** Forgets agents that have been silent for an hour. Looks as often as the product's guardian does. */
  guard(nowMs: number): void {
    if (nowMs < this.#guardianDueMs) return
    this.#guardianDueMs = nowMs + guardianIntervalMs
    for (const agent of this.#agents.values()) {
      if (nowMs - agent.lastReportedMs < goneAfterMs) continue
      this.#agents.delete(agent.serverId)
      this.#byAgentId.delete(agent.agentId)
      this.#stock.release(agent.holdings, agent.enabled)
    }
  }

  #register(report: AgentRecord['report'], zone: Zone): AgentRecord {
    const serverId = plainId(report.server_id) ?? report.server_id
    const agent: AgentRecord = {
      agentId: stableId('agent', serverId),
      serverId,
      zone,
      ...this.#defaults,
      coresOverride: null,
      memoryOverride: null,
      gpusOverride: null,
      report,
      holdings: [],
      lastReportedMs: 0,
    }
    this.#agents.set(agent.serverId, agent)
    this.#byAgentId.set(agent.agentId, agent)
    return agent
  }
}

function present(agent: AgentRecord, nowMs: number): Agent {
  const { report } = agent
  return {
    agent_id: agent.agentId,
    server_id: agent.serverId,
    hostname: report.hostname,
    status: nowMs - agent.lastReportedMs < missingAfterMs ? 'running' : 'missing',
    zone_id: agent.zone.id,
    zone_name: agent.zone.name,
    enabled: agent.enabled,
    cores: report.cores,
    memory: report.memory_bytes,
    gpus: 0,
    cores_override: agent.coresOverride,
    memory_override: agent.memoryOverride,
    gpus_override: agent.gpusOverride,
    auto_prune_images: agent.pruneImagesMode,
    prune_images_mode: agent.pruneImagesMode,
    agent_version: report.agent_version ?? null,
    public_ip: report.public_ip ?? null,
    port: report.port ?? null,
    cpu_percent: report.cpu_percent ?? null,
    disk_stats: report.disk_stats,
    docker_images: agent.holdings.map(({ name, digest }) => ({ name, digest })),
    last_reported: formatDate(agent.lastReportedMs),
  }
}
