// Images and agents, on the administrators' side and on the agents' own.
import type { HeartbeatReply, HeartbeatRequest } from '../../api/manager.ts'
import type { ReplyOf } from '../../api/operations.ts'
import type { Areas } from '../areas.ts'
import { allUsersGroupId } from '../defaults.ts'
import { presentAgent } from '../present-agent.ts'
import { rejectedImageField } from '../quirks.ts'
import { forgetReferenced } from '../references.ts'
import { internalError, Refusal } from '../reply.ts'
import type { AgentRecord } from '../state/records.ts'
import type { Handlers } from './handler.ts'

export function imageHandlers({ images, groups, settings, quirks, rows, staging }: Areas) {
  return {
    get_images: () => ({ images: images.list() as ReplyOf<'get_images'>['images'] }),
    get_image: ({ image_id, target_image }) => {
      const id = target_image?.image_id ?? image_id
      if (id === undefined) throw internalError('target_image is missing')
      return { image: images.get(id) }
    },
    create_image: ({ target_image }) => {
      const rejected = rejectedImageField(target_image, quirks())
      if (rejected !== null) throw internalError(`target_image.${rejected} makes this release fail`)
      const image = images.create(target_image)
      if (settings.flag('images/add_images_to_default_group')) groups.addImage(allUsersGroupId, image.image_id)
      return { image }
    },
    update_image: ({ target_image }) => {
      staging.notice()
      return { image: images.update(target_image) }
    },
    delete_image: ({ target_image }) => {
      const { image_id } = images.delete(target_image.image_id)
      groups.forgetImage(image_id)
      forgetReferenced(rows, 'image_id', image_id)
      staging.notice()
      return {}
    },
  } satisfies Partial<Handlers>
}

export function agentHandlers(areas: Areas) {
  const { agents } = areas
  return {
    get_agents: (_body, { nowMs }) => ({
      agents: [...agents.records()].map((agent) => presentAgent(agent, areas, nowMs)),
    }),
    update_agent: ({ target_agent }, { nowMs }) => {
      return { agent: presentAgent(agents.update(target_agent, nowMs), areas, nowMs) }
    },
    agent_config: () => ({ agent: { retention_period: '24' } }),
    heartbeat: (body, { nowMs }) => heartbeat(body, nowMs, areas),
    images: ({ server_id }) => {
      const agent = agents.find(server_id)
      if (agent) return definitionsFor(agent, areas)
      const error_message = `Agent not registered: ${server_id}. Send a heartbeat first.`
      throw new Refusal({ status: 404, body: { error_message } })
    },
  } satisfies Partial<Handlers>
}

function heartbeat(body: HeartbeatRequest, nowMs: number, areas: Areas): HeartbeatReply {
  const agent = areas.agents.report(withoutTokens(body, areas), nowMs)
  return {
    agent: {
      agent_id: agent.agentId,
      server_id: body.server_id,
      enabled: agent.enabled,
      auto_prune_images: agent.pruneImagesMode,
      zone_id: agent.zoneId,
    },
    managers: [],
    images_in_use: areas.usage.imagesInUse(agent.serverId) as string[],
    ...definitionsFor(agent, areas),
  }
}

/** Some registries repeat in their errors what they were sent; what an agent says of a failure is kept and shown. */
function withoutTokens(body: HeartbeatRequest, { images }: Areas): HeartbeatRequest {
  if (!body.image_states?.some(({ cause }) => cause)) return body
  const tokens = [...images.stored()].flatMap((image) => images.dockerToken(image) || [])
  const redacted = (cause: string) => tokens.reduce((text, token) => text.replaceAll(token, '***'), withoutForms(cause))
  const image_states = body.image_states.map((state) =>
    state.cause ? { ...state, cause: redacted(state.cause) } : state,
  )
  return { ...body, image_states }
}

/** What stands where credentials do: in an address, in a header, in a field or a parameter that is called like one. */
function withoutForms(cause: string): string {
  return cause
    .replaceAll(/:\/\/[^/\s@"']+@/g, '://***@')
    .replaceAll(/\b(bearer|basic) +(?!realm)[\w.~+/=-]{4,}/gi, '$1 ***')
    .replaceAll(/((?:token|password|passwd|secret|signature|api_?key)["']?\s*[=:]\s*["']?)[^\s"'&,;}]+/gi, '$1***')
}

function definitionsFor(agent: AgentRecord, { agents, definitions, images }: Areas): ReplyOf<'images'> {
  return { images_revision: images.revision, images: definitions.of(agent, agents.reportOf(agent)) }
}
