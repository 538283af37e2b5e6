// Sessions: asked for, watched, stopped, resumed and ended. Where one runs is for the scheduler to say (placement.ts), how its status
// walks for the lifecycle (lifecycle.ts), and who may have one for its entitlement (entitlement.ts).
import type { SessionRequest } from '../../api/session-operations.ts'
import { type Caller, mayActFor } from '../access/callers.ts'
import type { Agents } from '../agents.ts'
import type { Groups } from '../groups.ts'
import { requireId, stableId } from '../ids.ts'
import type { Images } from '../images.ts'
import { businessError, notFound, Refusal, unauthorized } from '../reply.ts'
import type { AgentRecord, OperationalStatus, SessionRecord, StoredImage, UserRecord } from '../state/records.ts'
import type { State } from '../state/state.ts'
import type { Users } from '../users.ts'
import { type Decisions, Refusals } from './decisions.ts'
import { DueSessions } from './due.ts'
import { Entitlement } from './entitlement.ts'
import { afterNextMoment, ending, expiryOf, inStatus, nextMomentOf, type SessionDelays } from './lifecycle.ts'
import { newSession } from './new-session.ts'
import { type CallBacks, everyoneAnswers, type Placement, type Scheduler } from './placement.ts'
import type { Usage } from './usage.ts'

/** What clients look for where no agent can run a session. */
const noResources = 'No resources are available to create the requested Kasm.'

const unreachableAgent = 'The agent of this session cannot be reached.'

interface Parts {
  state: State
  agents: Agents
  users: Users
  groups: Groups
  images: Images
  usage: Usage
  scheduler: Scheduler
  decisions: Decisions
  delays: () => SessionDelays
  /** Whether a new session waits in `requested` although it has a place. */
  waitsAsRequested: () => boolean
}

/** A request that may be granted, and the place that it would get. */
interface Plan {
  user: UserRecord | null
  image: StoredImage
  placement: Placement
  /** A session that was started ahead for whoever asks first. */
  staged: SessionRecord | null
}

/** What a session is started ahead for. */
interface StagingRequest {
  configId: string
  image: StoredImage
  /** How long it waits for a user. */
  lifetimeMs: number
}

type Place = Pick<SessionRecord, 'serverId' | 'zoneId' | 'digest'>

function placeOf({ agent, digest }: NonNullable<Placement['found']>): Place {
  return { serverId: agent.serverId, zoneId: agent.zoneId, digest }
}

const nobody = { user_id: '', groupIds: [] }

/** Every session. */
export class Sessions {
  readonly #parts: Parts
  readonly #entitlement: Entitlement
  readonly #due = new DueSessions()

  constructor(parts: Parts) {
    this.#parts = parts
    this.#entitlement = new Entitlement({ ...parts, rows: parts.state.rows })
    for (const session of parts.state.rows.sessions.values()) this.#due.note(session)
  }

