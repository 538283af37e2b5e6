// Who else may see a session, and the tokens of the user interface (docs/kasm.md, "Sessions").
import { type Static, Type } from 'typebox'
import { EmptyReplySchema, exampleId, Id, IdInput, nullable, operationsOf, own, TextInput } from './common.ts'
import { NamedUserSchema } from './users.ts'

const permissions = operationsOf('Session permissions')
const tokens = operationsOf('Session tokens')
const user_id = '6a1d0c3e5f7b4829a0b1c2d3e4f50617'

const AccessSchema = Type.Object({ user_id: IdInput, access: TextInput })
const PermissionsInput = Type.Object({
  kasm_id: IdInput,
  access: TextInput,
  session_permissions: Type.Optional(
    Type.Unsafe<Static<typeof AccessSchema>[] | null>({
      type: ['array', 'null'],
      items: AccessSchema,
    }),
  ),
})
const OfSession = { target_session_permissions: Type.Object({ kasm_id: IdInput }) }
const PermissionsReply = Type.Object({
  session_permissions: Type.Array(
    Type.Object({ user_id: Id, access: Type.String(), vnc_username: Type.String(), username: Type.String() }, own),
  ),
})

const Token = Type.Object(
  {
    session_token: Type.String(),
    session_token_date: Type.String(),
    expires_at: Type.String(),
    session_jwt: Type.String(),
  },
  own,
)
export type SessionToken = Static<typeof Token>
const TokenReply = Type.Object({ session_token: Token })
const target_session_token = { session_token: '1b4e28ba-2fa1-4d23-8f51-0a1b2c3d4e5f' }
const OneToken = { target_session_token: Type.Object({ session_token: Type.String() }) }
const OfUser = { target_user: NamedUserSchema }

export const sessionAccessOperations = {
  set_session_permissions: permissions(
    'set_session_permissions',
    'Say who may see or use a session',
    { target_session_permissions: PermissionsInput },
    { target_session_permissions: { kasm_id: exampleId, session_permissions: [{ user_id, access: 'rw' }] } },
    PermissionsReply,
  ),
  get_session_permissions: permissions(
    'get_session_permissions',
    'Who may see or use a session',
    OfSession,
    { target_session_permissions: { kasm_id: exampleId } },
    PermissionsReply,
  ),
  delete_all_session_permissions: permissions(
    'delete_all_session_permissions',
    'Take a session from all but its owner',
    OfSession,
    { target_session_permissions: { kasm_id: exampleId } },
    EmptyReplySchema,
  ),
  create_session_token: tokens(
    'create_session_token',
    'Log a user in',
    OfUser,
    { target_user: { user_id } },
    TokenReply,
  ),
  get_session_token: tokens('get_session_token', 'One login', OneToken, { target_session_token }, TokenReply),
  get_session_tokens: tokens(
    'get_session_tokens',
    'The logins of a user',
    OfUser,
    { target_user: { user_id } },
    Type.Object({ session_tokens: Type.Array(Token) }),
  ),
  update_session_token: tokens(
    'update_session_token',
    'Put off the expiry of a login',
    {
      target_session_token: Type.Object({
        session_token: Type.String(),
        expires_at: Type.Optional(nullable(Type.String())),
      }),
    },
    { target_session_token },
    TokenReply,
  ),
  delete_session_token: tokens(
    'delete_session_token',
    'End a login',
    OneToken,
    { target_session_token },
    EmptyReplySchema,
  ),
  delete_session_tokens: tokens(
    'delete_session_tokens',
    'End every login of a user',
    OfUser,
    { target_user: { user_id } },
    EmptyReplySchema,
  ),
}
