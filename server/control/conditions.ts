// What can be waited for: an image on agents, a session in a status, a call. Pure judgements of the state as it is.
import { administrator } from '../model/access/callers.ts'
import type { KasmModel } from '../model/model.ts'
import { refusalOf } from '../model/reply.ts'
import { nextMomentOf } from '../model/sessions/lifecycle.ts'
import type { AgentRecord, SessionRecord, StoredImage } from '../model/state/records.ts'
import type { Journal, JournalEntry } from './journal.ts'
import { type CallPattern, mismatches, verify } from './verification.ts'
import type { Condition } from './waits.ts'

/** An image on agents, by docker reference or id. */
export interface ImageWish {
  image: string
  /** `all`: every enabled agent that is not missing and that the image is for. A number: so many. A list: these, by name or id. */
  presentOn: 'all' | number | string[]
  /** Any digest by default. */
  digest?: string
}

const namedCountMax = 20

/** Whether agents hold an image. */
export function imagePresent(model: KasmModel, { image, presentOn, digest }: ImageWish): Condition {
  const versions = () => {
    const { agents, rows } = model.areas
    return [agents, agents.version, rows.images.version, rows.settings.version]
  }
  const judge = (nowMs: number) => {
    model.settle(nowMs)
    const { agents, rows, settings } = model.areas
    const definition = definitionOf(image, rows.images.values())
    const name = definition?.name ?? image
    const running = [...agents.records()].filter((agent) => agent.enabled && agents.isRunning(agent, nowMs))
    const heldBy = (agent: AgentRecord) => agents.reportOf(agent).holdings.find((holding) => holding.name === name)
    const holds = (agent: AgentRecord) => {
      const held = heldBy(agent)
      return held !== undefined && (digest === undefined || held.digest === digest)
    }
    const hostnameOf = (agent: AgentRecord) => agents.reportOf(agent).report.hostname
    const wanted = Array.isArray(presentOn)
      ? running.filter((agent) => presentOn.some((given) => isNamed(agent, hostnameOf(agent), given)))
      : running.filter((agent) => isFor(definition, agent))
    const lacking = wanted.filter((agent) => !holds(agent))
    const held = wanted.length - lacking.length
    const lines = () =>
      lacking.map((agent) => `${hostnameOf(agent)} holds ${heldBy(agent)?.digest ?? 'no digest of it'}`)
    const missing = () => wanting({ presentOn, held, without: lines(), running, hostnameOf })
    const undefinedName = definition ? [] : [`no image is defined as ${name}`]
    // Agents that fall silent are not waited for.
    const missingAfterMs = settings.number('scale/host_missing_expiration') * 1_000
    const nextMs = lacking.reduce(
      (soonestMs, agent) => Math.min(soonestMs, agents.reportOf(agent).lastReportedMs + missingAfterMs),
      Number.POSITIVE_INFINITY,
    )
    const met = (typeof presentOn === 'number' ? held >= presentOn : lacking.length === 0) && missing().length === 0
    return {
      met,
      nextMs,
      describe: () => ({
        state: { image: name, agents: wanted.length, present: held },
        missing: met ? [] : [...undefinedName, ...missing()],
      }),
    }
  }
  return { about: 'state', judge, versions }
}

interface Count {
  presentOn: ImageWish['presentOn']
  held: number
  without: string[]
  running: AgentRecord[]
  hostnameOf: (agent: AgentRecord) => string
}

function wanting({ presentOn, held, without, running, hostnameOf }: Count): string[] {
  const named = [...without.slice(0, namedCountMax), ...(without.length > namedCountMax ? ['…'] : [])]
  if (typeof presentOn === 'number') {
    return held >= presentOn ? [] : [`${held} of ${presentOn} agents hold it`, ...named]
  }
  if (presentOn === 'all') return running.length === 0 ? ['no enabled agent is running'] : named
  const unknown = presentOn.filter((given) => !running.some((agent) => isNamed(agent, hostnameOf(agent), given)))
  return [...unknown.map((given) => `no enabled agent ${given} is running`), ...named]
}

/** Whether a session is in a status; `gone` is one, too. */
export function sessionIn(model: KasmModel, { session, status }: { session: string; status: string }): Condition {
  const versions = () => [model.areas, model.areas.rows.sessions.version]
  const judge = (nowMs: number) => {
    let found: SessionRecord | null = null
    const refusal = refusalOf(() => {
      model.settle(nowMs)
      found = model.areas.sessions.require({ kasm_id: session }, administrator)
    })
    const now = (found as SessionRecord | null)?.operational_status ?? 'gone'
    const met = now === status
    const missing = met ? [] : [refusal ? `no session ${session} is there` : `it is ${now}, not ${status}`]
    const nextMs = found ? nextMomentOf(found) : Number.POSITIVE_INFINITY
    return { met, nextMs, describe: () => ({ state: { session, status: now }, missing }) }
  }
  return { about: 'state', judge, versions }
}

/** Of the calls before it so many are told of where one is missing: to compare all of them takes its time. */
const describedCountMax = 300

/** Whether a call was made, before or since. */
export function callMade(journal: Journal, { after = 0, ...pattern }: CallPattern & { after?: number }): Condition {
  const isMeant = (entry: JournalEntry) =>
    mayMatch(entry, pattern) && mismatches(journal.shown(entry), pattern).length === 0
  let isMade = journal.entries({ after }).some(isMeant)
  const close = journal.onRecord((entry) => {
    isMade ||= entry.sequence > after && isMeant(entry)
  })
  const describe = () => {
    const { verified, message, matches, nearMisses } = verify(
      journal.entries({ after, limit: describedCountMax }),
      pattern,
    )
    return { state: { calls: journal.total, matches, nearMisses }, missing: verified || isMade ? [] : [message] }
  }
  const judge = () => ({ met: isMade, nextMs: Number.POSITIVE_INFINITY, describe })
  return { about: 'call', judge, versions: () => [isMade], close }
}

/** Tells most calls apart from a pattern, at next to no cost. */
function mayMatch(entry: JournalEntry, { operation, caller, status }: CallPattern): boolean {
  return (
    (operation === undefined || entry.operation === operation) &&
    (caller === undefined || entry.caller === caller) &&
    (status === undefined || entry.status === status)
  )
}

function definitionOf(image: string, definitions: Iterable<StoredImage>): StoredImage | null {
  const plain = image.replaceAll('-', '').toLowerCase()
  for (const definition of definitions) {
    if (definition.name === image || definition.image_id === plain) return definition
  }
  return null
}

function isFor(definition: StoredImage | null, { zoneId, serverId }: AgentRecord): boolean {
  if (!definition) return true
  const { restrict_to_zone, zone_id, restrict_to_server, server_id } = definition
  if (restrict_to_zone && zone_id !== null && zone_id !== zoneId) return false
  return !(restrict_to_server && server_id !== null && server_id !== serverId)
}

function isNamed({ serverId, agentId }: AgentRecord, hostname: string, given: string): boolean {
  const plain = given.replaceAll('-', '').toLowerCase()
  return given === hostname || plain === serverId.replaceAll('-', '').toLowerCase() || plain === agentId
}
