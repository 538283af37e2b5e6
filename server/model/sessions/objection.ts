// Why an agent cannot run a session: one reason each, the first that holds, as a person would want to hear it.
import type { AgentRecord, ReportRecord, StoredImage } from '../state/records.ts'
import type { Load } from './usage.ts'

/** The kinds of reasons, which are also the words under which they are counted (docs/sessions.md, "Placement"). */
export const objectionKinds = [
  'not an image that agents run',
  'disabled',
  'missing',
  'draining',
  'wrong zone',
  'wrong server',
  'labels',
  'network',
  'not staged',
  'no cores',
  'no memory',
  'no GPUs',
  'unreachable',
  'not the server asked for',
] as const
export type ObjectionKind = (typeof objectionKinds)[number]

/** A reason with its details, such as `0 of 8 cores are free, the image needs 2`. */
export interface Objection {
  kind: ObjectionKind
  detail: string
}

/** All there is to know of an agent when a session is placed. */
export interface Candidate {
  agent: AgentRecord
  report: ReportRecord
  load: Load
  /** How long it has been silent, in ms, where that is too long; null where it is not. */
  silentForMs: number | null
}

/** What an agent has for sessions in all: what it says itself, or what an administrator has put in place of that. */
export function capacityOf({ coresOverride, memoryOverride, gpusOverride }: AgentRecord, { report }: ReportRecord) {
  return {
    cores: coresOverride ?? report.cores,
    memory: memoryOverride ?? report.memory_bytes,
    gpus: gpusOverride ?? report.gpus ?? 0,
  }
}

/** How many GPUs a session of an image takes. */
export function gpusOf({ gpu_count, require_gpu }: Pick<StoredImage, 'gpu_count' | 'require_gpu'>): number {
  return Math.max(gpu_count, require_gpu ? 1 : 0)
}

/** Whether an image may be on an agent at all: its restrictions to a zone, a server, networks and labels. */
export function restrictionOn(image: StoredImage, agent: AgentRecord, { report }: ReportRecord): Objection | null {
  if (image.restrict_to_zone && image.zone_id !== null && image.zone_id !== agent.zoneId) {
    return { kind: 'wrong zone', detail: 'the image is restricted to another zone' }
  }
  if (image.restrict_to_server && image.server_id !== null && image.server_id !== agent.serverId) {
    return { kind: 'wrong server', detail: 'the image is restricted to another server' }
  }
  const labels = report.labels ?? []
  const lacking = image.include_labels.filter((label) => !labels.includes(label))
  if (lacking.length > 0) return { kind: 'labels', detail: `it lacks ${lacking.join(', ')}` }
  const excluded = image.exclude_labels.filter((label) => labels.includes(label))
  if (excluded.length > 0) return { kind: 'labels', detail: `the image excludes ${excluded.join(', ')}` }
  const networks = report.docker_network_names ?? []
  if (image.restrict_to_network && !image.restrict_network_names.some((name) => networks.includes(name))) {
    return { kind: 'network', detail: `it has none of ${image.restrict_network_names.join(', ') || 'no networks'}` }
  }
  return null
}

/** What speaks against a session of an image on an agent, the call-back apart; null where nothing does. */
export function objectionTo(image: StoredImage, candidate: Candidate): Objection | null {
  const { agent, report, silentForMs } = candidate
  if (image.image_type !== 'Container') {
    return { kind: 'not an image that agents run', detail: `its type is ${image.image_type}` }
  }
  if (!agent.enabled) return { kind: 'disabled', detail: 'an administrator has to enable it' }
  if (silentForMs !== null) {
    return { kind: 'missing', detail: `it checked in last ${Math.round(silentForMs / 1_000)} s ago` }
  }
  if (agent.drainingSinceMs !== null) return { kind: 'draining', detail: 'it takes no new sessions' }
  const restriction = restrictionOn(image, agent, report)
  if (restriction) return restriction
  if (!report.holdings.some(({ name }) => name === image.name)) {
    return { kind: 'not staged', detail: `it does not hold ${image.name}` }
  }
  return lackOn({ cores: image.cores, memory: image.memory, gpus: gpusOf(image) }, candidate)
}

/** What an agent has too little of for one more session. */
export function lackOn(
  needed: { cores: number; memory: number; gpus: number },
  { agent, report, load }: Candidate,
): Objection | null {
  const capacity = capacityOf(agent, report)
  const free = (name: 'cores' | 'memory' | 'gpus') => {
    return `${shown(capacity[name] - load[name])} of ${shown(capacity[name])} free, ${shown(needed[name])} needed`
  }
  if (capacity.cores - load.cores < needed.cores) return { kind: 'no cores', detail: free('cores') }
  if (capacity.memory - load.memory < needed.memory) return { kind: 'no memory', detail: `bytes: ${free('memory')}` }
  if (capacity.gpus - load.gpus < needed.gpus) return { kind: 'no GPUs', detail: free('gpus') }
  return null
}

function shown(amount: number): string {
  return String(Math.max(0, Math.round(amount * 1_000) / 1_000))
}
