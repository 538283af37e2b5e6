// An agent as the developer API shows it, and as a server, which it is as well: Kasm keeps both in one table.
import type { Agent } from '../api/agents.ts'
import type { Agents } from './agents.ts'
import { formatDate, formatOptionalDate } from './ids.ts'
import type { AgentRecord } from './state/records.ts'
import type { Zones } from './zones.ts'

interface Sources {
  agents: Agents
  zones: Zones
}

/** The agent of `get_agents`. */
export function presentAgent(agent: AgentRecord, { agents, zones }: Sources, nowMs: number): Agent {
  const { report, holdings, lastReportedMs } = agents.reportOf(agent)
  return {
    agent_id: agent.agentId,
    server_id: agent.serverId,
    hostname: report.hostname,
    status: agents.isRunning(agent, nowMs) ? 'running' : 'missing',
    zone_id: agent.zoneId,
    zone_name: zones.byId(agent.zoneId)?.zone_name ?? '',
    enabled: agent.enabled,
    cores: report.cores,
    memory: report.memory_bytes,
    gpus: report.gpus ?? 0,
    cores_override: agent.coresOverride,
    memory_override: agent.memoryOverride,
    gpus_override: agent.gpusOverride,
    auto_prune_images: agent.pruneImagesMode,
    prune_images_mode: agent.pruneImagesMode,
    agent_version: report.agent_version ?? null,
    public_ip: report.public_ip ?? null,
    public_hostname: report.public_hostname ?? null,
    port: report.port ?? null,
    labels: report.labels ?? [],
    docker_network_names: report.docker_network_names ?? [],
    drain_time: formatOptionalDate(agent.drainingSinceMs),
    cpu_percent: report.cpu_percent ?? null,
    disk_stats: report.disk_stats,
    docker_images: [...holdings],
    last_reported: formatDate(lastReportedMs),
  }
}

/** The server of `get_servers`. */
export function presentServer(agent: AgentRecord, sources: Sources, nowMs: number) {
  const { agents, zones } = sources
  const { report, lastReportedMs } = agents.reportOf(agent)
  return {
    server_id: agent.serverId,
    friendly_name: null,
    hostname: report.hostname,
    connection_type: null,
    connection_port: report.port ?? null,
    connection_username: null,
    connection_info: {},
    max_simultaneous_sessions: null,
    max_simultaneous_users: null,
    zone_id: agent.zoneId,
    zone_name: zones.byId(agent.zoneId)?.zone_name ?? null,
    pool_id: null,
    enabled: agent.enabled,
    cores_override: agent.coresOverride,
    memory_override: agent.memoryOverride,
    prune_images_mode: agent.pruneImagesMode,
    drain_time: formatOptionalDate(agent.drainingSinceMs),
    last_reported: formatDate(lastReportedMs),
    operational_status: agents.isRunning(agent, nowMs) ? 'running' : 'missing',
  }
}
