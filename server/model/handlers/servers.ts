// Servers: Docker agents are servers, too, and are changed and deleted as such; all others are records that nothing acts on.
import type { AgentChanges } from '../../api/agents.ts'
import type { Areas } from '../areas.ts'
import { plainId } from '../ids.ts'
import { presentServer } from '../present-agent.ts'
import { invalidField } from '../reply.ts'
import type { AgentRecord } from '../state/records.ts'
import type { Handlers } from './handler.ts'

type ServerHandlers = Pick<Handlers, 'get_servers' | 'update_server' | 'delete_server'>

/** The handlers of servers in general, with the agents among them. */
export function serverHandlers(areas: Areas, records: ServerHandlers): ServerHandlers {
  const { agents, sessions, users } = areas
  const present = (agent: AgentRecord, nowMs: number) => presentServer(agent, areas, nowMs)
  const agentOf = (body: Parameters<ServerHandlers['update_server']>[0]) => {
    const { target_server, server_id } = body as Record<string, unknown>
    const named = (target_server as Record<string, unknown> | undefined)?.['server_id'] ?? server_id
    return typeof named === 'string' ? agents.find(named) : null
  }
  return {
    get_servers: (body, context) => {
      const { servers } = records.get_servers(body, context) as { servers: object[] }
      return { servers: [...[...agents.records()].map((agent) => present(agent, context.nowMs)), ...servers] }
    },
    update_server: (body, context) => {
      const agent = agentOf(body)
      if (!agent) return records.update_server(body, context)
      const changed = agents.change(agent, changesFrom(body['target_server'] ?? {}), context.nowMs)
      return { server: present(changed, context.nowMs) }
    },
    delete_server: (body, context) => {
      const agent = agentOf(body)
      if (!agent) {
        const answer = records.delete_server(body, context)
        users.forgetServer(plainId(String(body['target_server']?.['server_id'] ?? body['server_id'])) ?? '')
        return answer
      }
      agents.remove(agent)
      users.forgetServer(agent.serverId)
      sessions.endAllOn(agent.serverId, context.nowMs)
      return {}
    },
  }
}

const modes = ['Off', 'Normal', 'Aggressive', 'No Prune']

/** What of a server's fields means something for an agent. */
function changesFrom(fields: Record<string, unknown>): Omit<AgentChanges, 'agent_id'> {
  const { enabled, cores_override, memory_override, gpus_override, drain } = fields
  const mode = fields['prune_images_mode'] ?? fields['auto_prune_images'] ?? undefined
  if (mode !== undefined && !modes.includes(mode as string)) {
    throw invalidField('target_server.prune_images_mode', `must be one of ${modes.join(', ')}`)
  }
  return {
    ...(typeof enabled === 'boolean' ? { enabled } : {}),
    ...(typeof drain === 'boolean' ? { drain } : {}),
    ...override('cores_override', cores_override),
    ...override('memory_override', memory_override),
    ...override('gpus_override', gpus_override),
    ...(mode === undefined ? {} : { prune_images_mode: mode as 'Off' | 'Normal' | 'Aggressive' | 'No Prune' }),
  }
}

function override(name: 'cores_override' | 'memory_override' | 'gpus_override', value: unknown) {
  if (value === undefined) return {}
  if (value !== null && (typeof value !== 'number' || !(value >= 0))) {
    throw invalidField(`target_server.${name}`, 'must be a number, 0 or more')
  }
  return { [name]: value }
}
