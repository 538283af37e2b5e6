// Turns the image fields that clients write into those the fake keeps: JSON in strings becomes objects, single strings
// become lists, ids lose their dashes (docs/kasm.md, "Conventions").
import type { Image, ImageChanges } from '../api/images.ts'
import { DataLimitError, parseJson } from '../kernel/json.ts'
import { parseReference } from '../kernel/reference.ts'
import { requireId } from './ids.ts'
import { invalidField, notFound } from './reply.ts'
import type { StoredImage } from './state/records.ts'
import type { Zones } from './zones.ts'

/** Fields that are kept as they are sent. */
const plainFields = [
  'description',
  'notes',
  'image_type',
  'image_src',
  'enabled',
  'hidden',
  'docker_registry',
  'docker_user',
  'docker_token',
  'uncompressed_size_mb',
  'cores',
  'memory',
  'cpu_allocation_method',
  'require_gpu',
  'gpu_count',
  'restrict_to_zone',
  'restrict_to_server',
  'restrict_to_network',
  'allow_network_selection',
  'persistent_profile_path',
  'session_time_limit',
  'default_category',
  'is_remote_app',
  'link_url',
  'x_res',
  'y_res',
  'server_pool_id',
  'session_banner',
  'session_banner_id',
  'filter_policy_id',
  'filter_policy_name',
  'remote_app_name',
  'remote_app_args',
  'remote_app_icon',
  'remote_app_program',
  'rdp_client_type',
  'session_banner_force_disabled',
  'filter_policy_force_disabled',
  'override_egress_gateways',
  'enforce_workspace_persistence',
] as const satisfies (keyof StoredImage & keyof ImageChanges)[]
const configFields = [
  'run_config',
  'exec_config',
  'launch_config',
  'volume_mappings',
  'persistent_profile_config',
] as const satisfies (keyof StoredImage & keyof ImageChanges)[]
const listFields = [
  'restrict_network_names',
  'categories',
  'include_labels',
  'exclude_labels',
] as const satisfies (keyof StoredImage & keyof ImageChanges)[]

/** What an image has when its creator says nothing; sizes and registry are those of the product's own catalogue. */
const imageDefaults = {
  description: null,
  notes: null,
  image_type: 'Container',
  image_src: null,
  enabled: true,
  hidden: false,
  docker_registry: 'https://index.docker.io/v1/',
  docker_user: null,
  docker_token: null,
  uncompressed_size_mb: 0,
  cores: 2,
  memory: 2_768_000_000,
  cpu_allocation_method: 'Inherit',
  require_gpu: false,
  gpu_count: 0,
  zone_id: null,
  restrict_to_zone: false,
  server_id: null,
  restrict_to_server: false,
  restrict_to_network: false,
  restrict_network_names: [],
  allow_network_selection: false,
  run_config: {},
  exec_config: {},
  launch_config: {},
  volume_mappings: {},
  persistent_profile_path: null,
  persistent_profile_config: {},
  session_time_limit: null,
  categories: [],
  default_category: null,
  include_labels: [],
  exclude_labels: [],
  is_remote_app: false,
  link_url: null,
  x_res: 800,
  y_res: 600,
  server_pool_id: null,
  session_banner: null,
  session_banner_id: null,
  filter_policy_id: null,
  filter_policy_name: null,
  remote_app_name: null,
  remote_app_args: null,
  remote_app_icon: null,
  remote_app_program: null,
  rdp_client_type: null,
  session_banner_force_disabled: false,
  filter_policy_force_disabled: false,
  override_egress_gateways: false,
  enforce_workspace_persistence: false,
} as const satisfies Omit<StoredImage, 'image_id' | 'name' | 'friendly_name'>

/** A new image from what its creator sent. */
export function newImage(image_id: string, name: string, changes: ImageChanges, zones: Zones): StoredImage {
  const defaults = { ...structuredClone(imageDefaults), image_id, name, friendly_name: name }
  return changedImage(defaults, { ...changes, name }, zones)
}

/**
 * The image with the sent fields in place of its own.
 *
 * @throws Refusal where a value cannot be used
 */
export function changedImage(image: StoredImage, changes: ImageChanges, zones: Zones): StoredImage {
  const next: Record<string, unknown> = { ...image }
  for (const field of plainFields) {
    if (changes[field] !== undefined) next[field] = changes[field]
  }
  for (const field of configFields) {
    if (changes[field] !== undefined) next[field] = readConfig(field, changes[field])
  }
  for (const field of listFields) {
    if (changes[field] !== undefined) next[field] = readList(changes[field])
  }
  if (changes.memory === undefined && changes.memory_bytes !== undefined) next['memory'] = changes.memory_bytes
  if (changes.server_id !== undefined) next['server_id'] = readId('target_image.server_id', changes.server_id)
  Object.assign(next, zoneChange(changes, zones))
  if (changes.name !== undefined) next['name'] = changes.name
  if (changes.friendly_name !== undefined) next['friendly_name'] = changes.friendly_name || next['name']
  const changed = next as StoredImage
  if (changed.image_type === 'Container') checkReference(changed.name)
  return changed
}

function zoneChange(changes: ImageChanges, zones: Zones): { zone_id?: string | null } {
  if (changes.zone_id !== undefined && changes.zone_id !== '') {
    const zone_id = readId('target_image.zone_id', changes.zone_id)
    if (zone_id !== null && !zones.byId(zone_id)) throw notFound('Zone', zone_id)
    return { zone_id }
  }
  if (typeof changes.zone_name === 'string' && changes.zone_name !== '') {
    const zone = zones.byName(changes.zone_name)
    if (!zone) throw notFound('Zone', changes.zone_name)
    return { zone_id: zone.zone_id }
  }
  return changes.zone_id === '' || changes.zone_name === null ? { zone_id: null } : {}
}

function readId(field: string, text: string | null): string | null {
  return text === null || text === '' ? null : requireId(field, text)
}

function readConfig(field: string, value: unknown): Record<string, unknown> {
  if (value === null || value === '') return {}
  if (typeof value !== 'string') return value as Record<string, unknown>
  let parsed: unknown
  try {
    parsed = parseJson(value)
  } catch (error) {
    if (error instanceof DataLimitError) throw invalidField(`target_image.${field}`, error.message)
    throw invalidField(`target_image.${field}`, 'must be a JSON object or a string that holds one')
  }
  if (parsed === null) return {}
  if (typeof parsed !== 'object' || Array.isArray(parsed)) {
    throw invalidField(`target_image.${field}`, 'must hold a JSON object')
  }
  return parsed as Record<string, unknown>
}

function readList(value: string[] | string | null): string[] {
  if (value === null || value === '') return []
  return typeof value === 'string' ? [value] : value
}

function checkReference(name: string): void {
  try {
    parseReference(name)
  } catch (error) {
    throw invalidField('target_image.name', `is no docker reference: ${(error as Error).message.replace(/\.$/, '')}`)
  }
}

const ports = {
  vnc: '6901/tcp/https/basic_multi',
  audio: '4901/tcp/https/basic',
  uploads: '4902/tcp/https/basic',
  audio_input: '4903/tcp/https/basic',
}

/** The ports of a container's services, which every image of the product has. */
export function imageAttributes({ image_id, image_type }: StoredImage): Image['imageAttributes'] {
  if (image_type !== 'Container') return []
  return Object.entries(ports).map(([name, value], index) => {
    return { attr_id: `${index}${image_id.slice(1)}`, image_id, name, category: 'port_map', value }
  })
}
