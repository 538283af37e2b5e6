// Groups, and the permissions of groups and API keys.
import type { ReplyOf } from '../../api/operations.ts'
import { permissionName } from '../../api/permissions.ts'
import { type Caller, mayGive, mayTake } from '../access/callers.ts'
import { readPermission } from '../access/permissions.ts'
import type { Areas } from '../areas.ts'
import { requireId } from '../ids.ts'
import { forgetReferenced } from '../references.ts'
import { internalError, notFound, unauthorized } from '../reply.ts'
import type { Handlers } from './handler.ts'

export function groupHandlers(areas: Areas) {
  const { groups, images, permissions } = areas
  const setSetting: Handlers['add_settings_group'] = ({ target_group, target_setting }) => {
    const { group_id } = groups.require(target_group.group_id)
    groups.setSetting(group_id, target_setting)
    return { settings: groups.settingsOf(group_id) }
  }
  return {
    create_group: ({ target_group }, { caller }) => {
      const ids = readPermissions(target_group.permissions ?? [], caller)
      const group = groups.create(target_group)
      permissions.grant(group.group_id, ids)
      return { group }
    },
    get_groups: () => ({ groups: groups.list() }),
    update_group: ({ target_group }) => ({ group: groups.update(target_group) }),
    delete_group: ({ target_group }, { caller }) => {
      // With the group its members lose what it lets them do.
      if (!mayTake(caller, permissions.of([groups.require(target_group.group_id).group_id]))) throw unauthorized()
      const { group_id } = groups.delete(target_group.group_id)
      permissions.forget(group_id)
      forgetReferenced(areas.rows, 'group_id', group_id)
      return {}
    },
    get_users_group: ({ target_group }) => {
      const members = groups.membersOf(groups.require(target_group.group_id).group_id)
      return {
        users: members.map(({ user_id, username, first_name, last_name, organization }) => {
          return { user_id, username, first_name, last_name, organization }
        }),
      }
    },
    add_images_group: ({ target_group, target_image }) => {
      groups.addImage(groups.require(target_group.group_id).group_id, images.require(target_image.image_id).image_id)
      return {}
    },
    remove_images_group: ({ target_group, target_image }) => {
      groups.removeImage(groups.require(target_group.group_id).group_id, images.require(target_image.image_id).image_id)
      return {}
    },
    get_images_group: ({ target_group }) => ({ images: groups.imagesOf(groups.require(target_group.group_id)) }),
    add_settings_group: setSetting,
    update_settings_group: setSetting,
    get_settings_group: ({ target_group }) => ({
      settings: groups.settingsOf(groups.require(target_group.group_id).group_id),
    }),
    add_permissions_group: ({ target_permissions, ...target }, { caller }) => {
      const subject = subjectOf(target, areas)
      permissions.grant(subject.id, readPermissions(target_permissions, caller))
      return { permissions: presentPermissions(subject, areas) }
    },
    get_permissions_group: (target) => ({ permissions: presentPermissions(subjectOf(target, areas), areas) }),
  } satisfies Partial<Handlers>
}

interface Target {
  target_group?: { group_id: string }
  target_api_config?: { api_id: string }
}
interface Subject {
  id: string
  isGroup: boolean
}

function subjectOf({ target_group, target_api_config }: Target, { groups, apiKeys }: Areas): Subject {
  if (target_group) return { id: groups.require(target_group.group_id).group_id, isGroup: true }
  if (!target_api_config) throw internalError('target_group and target_api_config are missing')
  const id = requireId('target_api_config.api_id', target_api_config.api_id)
  if (!apiKeys.find(id)) throw notFound('API config', id)
  return { id, isGroup: false }
}

function readPermissions(given: readonly (number | string)[], caller: Caller): number[] {
  const ids = given.map((permission, index) => readPermission(`target_permissions.${index}`, permission))
  if (!mayGive(caller, ids)) throw unauthorized()
  return ids
}

type Permission = ReplyOf<'get_permissions_group'>['permissions'][number]

function presentPermissions({ id, isGroup }: Subject, { permissions }: Areas): Permission[] {
  return permissions.list(id).map(({ group_permission_id, permission_id }) => {
    const permission_name = permissionName(permission_id) ?? ''
    return {
      group_permission_id,
      group_id: isGroup ? id : null,
      api_id: isGroup ? null : id,
      permission_id,
      permission_name,
      permission_description: permission_name.replaceAll('_', ' '),
    }
  })
}
