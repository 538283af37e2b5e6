// Agents as their administrator would want to see them: what each holds, waits for, pulls and fails at, what it runs, and why sessions
// were not placed on it. The product has no such view (docs/sessions.md, "The view of an agent").
import type { Areas } from '../areas.ts'
import { formatDate, formatOptionalDate } from '../ids.ts'
import type { Decision } from '../sessions/decisions.ts'
import { logLines } from '../sessions/decisions.ts'
import { capacityOf } from '../sessions/objection.ts'
import type { AgentRecord, SessionRecord } from '../state/records.ts'
import { type AgentImageView, imageCounts, imagesOf } from './image-view.ts'

/** An agent in the overview; sizes are in bytes, dates in UTC. */
export interface AgentSummary {
  agent_id: string
  server_id: string
  hostname: string
  zone_name: string
  status: 'running' | 'missing'
  enabled: boolean
  draining: boolean
  /** Why the call-back before a launch fails, where it was told to. */
  unreachable: string | null
  last_reported: string
  silent_seconds: number
  sessions: number
  cores: Share
  memory: Share
  gpus: Share
  disk: Share
  /** How many images are in each state; those that no agent would pull are not missed where they are absent. */
  images: Record<AgentImageView['state'], number>
}

interface Share {
  used: number
  total: number
}

/** Everything about one agent. */
export interface AgentView extends Omit<AgentSummary, 'images'> {
  prune_images_mode: string
  labels: readonly string[]
  /** Where the call-back goes; null where the agent has told no address. */
  call_back_url: string | null
  next_refresh: string | null
  images: AgentImageView[]
  session_list: SessionLine[]
  /** The last requests for sessions that were not placed here, newest first. */
  refusals: RefusalLine[]
}

/** A session on an agent. */
export interface SessionLine {
  kasm_id: string
  username: string
  image: string
  digest: string | null
  status: string
  since: string
}

/** A request that an agent did not get. */
export interface RefusalLine {
  at: string
  image: string
  reason: string
  detail: string
  /** The agent that got it, or null where nobody did. */
  placed_on: string | null
}

/** A request for a session: what became of it, and as what the product would log it. */
export interface DecisionView {
  at: string
  image: string
  username: string | null
  placed_on: string | null
  /** How many agents were passed over for each reason. */
  refused: Decision['refused']
  refusals: Decision['refusals']
  log: string[]
}

/** The whole fleet and the last requests for sessions, newest first. */
export interface AgentsView {
  now: string
  agents: AgentSummary[]
  decisions: DecisionView[]
}

/** All agents, in the order of their registration. */
export function agentsView(areas: Areas, nowMs: number): AgentsView {
  const agents = [...areas.agents.records()].map((agent) => summaryOf(agent, areas, nowMs))
  const decisions = areas.decisions.list().toReversed().map(presentDecision)
  return { now: formatDate(nowMs), agents, decisions }
}

/** One agent. */
export function agentView(agent: AgentRecord, areas: Areas, nowMs: number): AgentView {
  const { report, refreshDueMs } = areas.agents.reportOf(agent)
  const { images: _, ...summary } = summaryOf(agent, areas, nowMs)
  return {
    ...summary,
    prune_images_mode: agent.pruneImagesMode,
    labels: report.labels ?? [],
    call_back_url: areas.agents.addressOf(agent.serverId),
    next_refresh: formatOptionalDate(refreshDueMs),
    images: imagesOf(agent, areas),
    session_list: areas.sessions.listOn(agent.serverId).map((session) => sessionLine(session, areas)),
    refusals: refusalsOf(agent, areas),
  }
}

function summaryOf(agent: AgentRecord, areas: Areas, nowMs: number): AgentSummary {
  const { agents, usage, zones } = areas
  const reported = agents.reportOf(agent)
  const { report, lastReportedMs } = reported
  const capacity = capacityOf(agent, reported)
  const load = usage.of(agent.serverId)
  return {
    agent_id: agent.agentId,
    server_id: agent.serverId,
    hostname: report.hostname,
    zone_name: zones.byId(agent.zoneId)?.zone_name ?? '',
    status: agents.isRunning(agent, nowMs) ? 'running' : 'missing',
    enabled: agent.enabled,
    draining: agent.drainingSinceMs !== null,
    unreachable: agent.unreachable,
    last_reported: formatDate(lastReportedMs),
    silent_seconds: Math.max(0, Math.round((nowMs - lastReportedMs) / 1_000)),
    sessions: load.sessions,
    cores: { used: load.cores, total: capacity.cores },
    memory: { used: load.memory, total: capacity.memory },
    gpus: { used: load.gpus, total: capacity.gpus },
    disk: { used: report.disk_stats.used, total: report.disk_stats.total },
    images: imageCounts(agent, areas),
  }
}

function sessionLine(session: SessionRecord, { rows }: Areas): SessionLine {
  return {
    kasm_id: session.kasm_id,
    username: rows.users.get(session.user_id)?.username ?? '',
    image: session.image.name,
    digest: session.digest,
    status: session.operational_status,
    since: formatDate(session.createdMs),
  }
}

function refusalsOf({ serverId }: AgentRecord, { decisions }: Areas): RefusalLine[] {
  return decisions
    .list()
    .toReversed()
    .flatMap(({ atMs, image, placedOn, refusals }) => {
      const refusal = refusals.find(({ server_id }) => server_id === serverId)
      if (!refusal) return []
      const { kind: reason, detail } = refusal
      return [{ at: formatDate(atMs), image, reason, detail, placed_on: placedOn?.hostname ?? null }]
    })
}

function presentDecision(decision: Decision): DecisionView {
  const { atMs, image, username, placedOn, refused, refusals } = decision
  const placed_on = placedOn?.hostname ?? null
  return { at: formatDate(atMs), image, username, placed_on, refused, refusals, log: logLines(decision) }
}
