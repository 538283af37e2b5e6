// Docker agents as the developer API shows and changes them (docs/kasm.md, "Agents").
import { type Static, Type } from 'typebox'
import { FlagInput, Id, nullable, operationsOf, reference } from './common.ts'
import { HeldImageSchema } from './manager.ts'

/** How the product spells the prune modes, and the spelling some operators found for `Off`. */
const PruneModeInput = Type.Enum(['Off', 'Normal', 'Aggressive', 'No Prune'])
const PruneMode = Type.Enum(['Off', 'Normal', 'Aggressive'])
const Override = Type.Unsafe<number | null>({ type: ['number', 'null'], minimum: 0 })

/** One agent; `memory` is in bytes, `last_reported` in UTC. */
export const AgentSchema = Type.Object(
  {
    agent_id: Id,
    server_id: Type.String(),
    hostname: Type.String(),
    status: Type.Enum(['running', 'missing']),
    zone_id: Id,
    zone_name: Type.String(),
    enabled: Type.Boolean(),
    cores: Type.Number(),
    memory: Type.Integer(),
    gpus: Type.Integer(),
    cores_override: Override,
    memory_override: Override,
    gpus_override: Override,
    auto_prune_images: PruneMode,
    prune_images_mode: PruneMode,
    agent_version: nullable(Type.String()),
    public_ip: nullable(Type.String()),
    port: nullable(Type.Integer()),
    public_hostname: nullable(Type.String()),
    labels: Type.Array(Type.String()),
    docker_network_names: Type.Array(Type.String()),
    /** Since when the agent takes no new sessions; null where it does. */
    drain_time: nullable(Type.String()),
    cpu_percent: nullable(Type.Number()),
    disk_stats: Type.Object({ total: Type.Integer(), used: Type.Integer(), free: Type.Integer() }),
    docker_images: Type.Array(HeldImageSchema),
    last_reported: Type.String(),
  },
  { $id: 'Agent', additionalProperties: false },
)
export type Agent = Static<typeof AgentSchema>

const AgentChangesSchema = Type.Object({
  agent_id: Type.String({ minLength: 1 }),
  enabled: Type.Optional(Type.Boolean()),
  cores_override: Type.Optional(Override),
  memory_override: Type.Optional(Override),
  gpus_override: Type.Optional(Override),
  auto_prune_images: Type.Optional(PruneModeInput),
  prune_images_mode: Type.Optional(PruneModeInput),
  /** True: no new sessions from now on. */
  drain: FlagInput,
})
export type AgentChanges = Static<typeof AgentChangesSchema>

const operation = operationsOf('Agents')

export const agentOperations = {
  get_agents: operation(
    'get_agents',
    'List the agents that have checked in',
    {},
    {},
    Type.Object({ agents: Type.Array(reference(AgentSchema)) }),
  ),
  update_agent: operation(
    'update_agent',
    'Enable, disable or configure an agent',
    { target_agent: AgentChangesSchema },
    { target_agent: { agent_id: '5b1f0c9e7a3d4f60b2e8c4d7a9013562', enabled: true, auto_prune_images: 'Normal' } },
    Type.Object({ agent: reference(AgentSchema) }),
  ),
}
