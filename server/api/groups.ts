// Groups: their members, the images they may launch, their settings and permissions (docs/kasm.md, "Users and groups").
import { type Static, Type } from 'typebox'
import {
  EmptyReplySchema,
  exampleId,
  Id,
  IdInput,
  nullable,
  operationsOf,
  own,
  reference,
  Text,
  TextInput,
} from './common.ts'
import { TargetGroup } from './users.ts'

const Priority = Type.Integer({ minimum: 0 })
const PermissionIds = Type.Array(Type.Union([Type.Integer(), Type.String()]))
const NewGroupSchema = Type.Object({
  name: Type.String({ minLength: 1 }),
  priority: Type.Optional(nullable(Priority)),
  description: TextInput,
  permissions: Type.Optional(Type.Unsafe<(number | string)[] | null>({ ...PermissionIds, type: ['array', 'null'] })),
})
export type NewGroup = Static<typeof NewGroupSchema>
const GroupChangesSchema = Type.Object({
  group_id: IdInput,
  name: TextInput,
  priority: Type.Optional(nullable(Priority)),
  description: TextInput,
})
export type GroupChanges = Static<typeof GroupChangesSchema>

/** A group; the one with the lowest priority number counts first. */
export const GroupSchema = Type.Object(
  { group_id: Id, name: Type.String(), description: Text, priority: Type.Integer(), is_system: Type.Boolean() },
  { $id: 'Group', ...own },
)
export const PermissionSchema = Type.Object(
  {
    group_permission_id: Id,
    group_id: Text,
    api_id: Text,
    permission_id: Type.Integer(),
    permission_name: Type.String(),
    permission_description: Type.String(),
  },
  { $id: 'Permission', ...own },
)
export const GroupSettingSchema = Type.Object(
  { group_setting_id: Id, group_id: Id, name: Type.String(), value: Type.Unknown() },
  { $id: 'GroupSetting', ...own },
)

const operation = operationsOf('Groups')
const target_group = { group_id: '68d557ac4cac42cca9f31c7c853de0f3' }
const target_image = { image_id: exampleId }
const one = { target_group: TargetGroup }
const groupImage = { ...one, target_image: Type.Object({ image_id: IdInput }) }
/** The permissions of a group or of an API key. */
const subject = {
  target_group: Type.Optional(TargetGroup),
  target_api_config: Type.Optional(Type.Object({ api_id: IdInput })),
}
const target_setting = { name: 'max_kasms_per_user', value: '2' }
const SettingInput = Type.Object({
  group_setting_id: Type.Optional(Text),
  name: Type.Optional(Text),
  value: Type.Optional(Type.Unknown()),
})
export type GroupSettingInput = Static<typeof SettingInput>
const groupSetting = { ...one, target_setting: SettingInput }
const GroupReply = Type.Object({ group: reference(GroupSchema) })
const SettingsReply = Type.Object({ settings: Type.Array(reference(GroupSettingSchema)) })
const PermissionsReply = Type.Object({ permissions: Type.Array(reference(PermissionSchema)) })

export const groupOperations = {
  create_group: operation(
    'create_group',
    'Create a group',
    { target_group: NewGroupSchema },
    { target_group: { name: 'Testers', priority: 50, description: 'They try new images first' } },
    GroupReply,
  ),
  get_groups: operation(
    'get_groups',
    'List the groups',
    {},
    {},
    Type.Object({ groups: Type.Array(reference(GroupSchema)) }),
  ),
  update_group: operation(
    'update_group',
    'Change the given fields of a group',
    { target_group: GroupChangesSchema },
    { target_group: { ...target_group, priority: 900 } },
    GroupReply,
  ),
  delete_group: operation(
    'delete_group',
    'Delete a group that is not a system group',
    one,
    { target_group: { group_id: exampleId } },
    EmptyReplySchema,
  ),
  get_users_group: operation(
    'get_users_group',
    'The members of a group',
    one,
    { target_group },
    Type.Object({
      users: Type.Array(
        Type.Object(
          { user_id: Id, username: Type.String(), first_name: Text, last_name: Text, organization: Text },
          own,
        ),
      ),
    }),
  ),
  add_images_group: operation(
    'add_images_group',
    'Let a group launch an image',
    groupImage,
    { target_group, target_image },
    EmptyReplySchema,
  ),
  remove_images_group: operation(
    'remove_images_group',
    'Take an image from a group',
    groupImage,
    { target_group, target_image },
    EmptyReplySchema,
  ),
  get_images_group: operation(
    'get_images_group',
    'The images that a group may launch',
    one,
    { target_group },
    Type.Object({
      images: Type.Array(
        Type.Object(
          {
            group_image_id: Id,
            group_id: Id,
            image_id: Id,
            image_name: Type.String(),
            group_name: Type.String(),
            image_friendly_name: Type.String(),
            image_src: Text,
          },
          own,
        ),
      ),
    }),
  ),
  add_settings_group: operation(
    'add_settings_group',
    'Give a group a setting',
    groupSetting,
    { target_group, target_setting },
    SettingsReply,
  ),
  get_settings_group: operation('get_settings_group', 'The settings of a group', one, { target_group }, SettingsReply),
  update_settings_group: operation(
    'update_settings_group',
    'Change a setting of a group',
    groupSetting,
    { target_group, target_setting },
    SettingsReply,
  ),
  add_permissions_group: operation(
    'add_permissions_group',
    'Give permissions to a group or an API key',
    { ...subject, target_permissions: PermissionIds },
    { target_api_config: { api_id: exampleId }, target_permissions: [100, 200, 352] },
    PermissionsReply,
  ),
  get_permissions_group: operation(
    'get_permissions_group',
    'The permissions of a group or an API key',
    subject,
    { target_group },
    PermissionsReply,
  ),
}
