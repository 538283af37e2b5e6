// Staging: sessions that are started ahead, so that whoever asks for their image next has one at once (docs/kasm.md, "Staging"). The
// product's managers see to that now and then; here it is looked after before any call, as often as the guardian looks at agents.
import type { Agents } from './agents.ts'
import type { Sessions } from './sessions/sessions.ts'
import type { Settings } from './settings.ts'
import type { SessionRecord, StoredImage } from './state/records.ts'
import type { Collections } from './state/state.ts'

const hourMs = 3_600_000
/** Shorter than that is no use to anyone, and would start sessions without end. */
const lifetimeMsMin = 60_000
/** Who never says how long sessions wait gets them for as long as anyone will run a fake. */
const lifetimeMsMax = 10 * 365 * 24 * hourMs
/** Of one configuration at one look: a mistake in a number must not fill the fleet at once. */
const startsMax = 100

interface Parts {
  rows: Collections
  sessions: Sessions
  agents: Agents
  settings: Settings
}

interface Config {
  id: string
  image: StoredImage | null
  count: number
  lifetimeMs: number
}

/** All that is staged. */
export class Staging {
  readonly #parts: Parts
  #dueMs = Number.NEGATIVE_INFINITY

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Something has changed that staged sessions depend on: the next call looks after them. */
  notice(): void {
    this.#dueMs = Number.NEGATIVE_INFINITY
  }

  /** Starts what is missing and ends what is of no more use, where it is time to look. */
  settle(nowMs: number): void {
    if (nowMs < this.#dueMs) return
    this.#dueMs = nowMs + this.#parts.settings.number('scale/guardian_interval') * 1_000
    const configs = this.#configs()
    const staged = this.#parts.sessions.listStaged()
    if (configs.length === 0 && staged.length === 0) return
    const kept = new Map<string, number>()
    for (const session of staged) {
      const config = configs.find(({ id }) => id === session.staging_config_id)
      const count = kept.get(session.staging_config_id ?? '') ?? 0
      if (!config || count >= config.count || !this.#isCurrent(session, config)) {
        this.#parts.sessions.destroy(session, nowMs)
      } else kept.set(config.id, count + 1)
    }
    for (const config of configs) this.#start(config, config.count - (kept.get(config.id) ?? 0), nowMs)
  }

  /** How many sessions wait for a user now. */
  countOf(configId: string): number {
    return this.#parts.sessions.listStaged().filter(({ staging_config_id }) => staging_config_id === configId).length
  }

  #start({ id, image, lifetimeMs }: Config, missing: number, nowMs: number): void {
    if (!image) return
    for (let started = 0; started < Math.min(missing, startsMax); started += 1) {
      if (!this.#parts.sessions.stage({ configId: id, image, lifetimeMs }, nowMs)) return
    }
  }

  #configs(): Config[] {
    const { rows } = this.#parts
    return [...rows.others.values()].flatMap(({ kind, id, fields }) => {
      if (kind !== 'staging_config') return []
      const { image_id, zone_id, num_sessions, expiration } = fields
      const image = rows.images.get(String(image_id))
      const inZone = typeof zone_id === 'string' ? { restrict_to_zone: true, zone_id } : {}
      const askedMs = Number(expiration) > 0 ? Number(expiration) * hourMs : lifetimeMsMax
      const lifetimeMs = Math.min(Math.max(askedMs, lifetimeMsMin), lifetimeMsMax)
      return [{ id, image: image?.enabled ? { ...image, ...inZone } : null, count: Number(num_sessions), lifetimeMs }]
    })
  }

  /** A session of another image than the next one would be is of no use: its user would not get what is deployed. */
  #isCurrent({ image_id, image, digest, serverId }: SessionRecord, config: Config): boolean {
    if (config.image?.image_id !== image_id || config.image.name !== image.name) return false
    const agent = serverId === null ? null : this.#parts.agents.find(serverId)
    if (!agent?.enabled) return false
    const { holdings } = this.#parts.agents.reportOf(agent)
    return holdings.some((holding) => holding.name === image.name && holding.digest === digest)
  }
}
