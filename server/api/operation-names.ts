// The operations by name: who may call each, where it is served and whether it changes anything. They stand apart from their schemas
// because a server routes and refuses by these alone: the schemas, and the library that builds them, are loaded with the first body
// that needs checking, or with the documentation.
import type { Permission } from './permissions.ts'

/** Who may call an operation and where it is served. */
export interface OperationRule {
  /** All of these; none where anyone may call. */
  permissions: readonly Permission[]
  /** Whether it changes anything, so that a key that may only read is refused. */
  writes: boolean
  /** `both`: under /api/public/ and /api/admin/ alike. `bare`: directly under /api/. */
  prefix: 'both' | 'bare'
}

/** Which prefix stays in the type, for the types of the client follow from it. */
type RuleUnder<Prefix extends OperationRule['prefix']> = OperationRule & { prefix: Prefix }

const reads = (...permissions: Permission[]): RuleUnder<'both'> => ({ permissions, writes: false, prefix: 'both' })
const writes = (...permissions: Permission[]): RuleUnder<'both'> => ({ permissions, writes: true, prefix: 'both' })
/** What people do in sessions: users in their own, API keys in anyone's (docs/kasm.md, "Permissions"). */
const watches = reads('user')
const acts = writes('user')
const bare = (rule: OperationRule): RuleUnder<'bare'> => ({ ...rule, prefix: 'bare' })

