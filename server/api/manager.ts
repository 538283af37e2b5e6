// The calls of an agent to the web app. Kasm publishes the paths and the columns that result, not the bodies
// (docs/kasm.md, "Agent side"), so these shapes are this project's own, named after the known columns.
import { type Static, Type } from 'typebox'
import { type OperationDescription, reference } from './common.ts'
import type { ManagerOperationName } from './operation-names.ts'

const own = { additionalProperties: false }
const Names = Type.Array(Type.String({ minLength: 1, maxLength: 255 }), { maxItems: 100 })
const exampleServer = { server_id: '0b3c5d7e-91a2-4b6c-8d0e-f1a2b3c4d5e6' }

/** One image that an agent holds, by docker reference. */
export const HeldImageSchema = Type.Object(
  { name: Type.String({ minLength: 1 }), digest: Type.String({ pattern: '^sha256:[0-9a-f]{64}$' }) },
  own,
)

/** An image that an agent waits for, pulls or failed to pull; ages are in milliseconds, so that clocks need not agree. */
const ImageStateSchema = Type.Object(
  {
    name: Type.String({ minLength: 1 }),
    state: Type.Enum(['queued', 'pulling', 'failed']),
    reason: Type.Optional(Type.Enum(['missing', 'refresh'])),
    age_ms: Type.Optional(Type.Integer({ minimum: 0 })),
    downloaded_bytes: Type.Optional(Type.Integer({ minimum: 0 })),
    total_bytes: Type.Optional(Type.Integer({ minimum: 0 })),
    cause: Type.Optional(Type.String({ maxLength: 2_000 })),
  },
  own,
)
export type ImageState = Static<typeof ImageStateSchema>

/** A check-in: who the agent is, what it has, and which images it holds. */
const HeartbeatRequestSchema = Type.Object(
  {
    server_id: Type.String({ minLength: 1 }),
    hostname: Type.String({ minLength: 1 }),
    zone_name: Type.Optional(Type.String({ minLength: 1 })),
    agent_version: Type.Optional(Type.String()),
    public_ip: Type.Optional(Type.String()),
    /** Where the call-back before a launch goes, with `port` (443 by default); an agent that tells none is not called. */
    public_hostname: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9.:-]{1,253}$' })),
    scheme: Type.Optional(Type.Enum(['https', 'http'])),
    port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65_535 })),
    cores: Type.Integer({ minimum: 1 }),
    memory_bytes: Type.Integer({ minimum: 1 }),
    gpus: Type.Optional(Type.Integer({ minimum: 0 })),
    labels: Type.Optional(Names),
    docker_network_names: Type.Optional(Names),
    cpu_percent: Type.Optional(Type.Number({ minimum: 0, maximum: 100 })),
    disk_stats: Type.Object(
      { total: Type.Integer({ minimum: 0 }), used: Type.Integer({ minimum: 0 }), free: Type.Integer({ minimum: 0 }) },
      own,
    ),
    docker_images: Type.Array(HeldImageSchema),
    /** Absent: as in the last check-in. */
    image_states: Type.Optional(Type.Array(ImageStateSchema, { maxItems: 1_000 })),
    /** When it pulls all its images again. */
    refresh_due_in_ms: Type.Optional(Type.Integer({ minimum: 0 })),
  },
  {
    ...own,
    $id: 'HeartbeatRequest',
    examples: [
      {
        server_id: '0b3c5d7e-91a2-4b6c-8d0e-f1a2b3c4d5e6',
        hostname: 'agent-1',
        zone_name: 'default',
        cores: 8,
        memory_bytes: 32_000_000_000,
        disk_stats: { total: 500_000_000_000, used: 20_000_000_000, free: 480_000_000_000 },
        docker_images: [{ name: 'kasmweb/chrome:1.16.1', digest: `sha256:${'0123456789abcdef'.repeat(4)}` }],
      },
    ],
  },
)
export type HeartbeatRequest = Static<typeof HeartbeatRequestSchema>

/** An image definition as the agents get it: the whole record, credentials included. */
export const AgentImageSchema = Type.Object(
  {
    image_id: Type.String(),
    name: Type.String(),
    friendly_name: Type.String(),
    image_type: Type.String(),
    enabled: Type.Boolean(),
    available: Type.Boolean(),
    hash: Type.Union([Type.String(), Type.Null()]),
    docker_registry: Type.Union([Type.String(), Type.Null()]),
    docker_user: Type.Union([Type.String(), Type.Null()]),
    docker_token: Type.Union([Type.String(), Type.Null()]),
    uncompressed_size_mb: Type.Integer(),
    restrict_to_zone: Type.Boolean(),
    zone_id: Type.Union([Type.String(), Type.Null()]),
    restrict_to_server: Type.Boolean(),
    server_id: Type.Union([Type.String(), Type.Null()]),
  },
  { $id: 'AgentImage' },
)
export type AgentImage = Static<typeof AgentImageSchema>

/** The answer to a check-in: the agent's own settings and the image definitions that apply to it. */
const HeartbeatReplySchema = Type.Object(
  {
    agent: Type.Object({
      agent_id: Type.String(),
      server_id: Type.String(),
      enabled: Type.Boolean(),
      auto_prune_images: Type.Union([Type.Literal('Off'), Type.Literal('Normal'), Type.Literal('Aggressive')]),
      zone_id: Type.String(),
    }),
    managers: Type.Array(Type.String()),
    /** Digests that sessions on this agent run, which its engine does not remove. */
    images_in_use: Type.Array(Type.String()),
    /** Changes whenever any definition changes. */
    images_revision: Type.Integer(),
    images: Type.Array(reference(AgentImageSchema)),
  },
  { $id: 'HeartbeatReply' },
)
export type HeartbeatReply = Static<typeof HeartbeatReplySchema>

/** Asks for the image definitions alone. */
const ImagesRequestSchema = Type.Object(
  { server_id: Type.String({ minLength: 1 }) },
  { ...own, $id: 'ImagesRequest', examples: [exampleServer] },
)
const ImagesReplySchema = Type.Object(
  { images_revision: Type.Integer(), images: Type.Array(reference(AgentImageSchema)) },
  { $id: 'ImagesReply' },
)

/** An agent's first call after its start. */
const AgentConfigRequestSchema = Type.Object(
  { server_id: Type.String({ minLength: 1 }) },
  { ...own, $id: 'AgentConfigRequest', examples: [exampleServer] },
)
const AgentConfigReplySchema = Type.Object(
  { agent: Type.Object({ retention_period: Type.String() }) },
  { $id: 'AgentConfigReply' },
)

/** The agents' side. */
export const managerOperations = {
  agent_config: {
    tag: 'Agent side',
    summary: 'Settings for an agent that starts',
    body: AgentConfigRequestSchema,
    reply: AgentConfigReplySchema,
    state: 'full',
  },
  heartbeat: {
    tag: 'Agent side',
    summary: 'Check in: report the agent, receive its image definitions',
    body: HeartbeatRequestSchema,
    reply: HeartbeatReplySchema,
    state: 'full',
  },
  images: {
    tag: 'Agent side',
    summary: 'The image definitions of a known agent',
    body: ImagesRequestSchema,
    reply: ImagesReplySchema,
    state: 'full',
  },
} as const satisfies Record<ManagerOperationName, OperationDescription>
