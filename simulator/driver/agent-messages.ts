// What an agent and the web app say to each other, in the words of each: check-in bodies from an agent's state, and the agent's
// view of the answer. Pure, so that every driver sends and reads the same.
import type { AgentImage, HeartbeatReply, HeartbeatRequest, ImageState } from '../../server/api/manager.ts'
import type { CheckInAnswer, ImageDefinition } from '../agent/agent.ts'
import { CoolDown } from '../pull/protocol/cool-down.ts'
import type { PullProgress } from '../pull/protocol/outcome.ts'
import type { Scenario, ScenarioImage } from '../scenario/scenario.ts'
import { identityOf } from './agent-names.ts'
import { coolDownStream } from './agent-streams.ts'
import type { FleetAgent } from './fleet.ts'

/** The web app takes no longer one. */
const causeLengthMax = 2_000

/** The address that a registry sees an agent come from; a private one of its own where the scenario says `own`. */
export function agentSource({ index, group }: FleetAgent): string {
  if (group.egressAddress === 'shared') return '198.51.100.1'
  if (group.egressAddress !== 'own') return group.egressAddress
  return `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`
}

/** The patience of an agent whose persona has any. */
export function coolDownOf(agent: FleetAgent, seed: number): CoolDown | null {
  return agent.group.persona === 'polite' ? new CoolDown((host) => coolDownStream(seed, agent, host)) : null
}

/** The body of an agent's next check-in. */
export function heartbeatOf({ index, group, state }: FleetAgent): HeartbeatRequest {
  const { serverId, hostname } = identityOf(index)
  return {
    server_id: serverId,
    hostname,
    zone_name: group.zone,
    cores: 8,
    memory_bytes: 32_000_000_000,
    disk_stats: {
      total: state.diskSizeBytes,
      used: state.diskUsedBytes,
      free: Math.max(0, state.diskSizeBytes - state.diskUsedBytes),
    },
    docker_images: Array.from(state.held, ([name, { digest }]) => ({ name, digest })),
  }
}

/**
 * What a check-in says of the pulls that wait, run or have failed, by the run's clock. Only real time sends it: in virtual time a
 * check-in that brings no other news is counted, not carried out, and this would be news each time.
 */
export function imageReportOf(
  { state }: FleetAgent,
  { nowMs, progress }: { nowMs: number; progress: (pullId: number) => PullProgress | undefined },
): Pick<HeartbeatRequest, 'image_states' | 'refresh_due_in_ms'> {
  const pulling = Array.from(state.pulls.values(), ({ name, pullId, reason, startedAtMs }): ImageState => {
    const downloaded_bytes = progress(pullId)?.receivedBytes
    const total_bytes = state.pullable.get(name)?.uncompressedSizeBytes
    return {
      ...{ name, state: 'pulling', reason, age_ms: Math.max(0, Math.round(nowMs - startedAtMs)) },
      ...(downloaded_bytes === undefined ? {} : { downloaded_bytes }),
      ...(total_bytes ? { total_bytes } : {}),
    }
  })
  const queued = Array.from(state.queue, ([name, reason]): ImageState => ({ name, state: 'queued', reason }))
  const failed = [...state.failing]
    .filter(([name]) => !state.pulls.has(name) && !state.queue.has(name))
    .map(([name, cause]): ImageState => ({ name, state: 'failed', cause: told(cause, state.pullable.get(name)) }))
  return {
    image_states: [...pulling, ...queued, ...failed],
    ...(state.refreshAtMs === null ? {} : { refresh_due_in_ms: Math.max(0, Math.round(state.refreshAtMs - nowMs)) }),
  }
}

/** Some registries repeat in their errors what they were sent. */
function told(cause: string, definition: ImageDefinition | undefined): string {
  const token = definition?.token
  return (token ? cause.replaceAll(token, '***') : cause).slice(0, causeLengthMax)
}

/**
 * Reads the web app's answers for a fleet. Definitions that have not changed for an agent stay the same array,
 * which is how the agent's rules know that nothing changed; agents with the same definitions share one array.
 */
export class AnswerReader {
  readonly #known: { revision: number; definitions: readonly ImageDefinition[] }[] = []
  /** By revision and zone, of the latest revision. */
  readonly #shared = new Map<string, readonly ImageDefinition[]>()
  #latestRevision = Number.NaN

  read(agent: number, reply: HeartbeatReply): CheckInAnswer {
    const { agent: own, images_revision: revision, images, images_in_use: imagesInUse } = reply
    let known = this.#known[agent]
    if (known?.revision !== revision) {
      known = { revision, definitions: this.#definitions(images, revision, own.zone_id) }
      this.#known[agent] = known
    }
    const { enabled: agentEnabled, auto_prune_images: pruneImagesMode } = own
    return { agentEnabled, pruneImagesMode, imagesInUse, definitions: known.definitions }
  }

  #definitions(images: readonly AgentImage[], revision: number, zoneId: string): readonly ImageDefinition[] {
    if (revision !== this.#latestRevision) this.#shared.clear()
    this.#latestRevision = revision
    // What is restricted to a server is for that server alone.
    const key = images.some(({ restrict_to_server }) => restrict_to_server) ? null : zoneId
    const shared = key === null ? undefined : this.#shared.get(key)
    if (shared) return shared
    const definitions = images.map(definitionFrom)
    if (key !== null) this.#shared.set(key, definitions)
    return definitions
  }
}

function definitionFrom(image: AgentImage): ImageDefinition {
  return {
    imageId: image.image_id,
    name: image.name,
    enabled: image.enabled,
    registry: image.docker_registry,
    user: image.docker_user,
    token: image.docker_token,
    uncompressedSizeBytes: image.uncompressed_size_mb * 1_000_000,
  }
}

/** An image of a scenario as `create_image` takes it. */
export function imageFields(image: ScenarioImage) {
  return {
    name: image.name,
    friendly_name: image.friendlyName,
    image_type: 'Container' as const,
    enabled: image.enabled,
    docker_registry: image.registry,
    docker_user: image.user,
    docker_token: image.token,
    uncompressed_size_mb: Math.round(image.uncompressedSizeBytes / 1_000_000),
    restrict_to_zone: image.zone !== null,
    zone_name: image.zone,
  }
}

/** What the web app defines from the start. */
export function definedImages({ images }: Scenario) {
  return images.filter(({ defined }) => defined).map(imageFields)
}

/** The zones of the fleet; the first is the web app's default. */
export function zonesOf({ groups }: Scenario): string[] {
  return [...new Set(groups.map(({ zone }) => zone))]
}
