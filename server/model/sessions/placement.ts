// Where a session runs: on the agent with the most free cores of those that may and can run it now, in the zone of the web app before
// any other (docs/sessions.md, "Placement").
import type { Agents } from '../agents.ts'
import type { AgentRecord, StoredImage } from '../state/records.ts'
import type { Zones } from '../zones.ts'
import { Refusals } from './decisions.ts'
import { type Candidate, capacityOf, lackOn, type Objection, objectionTo } from './objection.ts'
import { Room } from './room.ts'
import type { Load, Usage } from './usage.ts'

/** What a session asks of a host. */
export interface PlacementRequest {
  image: StoredImage
  /** The one server that the caller asked for, or null. */
  serverId: string | null
  nowMs: number
  callBacks: CallBacks
}

/** What the calls to agents before this launch have brought so far. */
export interface CallBacks {
  /** Why they failed, by server id. */
  readonly failed: ReadonlyMap<string, string>
  /** Whether nobody calls any further: agents with an address that have not been called are passed over then. */
  readonly answered: ReadonlySet<string> | null
}

/** Every agent that says nothing else is taken to answer. */
export const everyoneAnswers: CallBacks = { failed: new Map(), answered: null }

/** A place for a session, or none; `refusals` holds why agents were passed over. */
export interface Placement {
  found: { agent: AgentRecord; digest: string } | null
  refusals: Refusals
}

interface Parts {
  agents: Agents
  usage: Usage
  zones: Zones
  silenceOf: (serverId: string) => string | null
}

/** Finds places for sessions. */
export class Scheduler {
  readonly #parts: Parts
  readonly #room = new Room()

  constructor(parts: Parts) {
    this.#parts = parts
    for (const { serverId } of parts.agents.records()) this.#update(serverId)
  }

  /** Changes nothing: the session that results counts once it is stored. */
  place(request: PlacementRequest): Placement {
    this.#catchUp()
    const refusals = new Refusals()
    for (const agent of this.#candidates(request)) {
      const objection = this.#objection(agent, request)
      if (objection) refusals.add(this.#named(agent), objection)
      else return { found: { agent, digest: this.#digestOn(agent, request.image) }, refusals }
    }
    return { found: null, refusals: this.#allRefusals(request, refusals) }
  }

  /** Why an agent cannot be told anything now, although it may have checked in; null where nothing is known of that. */
  silenceOf({ serverId, unreachable }: AgentRecord): string | null {
    return unreachable ?? this.#parts.silenceOf(serverId)
  }

  /** What an agent has too little of for a session to go on there, or null. */
  lackOn(agent: AgentRecord, needed: Pick<Load, 'cores' | 'memory' | 'gpus'>, nowMs: number): Objection | null {
    return lackOn(needed, this.#candidate(agent, nowMs))
  }

  *#candidates({ image, serverId }: PlacementRequest): Iterable<AgentRecord> {
    const { agents, zones } = this.#parts
    if (serverId !== null) {
      const agent = agents.find(serverId)
      if (agent) yield agent
      return
    }
    const isBound = image.restrict_to_zone && image.zone_id !== null
    const home = (isBound && zones.byId(image.zone_id ?? '')) || zones.default
    for (const { zone_id } of zones.searchOrder(home)) {
      for (const id of this.#room.in(zone_id)) {
        const agent = agents.find(id)
        if (agent) yield agent
      }
    }
  }

  /** Those that take no sessions at all are looked at only where nobody else can: to say why. */
  #allRefusals({ image, serverId, nowMs }: PlacementRequest, refusals: Refusals): Refusals {
    for (const agent of this.#parts.agents.records()) {
      if (serverId !== null && agent.serverId === this.#parts.agents.find(serverId)?.serverId) continue
      if (serverId !== null) {
        refusals.add(this.#named(agent), { kind: 'not the server asked for', detail: serverId })
      } else if (!takesSessions(agent)) {
        const objection = objectionTo(image, this.#candidate(agent, nowMs))
        if (objection) refusals.add(this.#named(agent), objection)
      }
    }
    return refusals
  }

  #objection(agent: AgentRecord, { image, nowMs, callBacks }: PlacementRequest): Objection | null {
    return objectionTo(image, this.#candidate(agent, nowMs)) ?? this.#unreachable(agent, callBacks)
  }

  #unreachable(agent: AgentRecord, { failed, answered }: CallBacks): Objection | null {
    const { serverId } = agent
    const cause = this.silenceOf(agent) ?? failed.get(serverId) ?? null
    if (cause !== null) return { kind: 'unreachable', detail: cause }
    if (answered === null || answered.has(serverId) || !this.#parts.agents.addressOf(serverId)) return null
    return { kind: 'unreachable', detail: 'it was not called, because too many others did not answer' }
  }

  #candidate(agent: AgentRecord, nowMs: number): Candidate {
    const { agents, usage } = this.#parts
    const report = agents.reportOf(agent)
    const silentForMs = agents.isRunning(agent, nowMs) ? null : nowMs - report.lastReportedMs
    return { agent, report, load: usage.of(agent.serverId), silentForMs }
  }

  #digestOn(agent: AgentRecord, { name }: StoredImage): string {
    const { holdings } = this.#parts.agents.reportOf(agent)
    return holdings.find((holding) => holding.name === name)?.digest ?? ''
  }

  #named(agent: AgentRecord): { server_id: string; hostname: string } {
    return { server_id: agent.serverId, hostname: this.#parts.agents.reportOf(agent).report.hostname }
  }

  /** Takes in what has changed since the last time. */
  #catchUp(): void {
    const { agents, usage } = this.#parts
    for (const changed of [agents.changed, usage.changed]) {
      for (const serverId of changed) this.#update(serverId)
      changed.clear()
    }
  }

  #update(serverId: string): void {
    const { agents, usage } = this.#parts
    const agent = agents.find(serverId)
    if (!agent) {
      this.#room.remove(serverId)
      return
    }
    const freeCores = capacityOf(agent, agents.reportOf(agent)).cores - usage.of(serverId).cores
    this.#room.update(serverId, takesSessions(agent) ? { zoneId: agent.zoneId, freeCores } : null)
  }
}

function takesSessions({ enabled, drainingSinceMs }: AgentRecord): boolean {
  return enabled && drainingSinceMs === null
}
