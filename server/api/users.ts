// Users, their groups and attributes, and how they log in (docs/kasm.md, "Users and groups").
import { type Static, Type } from 'typebox'
import {
  EmptyReplySchema,
  exampleId,
  FlagInput,
  Id,
  IdInput,
  nullable,
  operationsOf,
  own,
  reference,
  Text,
  TextInput,
} from './common.ts'

const textFields = {
  first_name: TextInput,
  last_name: TextInput,
  phone: TextInput,
  email: TextInput,
  organization: TextInput,
  notes: TextInput,
  city: TextInput,
  state: TextInput,
  country: TextInput,
  custom_attribute_1: TextInput,
  custom_attribute_2: TextInput,
  custom_attribute_3: TextInput,
}
const settableFields = { ...textFields, password: TextInput, locked: FlagInput, disabled: FlagInput }

const NewUserSchema = Type.Object({ username: Type.String({ minLength: 1, maxLength: 255 }), ...settableFields })
/** A user to create. */
export type NewUser = Static<typeof NewUserSchema>
const UserChangesSchema = Type.Object({ user_id: IdInput, username: TextInput, ...settableFields })
export type UserChanges = Static<typeof UserChangesSchema>

/** A user by id or by name. */
export const NamedUserSchema = Type.Object({ user_id: Type.Optional(Text), username: Type.Optional(Text) })
export type NamedUser = Static<typeof NamedUserSchema>
export const TargetGroup = Type.Object({ group_id: IdInput })

/** A user as the developer API shows one. */
export const UserSchema = Type.Object(
  {
    user_id: Id,
    username: Type.String(),
    first_name: Text,
    last_name: Text,
    phone: Text,
    email: Text,
    organization: Text,
    notes: Text,
    city: Text,
    state: Text,
    country: Text,
    custom_attribute_1: Text,
    custom_attribute_2: Text,
    custom_attribute_3: Text,
    realm: Type.String(),
    locked: Type.Boolean(),
    disabled: Type.Boolean(),
    two_factor: Type.Boolean(),
    program_id: Text,
    created: Text,
    last_session: Text,
    password_set_date: Text,
    groups: Type.Array(Type.Object({ name: Type.String(), group_id: Id }, own)),
    kasms: Type.Array(
      Type.Object({ kasm_id: Id, image_id: Id, start_date: Text, expiration_date: Text, server_id: Text }, own),
    ),
    assigned_servers: Type.Array(Type.Object({ server_id: Id }, own)),
  },
  { $id: 'User', ...own },
)
export type User = Static<typeof UserSchema>

const attributeChoices = {
  ssh_public_key: Text,
  show_tips: Type.Boolean(),
  theme: Type.String(),
  preferred_language: Type.String(),
  preferred_timezone: Type.String(),
  toggle_control_panel: Type.Boolean(),
  default_image: Text,
  auto_login_kasm: Type.Boolean(),
  chat_sfx: Type.Boolean(),
}
const attributes = Type.Object({ user_attributes_id: Id, user_id: Id, ...attributeChoices }, own)
const AttributeChangesSchema = Type.Object({
  user_id: IdInput,
  ssh_public_key: TextInput,
  show_tips: FlagInput,
  theme: TextInput,
  preferred_language: TextInput,
  preferred_timezone: TextInput,
  toggle_control_panel: FlagInput,
  default_image: TextInput,
  auto_login_kasm: FlagInput,
  chat_sfx: FlagInput,
})
export type AttributeChanges = Static<typeof AttributeChangesSchema>

const operation = operationsOf('Users')
const target_user = { user_id: exampleId }
const target_group = { group_id: '68d557ac4cac42cca9f31c7c853de0f3' }
const one = { target_user: NamedUserSchema }
const membership = { ...one, target_group: TargetGroup }
const assignment = { ...one, target_server: Type.Object({ server_id: IdInput }) }
const UserReply = Type.Object({ user: reference(UserSchema) })
const PageNumber = Type.Optional(nullable(Type.Integer({ minimum: 0 })))

export const userOperations = {
  authenticate: operation(
    'authenticate',
    'Log in to the user interface',
    { username: Type.String(), password: Type.String() },
    { username: 'admin@kasm.local', password: 'kasmSimPassword' },
    Type.Object(
      {
        token: Type.String(),
        user_id: Id,
        username: Type.String(),
        is_admin: Type.Boolean(),
        expires_at: Type.String(),
      },
      own,
    ),
  ),
  create_user: operation(
    'create_user',
    'Create a user',
    { target_user: NewUserSchema },
    { target_user: { username: 'ada@example.com', password: 'correct horse', first_name: 'Ada', locked: false } },
    UserReply,
  ),
  get_user: operation('get_user', 'Get one user', one, { target_user }, UserReply),
  get_users: operation(
    'get_users',
    'List the users, all or by page',
    {
      page: PageNumber,
      page_size: PageNumber,
      sort_by: TextInput,
      sort_direction: TextInput,
      anonymous: FlagInput,
      anonymous_only: FlagInput,
    },
    { page: 0, page_size: 20, sort_by: 'username', sort_direction: 'asc' },
    Type.Object({
      users: Type.Array(reference(UserSchema)),
      total: Type.Integer(),
      page: nullable(Type.Integer()),
      page_size: nullable(Type.Integer()),
    }),
  ),
  update_user: operation(
    'update_user',
    'Change the given fields of a user',
    { target_user: UserChangesSchema },
    { target_user: { ...target_user, first_name: 'Ada', locked: true } },
    UserReply,
  ),
  delete_user: operation(
    'delete_user',
    'Delete a user; one with sessions only by force',
    { ...one, force: FlagInput },
    { target_user, force: false },
    EmptyReplySchema,
  ),
  logout_user: operation('logout_user', 'End every login of a user', one, { target_user }, EmptyReplySchema),
  get_attributes: operation(
    'get_attributes',
    'What a user has chosen for herself',
    one,
    { target_user },
    Type.Object({ user_attributes: attributes }),
  ),
  update_user_attributes: operation(
    'update_user_attributes',
    'Change what a user has chosen',
    { target_user_attributes: AttributeChangesSchema },
    { target_user_attributes: { ...target_user, theme: 'dark', show_tips: false } },
    EmptyReplySchema,
  ),
  add_user_group: operation(
    'add_user_group',
    'Put a user into a group',
    membership,
    { target_user, target_group },
    EmptyReplySchema,
  ),
  remove_user_group: operation(
    'remove_user_group',
    'Take a user out of a group',
    membership,
    { target_user, target_group },
    EmptyReplySchema,
  ),
  assign_user_server: operation(
    'assign_user_server',
    'Give a user a server of her own',
    assignment,
    { target_user, target_server: { server_id: exampleId } },
    EmptyReplySchema,
  ),
  unassign_user_server: operation(
    'unassign_user_server',
    'Take a server from a user',
    assignment,
    { target_user, target_server: { server_id: exampleId } },
    EmptyReplySchema,
  ),
  get_login: operation(
    'get_login',
    'A link that logs a user in',
    one,
    { target_user },
    Type.Object({ url: Type.String() }, own),
  ),
}
