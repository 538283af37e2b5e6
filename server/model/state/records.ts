// The records of the state. All are plain JSON; moments are milliseconds since the Unix epoch; ids have no dashes. Secrets are never
// among them: they are hashed, sealed, or derived from an id when they are shown (secrets.ts).
import type { Agent } from '../../api/agents.ts'
import type { Image } from '../../api/images.ts'
import type { HeartbeatRequest } from '../../api/manager.ts'

export type PruneImagesMode = Agent['auto_prune_images']

interface CounterRecord {
  count: number
}

export interface SettingRecord {
  setting_id: string
  name: string
  category: string
  title: string
  description: string
  value: string
  value_type: string
  sanitize: boolean
  services_restart: string | null
}

export interface ZoneRecord {
  zone_id: string
  zone_name: string
  search_alternate_zones: boolean
}

/** A person, or one of the anonymous users that sessions without a user get. */
export interface UserRecord {
  user_id: string
  username: string
  first_name: string | null
  last_name: string | null
  phone: string | null
  email: string | null
  organization: string | null
  notes: string | null
  city: string | null
  state: string | null
  country: string | null
  custom_attribute_1: string | null
  custom_attribute_2: string | null
  custom_attribute_3: string | null
  locked: boolean
  disabled: boolean
  anonymous: boolean
  /** Null where nobody can log in as this user. */
  passwordHash: string | null
  passwordSetMs: number | null
  createdMs: number
  lastSessionMs: number | null
  groupIds: string[]
  serverIds: string[]
  attributes: UserAttributes
}

/** What a user has chosen for herself. */
export interface UserAttributes {
  ssh_public_key: string | null
  show_tips: boolean
  theme: string
  preferred_language: string
  preferred_timezone: string
  toggle_control_panel: boolean
  default_image: string | null
  auto_login_kasm: boolean
  chat_sfx: boolean
}

export interface GroupRecord {
  group_id: string
  name: string
  description: string | null
  priority: number
  is_system: boolean
}

interface GroupImageRecord {
  group_image_id: string
  group_id: string
  image_id: string
}

export interface GroupSettingRecord {
  group_setting_id: string
  group_id: string
  name: string
  value: unknown
}

/** A permission of a group or of an API key. */
export interface PermissionRecord {
  group_permission_id: string
  /** A `group_id` or an `api_id`. */
  subjectId: string
  permission_id: number
}

export interface ApiKeyRecord {
  api_id: string
  name: string
  api_key: string
  salt: string
  secretHash: string
  enabled: boolean
  read_only: boolean
  createdMs: number
  lastUsedMs: number | null
  expiresMs: number | null
}

/** A session of the user interface; its key is the hash of its token. */
export interface LoginRecord {
  loginId: string
  user_id: string
  createdMs: number
  expiresMs: number
}

/** An image as it is kept: what agents report and what follows from other fields is added when it is shown. */
export type StoredImage = Omit<
  Image,
  'hash' | 'available' | 'memory_bytes' | 'zone_name' | 'docker_token' | 'imageAttributes'
> & {
  /** Sealed. */
  docker_token: string | null
}

/** The digest of an image that was reported last; the key is its docker reference. */
export interface ImageHashRecord {
  digest: string
}

/** An agent as administrators have set it up. */
export interface AgentRecord {
  agentId: string
  /** Without dashes where it is a UUID. */
  serverId: string
  zoneId: string
  enabled: boolean
  pruneImagesMode: PruneImagesMode
  coresOverride: number | null
  memoryOverride: number | null
  gpusOverride: number | null
  /** Since when the agent takes no new sessions; null where it does. */
  drainingSinceMs: number | null
  /** Why the call-back before a launch fails; null where it does not, or where the agent itself is asked. */
  unreachable: string | null
}

/** An image at a digest; one object for the whole fleet. */
export interface Holding {
  readonly name: string
  readonly digest: string
}

