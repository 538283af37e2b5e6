// Groups: who may launch which image, and what the members may do.
import type { GroupChanges, GroupSettingInput, NewGroup } from '../api/groups.ts'
import type { ReplyOf } from '../api/operations.ts'
import { allUsersGroupId, groupSettingDefaults } from './defaults.ts'
import { requireId, stableId } from './ids.ts'
import { businessError, internalError, notFound } from './reply.ts'
import type { GroupRecord, GroupSettingRecord, UserRecord } from './state/records.ts'
import type { State } from './state/state.ts'

const defaultPriority = 100

/** Every group. */
export class Groups {
  readonly #state: State

  constructor(state: State) {
    this.#state = state
  }

  create({ name, description, priority }: NewGroup): GroupRecord {
    if ([...this.#state.rows.groups.values()].some((group) => group.name === name)) {
      throw businessError(`Group already exists: ${name}.`)
    }
    const group_id = stableId('group', name, String(this.#state.next('group')))
    return this.add({
      group_id,
      name,
      description: description ?? null,
      priority: priority ?? defaultPriority,
      is_system: false,
    })
  }

  add(group: GroupRecord): GroupRecord {
    return this.#state.rows.groups.set(group.group_id, group)
  }

  list(): GroupRecord[] {
    return [...this.#state.rows.groups.values()]
  }

  update({ group_id, name, priority, description }: GroupChanges): GroupRecord {
    const group = this.require(group_id)
    return this.add({
      ...group,
      name: name || group.name,
      priority: priority ?? group.priority,
      description: description === undefined ? group.description : description,
    })
  }

  delete(groupId: string): GroupRecord {
    const group = this.require(groupId)
    if (group.is_system) throw businessError(`Cannot delete a system group: ${group.name}.`)
    const { rows } = this.#state
    for (const user of this.membersOf(group.group_id)) {
      rows.users.set(user.user_id, { ...user, groupIds: user.groupIds.filter((id) => id !== group.group_id) })
    }
    rows.groupImages.deleteWhere(({ group_id }) => group_id === group.group_id)
    rows.groupSettings.deleteWhere(({ group_id }) => group_id === group.group_id)
    rows.groups.delete(group.group_id)
    return group
  }

  require(groupId: string): GroupRecord {
    const id = requireId('target_group.group_id', groupId)
    const group = this.#state.rows.groups.get(id)
    if (!group) throw notFound('Group', id)
    return group
  }

  membersOf(groupId: string): UserRecord[] {
    return [...this.#state.rows.users.values()].filter(({ groupIds }) => groupIds.includes(groupId))
  }

  /** The groups of a user by name, as users are shown with them. */
  of(user: UserRecord): { name: string; group_id: string }[] {
    return user.groupIds.flatMap((id) => {
      const group = this.#state.rows.groups.get(id)
      return group ? [{ name: group.name, group_id: group.group_id }] : []
    })
  }

  addImage(group_id: string, image_id: string): void {
    const group_image_id = stableId('group-image', group_id, image_id)
    this.#state.rows.groupImages.set(groupImageKey(group_id, image_id), { group_image_id, group_id, image_id })
  }

  removeImage(groupId: string, imageId: string): void {
    this.#state.rows.groupImages.delete(groupImageKey(groupId, imageId))
  }

  /** An image is gone. */
  forgetImage(imageId: string): void {
    this.#state.rows.groupImages.deleteWhere(({ image_id }) => image_id === imageId)
  }

  /** Whether any group of a user may launch an image; an anonymous user has the group of all. */
  mayLaunch(user: UserRecord | null, imageId: string): boolean {
    const groupIds = user?.groupIds ?? [allUsersGroupId]
    return groupIds.some((id) => this.#state.rows.groupImages.has(groupImageKey(id, imageId)))
  }

  imagesOf(group: GroupRecord): ReplyOf<'get_images_group'>['images'] {
    const { groupImages, images } = this.#state.rows
    return [...groupImages.values()].flatMap(({ group_id, image_id, group_image_id }) => {
      const image = group_id === group.group_id ? images.get(image_id) : null
      if (!image) return []
      const { name: image_name, friendly_name: image_friendly_name, image_src } = image
      return [
        { group_image_id, group_id, image_id, image_name, group_name: group.name, image_friendly_name, image_src },
      ]
    })
  }

  settingsOf(groupId: string): GroupSettingRecord[] {
    return [...this.#state.rows.groupSettings.values()].filter(({ group_id }) => group_id === groupId)
  }

  /** Gives a group a setting or changes one it has, by name or by id. */
  setSetting(group_id: string, { group_setting_id, name, value }: GroupSettingInput): void {
    const known = group_setting_id
      ? this.#state.rows.groupSettings.get(requireId('target_setting.group_setting_id', group_setting_id))
      : null
    if (group_setting_id && !known) throw notFound('Group setting', group_setting_id)
    const settingName = known?.name ?? name
    if (!settingName) throw internalError('target_setting has neither group_setting_id nor name')
    const id = stableId('group-setting', group_id, settingName)
    this.#state.rows.groupSettings.set(id, {
      group_setting_id: id,
      group_id,
      name: settingName,
      value: value ?? null,
    })
  }

  /** The value that counts for a user: of her groups that have one, the one with the lowest priority number. */
  settingFor({ groupIds }: Pick<UserRecord, 'groupIds'>, name: keyof typeof groupSettingDefaults): number {
    const groups = groupIds
      .flatMap((id) => this.#state.rows.groups.get(id) ?? [])
      .sort((first, second) => first.priority - second.priority)
    for (const { group_id } of groups) {
      const setting = this.#state.rows.groupSettings.get(stableId('group-setting', group_id, name))
      const number = numberOf(setting?.value)
      if (!Number.isNaN(number)) return number
    }
    return groupSettingDefaults[name]
  }
}

function groupImageKey(groupId: string, imageId: string): string {
  return `${groupId}/${imageId}`
}

/** Values come as numbers, flags or texts of either. */
function numberOf(value: unknown): number {
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value === 'string' && /^(true|false)$/i.test(value)) return value.toLowerCase() === 'true' ? 1 : 0
  const number = typeof value === 'number' || (typeof value === 'string' && value !== '') ? Number(value) : Number.NaN
  return Math.abs(number) <= Number.MAX_SAFE_INTEGER ? number : Number.NaN
}
