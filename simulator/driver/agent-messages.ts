// What an agent and the web app say to each other, in the words of each: check-in bodies from an agent's state, and the agent's
// view of the answer. Pure, so that every driver sends and reads the same.
import { createHash } from 'node:crypto'
import type { AgentImage, HeartbeatReply, HeartbeatRequest } from '../../server/api/manager.ts'
import type { CheckInAnswer, ImageDefinition } from '../agent/agent.ts'
import type { FleetAgent } from '../run/fleet.ts'
import type { ScenarioImage } from '../scenario/scenario.ts'

/** The host name of an agent: `agent-0007`. */
export function agentHostname(index: number): string {
  return `agent-${String(index).padStart(4, '0')}`
}

/** The `server_id` that an agent's installation makes: the same in every run. */
export function agentServerId(index: number): string {
  const hex = createHash('sha256').update(`kasm-sim-agent-${index}`).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** The address that a registry sees an agent come from; a private one of its own where the scenario says `own`. */
export function agentSource({ index, group }: FleetAgent): string {
  if (group.egressAddress === 'shared') return '198.51.100.1'
  if (group.egressAddress !== 'own') return group.egressAddress
  return `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`
}

/** The body of an agent's next check-in. */
export function heartbeatOf({ index, group, state }: FleetAgent): HeartbeatRequest {
  return {
    server_id: agentServerId(index),
    hostname: agentHostname(index),
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
 * Reads the web app's answers for one agent. Definitions that have not changed stay the same array,
 * which is how the agent's rules know that nothing changed.
 */
export class AnswerReader {
  #revision = Number.NaN
  #definitions: readonly ImageDefinition[] = []

  read(reply: HeartbeatReply): CheckInAnswer {
    if (reply.images_revision !== this.#revision) {
      this.#revision = reply.images_revision
      this.#definitions = reply.images.map(definitionFrom)
    }
    return {
      agentEnabled: reply.agent.enabled,
      pruneImagesMode: reply.agent.auto_prune_images,
      definitions: this.#definitions,
    }
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
