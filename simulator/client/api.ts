// The developer API as types in the form that openapi-fetch takes, made from the schemas by which the web app checks what it is asked.
// Types alone: nothing is loaded from here.

import type { Static } from 'typebox'
import type { CredentialFields, ErrorReplySchema, HealthReplySchema } from '../../server/api/common.ts'
import type { DeveloperOperationName, developerRules } from '../../server/api/operation-names.ts'
import type { ReplyOf, RequestOf } from '../../server/api/operations.ts'

interface Endpoint {
  parameters: { query?: never; header?: never; path?: never; cookie?: never }
}
interface Answer<Content> {
  headers: Record<string, unknown>
  content: Content
}
interface Json<Body> {
  'application/json': Body
}

/** Why there is no result. */
type ErrorReply = Static<typeof ErrorReplySchema>

/** Pictures come as they are; everything else as JSON, with which Kasm refuses at status 200, too. */
type Content<Reply> = Reply extends Uint8Array ? { 'image/jpeg': string } : Json<Reply | ErrorReply>

interface Operation<Name extends DeveloperOperationName> extends Endpoint {
  requestBody: { content: Json<RequestOf<Name> & CredentialFields> }
  responses: {
    200: Answer<Content<ReplyOf<Name>>>
    400: Answer<Json<ErrorReply>>
    401: Answer<Json<ErrorReply>>
    403: Answer<Json<ErrorReply>>
    500: Answer<{ 'text/html': string }>
  }
}

/** Where an operation is served. What is also under /api/admin/ is the same there. */
type PathOf<Name extends DeveloperOperationName> = (typeof developerRules)[Name]['prefix'] extends 'bare'
  ? `/api/${Name}`
  : `/api/public/${Name}`

/** A verb of the developer API: `get_images`. */
export type Verb = {
  [Name in DeveloperOperationName]: PathOf<Name> extends `/api/public/${Name}` ? Name : never
}[DeveloperOperationName]

/** Every path, its methods, and what each takes and answers. */
export type Paths = {
  [Name in DeveloperOperationName as PathOf<Name>]: Endpoint & { post: Operation<Name> }
} & {
  '/api/__healthcheck': Endpoint & {
    get: Endpoint & { responses: { 200: Answer<Json<Static<typeof HealthReplySchema>>> } }
  }
}
