// What sessions take of each agent, and which sessions a user and an agent have: kept up to date with every session that is stored or
// removed, so that nothing ever looks through all of them.
import type { SessionRecord } from '../state/records.ts'

/** What the sessions of one agent take together. */
export interface Load {
  sessions: number
  cores: number
  /** In bytes. */
  memory: number
  gpus: number
}

type SessionIds = ReadonlySet<string>

const nothing: Load = { sessions: 0, cores: 0, memory: 0, gpus: 0 }
const nobody: SessionIds = new Set()
const noImages: readonly string[] = []

export class Usage {
  /** Agents whose load has changed since the scheduler looked last. */
  readonly changed = new Set<string>()
  readonly #loads = new Map<string, Load>()
  readonly #ofUsers = new Map<string, Set<string>>()
  readonly #ofAgents = new Map<string, Set<string>>()
  /** By agent and digest: how many containers there are of the image, stopped ones included. */
  readonly #containers = new Map<string, Map<string, number>>()
  readonly #imagesInUse = new Map<string, readonly string[]>()

  constructor(sessions: Iterable<SessionRecord>) {
    for (const session of sessions) this.replace(null, session)
  }

  /** A session was stored (over an earlier form of itself) or removed. */
  replace(before: SessionRecord | null, after: SessionRecord | null): void {
    if (before) this.#count(before, -1)
    if (after) this.#count(after, 1)
    const { user_id, kasm_id, serverId } = (after ?? before) as SessionRecord
    enter(this.#ofUsers, user_id, kasm_id, after !== null)
    if (serverId !== null) enter(this.#ofAgents, serverId, kasm_id, after !== null)
  }

  of(serverId: string): Load {
    return this.#loads.get(serverId) ?? nothing
  }

  /** The ids of a user's sessions, in the order of their creation. */
  sessionsOf(userId: string): SessionIds {
    return this.#ofUsers.get(userId) ?? nobody
  }

  /** The ids of an agent's sessions, in the order of their creation. */
  sessionsOn(serverId: string): SessionIds {
    return this.#ofAgents.get(serverId) ?? nobody
  }

  /** The digests that containers on an agent use, which its engine therefore keeps. */
  imagesInUse(serverId: string): readonly string[] {
    return this.#imagesInUse.get(serverId) ?? noImages
  }

  #count(session: SessionRecord, sign: 1 | -1): void {
    const { serverId, digest, cores, memory, gpus, holdsPlace } = session
    if (serverId === null) return
    const load = this.of(serverId)
    const taken = holdsPlace ? sign : 0
    this.#loads.set(serverId, {
      sessions: load.sessions + sign,
      cores: rounded(load.cores + taken * cores),
      memory: load.memory + taken * memory,
      gpus: load.gpus + taken * gpus,
    })
    this.changed.add(serverId)
    if (digest !== null) this.#countContainer(serverId, digest, sign)
    if (this.of(serverId).sessions === 0) this.#forget(serverId)
  }

  #forget(serverId: string): void {
    this.#loads.delete(serverId)
    this.#containers.delete(serverId)
    this.#imagesInUse.delete(serverId)
  }

  #countContainer(serverId: string, digest: string, sign: 1 | -1): void {
    const counts = this.#containers.get(serverId) ?? new Map<string, number>()
    this.#containers.set(serverId, counts)
    const count = (counts.get(digest) ?? 0) + sign
    if (count > 0) counts.set(digest, count)
    else counts.delete(digest)
    const isNews = count === 0 || (count === 1 && sign === 1)
    if (isNews) this.#imagesInUse.set(serverId, [...counts.keys()])
  }
}

/** Shares of cores must add up to nothing again once all sessions have ended. */
function rounded(cores: number): number {
  return Math.round(cores * 1_000) / 1_000
}

function enter(sets: Map<string, Set<string>>, key: string, id: string, isIn: boolean): void {
  const ids = sets.get(key) ?? new Set<string>()
  if (isIn) sets.set(key, ids.add(id))
  else if (ids.delete(id) && ids.size === 0) sets.delete(key)
}