/** The developer API: served as POST. */
export const developerRules = {
  authenticate: { permissions: [], writes: true, prefix: 'bare' },

  create_user: writes('users_create'),
  get_user: reads('users_view'),
  get_users: reads('users_view'),
  update_user: writes('users_modify'),
  delete_user: writes('users_delete', 'users_modify'),
  logout_user: writes('users_auth_session'),
  get_attributes: reads('users_view'),
  update_user_attributes: writes('users_modify'),
  add_user_group: writes('groups_modify'),
  remove_user_group: writes('groups_modify'),
  assign_user_server: writes('servers_modify', 'users_modify'),
  unassign_user_server: writes('servers_modify', 'users_modify'),
  get_login: writes('users_auth_session'),

  create_group: writes('groups_create'),
  get_groups: reads('groups_view'),
  update_group: writes('groups_modify'),
  delete_group: writes('groups_delete'),
  get_users_group: reads('groups_view'),
  add_images_group: writes('groups_modify'),
  remove_images_group: writes('groups_modify'),
  get_images_group: reads('groups_view'),
  add_settings_group: writes('groups_modify'),
  get_settings_group: reads('groups_view'),
  update_settings_group: writes('groups_modify'),
  add_permissions_group: writes('groups_modify'),
  get_permissions_group: reads('groups_view'),

  get_images: reads('images_view'),
  get_image: reads('images_view'),
  create_image: writes('images_create'),
  update_image: writes('images_modify'),
  delete_image: writes('images_delete'),

  request_kasm: acts,
  get_kasm_status: watches,
  get_kasms: reads('sessions_view'),
  get_user_kasms: watches,
  join_kasm: acts,
  destroy_kasm: acts,
  stop_kasm: bare(acts),
  pause_kasm: bare(acts),
  resume_kasm: bare(acts),
  keepalive: acts,
  exec_command_kasm: writes('user', 'sessions_modify'),
  get_kasm_screenshot: watches,
  get_kasm_frame_stats: watches,
  get_kasm_bottleneck_stats: watches,
  get_rdp_client_connection_info: watches,
  get_session_recordings: reads('session_recordings_view'),
  get_sessions_recordings: reads('session_recordings_view'),
  set_session_permissions: writes('sessions_modify'),
  get_session_permissions: reads('sessions_view'),
  delete_all_session_permissions: writes('sessions_modify'),
  create_session_token: writes('users_auth_session'),
  get_session_token: reads('users_auth_session'),
  get_session_tokens: reads('users_auth_session'),
  update_session_token: writes('users_auth_session'),
  delete_session_token: writes('users_auth_session'),
  delete_session_tokens: writes('users_auth_session'),

  activate: writes('licenses_create'),
  get_licenses: reads('licenses_view'),

  get_staging_configs: reads('staging_view'),
  get_staging_config: reads('staging_view'),
  create_staging_config: writes('staging_create'),
  update_staging_config: writes('staging_modify'),
  delete_staging_config: writes('staging_delete'),
  get_cast_configs: reads('casting_view'),
  get_cast_config: reads('casting_view'),
  create_cast_config: writes('casting_create'),
  update_cast_config: writes('casting_modify'),
  delete_cast_config: writes('casting_delete'),

  get_zones: reads('zones_view'),
  get_agents: reads('agents_view'),
  update_agent: writes('agents_modify'),
  get_servers: reads('servers_view'),
  create_server: writes('servers_create'),
  update_server: writes('servers_modify'),
  delete_server: writes('servers_delete'),

  get_settings: reads('settings_view'),
  update_setting: writes('settings_modify'),
  create_api_configs: writes('devapi_create'),
  get_api_configs: reads('devapi_view'),

  get_report: reads('reports_view'),
  get_agent_report: reads('reports_view'),
  get_registries: reads('images_view', 'system_view', 'agents_view'),
  create_registry: writes('registries_create'),
  delete_registry: writes('registries_delete'),

  get_egress_providers: reads('egress_providers_view'),
  create_egress_provider: writes('egress_providers_create'),
  update_egress_provider: writes('egress_providers_modify'),
  delete_egress_provider: writes('egress_providers_delete'),
  get_egress_gateways: reads('egress_gateways_view'),
  create_egress_gateway: writes('egress_gateways_create'),
  update_egress_gateway: writes('egress_gateways_modify'),
  delete_egress_gateway: writes('egress_gateways_delete'),
  get_egress_credentials: reads('egress_credentials_view'),
  create_egress_credential: writes('egress_credentials_create'),
  update_egress_credential: writes('egress_credentials_modify'),
  delete_egress_credential: writes('egress_credentials_delete'),
  get_egress_provider_mappings: reads('egress_providers_view'),
  create_egress_provider_mapping: writes('egress_providers_create'),
  update_egress_provider_mapping: writes('egress_providers_modify'),
  delete_egress_provider_mapping: writes('egress_providers_delete'),

  system_info: reads('system_view'),
  get_managers: reads('managers_view'),
  get_server_pools: reads('server_pools_view'),
  get_storage_providers: reads('storage_providers_view'),
  create_storage_provider: writes('storage_providers_create'),
  get_autoscale_configs: reads('autoscale_view'),
  create_autoscale_config: writes('autoscale_create'),
  update_autoscale_config: writes('autoscale_modify'),
  delete_autoscale_config: writes('autoscale_delete'),
  get_vm_provider_configs: reads('vm_provider_view'),
  create_vm_provider_config: writes('vm_provider_create'),
  update_vm_provider_config: writes('vm_provider_modify'),
  delete_vm_provider_config: writes('vm_provider_delete'),
  get_dns_providers: reads('dns_providers_view'),
  create_dns_provider: writes('dns_providers_create'),
  update_dns_provider: writes('dns_providers_modify'),
  delete_dns_provider: writes('dns_providers_delete'),
} as const satisfies Record<string, OperationRule>

export type DeveloperOperationName = keyof typeof developerRules
export const developerOperationNames = Object.keys(developerRules) as DeveloperOperationName[]

/** Served as POST under /manager_api/api/v1/. */
export const managerOperationNames = ['agent_config', 'heartbeat', 'images'] as const
export type ManagerOperationName = (typeof managerOperationNames)[number]

export type OperationName = DeveloperOperationName | ManagerOperationName

/**
 * Who may call an operation, or null for the agents' side, which has its own token.
 *
 * @example
 * ruleOf('get_images')?.permissions // ['images_view']
 */
export function ruleOf(operation: OperationName): OperationRule | null {
  return (developerRules as Partial<Record<OperationName, OperationRule>>)[operation] ?? null
}
