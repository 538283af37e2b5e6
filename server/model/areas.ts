// Puts the areas of a fake together round one state. What they build from the state (indexes, counts, lists) they build here, so that a
// state that takes another's place only needs new areas.
import { Access } from './access/access.ts'
import { ApiKeys } from './access/api-keys.ts'
import { Logins } from './access/logins.ts'
import { Permissions } from './access/permissions.ts'
import { Agents } from './agents.ts'
import { Definitions } from './definitions.ts'
import { Groups } from './groups.ts'
import { Images } from './images.ts'
import type { Quirks } from './quirks.ts'
import { Registries } from './registries.ts'
import type { Secrets } from './secrets.ts'
import { Decisions } from './sessions/decisions.ts'
import type { SessionDelays } from './sessions/lifecycle.ts'
import { Scheduler } from './sessions/placement.ts'
import { Sessions } from './sessions/sessions.ts'
import { Usage } from './sessions/usage.ts'
import { Settings } from './settings.ts'
import { Staging } from './staging.ts'
import type { State } from './state/state.ts'
import { Stock } from './stock.ts'
import { Users } from './users.ts'
import { Zones } from './zones.ts'

/** What outlives a state. */
export interface Environment {
  secrets: Secrets
  managerToken: string
  quirks: () => Quirks
  delays: () => SessionDelays
  /** Why an agent would not answer a call, where somebody knows without calling; null where it would, or nobody knows. */
  silenceOf: (serverId: string) => string | null
}

export type Areas = ReturnType<typeof createAreas>

/** Every area of one fake. */
export function createAreas(state: State, { secrets, managerToken, quirks, delays, silenceOf }: Environment) {
  const { rows } = state
  const settings = new Settings(rows)
  const zones = new Zones(rows)
  const stock = new Stock(rows.imageHashes)
  const images = new Images({ state, secrets, zones, stock })
  const agents = new Agents({
    rows,
    zones,
    stock,
    settings,
    defaults: () => ({
      enabled: quirks()['agents.autoEnable'] || settings.flag('scale/auto_agent'),
      pruneImagesMode: quirks()['prune.default'],
    }),
  })
  const users = new Users(state)
  const groups = new Groups(state)
  const permissions = new Permissions(rows)
  const apiKeys = new ApiKeys(state, secrets)
  const logins = new Logins(state, secrets)
  const usage = new Usage(rows.sessions.values())
  const decisions = new Decisions()
  const scheduler = new Scheduler({ agents, usage, zones, silenceOf })
  const sessions = new Sessions({
    ...{ state, agents, users, groups, images, usage, scheduler, decisions },
    delays,
    waitsAsRequested: () => quirks()['status.pendingStyle'] === 'requested',
  })
  return {
    state,
    rows,
    secrets,
    quirks,
    settings,
    zones,
    images,
    definitions: new Definitions(images, stock),
    agents,
    users,
    groups,
    permissions,
    apiKeys,
    logins,
    access: new Access(managerToken, { rows, apiKeys, logins, permissions }),
    usage,
    decisions,
    sessions,
    staging: new Staging({ rows, sessions, agents, settings }),
    registries: new Registries(state, settings),
  }
}