/** What an agent last said; apart from the rest of the agent because it is written at every check-in. */
export interface ReportRecord {
  report: Omit<HeartbeatRequest, 'docker_images' | 'image_states' | 'refresh_due_in_ms'>
  holdings: readonly Holding[]
  /** Since when it holds each of `holdings`, in the same order. */
  heldSinceMs: readonly number[]
  /** Images that it is busy with or failed at, by what it said itself. */
  pulls: readonly PullReport[]
  /** When it pulls all its images again; null where it has not said. */
  refreshDueMs: number | null
  lastReportedMs: number
}

/** An image that an agent waits for, pulls or failed to pull. */
export interface PullReport {
  readonly name: string
  readonly state: 'queued' | 'pulling' | 'failed'
  /** Since when it is so. */
  readonly sinceMs: number
  readonly reason: 'missing' | 'refresh' | null
  readonly downloadedBytes: number | null
  readonly totalBytes: number | null
  /** The engine's own words. */
  readonly cause: string | null
}

export interface LicenseRecord {
  license_id: string
  issued_to: string
  limit: number
  issuedMs: number
  expiresMs: number
}

export interface RegistryRecord {
  registry_id: string
  registry_url: string
  do_auto_update: boolean
  schema_version: string
  channel: string | null
  is_verified: boolean
  /** As the list has them. */
  workspaces: object[]
  /** When its list was fetched last; null where nobody fetches lists. */
  fetchedMs: number | null
}

interface RecordingRecord {
  recording_id: string
  kasm_id: string
  user_id: string
  startedMs: number
  durationMs: number
}

interface SessionPermissionRecord {
  kasm_id: string
  user_id: string
  access: string
}

export type OperationalStatus = 'requested' | 'starting' | 'running' | 'stopped' | 'paused' | 'deleting'

/** A session of a user on an agent. */
export interface SessionRecord {
  kasm_id: string
  /** Empty where the session is staged: it waits for a user. */
  user_id: string
  image_id: string
  /** The image as it was at the request: a later change of the definition leaves the session alone. */
  image: { name: string; friendly_name: string; image_src: string | null }
  /** The digest that the agent held when it started the session. */
  digest: string | null
  /** The agent's; null while nobody has found it a place. */
  serverId: string | null
  zoneId: string | null
  cores: number
  memory: number
  gpus: number
  operational_status: OperationalStatus
  operational_message: string
  operational_progress: number
  createdMs: number
  startedMs: number | null
  keepaliveMs: number
  expiresMs: number
  /** How long after a sign of life it ends. */
  keepaliveLifetimeMs: number
  /** When it ends whatever anyone does; null where nobody has set a limit. */
  limitMs: number | null
  /** Whether it takes cores, memory and GPUs of its agent: a stopped container takes nothing but disk, also on its way out. */
  holdsPlace: boolean
  /** When its status walks on by itself; null where it stays. */
  dueMs: number | null
  /** Raised by every rotation of the session token. */
  tokenCount: number
  share_id: string | null
  environment: Record<string, unknown>
  persistent_profile_mode: string | null
  egress_gateway_id: string | null
  /** The configuration that it was staged for; null where a user asked for it. */
  staging_config_id: string | null
}

/** A record that is kept and shown as it was sent: staging, casting, egress, and all that is served as shape only. */
export interface OtherRecord {
  kind: string
  id: string
  fields: Record<string, unknown>
}

/** The collections of the state and what each holds. */
export interface Rows {
  counters: CounterRecord
  settings: SettingRecord
  zones: ZoneRecord
  users: UserRecord
  groups: GroupRecord
  groupImages: GroupImageRecord
  groupSettings: GroupSettingRecord
  permissions: PermissionRecord
  apiKeys: ApiKeyRecord
  logins: LoginRecord
  images: StoredImage
  imageHashes: ImageHashRecord
  agents: AgentRecord
  reports: ReportRecord
  sessions: SessionRecord
  sessionPermissions: SessionPermissionRecord
  recordings: RecordingRecord
  licenses: LicenseRecord
  registries: RegistryRecord
  others: OtherRecord
}
