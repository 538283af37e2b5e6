// What can be waited for: an image on agents, a session in a status, a call. Pure judgements of the state as it is.
import { administrator } from '../model/access/callers.ts'
import type { KasmModel } from '../model/model.ts'
import { refusalOf } from '../model/reply.ts'
import { nextMomentOf } from '../model/sessions/lifecycle.ts'
import type { AgentRecord, SessionRecord, StoredImage } from '../model/state/records.ts'
import type { Journal } from './journal.ts'
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
  return (nowMs) => {
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
  return (nowMs) => {
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
}

/** Whether a call was made, before or since. */
export function callMade(journal: Journal, { after = 0, ...pattern }: CallPattern & { after?: number }): Condition {
  let judged = after
  let isMade = false
  return () => {
    // An emptied journal counts from the start again.
    if (journal.total < judged) judged = 0
    isMade ||= journal.entries({ after: judged }).some((entry) => mismatches(entry, pattern).length === 0)
    judged = Math.max(after, journal.total)
    const describe = () => {
      const { verified, message, matches, nearMisses } = verify(journal.entries({ after }), pattern)
      return { state: { calls: journal.total, matches, nearMisses }, missing: verified ? [] : [message] }
    }
    return { met: isMade, nextMs: Number.POSITIVE_INFINITY, describe }
  }
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