  /** Brings everything up to this moment: agents that have been silent for too long, and sessions whose status walks on or ends. */
  settle(nowMs: number): void {
    for (const { serverId } of this.#parts.agents.guard(nowMs)) this.endAllOn(serverId, nowMs)
    for (let id = this.#due.take(nowMs); id !== null; id = this.#due.take(nowMs)) {
      const session = this.#parts.state.rows.sessions.get(id)
      // It is gone, or was put off since it was noted.
      if (!session || nextMomentOf(session) > nowMs) continue
      const next = afterNextMoment(session, this.#parts.delays())
      if (next === null) this.#remove(session)
      else this.#replace(session, next)
      if (next?.operational_status === 'deleting') this.#record(session, session.expiresMs)
    }
  }

  /** @throws Refusal where the user may not, or nothing can run the session */
  request(request: SessionRequest, caller: Caller, nowMs: number, callBacks: CallBacks = everyoneAnswers) {
    const { users, decisions } = this.#parts
    const { user: known, image, placement, staged } = this.#plan(request, caller, nowMs, callBacks)
    const { found, refusals } = placement
    const agent = found?.agent ?? (staged?.serverId ? this.#parts.agents.find(staged.serverId) : null)
    const hostname = agent && this.#parts.agents.reportOf(agent).report.hostname
    decisions.add({
      atMs: nowMs,
      image: image.name,
      username: known?.username ?? null,
      seats: this.#entitlement.seats,
      placedOn: agent && { server_id: agent.serverId, hostname: hostname ?? '' },
      refusals: refusals.first,
      refused: refusals.counts,
    })
    if (!found && !staged) {
      throw new Refusal({ status: 200, body: { error_message: noResources }, cause: refusals.summary })
    }
    const user = known ?? users.createAnonymous(nowMs)
    users.noteSession(user, nowMs)
    if (!found) return this.#handOver(staged as SessionRecord, { request, user, image, nowMs })
    return this.#replace(null, this.#new(request, user, { image, place: placeOf(found), nowMs }))
  }

  /** Starts a session ahead; null where nothing can run it. Agents are taken to answer: nobody waits who could be told. */
  stage({ configId, image, lifetimeMs }: StagingRequest, nowMs: number): SessionRecord | null {
    const { found } = this.#parts.scheduler.place({ image, serverId: null, nowMs, callBacks: everyoneAnswers })
    if (!found || this.#entitlement.licencesAreTaken) return null
    return this.#replace(null, {
      ...this.#new({}, nobody, { image, place: placeOf(found), nowMs }),
      staging_config_id: configId,
      keepaliveLifetimeMs: lifetimeMs,
      limitMs: null,
      expiresMs: nowMs + lifetimeMs,
    })
  }

  /** Sessions that were started ahead and wait for someone, in the order of their creation. */
  listStaged(): SessionRecord[] {
    return this.listOf(nobody.user_id).filter(({ operational_status }) => operational_status !== 'deleting')
  }

  /** The agent that a session would be placed on now: the one to call back; null where the request would be refused. */
  agentFor(request: SessionRequest, caller: Caller, nowMs: number, callBacks: CallBacks): AgentRecord | null {
    try {
      return this.#plan(request, caller, nowMs, callBacks).placement.found?.agent ?? null
    } catch (error) {
      if (error instanceof Refusal) return null
      throw error
    }
  }

  /** A session that the caller may use. */
  require({ kasm_id, user_id }: { kasm_id: string; user_id?: string | null }, caller: Caller): SessionRecord {
    const id = requireId('kasm_id', kasm_id)
    const owner = user_id ? requireId('user_id', user_id) : null
    const session = this.#parts.state.rows.sessions.get(id)
    if (!session || (owner !== null && owner !== session.user_id)) throw notFound('Kasm', id)
    if (!mayActFor(caller, session.user_id)) throw unauthorized()
    return session
  }

  list(): SessionRecord[] {
    return [...this.#parts.state.rows.sessions.values()]
  }

  listOf(userId: string): SessionRecord[] {
    return this.#named(this.#parts.usage.sessionsOf(userId))
  }

  listOn(serverId: string): SessionRecord[] {
    return this.#named(this.#parts.usage.sessionsOn(serverId))
  }

  shared(shareId: string): SessionRecord {
    const session = this.list().find(({ share_id }) => share_id === shareId)
    if (!session) throw businessError(`No session is shared as ${shareId}.`)
    return session
  }

  /** Why nobody can use a session although it is there: its agent is silent or cannot be reached. Null where all is well. */
  troubleOf({ serverId }: SessionRecord, nowMs: number): string | null {
    const agent = serverId === null ? null : this.#parts.agents.find(serverId)
    if (!agent) return null
    if (!this.#parts.agents.isRunning(agent, nowMs)) return 'The agent of this session is missing.'
    return agent.unreachable === null ? null : unreachableAgent
  }

  /** Why nothing can be begun with a session now: its agent would have to be told. What runs goes on without it. */
  #obstacleTo(session: SessionRecord, nowMs: number): string | null {
    const agent = session.serverId === null ? null : this.#parts.agents.find(session.serverId)
    const isSilent = agent && this.#parts.scheduler.silenceOf(agent) !== null
    return this.troubleOf(session, nowMs) ?? (isSilent ? unreachableAgent : null)
  }

  /** The session with another token. */
  rotateToken(session: SessionRecord): SessionRecord {
    return this.#replace(session, { ...session, tokenCount: session.tokenCount + 1 })
  }

  keepAlive(session: SessionRecord, nowMs: number): SessionRecord {
    if (session.operational_status === 'deleting') throw businessError('The session is deleting.')
    return this.#replace(session, { ...session, keepaliveMs: nowMs, expiresMs: expiryOf(session, nowMs) })
  }

  /** Stops, pauses or resumes a session. */
  turn(session: SessionRecord, status: 'stopped' | 'paused' | 'running', nowMs: number): SessionRecord {
    const from: Record<typeof status, OperationalStatus[]> = {
      stopped: ['running', 'starting', 'paused'],
      paused: ['running'],
      running: ['stopped', 'paused'],
    }
    if (!from[status].includes(session.operational_status)) {
      throw businessError(`The session is ${session.operational_status}.`)
    }
    if (status !== 'running') return this.#replace(session, { ...session, ...inStatus(status, null) })
    const obstacle = this.#obstacleTo(session, nowMs)
    if (obstacle !== null) throw businessError(obstacle)
    const { resumingMs } = this.#parts.delays()
    const isSlow = session.operational_status === 'stopped' && resumingMs > 0
    if (!session.holdsPlace) this.#requireCapacity(session, nowMs)
    const walk = isSlow ? inStatus('starting', nowMs + resumingMs) : inStatus('running', null)
    return this.#replace(session, { ...session, ...walk, startedMs: session.startedMs ?? nowMs })
  }

  /** Ends a session; one of a user whose sessions are recorded leaves a recording. */
  destroy(session: SessionRecord, nowMs: number): void {
    if (session.operational_status === 'deleting') return
    const delays = this.#parts.delays()
    this.#record(session, nowMs)
    if (delays.deletingMs > 0) this.#replace(session, ending(session, nowMs, delays))
    else this.#remove(session)
  }

  /** Ends whatever runs on an agent that is gone: there is no host left to take its time. */
  endAllOn(serverId: string, nowMs: number): void {
    for (const session of this.listOn(serverId)) {
      this.destroy(session, nowMs)
      const left = this.#parts.state.rows.sessions.get(session.kasm_id)
      if (left) this.#remove(left)
    }
  }

  #named(ids: Iterable<string>): SessionRecord[] {
    return [...ids].flatMap((id) => this.#parts.state.rows.sessions.get(id) ?? [])
  }

  #plan(request: SessionRequest, caller: Caller, nowMs: number, callBacks: CallBacks): Plan {
    const { user, image } = this.#entitlement.require(request, caller)
    const serverId = request.server_id ? requireId('server_id', request.server_id) : null
    const staged = serverId === null ? this.#stagedFor(image, nowMs) : null
    if (staged) return { user, image, placement: { found: null, refusals: new Refusals() }, staged }
    return { user, image, placement: this.#parts.scheduler.place({ image, serverId, nowMs, callBacks }), staged }
  }

  /** The first staged session of an image that its agent can hand out. */
  #stagedFor({ image_id }: StoredImage, nowMs: number): SessionRecord | null {
    const isUsable = (session: SessionRecord) =>
      session.image_id === image_id &&
      session.operational_status === 'running' &&
      this.#obstacleTo(session, nowMs) === null
    return this.listStaged().find(isUsable) ?? null
  }

  /** A staged session becomes the user's: it runs already, and lives from now on as one that she has asked for. */
  #handOver(
    staged: SessionRecord,
    { request, user, image, nowMs }: { request: SessionRequest; user: UserRecord; image: StoredImage; nowMs: number },
  ): SessionRecord {
    this.#parts.usage.replace(staged, null)
    const { operational_status, operational_message, operational_progress, dueMs, startedMs, createdMs } = staged
    const { kasm_id, cores, memory, gpus, staging_config_id } = staged
    return this.#replace(null, {
      ...this.#new(request, user, { image, place: staged, nowMs }, kasm_id),
      ...{ operational_status, operational_message, operational_progress, dueMs, startedMs, createdMs },
      ...{ image: staged.image, cores, memory, gpus, staging_config_id },
    })
  }

  /** A stopped session gave its place away and has to find it free again: its container is on that agent and no other. */
  #requireCapacity(session: SessionRecord, nowMs: number): void {
    const agent = session.serverId === null ? null : this.#parts.agents.find(session.serverId)
    const lack = agent && this.#parts.scheduler.lackOn(agent, session, nowMs)
    if (!lack) return
    const cause = `${lack.kind} on the agent of the session: ${lack.detail}`
    throw new Refusal({ status: 200, body: { error_message: noResources }, cause })
  }

  #new(
    request: SessionRequest,
    user: Pick<UserRecord, 'user_id' | 'groupIds'>,
    { image, place, nowMs }: { image: StoredImage; place: Place; nowMs: number },
    kasm_id = stableId('session', String(this.#parts.state.next('session'))),
  ): SessionRecord {
    const { groups, delays, waitsAsRequested } = this.#parts
    return newSession({
      ...{ kasm_id, user_id: user.user_id, image, request, nowMs, place },
      delays: delays(),
      waitsAsRequested: waitsAsRequested(),
      keepaliveSeconds: groups.settingFor(user, 'keepalive_expiration'),
    })
  }

  #record({ kasm_id, user_id, startedMs }: SessionRecord, endedMs: number): void {
    const { state, groups } = this.#parts
    const user = state.rows.users.get(user_id)
    if (!user || startedMs === null || groups.settingFor(user, 'record_sessions') <= 0) return
    const recording_id = stableId('recording', kasm_id)
    const durationMs = endedMs - startedMs
    state.rows.recordings.set(recording_id, { recording_id, kasm_id, user_id, startedMs, durationMs })
  }

  /** Stores a session, over an earlier form of itself where there is one. */
  #replace(before: SessionRecord | null, session: SessionRecord): SessionRecord {
    this.#parts.usage.replace(before, session)
    const { dueMs, expiresMs } = session
    if (before?.dueMs !== dueMs || before?.expiresMs !== expiresMs) this.#due.note(session)
    return this.#parts.state.rows.sessions.set(session.kasm_id, session)
  }

  #remove(session: SessionRecord): void {
    const { state, usage, users } = this.#parts
    state.rows.sessions.delete(session.kasm_id)
    state.rows.sessionPermissions.deleteWhere(({ kasm_id }) => kasm_id === session.kasm_id)
    usage.replace(session, null)
    const user = state.rows.users.get(session.user_id)
    if (user?.anonymous && usage.sessionsOf(user.user_id).size === 0) users.delete(user)
  }
}
