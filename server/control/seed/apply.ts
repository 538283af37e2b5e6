// Fills a fake with a seed: all of it, or nothing where any part cannot be used.
import type { SeedAgent, SeedGroup, SeedImage, SeedKey, SeedSource, SeedUser } from '../../api/control/seed.ts'
import { permissionIds } from '../../api/permissions.ts'
import { closest } from '../../kernel/suggest.ts'
import type { Areas } from '../../model/areas.ts'
import { catalogueSeeds } from '../../model/catalogue.ts'
import { allUsersGroupId, defaultPasswordHash } from '../../model/defaults.ts'
import { stableId } from '../../model/ids.ts'
import { refusalOf } from '../../model/reply.ts'
import type { GroupRecord } from '../../model/state/records.ts'
import type { Path, SeedProblem } from './document.ts'
import type { Generated } from './generate.ts'

/**
 * Puts everything of a seed into areas that are a draft: what cannot be used is returned, and the draft is then to be thrown away.
 *
 * @example
 * model.changed(model.snapshot(), (areas) => void applySeed(areas, seed, { generated: null, nowMs }))
 */
export function applySeed(
  areas: Areas,
  seed: SeedSource,
  { generated, nowMs }: { generated: Generated | null; nowMs: number },
): SeedProblem[] {
  const filling = new Filling(areas, nowMs)
  for (const zone of seed.zones ?? []) filling.zone(zone)
  filling.settings(seed.settings ?? {})
  for (const group of generated?.groups ?? []) filling.try(['generate'], () => filling.group(group))
  filling.each('groups', seed.groups, (group) => filling.group(group))
  if (seed.catalogue) for (const image of catalogueSeeds()) filling.image(image)
  for (const image of generated?.images ?? []) filling.try(['generate'], () => filling.image(image))
  filling.each('images', seed.images, (image) => filling.image(image))
  filling.each('groups', seed.groups, (group) => filling.imagesOfGroup(group))
  for (const user of generated?.users ?? []) filling.try(['generate'], () => filling.user(user, defaultPasswordHash))
  filling.each('users', seed.users, (user) => filling.user(user))
  filling.each('api_keys', seed.api_keys, (key) => filling.key(key))
  for (const agent of generated?.agents ?? []) filling.try(['generate'], () => filling.agent(agent))
  filling.each('agents', seed.agents, (agent) => filling.agent(agent))
  return filling.problems
}

/** Something of a seed that cannot be used. */
class Unusable extends Error {}

class Filling {
  readonly problems: SeedProblem[] = []
  readonly #areas: Areas
  readonly #nowMs: number

  constructor(areas: Areas, nowMs: number) {
    this.#areas = areas
    this.#nowMs = nowMs
  }

  each<Item>(kind: string, items: readonly Item[] | undefined, put: (item: Item) => void): void {
    for (const [index, item] of (items ?? []).entries()) this.try([kind, index], () => put(item))
  }

  /** Notes what goes wrong and goes on, so that all problems come at once. */
  try(path: Path, put: () => void): void {
    try {
      const refusal = refusalOf(put)
      if (!refusal) return
      const { cause, body } = refusal.reply
      const reason = cause ?? (body as { error_message: string }).error_message
      this.problems.push({ path, statement: `cannot be used: ${reason}` })
    } catch (error) {
      if (!(error instanceof Unusable)) throw error
      this.problems.push({ path, statement: error.message })
    }
  }

