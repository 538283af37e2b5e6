// What a fresh installation has besides images and zones: its settings, system groups and users, with the ids and names that the product
// documents (docs/kasm.md, "Well-known records").
import { stableId } from './ids.ts'
import type { SettingRecord, UserAttributes } from './state/records.ts'

/** Ids that are the same everywhere. */
export const allUsersGroupId = '68d557ac4cac42cca9f31c7c853de0f3'
export const administratorsGroupId = stableId('group', 'Administrators')

/** Both users of a fresh installation have this password. */
export const defaultPassword = 'kasmSimPassword'
/** Its hash, as a constant because hashing takes longer than all the rest of a start. */
export const defaultPasswordHash = 'kasm-sim:f8e2b8ee6b5337e568a8ab3ff6cb09782f566e9787e4c4fe40053ccc7bfbfe40'
export const defaultUsers = ['admin@kasm.local', 'user@kasm.local'] as const

export const defaultAttributes: UserAttributes = {
  ssh_public_key: null,
  show_tips: true,
  theme: 'auto',
  preferred_language: 'auto',
  preferred_timezone: 'auto',
  toggle_control_panel: false,
  default_image: null,
  auto_login_kasm: false,
  chat_sfx: true,
}

/** The settings that a group can have and that the fake heeds, with their defaults. */
export const groupSettingDefaults = {
  max_kasms_per_user: Number.POSITIVE_INFINITY,
  /** In seconds. */
  keepalive_expiration: 3_600,
  record_sessions: 0,
}

type SettingRow = [category: string, name: string, value: string, type: 'bool' | 'int' | 'string', title: string]

const rows: SettingRow[] = [
  ['images', 'add_images_to_default_group', 'True', 'bool', 'Add Workspaces to the default group'],
  ['images', 'default_cpu_allocation_method', 'Shares', 'string', 'Default CPU allocation method'],
  ['scale', 'auto_agent', 'False', 'bool', 'Enable agents as they register'],
  ['scale', 'host_missing_expiration', '600', 'int', 'Seconds until a silent agent counts as missing'],
  ['scale', 'host_dead_expiration', '3600', 'int', 'Seconds until a silent agent is removed'],
  ['scale', 'component_missing_expiration', '600', 'int', 'Seconds until a silent component counts as missing'],
  ['scale', 'guardian_interval', '15', 'int', 'Seconds between two looks at the agents'],
  ['scale', 'provision_timeout', '600', 'int', 'Seconds that a session may take to start'],
  ['scale', 'forward_inter_zone_agent_requests', 'False', 'bool', 'Forward requests to agents of other zones'],
  ['manager', 'token', '', 'string', 'Manager token'],
  ['manager', 'agent_version', '1.16.1', 'string', 'Version that agents must have'],
  ['manager', 'same_zone_reply', 'True', 'bool', 'Name managers of the same zone alone'],
  ['manager', 'primary_manager_timeout', '900', 'int', 'Seconds until another manager takes over'],
  ['manager', 'update_timer', '86400', 'int', 'Seconds between two looks at workspace registries'],
  ['auth', 'registration_token', '', 'string', 'Registration token'],
  ['auth', 'api_private_key', '', 'string', 'Key that signs the tokens of sessions'],
]
const sanitized = new Set(['token', 'registration_token', 'api_private_key'])

/** The global settings of a fresh installation. */
export function defaultSettings(): SettingRecord[] {
  return rows.map(([category, name, value, value_type, title]) => ({
    setting_id: stableId('setting', category, name),
    category,
    name,
    value,
    value_type,
    title,
    description: `${title}.`,
    services_restart: null,
    sanitize: sanitized.has(name),
  }))
}
