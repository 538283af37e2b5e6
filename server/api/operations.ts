// Every operation of the fake: what it takes, what it answers and how the OpenAPI document presents it.
// The checks of bodies, the documentation and the model's types follow from these two tables.
import type { Static, TSchema } from 'typebox'
import {
  AgentReplySchema,
  AgentSchema,
  AgentsListReplySchema,
  GetAgentsRequestSchema,
  UpdateAgentRequestSchema,
} from './agents.ts'
import { EmptyReplySchema, ErrorReplySchema, HealthReplySchema } from './common.ts'
import {
  CreateImageRequestSchema,
  DeleteImageRequestSchema,
  GetImageRequestSchema,
  GetImagesRequestSchema,
  ImageReplySchema,
  ImageSchema,
  ImagesListReplySchema,
  UpdateImageRequestSchema,
} from './images.ts'
import {
  AgentConfigReplySchema,
  AgentConfigRequestSchema,
  AgentImageSchema,
  HeartbeatReplySchema,
  HeartbeatRequestSchema,
  ImagesReplySchema,
  ImagesRequestSchema,
} from './manager.ts'
import type { DeveloperOperationName, ManagerOperationName, OperationName } from './operation-names.ts'

interface OperationDescription {
  tag: 'Images' | 'Agents' | 'Agent side'
  summary: string
  body: TSchema
  reply: TSchema
}

/** The developer API. */
export const developerOperations = {
  get_images: {
    tag: 'Images',
    summary: 'List all images',
    body: GetImagesRequestSchema,
    reply: ImagesListReplySchema,
  },
  get_image: { tag: 'Images', summary: 'Get one image', body: GetImageRequestSchema, reply: ImageReplySchema },
  create_image: { tag: 'Images', summary: 'Create an image', body: CreateImageRequestSchema, reply: ImageReplySchema },
  update_image: {
    tag: 'Images',
    summary: 'Change the given fields of an image',
    body: UpdateImageRequestSchema,
    reply: ImageReplySchema,
  },
  delete_image: { tag: 'Images', summary: 'Delete an image', body: DeleteImageRequestSchema, reply: EmptyReplySchema },
  get_agents: {
    tag: 'Agents',
    summary: 'List the agents that have checked in',
    body: GetAgentsRequestSchema,
    reply: AgentsListReplySchema,
  },
  update_agent: {
    tag: 'Agents',
    summary: 'Enable, disable or configure an agent',
    body: UpdateAgentRequestSchema,
    reply: AgentReplySchema,
  },
} as const satisfies Record<DeveloperOperationName, OperationDescription>

/** The agents' side. */
export const managerOperations = {
  agent_config: {
    tag: 'Agent side',
    summary: 'Settings for an agent that starts',
    body: AgentConfigRequestSchema,
    reply: AgentConfigReplySchema,
  },
  heartbeat: {
    tag: 'Agent side',
    summary: 'Check in: report the agent, receive its image definitions',
    body: HeartbeatRequestSchema,
    reply: HeartbeatReplySchema,
  },
  images: {
    tag: 'Agent side',
    summary: 'The image definitions of a known agent',
    body: ImagesRequestSchema,
    reply: ImagesReplySchema,
  },
} as const satisfies Record<ManagerOperationName, OperationDescription>

type Operations = typeof developerOperations & typeof managerOperations
export type RequestOf<Name extends OperationName> = Static<Operations[Name]['body']>
export type ReplyOf<Name extends OperationName> = Static<Operations[Name]['reply']>

/** Every schema with an `$id`, for validators and for the OpenAPI document. */
export const sharedSchemas: TSchema[] = [
  ...new Set([
    ImageSchema,
    AgentSchema,
    AgentImageSchema,
    ErrorReplySchema,
    HealthReplySchema,
    ...[developerOperations, managerOperations].flatMap((operations) =>
      Object.values<OperationDescription>(operations).flatMap(({ body, reply }) => [body, reply]),
    ),
  ]),
]