  zone(name: string): void {
    if (!this.#areas.zones.byName(name)) this.#areas.zones.add(name)
  }

  settings(settings: NonNullable<SeedSource['settings']>): void {
    for (const [key, value] of Object.entries(settings)) {
      const setting = this.#areas.rows.settings.get(key)
      this.try(['settings', key], () => {
        if (setting) return void this.#areas.settings.update(setting.setting_id, value)
        const known = [...this.#areas.rows.settings.entries()].map(([name]) => name)
        const near = closest(key, known)
        throw new Unusable(`is no setting${near === null ? '' : `; did you mean "${near}"?`}`)
      })
    }
  }

  group({ name, description, priority, permissions, settings }: SeedGroup): void {
    const { groups, permissions: granted } = this.#areas
    const known = this.#findGroup(name)
    const changes = {
      ...(description === undefined ? {} : { description }),
      ...(priority === undefined ? {} : { priority }),
    }
    const { group_id } = known
      ? groups.update({ group_id: known.group_id, ...changes })
      : groups.create({ name, ...changes })
    granted.grant(group_id, permissionsOf(permissions))
    for (const [setting, value] of Object.entries(settings ?? {})) groups.setSetting(group_id, { name: setting, value })
  }

  imagesOfGroup({ name, images = [] }: SeedGroup): void {
    const group = this.#findGroup(name)
    for (const reference of group ? images : []) {
      const named = [...this.#areas.rows.images.values()].filter((image) => image.name === reference)
      if (named.length === 0) throw new Unusable(`names the image ${reference}, which is not there`)
      for (const { image_id } of named) this.#areas.groups.addImage((group as GroupRecord).group_id, image_id)
    }
  }

  image({ groups, ...fields }: SeedImage): void {
    const groupIds = groups ? this.#groupIds(groups) : [allUsersGroupId]
    const { image_id } = this.#areas.images.create(fields)
    for (const groupId of groupIds) this.#areas.groups.addImage(groupId, image_id)
  }

  user({ groups = [], ...fields }: SeedUser, passwordHash: string | null = null): void {
    const { users } = this.#areas
    const groupIds = this.#groupIds(groups)
    const known = users.byName(fields.username)
    const user = known
      ? users.update({ ...fields, user_id: known.user_id }, this.#nowMs)
      : passwordHash === null
        ? users.create(fields, this.#nowMs)
        : users.add(
            {
              user_id: stableId('user', fields.username),
              username: fields.username,
              passwordHash,
              passwordSetMs: this.#nowMs,
            },
            fields,
            this.#nowMs,
          )
    for (const groupId of groupIds) users.setMember(users.byId('user_id', user.user_id), groupId, true)
  }

  key({
    name,
    api_key,
    api_key_secret: secret,
    permissions,
    enabled = true,
    read_only: readOnly = false,
  }: SeedKey): void {
    const ids = permissionsOf(permissions)
    const { api_id } = this.#areas.apiKeys.add({ name, api_key, secret, enabled, readOnly, nowMs: this.#nowMs })
    this.#areas.permissions.grant(api_id, ids)
  }

  agent({ enabled = true, auto_prune_images, server_id, ...fields }: SeedAgent): void {
    const { agents } = this.#areas
    const { cores = 8, memory_bytes = 32_000_000_000, docker_images = [], ...names } = fields
    const used = 20_000_000_000
    const report = {
      ...names,
      server_id: server_id ?? stableId('server', fields.hostname),
      cores,
      memory_bytes,
      docker_images,
      disk_stats: { total: 25 * used, used, free: 24 * used },
    }
    const { agentId } = agents.report(report, this.#nowMs)
    agents.update({ agent_id: agentId, enabled, ...(auto_prune_images ? { auto_prune_images } : {}) }, this.#nowMs)
  }

  #groupIds(names: readonly string[]): string[] {
    return names.map((name) => {
      const group = this.#findGroup(name)
      if (group) return group.group_id
      const near = closest(
        name,
        this.#areas.groups.list().map((known) => known.name),
      )
      throw new Unusable(
        `names the group "${name}", which is not there${near === null ? '' : `; did you mean "${near}"?`}`,
      )
    })
  }

  #findGroup(name: string): GroupRecord | null {
    return this.#areas.groups.list().find((group) => group.name === name) ?? null
  }
}

function permissionsOf(names: readonly string[] = []): number[] {
  return names.map((name) => {
    const id = permissionIds.get(name as never)
    if (id !== undefined) return id
    const near = closest(name, permissionIds.keys())
    throw new Unusable(
      `names the permission "${name}", which there is not${near === null ? '' : `; did you mean "${near}"?`}`,
    )
  })
}
