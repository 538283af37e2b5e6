// What a fresh fake has before anyone has called it.
import type { ImageSeed } from '../api/images.ts'
import { permissionIds } from '../api/permissions.ts'
import { KasmSimError } from '../kernel/errors.ts'
import type { Credentials } from './access/credentials.ts'
import type { Areas } from './areas.ts'
import {
  administratorsGroupId,
  allUsersGroupId,
  defaultPasswordHash,
  defaultSettings,
  defaultUsers,
} from './defaults.ts'
import { stableId } from './ids.ts'
import { refusalOf } from './reply.ts'
import type { ZoneSeed } from './zones.ts'

interface Seed {
  images: ImageSeed[]
  zones: (string | ZoneSeed)[]
  credentials: Credentials
}

const startMs = 0

/**
 * Fills an empty state.
 *
 * @throws KasmSimError IMAGE_REFERENCE_INVALID
 */
export function seedState(areas: Areas, { images, zones, credentials }: Seed): void {
  for (const setting of defaultSettings()) areas.rows.settings.set(`${setting.category}/${setting.name}`, setting)
  for (const zone of zones.length > 0 ? zones : ['default']) areas.zones.add(zone)
  seedPeople(areas)
  seedKey(areas, credentials, startMs)
  for (const image of images) seedImage(areas, image)
}

/**
 * Sees to it that an API key opens a state that was kept: one that someone chose is added, a default one must be there already.
 *
 * @throws KasmSimError API_KEY_UNKNOWN
 */
export function acceptKey(
  areas: Areas,
  credentials: Credentials,
  { isOwnKey, nowMs }: { isOwnKey: boolean; nowMs: number },
): void {
  const { apiKey, apiKeySecret } = credentials
  if (areas.apiKeys.verified(apiKey, apiKeySecret, nowMs) === null) {
    if (!isOwnKey) {
      const problem = 'Failed to go on with the kept state: it does not have the default API key'
      throw new KasmSimError('API_KEY_UNKNOWN', `${problem}. Give the key and the secret of its start, or new ones.`)
    }
    seedKey(areas, credentials, nowMs)
  }
  areas.state.commit()
}

/** A key that may do everything. */
function seedKey(areas: Areas, { apiKey: api_key, apiKeySecret: secret }: Credentials, nowMs: number): void {
  const { api_id } = areas.apiKeys.add({ name: 'kasm-sim', api_key, secret, nowMs })
  areas.permissions.grant(api_id, [permissionIds.get('global_admin') as number])
}

function seedPeople({ groups, users, permissions }: Areas): void {
  const system = { description: null, is_system: true }
  groups.add({ ...system, group_id: administratorsGroupId, name: 'Administrators', priority: 1 })
  groups.add({ ...system, group_id: allUsersGroupId, name: 'All Users', priority: 1_000 })
  permissions.grant(administratorsGroupId, [permissionIds.get('global_admin') as number])
  permissions.grant(allUsersGroupId, [permissionIds.get('user') as number])
  for (const username of defaultUsers) {
    const user_id = stableId('user', username)
    const user = users.add(
      { user_id, username, passwordHash: defaultPasswordHash, passwordSetMs: startMs },
      {},
      startMs,
    )
    if (username.startsWith('admin@')) users.setMember(user, administratorsGroupId, true)
  }
}

function seedImage({ images, groups }: Areas, image: ImageSeed): void {
  const refusal = refusalOf(() => groups.addImage(allUsersGroupId, images.create(image).image_id))
  if (!refusal) return
  const { cause, body } = refusal.reply
  const reason = cause ?? (body as { error_message: string }).error_message
  throw new KasmSimError(
    'IMAGE_REFERENCE_INVALID',
    `Failed to seed the web app with the image "${image.name}": ${reason} Correct the image.`,
  )
}
