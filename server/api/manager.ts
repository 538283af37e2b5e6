// The calls of an agent to the web app. Kasm publishes the paths and the columns that result, not the bodies
// (docs/kasm.md, "Agent side"), so these shapes are this project's own, named after the known columns.
import { type Static, Type } from 'typebox'
import { reference } from './common.ts'

const own = { additionalProperties: false }
const exampleServer = { server_id: '0b3c5d7e-91a2-4b6c-8d0e-f1a2b3c4d5e6' }

/** One image that an agent holds, by docker reference. */
export const HeldImageSchema = Type.Object(
  { name: Type.String({ minLength: 1 }), digest: Type.String({ pattern: '^sha256:[0-9a-f]{64}$' }) },
  own,
)

/** A check-in: who the agent is, what it has, and which images it holds. */
export const HeartbeatRequestSchema = Type.Object(
  {
    server_id: Type.String({ minLength: 1 }),
    hostname: Type.String({ minLength: 1 }),
    zone_name: Type.Optional(Type.String({ minLength: 1 })),
    agent_version: Type.Optional(Type.String()),
    public_ip: Type.Optional(Type.String()),
    port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65_535 })),
    cores: Type.Integer({ minimum: 1 }),
    memory_bytes: Type.Integer({ minimum: 1 }),
    cpu_percent: Type.Optional(Type.Number({ minimum: 0, maximum: 100 })),
    disk_stats: Type.Object(
      { total: Type.Integer({ minimum: 0 }), used: Type.Integer({ minimum: 0 }), free: Type.Integer({ minimum: 0 }) },
      own,
    ),
    docker_images: Type.Array(HeldImageSchema),
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
export const HeartbeatReplySchema = Type.Object(
  {
    agent: Type.Object({
      agent_id: Type.String(),
      server_id: Type.String(),
      enabled: Type.Boolean(),
      auto_prune_images: Type.Union([Type.Literal('Off'), Type.Literal('Normal'), Type.Literal('Aggressive')]),
      zone_id: Type.String(),
    }),
    managers: Type.Array(Type.String()),
    /** Changes whenever any definition changes. */
    images_revision: Type.Integer(),
    images: Type.Array(reference(AgentImageSchema)),
  },
  { $id: 'HeartbeatReply' },
)
export type HeartbeatReply = Static<typeof HeartbeatReplySchema>

/** Asks for the image definitions alone. */
export const ImagesRequestSchema = Type.Object(
  { server_id: Type.String({ minLength: 1 }) },
  { ...own, $id: 'ImagesRequest', examples: [exampleServer] },
)
export const ImagesReplySchema = Type.Object(
  { images_revision: Type.Integer(), images: Type.Array(reference(AgentImageSchema)) },
  { $id: 'ImagesReply' },
)

/** An agent's first call after its start. */
export const AgentConfigRequestSchema = Type.Object(
  { server_id: Type.String({ minLength: 1 }) },
  { ...own, $id: 'AgentConfigRequest', examples: [exampleServer] },
)
export const AgentConfigReplySchema = Type.Object(
  { agent: Type.Object({ retention_period: Type.String() }) },
  { $id: 'AgentConfigReply' },
)
