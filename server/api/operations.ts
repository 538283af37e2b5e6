// Every operation of the fake: what it takes, what it answers and how the OpenAPI document presents it.
// The checks of bodies, the documentation and the model's types follow from these two tables.
import type { Static, TSchema } from 'typebox'
import { AgentSchema, agentOperations } from './agents.ts'
import { ErrorReplySchema, HealthReplySchema, type OperationDescription } from './common.ts'
import { deploymentOperations, deploymentSchemas } from './deployment.ts'
import { GroupSchema, GroupSettingSchema, groupOperations, PermissionSchema } from './groups.ts'
import { ImageSchema, imageOperations } from './images.ts'
import { AgentImageSchema, managerOperations } from './manager.ts'
import { type DeveloperOperationName, developerOperationNames, type OperationName } from './operation-names.ts'
import { infrastructureOperations, recordOperations } from './records.ts'
import { sessionAccessOperations } from './session-access.ts'
import { sessionOperations } from './session-operations.ts'
import { SessionSchema } from './sessions.ts'
import { UserSchema, userOperations } from './users.ts'

const described = {
  ...userOperations,
  ...groupOperations,
  ...imageOperations,
  ...sessionOperations,
  ...sessionAccessOperations,
  ...deploymentOperations,
  ...agentOperations,
  ...infrastructureOperations,
  ...recordOperations,
} satisfies Record<DeveloperOperationName, OperationDescription>
type Described = typeof described

/** The developer API, in the order of its table of rules. */
export const developerOperations = Object.fromEntries(
  developerOperationNames.map((name) => [name, described[name]]),
) as unknown as Pick<Described, DeveloperOperationName>

export { managerOperations }

type Operations = Pick<Described, DeveloperOperationName> & typeof managerOperations
export type RequestOf<Name extends OperationName> = Static<Operations[Name]['body']>
export type ReplyOf<Name extends OperationName> = Static<Operations[Name]['reply']>

/** Every schema with an `$id`, for validators and for the OpenAPI document. */
export const sharedSchemas: TSchema[] = [
  ...new Set([
    ImageSchema,
    UserSchema,
    GroupSchema,
    GroupSettingSchema,
    PermissionSchema,
    SessionSchema,
    ...deploymentSchemas,
    AgentSchema,
    AgentImageSchema,
    ErrorReplySchema,
    HealthReplySchema,
    ...[developerOperations, managerOperations].flatMap((operations) =>
      Object.values<OperationDescription>(operations).flatMap(({ body, reply }) => [body, reply]),
    ),
  ]),
]
