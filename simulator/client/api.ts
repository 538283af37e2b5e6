// The API as TypeScript types, in the form that openapi-fetch takes. Written by `npm run generate:client` from the OpenAPI document.

export type Jpeg = string

export interface Image {
  image_id: string
  name: string
  friendly_name: string
  description: string | null
  notes: string | null
  image_type: 'Container' | 'Server' | 'Server Pool' | 'Link'
  image_src: string | null
  hash: string | null
  available: boolean
  enabled: boolean
  hidden: boolean
  docker_registry: string | null
  docker_user: string | null
  docker_token: null
  uncompressed_size_mb: number
  cores: number
  memory: number
  memory_bytes: number
  cpu_allocation_method: 'Inherit' | 'Quotas' | 'Shares'
  require_gpu: boolean
  gpu_count: number
  zone_id: string | null
  zone_name: string | null
  restrict_to_zone: boolean
  server_id: string | null
  restrict_to_server: boolean
  restrict_to_network: boolean
  restrict_network_names: string[]
  allow_network_selection: boolean
  run_config: {
    [k: string]: unknown
  }
  exec_config: {
    [k: string]: unknown
  }
  launch_config: {
    [k: string]: unknown
  }
  volume_mappings: {
    [k: string]: unknown
  }
  persistent_profile_path: string | null
  persistent_profile_config: {
    [k: string]: unknown
  }
  session_time_limit: number | null
  categories: string[]
  default_category: string | null
  include_labels: string[]
  exclude_labels: string[]
  is_remote_app: boolean
  link_url: string | null
  x_res: number
  y_res: number
  server_pool_id: string | null
  session_banner: string | null
  session_banner_id: string | null
  filter_policy_id: string | null
  filter_policy_name: string | null
  remote_app_name: string | null
  remote_app_args: string | null
  remote_app_icon: string | null
  remote_app_program: string | null
  rdp_client_type: string | null
  session_banner_force_disabled: boolean
  filter_policy_force_disabled: boolean
  override_egress_gateways: boolean
  enforce_workspace_persistence: boolean
  imageAttributes: {
    attr_id: string
    image_id: string
    name: string
    category: string
    value: string
  }[]
}
export interface User {
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
  realm: string
  locked: boolean
  disabled: boolean
  two_factor: boolean
  program_id: string | null
  created: string | null
  last_session: string | null
  password_set_date: string | null
  groups: {
    name: string
    group_id: string
  }[]
  kasms: {
    kasm_id: string
    image_id: string
    start_date: string | null
    expiration_date: string | null
    server_id: string | null
  }[]
  assigned_servers: {
    server_id: string
  }[]
}
export interface Group {
  group_id: string
  name: string
  description: string | null
  priority: number
  is_system: boolean
}
export interface GroupSetting {
  group_setting_id: string
  group_id: string
  name: string
  value: unknown
}
export interface Permission {
  group_permission_id: string
  group_id: string | null
  api_id: string | null
  permission_id: number
  permission_name: string
  permission_description: string
}
export interface Session {
  kasm_id: string
  user_id: string | null
  username: string
  user: {
    username: string
  }
  image_id: string
  image: {
    image_id: string
    name: string
    image_src: string | null
    friendly_name: string
  }
  image_digest: string | null
  start_date: string | null
  created_date: string
  keepalive_date: string
  expiration_date: string
  token: string
  view_only_token: string
  cores: number
  memory: number
  gpus: number
  hostname: string | null
  host: string | null
  port: number
  point_of_presence: string | null
  container_id: string | null
  container_ip: string | null
  docker_network: string | null
  server_id: string | null
  server: {
    port: number
    hostname: string
    zone_name: string
    provider: string
  } | null
  zone_id: string | null
  zone_name: string | null
  share_id: string | null
  is_persistent_profile: boolean
  persistent_profile_mode: string | null
  operational_status: 'requested' | 'starting' | 'running' | 'stopped' | 'paused' | 'deleting'
  operational_message: string
  operational_progress: number
  queued_tasks: unknown[]
  is_standby: boolean
  agent_installed: boolean
  staging_config_id: string | null
  cast_config_id: string | null
  autoscale_config_id: string | null
  port_map: {
    vnc: {
      port: number
      path: string
    }
    audio: {
      port: number
      path: string
    }
    audio_input: {
      port: number
      path: string
    }
    uploads: {
      port: number
      path: string
    }
  }
  client_settings: {
    allow_kasm_audio: boolean
    allow_kasm_microphone: boolean
    allow_kasm_clipboard_down: boolean
    allow_kasm_clipboard_up: boolean
    allow_kasm_clipboard_seamless: boolean
    allow_kasm_downloads: boolean
    allow_kasm_uploads: boolean
    allow_kasm_pause: boolean
    allow_kasm_stop: boolean
    allow_kasm_delete: boolean
    allow_kasm_sharing: boolean
    allow_point_of_presence: boolean
    enable_webp: boolean
    idle_disconnect: number
    lock_sharing_video_mode: boolean
  }
  environment: {
    [k: string]: unknown
  }
}
export interface Zone {
  zone_id: string
  zone_name: string
  auto_scaling_enabled: boolean
  aws_enabled: boolean
  aws_region: string | null
  aws_access_key_id: string | null
  aws_secret_access_key: string | null
  ec2_agent_ami_id: string | null
  allow_origin_domain: string
  upstream_auth_address: string
  load_balancing_strategy: string
  search_alternate_zones: boolean
  prioritize_static_agents: boolean
  proxy_connections: boolean
  proxy_hostname: string
  proxy_path: string
  proxy_port: number
}
export interface Setting {
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
export interface ApiConfig {
  api_id: string
  name: string
  api_key: string
  enabled: boolean
  read_only: boolean
  created: string
  last_used: string | null
  expires: string | null
}
export interface Registry {
  registry_id: string
  registry_url: string
  do_auto_update: boolean
  schema_version: string
  is_verified: boolean
  channel: string | null
  workspaces: {
    [k: string]: unknown
  }[]
}
export interface License {
  license_id: string
  expiration: string
  issued_at: string
  issued_to: string
  limit: number
  is_verified: boolean
  license_type: string
  features: {
    [k: string]: boolean
  }
  sku: string
}
export interface Agent {
  agent_id: string
  server_id: string
  hostname: string
  status: 'running' | 'missing'
  zone_id: string
  zone_name: string
  enabled: boolean
  cores: number
  memory: number
  gpus: number
  cores_override: number | null
  memory_override: number | null
  gpus_override: number | null
  auto_prune_images: 'Off' | 'Normal' | 'Aggressive'
  prune_images_mode: 'Off' | 'Normal' | 'Aggressive'
  agent_version: string | null
  public_ip: string | null
  port: number | null
  public_hostname: string | null
  labels: string[]
  docker_network_names: string[]
  drain_time: string | null
  cpu_percent: number | null
  disk_stats: {
    total: number
    used: number
    free: number
  }
  docker_images: {
    name: string
    digest: string
  }[]
  last_reported: string
}
export interface AgentImage {
  image_id: string
  name: string
  friendly_name: string
  image_type: string
  enabled: boolean
  available: boolean
  hash: string | null
  docker_registry: string | null
  docker_user: string | null
  docker_token: string | null
  uncompressed_size_mb: number
  restrict_to_zone: boolean
  zone_id: string | null
  restrict_to_server: boolean
  server_id: string | null
}
export interface ErrorReply {
  error_message: string
}
export interface HealthReply {
  ok: boolean
}
export interface AuthenticateRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username: string
  password: string
}
export interface AuthenticateReply {
  token: string
  user_id: string
  username: string
  is_admin: boolean
  expires_at: string
}
export interface CreateUserRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_user: {
    username: string
    first_name?: string | null
    last_name?: string | null
    phone?: string | null
    email?: string | null
    organization?: string | null
    notes?: string | null
    city?: string | null
    state?: string | null
    country?: string | null
    custom_attribute_1?: string | null
    custom_attribute_2?: string | null
    custom_attribute_3?: string | null
    password?: string | null
    locked?: boolean | null
    disabled?: boolean | null
  }
}
export interface CreateUserReply {
  user: User
}
export interface GetUserRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_user: {
    user_id?: string | null
    username?: string | null
  }
}
export interface GetUserReply {
  user: User
}
export interface GetUsersRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  page?: number | null
  page_size?: number | null
  sort_by?: string | null
  sort_direction?: string | null
  anonymous?: boolean | null
  anonymous_only?: boolean | null
}
export interface GetUsersReply {
  users: User[]
  total: number
  page: number | null
  page_size: number | null
}
export interface UpdateUserRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_user: {
    user_id: string
    username?: string | null
    first_name?: string | null
    last_name?: string | null
    phone?: string | null
    email?: string | null
    organization?: string | null
    notes?: string | null
    city?: string | null
    state?: string | null
    country?: string | null
    custom_attribute_1?: string | null
    custom_attribute_2?: string | null
    custom_attribute_3?: string | null
    password?: string | null
    locked?: boolean | null
    disabled?: boolean | null
  }
}
export interface UpdateUserReply {
  user: User
}
export interface DeleteUserRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_user: {
    user_id?: string | null
    username?: string | null
  }
  force?: boolean | null
}
export type EmptyReply = object
export interface LogoutUserRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_user: {
    user_id?: string | null
    username?: string | null
  }
}
export interface GetAttributesRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_user: {
    user_id?: string | null
    username?: string | null
  }
}
export interface GetAttributesReply {
  user_attributes: {
    user_attributes_id: string
    user_id: string
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
}
export interface UpdateUserAttributesRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_user_attributes: {
    user_id: string
    ssh_public_key?: string | null
    show_tips?: boolean | null
    theme?: string | null
    preferred_language?: string | null
    preferred_timezone?: string | null
    toggle_control_panel?: boolean | null
    default_image?: string | null
    auto_login_kasm?: boolean | null
    chat_sfx?: boolean | null
  }
}
export interface AddUserGroupRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_user: {
    user_id?: string | null
    username?: string | null
  }
  target_group: {
    group_id: string
  }
}
export interface RemoveUserGroupRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_user: {
    user_id?: string | null
    username?: string | null
  }
  target_group: {
    group_id: string
  }
}
export interface AssignUserServerRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_user: {
    user_id?: string | null
    username?: string | null
  }
  target_server: {
    server_id: string
  }
}
export interface UnassignUserServerRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_user: {
    user_id?: string | null
    username?: string | null
  }
  target_server: {
    server_id: string
  }
}
export interface GetLoginRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_user: {
    user_id?: string | null
    username?: string | null
  }
}
export interface GetLoginReply {
  url: string
}
export interface CreateGroupRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_group: {
    name: string
    priority?: number | null
    description?: string | null
    permissions?: (number | string)[] | null
  }
}
export interface CreateGroupReply {
  group: Group
}
export interface GetGroupsRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
}
export interface GetGroupsReply {
  groups: Group[]
}
export interface UpdateGroupRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_group: {
    group_id: string
    name?: string | null
    priority?: number | null
    description?: string | null
  }
}
export interface UpdateGroupReply {
  group: Group
}
export interface DeleteGroupRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_group: {
    group_id: string
  }
}
export interface GetUsersGroupRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_group: {
    group_id: string
  }
}
export interface GetUsersGroupReply {
  users: {
    user_id: string
    username: string
    first_name: string | null
    last_name: string | null
    organization: string | null
  }[]
}
export interface AddImagesGroupRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_group: {
    group_id: string
  }
  target_image: {
    image_id: string
  }
}
export interface RemoveImagesGroupRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_group: {
    group_id: string
  }
  target_image: {
    image_id: string
  }
}
export interface GetImagesGroupRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_group: {
    group_id: string
  }
}
export interface GetImagesGroupReply {
  images: {
    group_image_id: string
    group_id: string
    image_id: string
    image_name: string
    group_name: string
    image_friendly_name: string
    image_src: string | null
  }[]
}
export interface AddSettingsGroupRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_group: {
    group_id: string
  }
  target_setting: {
    group_setting_id?: string | null
    name?: string | null
    value?: unknown
  }
}
export interface AddSettingsGroupReply {
  settings: GroupSetting[]
}
export interface GetSettingsGroupRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_group: {
    group_id: string
  }
}
export interface GetSettingsGroupReply {
  settings: GroupSetting[]
}
export interface UpdateSettingsGroupRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_group: {
    group_id: string
  }
  target_setting: {
    group_setting_id?: string | null
    name?: string | null
    value?: unknown
  }
}
export interface UpdateSettingsGroupReply {
  settings: GroupSetting[]
}
export interface AddPermissionsGroupRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_group?: {
    group_id: string
  }
  target_api_config?: {
    api_id: string
  }
  target_permissions: (number | string)[]
}
export interface AddPermissionsGroupReply {
  permissions: Permission[]
}
export interface GetPermissionsGroupRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_group?: {
    group_id: string
  }
  target_api_config?: {
    api_id: string
  }
}
export interface GetPermissionsGroupReply {
  permissions: Permission[]
}
export interface GetImagesRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
}
export interface GetImagesReply {
  images: Image[]
}
export interface GetImageRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  image_id?: string
  target_image?: {
    image_id: string
  }
}
export interface GetImageReply {
  image: Image
}
export interface CreateImageRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_image: {
    name: string
    friendly_name?: string | null
    description?: string | null
    notes?: string | null
    image_type?: 'Container' | 'Server' | 'Server Pool' | 'Link'
    image_src?: string | null
    enabled?: boolean
    hidden?: boolean
    docker_registry?: string | null
    docker_user?: string | null
    docker_token?: string | null
    uncompressed_size_mb?: number
    cores?: number
    memory?: number
    memory_bytes?: number
    cpu_allocation_method?: 'Inherit' | 'Quotas' | 'Shares'
    require_gpu?: boolean
    gpu_count?: number
    zone_id?: string | null
    zone_name?: string | null
    restrict_to_zone?: boolean
    server_id?: string | null
    restrict_to_server?: boolean
    restrict_to_network?: boolean
    restrict_network_names?: string[] | string | null
    allow_network_selection?: boolean
    run_config?: object | string | null
    exec_config?: object | string | null
    launch_config?: object | string | null
    volume_mappings?: object | string | null
    persistent_profile_path?: string | null
    persistent_profile_config?: object | string | null
    session_time_limit?: number | null
    categories?: string[] | string | null
    default_category?: string | null
    include_labels?: string[] | string | null
    exclude_labels?: string[] | string | null
    is_remote_app?: boolean
    link_url?: string | null
    x_res?: number
    y_res?: number
    server_pool_id?: string | null
    session_banner?: string | null
    session_banner_id?: string | null
    filter_policy_id?: string | null
    filter_policy_name?: string | null
    remote_app_name?: string | null
    remote_app_args?: string | null
    remote_app_icon?: string | null
    remote_app_program?: string | null
    rdp_client_type?: string | null
    session_banner_force_disabled?: boolean
    filter_policy_force_disabled?: boolean
    override_egress_gateways?: boolean
    enforce_workspace_persistence?: boolean
  }
}
export interface CreateImageReply {
  image: Image
}
export interface UpdateImageRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_image: {
    image_id: string
    name?: string
    friendly_name?: string | null
    description?: string | null
    notes?: string | null
    image_type?: 'Container' | 'Server' | 'Server Pool' | 'Link'
    image_src?: string | null
    enabled?: boolean
    hidden?: boolean
    docker_registry?: string | null
    docker_user?: string | null
    docker_token?: string | null
    uncompressed_size_mb?: number
    cores?: number
    memory?: number
    memory_bytes?: number
    cpu_allocation_method?: 'Inherit' | 'Quotas' | 'Shares'
    require_gpu?: boolean
    gpu_count?: number
    zone_id?: string | null
    zone_name?: string | null
    restrict_to_zone?: boolean
    server_id?: string | null
    restrict_to_server?: boolean
    restrict_to_network?: boolean
    restrict_network_names?: string[] | string | null
    allow_network_selection?: boolean
    run_config?: object | string | null
    exec_config?: object | string | null
    launch_config?: object | string | null
    volume_mappings?: object | string | null
    persistent_profile_path?: string | null
    persistent_profile_config?: object | string | null
    session_time_limit?: number | null
    categories?: string[] | string | null
    default_category?: string | null
    include_labels?: string[] | string | null
    exclude_labels?: string[] | string | null
    is_remote_app?: boolean
    link_url?: string | null
    x_res?: number
    y_res?: number
    server_pool_id?: string | null
    session_banner?: string | null
    session_banner_id?: string | null
    filter_policy_id?: string | null
    filter_policy_name?: string | null
    remote_app_name?: string | null
    remote_app_args?: string | null
    remote_app_icon?: string | null
    remote_app_program?: string | null
    rdp_client_type?: string | null
    session_banner_force_disabled?: boolean
    filter_policy_force_disabled?: boolean
    override_egress_gateways?: boolean
    enforce_workspace_persistence?: boolean
  }
}
export interface UpdateImageReply {
  image: Image
}
export interface DeleteImageRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_image: {
    image_id: string
  }
}
export interface RequestKasmRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  user_id?: string | null
  image_id?: string | null
  enable_sharing?: boolean | null
  kasm_url?: string | null
  environment?: object | null
  client_language?: string | null
  client_timezone?: string | null
  egress_gateway_id?: string | null
  persistent_profile_mode?: 'Enabled' | 'Disabled' | 'Reset' | null
  rdp_client_type?: string | null
  server_id?: string | null
}
export interface RequestKasmReply {
  kasm_id: string
  status: string
  user_id: string
  username: string
  session_token: string
  kasm_url: string
  share_id: string | null
}
export interface GetKasmStatusRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  kasm_id: string
  user_id?: string | null
  skip_agent_check?: boolean | null
}
export interface GetKasmStatusReply {
  current_time?: string
  kasm_url?: string
  kasm?: Session
  kasm_id?: string
  status?: string
  operational_status: string
  operational_progress: number
  operational_message: string
  error_message?: string
}
export interface GetKasmsRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
}
export interface GetKasmsReply {
  current_time: string
  kasms: Session[]
}
export interface GetUserKasmsRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  user_id?: string | null
  target_user?: {
    user_id: string
  }
}
export interface GetUserKasmsReply {
  current_time: string
  kasms: Session[]
}
export interface JoinKasmRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  share_id?: string | null
  shared_id?: string | null
  user_id?: string | null
}
export interface JoinKasmReply {
  current_time: string
  session_token: string
  user_id: string
  username: string
  kasm_url: string
  kasm: Session
}
export interface DestroyKasmRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  kasm_id: string
  user_id?: string | null
}
export interface StopKasmRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  kasm_id: string
  user_id?: string | null
}
export interface PauseKasmRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  kasm_id: string
  user_id?: string | null
}
export interface ResumeKasmRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  kasm_id: string
  user_id?: string | null
}
export interface KeepaliveRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  kasm_id: string
}
export interface KeepaliveReply {
  usage_reached: boolean
}
export interface ExecCommandKasmRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  kasm_id: string
  user_id?: string | null
  exec_config: {
    cmd: string
    environment?: {
      [k: string]: unknown
    }
    workdir?: string | null
    privileged?: boolean | null
    user?: string | null
  }
}
export interface ExecCommandKasmReply {
  current_time: string
  kasm: Session
}
export interface GetKasmScreenshotRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  kasm_id: string
  user_id?: string | null
  width?: number | null
  height?: number | null
}
export interface GetKasmFrameStatsRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  kasm_id: string
  user_id?: string | null
  client?: string | null
}
export interface GetKasmFrameStatsReply {
  frame_stats: {
    [k: string]: unknown
  }
}
export interface GetKasmBottleneckStatsRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  kasm_id: string
  user_id?: string | null
}
export interface GetKasmBottleneckStatsReply {
  kasm_user: {
    ws: number[]
  }
}
export interface GetRdpClientConnectionInfoRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  kasm_id: string
  user_id?: string | null
  connection_type?: 'file' | 'url'
}
export interface GetRdpClientConnectionInfoReply {
  file?: string
  url?: string
}
export interface GetSessionRecordingsRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_kasm_id: string
  preauth_download_link?: boolean | null
}
export interface GetSessionRecordingsReply {
  session_recordings: {
    recording_id: string
    account_id: string
    session_recording_url: string
    session_recording_metadata: {
      [k: string]: unknown
    }
    session_recording_download_url: string | null
  }[]
}
export interface GetSessionsRecordingsRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_kasm_ids: string[]
  preauth_download_link?: boolean | null
}
export interface GetSessionsRecordingsReply {
  kasm_sessions: {
    [k: string]: {
      session_recordings: {
        recording_id: string
        account_id: string
        session_recording_url: string
        session_recording_metadata: {
          [k: string]: unknown
        }
        session_recording_download_url: string | null
      }[]
    }
  }
}
export interface SetSessionPermissionsRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_session_permissions: {
    kasm_id: string
    access?: string | null
    session_permissions?:
      | {
          user_id: string
          access?: string | null
        }[]
      | null
  }
}
export interface SetSessionPermissionsReply {
  session_permissions: {
    user_id: string
    access: string
    vnc_username: string
    username: string
  }[]
}
export interface GetSessionPermissionsRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_session_permissions: {
    kasm_id: string
  }
}
export interface GetSessionPermissionsReply {
  session_permissions: {
    user_id: string
    access: string
    vnc_username: string
    username: string
  }[]
}
export interface DeleteAllSessionPermissionsRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_session_permissions: {
    kasm_id: string
  }
}
export interface CreateSessionTokenRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_user: {
    user_id?: string | null
    username?: string | null
  }
}
export interface CreateSessionTokenReply {
  session_token: {
    session_token: string
    session_token_date: string
    expires_at: string
    session_jwt: string
  }
}
export interface GetSessionTokenRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_session_token: {
    session_token: string
  }
}
export interface GetSessionTokenReply {
  session_token: {
    session_token: string
    session_token_date: string
    expires_at: string
    session_jwt: string
  }
}
export interface GetSessionTokensRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_user: {
    user_id?: string | null
    username?: string | null
  }
}
export interface GetSessionTokensReply {
  session_tokens: {
    session_token: string
    session_token_date: string
    expires_at: string
    session_jwt: string
  }[]
}
export interface UpdateSessionTokenRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_session_token: {
    session_token: string
    expires_at?: string | null
  }
}
export interface UpdateSessionTokenReply {
  session_token: {
    session_token: string
    session_token_date: string
    expires_at: string
    session_jwt: string
  }
}
export interface DeleteSessionTokenRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_session_token: {
    session_token: string
  }
}
export interface DeleteSessionTokensRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_user: {
    user_id?: string | null
    username?: string | null
  }
}
export interface ActivateRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  activation_key: string
  seats?: number | null
  issued_to?: string | null
}
export interface ActivateReply {
  license: License
}
export interface GetLicensesRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
}
export interface GetLicensesReply {
  licenses: License[]
}
export interface GetStagingConfigsRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
}
export interface GetStagingConfigsReply {
  staging_configs: {
    staging_config_id: string
    zone_id: string | null
    zone_name: string | null
    image_id: string | null
    image_friendly_name: string | null
    num_sessions: number
    num_current_sessions: number
    expiration: number
    allow_kasm_audio: boolean
    allow_kasm_uploads: boolean
    allow_kasm_downloads: boolean
    allow_kasm_clipboard_down: boolean
    allow_kasm_clipboard_up: boolean
    allow_kasm_microphone: boolean
  }[]
}
export interface GetStagingConfigRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_staging_config?: {
    staging_config_id: string
  }
  staging_config_id?: string
}
export interface GetStagingConfigReply {
  staging_config: {
    staging_config_id: string
    zone_id: string | null
    zone_name: string | null
    image_id: string | null
    image_friendly_name: string | null
    num_sessions: number
    num_current_sessions: number
    expiration: number
    allow_kasm_audio: boolean
    allow_kasm_uploads: boolean
    allow_kasm_downloads: boolean
    allow_kasm_clipboard_down: boolean
    allow_kasm_clipboard_up: boolean
    allow_kasm_microphone: boolean
  }
}
export interface CreateStagingConfigRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_staging_config: {
    zone_id?: string | null
    image_id?: string | null
    num_sessions?: number | null
    expiration?: number | null
    allow_kasm_audio?: boolean | null
    allow_kasm_uploads?: boolean | null
    allow_kasm_downloads?: boolean | null
    allow_kasm_clipboard_down?: boolean | null
    allow_kasm_clipboard_up?: boolean | null
    allow_kasm_microphone?: boolean | null
  }
}
export interface CreateStagingConfigReply {
  staging_config: {
    staging_config_id: string
    zone_id: string | null
    zone_name: string | null
    image_id: string | null
    image_friendly_name: string | null
    num_sessions: number
    num_current_sessions: number
    expiration: number
    allow_kasm_audio: boolean
    allow_kasm_uploads: boolean
    allow_kasm_downloads: boolean
    allow_kasm_clipboard_down: boolean
    allow_kasm_clipboard_up: boolean
    allow_kasm_microphone: boolean
  }
}
export interface UpdateStagingConfigRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_staging_config: {
    staging_config_id: string
    zone_id?: string | null
    image_id?: string | null
    num_sessions?: number | null
    expiration?: number | null
    allow_kasm_audio?: boolean | null
    allow_kasm_uploads?: boolean | null
    allow_kasm_downloads?: boolean | null
    allow_kasm_clipboard_down?: boolean | null
    allow_kasm_clipboard_up?: boolean | null
    allow_kasm_microphone?: boolean | null
  }
}
export interface UpdateStagingConfigReply {
  staging_config: {
    staging_config_id: string
    zone_id: string | null
    zone_name: string | null
    image_id: string | null
    image_friendly_name: string | null
    num_sessions: number
    num_current_sessions: number
    expiration: number
    allow_kasm_audio: boolean
    allow_kasm_uploads: boolean
    allow_kasm_downloads: boolean
    allow_kasm_clipboard_down: boolean
    allow_kasm_clipboard_up: boolean
    allow_kasm_microphone: boolean
  }
}
export interface DeleteStagingConfigRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_staging_config?: {
    staging_config_id: string
  }
  staging_config_id?: string
}
export interface GetCastConfigsRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
}
export interface GetCastConfigsReply {
  cast_configs: {
    cast_config_id: string
    casting_config_name: string
    key: string
    image_id: string | null
    image_friendly_name: string | null
    allowed_referrers: string[]
    limit_sessions: boolean
    session_remaining: number
    limit_ips: boolean
    ip_request_limit: number
    ip_request_seconds: number
    error_url: string | null
    enable_sharing: boolean
    disable_control_panel: boolean
    disable_tips: boolean
    disable_fixed_res: boolean
    allow_anonymous: boolean
    group_id: string | null
    group_name: string | null
    require_recaptcha: boolean
    kasm_url: string | null
    dynamic_kasm_url: boolean
    dynamic_docker_network: boolean
    allow_resume: boolean
    enforce_client_settings: boolean
    valid_until: string | null
    allow_kasm_audio: boolean
    allow_kasm_uploads: boolean
    allow_kasm_downloads: boolean
    allow_kasm_clipboard_down: boolean
    allow_kasm_clipboard_up: boolean
    allow_kasm_microphone: boolean
  }[]
}
export interface GetCastConfigRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_cast_config?: {
    cast_config_id: string
  }
  cast_config_id?: string
}
export interface GetCastConfigReply {
  cast_config: {
    cast_config_id: string
    casting_config_name: string
    key: string
    image_id: string | null
    image_friendly_name: string | null
    allowed_referrers: string[]
    limit_sessions: boolean
    session_remaining: number
    limit_ips: boolean
    ip_request_limit: number
    ip_request_seconds: number
    error_url: string | null
    enable_sharing: boolean
    disable_control_panel: boolean
    disable_tips: boolean
    disable_fixed_res: boolean
    allow_anonymous: boolean
    group_id: string | null
    group_name: string | null
    require_recaptcha: boolean
    kasm_url: string | null
    dynamic_kasm_url: boolean
    dynamic_docker_network: boolean
    allow_resume: boolean
    enforce_client_settings: boolean
    valid_until: string | null
    allow_kasm_audio: boolean
    allow_kasm_uploads: boolean
    allow_kasm_downloads: boolean
    allow_kasm_clipboard_down: boolean
    allow_kasm_clipboard_up: boolean
    allow_kasm_microphone: boolean
  }
}
export interface CreateCastConfigRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_cast_config: {
    casting_config_name?: string | null
    key?: string | null
    image_id?: string | null
    group_id?: string | null
    allowed_referrers?: string[] | string | null
    limit_sessions?: boolean | null
    session_remaining?: number | null
    limit_ips?: boolean | null
    ip_request_limit?: number | null
    ip_request_seconds?: number | null
    valid_until?: string | null
    allow_kasm_audio?: boolean | null
    allow_kasm_uploads?: boolean | null
    allow_kasm_downloads?: boolean | null
    allow_kasm_clipboard_down?: boolean | null
    allow_kasm_clipboard_up?: boolean | null
    allow_kasm_microphone?: boolean | null
  }
}
export interface CreateCastConfigReply {
  cast_config: {
    cast_config_id: string
    casting_config_name: string
    key: string
    image_id: string | null
    image_friendly_name: string | null
    allowed_referrers: string[]
    limit_sessions: boolean
    session_remaining: number
    limit_ips: boolean
    ip_request_limit: number
    ip_request_seconds: number
    error_url: string | null
    enable_sharing: boolean
    disable_control_panel: boolean
    disable_tips: boolean
    disable_fixed_res: boolean
    allow_anonymous: boolean
    group_id: string | null
    group_name: string | null
    require_recaptcha: boolean
    kasm_url: string | null
    dynamic_kasm_url: boolean
    dynamic_docker_network: boolean
    allow_resume: boolean
    enforce_client_settings: boolean
    valid_until: string | null
    allow_kasm_audio: boolean
    allow_kasm_uploads: boolean
    allow_kasm_downloads: boolean
    allow_kasm_clipboard_down: boolean
    allow_kasm_clipboard_up: boolean
    allow_kasm_microphone: boolean
  }
}
export interface UpdateCastConfigRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_cast_config: {
    cast_config_id: string
    casting_config_name?: string | null
    key?: string | null
    image_id?: string | null
    group_id?: string | null
    allowed_referrers?: string[] | string | null
    limit_sessions?: boolean | null
    session_remaining?: number | null
    limit_ips?: boolean | null
    ip_request_limit?: number | null
    ip_request_seconds?: number | null
    valid_until?: string | null
    allow_kasm_audio?: boolean | null
    allow_kasm_uploads?: boolean | null
    allow_kasm_downloads?: boolean | null
    allow_kasm_clipboard_down?: boolean | null
    allow_kasm_clipboard_up?: boolean | null
    allow_kasm_microphone?: boolean | null
  }
}
export interface UpdateCastConfigReply {
  cast_config: {
    cast_config_id: string
    casting_config_name: string
    key: string
    image_id: string | null
    image_friendly_name: string | null
    allowed_referrers: string[]
    limit_sessions: boolean
    session_remaining: number
    limit_ips: boolean
    ip_request_limit: number
    ip_request_seconds: number
    error_url: string | null
    enable_sharing: boolean
    disable_control_panel: boolean
    disable_tips: boolean
    disable_fixed_res: boolean
    allow_anonymous: boolean
    group_id: string | null
    group_name: string | null
    require_recaptcha: boolean
    kasm_url: string | null
    dynamic_kasm_url: boolean
    dynamic_docker_network: boolean
    allow_resume: boolean
    enforce_client_settings: boolean
    valid_until: string | null
    allow_kasm_audio: boolean
    allow_kasm_uploads: boolean
    allow_kasm_downloads: boolean
    allow_kasm_clipboard_down: boolean
    allow_kasm_clipboard_up: boolean
    allow_kasm_microphone: boolean
  }
}
export interface DeleteCastConfigRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_cast_config?: {
    cast_config_id: string
  }
  cast_config_id?: string
}
export interface GetZonesRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  brief?: boolean | null
}
export interface GetZonesReply {
  zones: Zone[]
}
export interface GetAgentsRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
}
export interface GetAgentsReply {
  agents: Agent[]
}
export interface UpdateAgentRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_agent: {
    agent_id: string
    enabled?: boolean
    cores_override?: number | null
    memory_override?: number | null
    gpus_override?: number | null
    auto_prune_images?: 'Off' | 'Normal' | 'Aggressive' | 'No Prune'
    prune_images_mode?: 'Off' | 'Normal' | 'Aggressive' | 'No Prune'
    drain?: boolean | null
  }
}
export interface UpdateAgentReply {
  agent: Agent
}
export interface GetServersRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
}
export interface GetServersReply {
  servers: {
    server_id: string
    friendly_name: string | null
    hostname: string | null
    connection_type: string | null
    connection_port: number | null
    connection_username: string | null
    connection_info: {
      [k: string]: unknown
    }
    max_simultaneous_sessions: number | null
    max_simultaneous_users: number | null
    zone_id: string | null
    zone_name: string | null
    pool_id: string | null
    enabled: boolean
    cores_override: number | null
    memory_override: number | null
    prune_images_mode: string
    last_reported: string | null
    operational_status: string
  }[]
}
export interface CreateServerRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_server: {
    friendly_name?: string | null
    hostname?: string | null
    connection_type?: string | null
    connection_port?: number | null
    connection_username?: string | null
    max_simultaneous_sessions?: number | null
    max_simultaneous_users?: number | null
    zone_id?: string | null
    enabled?: boolean | null
    cores_override?: number | null
    memory_override?: number | null
  }
}
export interface CreateServerReply {
  server: {
    server_id: string
    friendly_name: string | null
    hostname: string | null
    connection_type: string | null
    connection_port: number | null
    connection_username: string | null
    connection_info: {
      [k: string]: unknown
    }
    max_simultaneous_sessions: number | null
    max_simultaneous_users: number | null
    zone_id: string | null
    zone_name: string | null
    pool_id: string | null
    enabled: boolean
    cores_override: number | null
    memory_override: number | null
    prune_images_mode: string
    last_reported: string | null
    operational_status: string
  }
}
export interface UpdateServerRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_server: {
    server_id: string
    friendly_name?: string | null
    hostname?: string | null
    connection_type?: string | null
    connection_port?: number | null
    connection_username?: string | null
    max_simultaneous_sessions?: number | null
    max_simultaneous_users?: number | null
    zone_id?: string | null
    enabled?: boolean | null
    cores_override?: number | null
    memory_override?: number | null
  }
}
export interface UpdateServerReply {
  server: {
    server_id: string
    friendly_name: string | null
    hostname: string | null
    connection_type: string | null
    connection_port: number | null
    connection_username: string | null
    connection_info: {
      [k: string]: unknown
    }
    max_simultaneous_sessions: number | null
    max_simultaneous_users: number | null
    zone_id: string | null
    zone_name: string | null
    pool_id: string | null
    enabled: boolean
    cores_override: number | null
    memory_override: number | null
    prune_images_mode: string
    last_reported: string | null
    operational_status: string
  }
}
export interface DeleteServerRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_server?: {
    server_id: string
  }
  server_id?: string
}
export interface GetSettingsRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
}
export interface GetSettingsReply {
  settings: Setting[]
}
export interface UpdateSettingRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  setting_id: string
  value?: unknown
}
export interface UpdateSettingReply {
  setting: Setting
}
export interface CreateApiConfigsRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  api_config: {
    name: string
    enabled?: boolean | null
    read_only?: boolean | null
    expires?: string | null
  }
}
export interface CreateApiConfigsReply {
  api_config: {
    api_id: string
    name: string
    api_key: string
    enabled: boolean
    read_only: boolean
    created: string
    last_used: string | null
    expires: string | null
    api_key_secret: string
  }
}
export interface GetApiConfigsRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
}
export interface GetApiConfigsReply {
  api_configs: ApiConfig[]
}
export interface GetReportRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  name: string
  delta?: unknown
  resolution?: unknown
}
export interface GetReportReply {
  data: number
}
export interface GetAgentReportRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
}
export interface GetAgentReportReply {
  agents: {
    name: string
    server_id: string
    health: string
    kasms: number
    disk_space: number
    disk_space_used: number
    disk_space_free: number
    memory_total: number
    memory_used: number
    memory_free: number
  }[]
}
export interface GetRegistriesRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
}
export interface GetRegistriesReply {
  registries: Registry[]
}
export interface CreateRegistryRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  registry?: string | null
  channel?: string | null
  do_auto_update?: boolean | null
  override_schema?: unknown
  target_registry?: {
    url?: string | null
    channel?: string | null
  }
}
export interface CreateRegistryReply {
  registry: Registry
}
export interface DeleteRegistryRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_registry: {
    registry_id: string
  }
}
export interface GetEgressProvidersRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
}
export interface GetEgressProvidersReply {
  egress_providers: {
    egress_provider_id: string
    name: string | null
  }[]
}
export interface CreateEgressProviderRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_egress_provider: {
    name?: string | null
  }
}
export interface CreateEgressProviderReply {
  egress_provider: {
    egress_provider_id: string
    name: string | null
  }
}
export interface UpdateEgressProviderRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_egress_provider: {
    egress_provider_id: string
    name?: string | null
  }
}
export interface UpdateEgressProviderReply {
  egress_provider: {
    egress_provider_id: string
    name: string | null
  }
}
export interface DeleteEgressProviderRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_egress_provider?: {
    egress_provider_id: string
  }
  egress_provider_id?: string
}
export interface GetEgressGatewaysRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
}
export interface GetEgressGatewaysReply {
  egress_gateways: {
    egress_gateway_id: string
    name: string | null
    egress_provider_id: string | null
  }[]
}
export interface CreateEgressGatewayRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_egress_gateway: {
    name?: string | null
    egress_provider_id?: string | null
  }
}
export interface CreateEgressGatewayReply {
  egress_gateway: {
    egress_gateway_id: string
    name: string | null
    egress_provider_id: string | null
  }
}
export interface UpdateEgressGatewayRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_egress_gateway: {
    egress_gateway_id: string
    name?: string | null
    egress_provider_id?: string | null
  }
}
export interface UpdateEgressGatewayReply {
  egress_gateway: {
    egress_gateway_id: string
    name: string | null
    egress_provider_id: string | null
  }
}
export interface DeleteEgressGatewayRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_egress_gateway?: {
    egress_gateway_id: string
  }
  egress_gateway_id?: string
}
export interface GetEgressCredentialsRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
}
export interface GetEgressCredentialsReply {
  egress_credentials: {
    egress_credential_id: string
    name: string | null
    egress_provider_id: string | null
  }[]
}
export interface CreateEgressCredentialRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_egress_credential: {
    name?: string | null
    egress_provider_id?: string | null
  }
}
export interface CreateEgressCredentialReply {
  egress_credential: {
    egress_credential_id: string
    name: string | null
    egress_provider_id: string | null
  }
}
export interface UpdateEgressCredentialRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_egress_credential: {
    egress_credential_id: string
    name?: string | null
    egress_provider_id?: string | null
  }
}
export interface UpdateEgressCredentialReply {
  egress_credential: {
    egress_credential_id: string
    name: string | null
    egress_provider_id: string | null
  }
}
export interface DeleteEgressCredentialRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_egress_credential?: {
    egress_credential_id: string
  }
  egress_credential_id?: string
}
export interface GetEgressProviderMappingsRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
}
export interface GetEgressProviderMappingsReply {
  egress_provider_mappings: {
    egress_provider_mapping_id: string
    name: string | null
    egress_provider_id: string | null
  }[]
}
export interface CreateEgressProviderMappingRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_egress_provider_mapping: {
    name?: string | null
    egress_provider_id?: string | null
  }
}
export interface CreateEgressProviderMappingReply {
  egress_provider_mapping: {
    egress_provider_mapping_id: string
    name: string | null
    egress_provider_id: string | null
  }
}
export interface UpdateEgressProviderMappingRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_egress_provider_mapping: {
    egress_provider_mapping_id: string
    name?: string | null
    egress_provider_id?: string | null
  }
}
export interface UpdateEgressProviderMappingReply {
  egress_provider_mapping: {
    egress_provider_mapping_id: string
    name: string | null
    egress_provider_id: string | null
  }
}
export interface DeleteEgressProviderMappingRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_egress_provider_mapping?: {
    egress_provider_mapping_id: string
  }
  egress_provider_mapping_id?: string
}
export interface SystemInfoRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
}
export interface SystemInfoReply {
  system_info: {
    [k: string]: unknown
  }
}
export interface GetManagersRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
}
export interface GetManagersReply {
  managers: {
    [k: string]: unknown
  }[]
}
export interface GetServerPoolsRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
}
export interface GetServerPoolsReply {
  server_pools: {
    [k: string]: unknown
  }[]
}
export interface GetStorageProvidersRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
}
export interface GetStorageProvidersReply {
  storage_providers: {
    storage_provider_id: string
    name: string | null
  }[]
}
export interface CreateStorageProviderRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_storage_provider: {
    name?: string | null
  }
}
export interface CreateStorageProviderReply {
  storage_provider: {
    storage_provider_id: string
    name: string | null
  }
}
export interface GetAutoscaleConfigsRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
}
export interface GetAutoscaleConfigsReply {
  autoscale_configs: {
    autoscale_config_id: string
    name: string | null
  }[]
}
export interface CreateAutoscaleConfigRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_autoscale_config: {
    name?: string | null
  }
}
export interface CreateAutoscaleConfigReply {
  autoscale_config: {
    autoscale_config_id: string
    name: string | null
  }
}
export interface UpdateAutoscaleConfigRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_autoscale_config: {
    autoscale_config_id: string
    name?: string | null
  }
}
export interface UpdateAutoscaleConfigReply {
  autoscale_config: {
    autoscale_config_id: string
    name: string | null
  }
}
export interface DeleteAutoscaleConfigRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_autoscale_config?: {
    autoscale_config_id: string
  }
  autoscale_config_id?: string
}
export interface GetVmProviderConfigsRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
}
export interface GetVmProviderConfigsReply {
  vm_provider_configs: {
    vm_provider_config_id: string
    name: string | null
  }[]
}
export interface CreateVmProviderConfigRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_vm_provider_config: {
    name?: string | null
  }
}
export interface CreateVmProviderConfigReply {
  vm_provider_config: {
    vm_provider_config_id: string
    name: string | null
  }
}
export interface UpdateVmProviderConfigRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_vm_provider_config: {
    vm_provider_config_id: string
    name?: string | null
  }
}
export interface UpdateVmProviderConfigReply {
  vm_provider_config: {
    vm_provider_config_id: string
    name: string | null
  }
}
export interface DeleteVmProviderConfigRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_vm_provider_config?: {
    vm_provider_config_id: string
  }
  vm_provider_config_id?: string
}
export interface GetDnsProvidersRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
}
export interface GetDnsProvidersReply {
  dns_providers: {
    dns_provider_id: string
    name: string | null
  }[]
}
export interface CreateDnsProviderRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_dns_provider: {
    name?: string | null
  }
}
export interface CreateDnsProviderReply {
  dns_provider: {
    dns_provider_id: string
    name: string | null
  }
}
export interface UpdateDnsProviderRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_dns_provider: {
    dns_provider_id: string
    name?: string | null
  }
}
export interface UpdateDnsProviderReply {
  dns_provider: {
    dns_provider_id: string
    name: string | null
  }
}
export interface DeleteDnsProviderRequest {
  api_key?: string
  api_key_secret?: string
  token?: string
  username?: string
  target_dns_provider?: {
    dns_provider_id: string
  }
  dns_provider_id?: string
}
export interface AgentConfigRequest {
  server_id: string
}
export interface AgentConfigReply {
  agent: {
    retention_period: string
  }
}
export interface HeartbeatRequest {
  server_id: string
  hostname: string
  zone_name?: string
  agent_version?: string
  public_ip?: string
  public_hostname?: string
  scheme?: 'https' | 'http'
  port?: number
  cores: number
  memory_bytes: number
  gpus?: number
  labels?: string[]
  docker_network_names?: string[]
  cpu_percent?: number
  disk_stats: {
    total: number
    used: number
    free: number
  }
  docker_images: {
    name: string
    digest: string
  }[]
  image_states?: {
    name: string
    state: 'queued' | 'pulling' | 'failed'
    reason?: 'missing' | 'refresh'
    age_ms?: number
    downloaded_bytes?: number
    total_bytes?: number
    cause?: string
  }[]
  refresh_due_in_ms?: number
}
export interface HeartbeatReply {
  agent: {
    agent_id: string
    server_id: string
    enabled: boolean
    auto_prune_images: 'Off' | 'Normal' | 'Aggressive'
    zone_id: string
  }
  managers: string[]
  images_in_use: string[]
  images_revision: number
  images: AgentImage[]
}
export interface ImagesRequest {
  server_id: string
}
export interface ImagesReply {
  images_revision: number
  images: AgentImage[]
}

export interface paths {
  '/api/__healthcheck': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get: operations['healthcheck']
  }
  '/api/public/create_user': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_create_user']
  }
  '/api/public/get_user': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_get_user']
  }
  '/api/public/get_users': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_get_users']
  }
  '/api/public/update_user': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_update_user']
  }
  '/api/public/delete_user': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_delete_user']
  }
  '/api/public/logout_user': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_logout_user']
  }
  '/api/public/get_attributes': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_get_attributes']
  }
  '/api/public/update_user_attributes': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_update_user_attributes']
  }
  '/api/public/add_user_group': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_add_user_group']
  }
  '/api/public/remove_user_group': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_remove_user_group']
  }
  '/api/public/assign_user_server': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_assign_user_server']
  }
  '/api/public/unassign_user_server': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_unassign_user_server']
  }
  '/api/public/get_login': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_get_login']
  }
  '/api/public/create_group': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_create_group']
  }
  '/api/public/get_groups': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_get_groups']
  }
  '/api/public/update_group': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_update_group']
  }
  '/api/public/delete_group': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_delete_group']
  }
  '/api/public/get_users_group': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_get_users_group']
  }
  '/api/public/add_images_group': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_add_images_group']
  }
  '/api/public/remove_images_group': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_remove_images_group']
  }
  '/api/public/get_images_group': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_get_images_group']
  }
  '/api/public/add_settings_group': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_add_settings_group']
  }
  '/api/public/get_settings_group': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_get_settings_group']
  }
  '/api/public/update_settings_group': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_update_settings_group']
  }
  '/api/public/add_permissions_group': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_add_permissions_group']
  }
  '/api/public/get_permissions_group': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_get_permissions_group']
  }
  '/api/public/get_images': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_get_images']
  }
  '/api/public/get_image': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_get_image']
  }
  '/api/public/create_image': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_create_image']
  }
  '/api/public/update_image': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_update_image']
  }
  '/api/public/delete_image': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_delete_image']
  }
  '/api/public/request_kasm': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_request_kasm']
  }
  '/api/public/get_kasm_status': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_get_kasm_status']
  }
  '/api/public/get_kasms': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_get_kasms']
  }
  '/api/public/get_user_kasms': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_get_user_kasms']
  }
  '/api/public/join_kasm': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_join_kasm']
  }
  '/api/public/destroy_kasm': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_destroy_kasm']
  }
  '/api/public/keepalive': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_keepalive']
  }
  '/api/public/exec_command_kasm': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_exec_command_kasm']
  }
  '/api/public/get_kasm_screenshot': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_get_kasm_screenshot']
  }
  '/api/public/get_kasm_frame_stats': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_get_kasm_frame_stats']
  }
  '/api/public/get_kasm_bottleneck_stats': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_get_kasm_bottleneck_stats']
  }
  '/api/public/get_rdp_client_connection_info': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_get_rdp_client_connection_info']
  }
  '/api/public/get_session_recordings': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_get_session_recordings']
  }
  '/api/public/get_sessions_recordings': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_get_sessions_recordings']
  }
  '/api/public/set_session_permissions': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_set_session_permissions']
  }
  '/api/public/get_session_permissions': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_get_session_permissions']
  }
  '/api/public/delete_all_session_permissions': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_delete_all_session_permissions']
  }
  '/api/public/create_session_token': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_create_session_token']
  }
  '/api/public/get_session_token': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_get_session_token']
  }
  '/api/public/get_session_tokens': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_get_session_tokens']
  }
  '/api/public/update_session_token': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_update_session_token']
  }
  '/api/public/delete_session_token': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_delete_session_token']
  }
  '/api/public/delete_session_tokens': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_delete_session_tokens']
  }
  '/api/public/activate': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_activate']
  }
  '/api/public/get_licenses': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_get_licenses']
  }
  '/api/public/get_staging_configs': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_get_staging_configs']
  }
  '/api/public/get_staging_config': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_get_staging_config']
  }
  '/api/public/create_staging_config': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_create_staging_config']
  }
  '/api/public/update_staging_config': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_update_staging_config']
  }
  '/api/public/delete_staging_config': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_delete_staging_config']
  }
  '/api/public/get_cast_configs': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_get_cast_configs']
  }
  '/api/public/get_cast_config': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_get_cast_config']
  }
  '/api/public/create_cast_config': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_create_cast_config']
  }
  '/api/public/update_cast_config': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_update_cast_config']
  }
  '/api/public/delete_cast_config': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_delete_cast_config']
  }
  '/api/public/get_zones': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_get_zones']
  }
  '/api/public/get_agents': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_get_agents']
  }
  '/api/public/update_agent': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_update_agent']
  }
  '/api/public/get_servers': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_get_servers']
  }
  '/api/public/create_server': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_create_server']
  }
  '/api/public/update_server': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_update_server']
  }
  '/api/public/delete_server': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_delete_server']
  }
  '/api/public/get_settings': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_get_settings']
  }
  '/api/public/update_setting': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_update_setting']
  }
  '/api/public/create_api_configs': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_create_api_configs']
  }
  '/api/public/get_api_configs': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_get_api_configs']
  }
  '/api/public/get_report': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_get_report']
  }
  '/api/public/get_agent_report': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_get_agent_report']
  }
  '/api/public/get_registries': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_get_registries']
  }
  '/api/public/create_registry': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_create_registry']
  }
  '/api/public/delete_registry': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_delete_registry']
  }
  '/api/public/get_egress_providers': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_get_egress_providers']
  }
  '/api/public/create_egress_provider': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_create_egress_provider']
  }
  '/api/public/update_egress_provider': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_update_egress_provider']
  }
  '/api/public/delete_egress_provider': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_delete_egress_provider']
  }
  '/api/public/get_egress_gateways': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_get_egress_gateways']
  }
  '/api/public/create_egress_gateway': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_create_egress_gateway']
  }
  '/api/public/update_egress_gateway': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_update_egress_gateway']
  }
  '/api/public/delete_egress_gateway': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_delete_egress_gateway']
  }
  '/api/public/get_egress_credentials': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_get_egress_credentials']
  }
  '/api/public/create_egress_credential': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_create_egress_credential']
  }
  '/api/public/update_egress_credential': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_update_egress_credential']
  }
  '/api/public/delete_egress_credential': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_delete_egress_credential']
  }
  '/api/public/get_egress_provider_mappings': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_get_egress_provider_mappings']
  }
  '/api/public/create_egress_provider_mapping': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_create_egress_provider_mapping']
  }
  '/api/public/update_egress_provider_mapping': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_update_egress_provider_mapping']
  }
  '/api/public/delete_egress_provider_mapping': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_delete_egress_provider_mapping']
  }
  '/api/public/system_info': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_system_info']
  }
  '/api/public/get_managers': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_get_managers']
  }
  '/api/public/get_server_pools': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_get_server_pools']
  }
  '/api/public/get_storage_providers': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_get_storage_providers']
  }
  '/api/public/create_storage_provider': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_create_storage_provider']
  }
  '/api/public/get_autoscale_configs': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_get_autoscale_configs']
  }
  '/api/public/create_autoscale_config': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_create_autoscale_config']
  }
  '/api/public/update_autoscale_config': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_update_autoscale_config']
  }
  '/api/public/delete_autoscale_config': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_delete_autoscale_config']
  }
  '/api/public/get_vm_provider_configs': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_get_vm_provider_configs']
  }
  '/api/public/create_vm_provider_config': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_create_vm_provider_config']
  }
  '/api/public/update_vm_provider_config': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_update_vm_provider_config']
  }
  '/api/public/delete_vm_provider_config': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_delete_vm_provider_config']
  }
  '/api/public/get_dns_providers': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_get_dns_providers']
  }
  '/api/public/create_dns_provider': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_create_dns_provider']
  }
  '/api/public/update_dns_provider': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_update_dns_provider']
  }
  '/api/public/delete_dns_provider': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['public_delete_dns_provider']
  }
  '/api/authenticate': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['authenticate']
  }
  '/api/stop_kasm': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['stop_kasm']
  }
  '/api/pause_kasm': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['pause_kasm']
  }
  '/api/resume_kasm': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    post: operations['resume_kasm']
  }
}

export interface operations {
  healthcheck: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody?: never
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': HealthReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
    }
  }
  public_create_user: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': CreateUserRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': CreateUserReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_get_user: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': GetUserRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': GetUserReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_get_users: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': GetUsersRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': GetUsersReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_update_user: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': UpdateUserRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': UpdateUserReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_delete_user: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': DeleteUserRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': EmptyReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_logout_user: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': LogoutUserRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': EmptyReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_get_attributes: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': GetAttributesRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': GetAttributesReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_update_user_attributes: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': UpdateUserAttributesRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': EmptyReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_add_user_group: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': AddUserGroupRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': EmptyReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_remove_user_group: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': RemoveUserGroupRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': EmptyReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_assign_user_server: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': AssignUserServerRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': EmptyReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_unassign_user_server: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': UnassignUserServerRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': EmptyReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_get_login: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': GetLoginRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': GetLoginReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_create_group: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': CreateGroupRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': CreateGroupReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_get_groups: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': GetGroupsRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': GetGroupsReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_update_group: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': UpdateGroupRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': UpdateGroupReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_delete_group: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': DeleteGroupRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': EmptyReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_get_users_group: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': GetUsersGroupRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': GetUsersGroupReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_add_images_group: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': AddImagesGroupRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': EmptyReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_remove_images_group: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': RemoveImagesGroupRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': EmptyReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_get_images_group: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': GetImagesGroupRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': GetImagesGroupReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_add_settings_group: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': AddSettingsGroupRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': AddSettingsGroupReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_get_settings_group: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': GetSettingsGroupRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': GetSettingsGroupReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_update_settings_group: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': UpdateSettingsGroupRequest } }
    responses: {
      200: {
        headers: { [name: string]: unknown }
        content: { 'application/json': UpdateSettingsGroupReply | ErrorReply }
      }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_add_permissions_group: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': AddPermissionsGroupRequest } }
    responses: {
      200: {
        headers: { [name: string]: unknown }
        content: { 'application/json': AddPermissionsGroupReply | ErrorReply }
      }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_get_permissions_group: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': GetPermissionsGroupRequest } }
    responses: {
      200: {
        headers: { [name: string]: unknown }
        content: { 'application/json': GetPermissionsGroupReply | ErrorReply }
      }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_get_images: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': GetImagesRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': GetImagesReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_get_image: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': GetImageRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': GetImageReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_create_image: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': CreateImageRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': CreateImageReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_update_image: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': UpdateImageRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': UpdateImageReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_delete_image: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': DeleteImageRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': EmptyReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_request_kasm: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': RequestKasmRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': RequestKasmReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_get_kasm_status: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': GetKasmStatusRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': GetKasmStatusReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_get_kasms: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': GetKasmsRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': GetKasmsReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_get_user_kasms: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': GetUserKasmsRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': GetUserKasmsReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_join_kasm: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': JoinKasmRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': JoinKasmReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_destroy_kasm: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': DestroyKasmRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': EmptyReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_keepalive: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': KeepaliveRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': KeepaliveReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_exec_command_kasm: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': ExecCommandKasmRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': ExecCommandKasmReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_get_kasm_screenshot: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': GetKasmScreenshotRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'image/jpeg': string } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_get_kasm_frame_stats: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': GetKasmFrameStatsRequest } }
    responses: {
      200: {
        headers: { [name: string]: unknown }
        content: { 'application/json': GetKasmFrameStatsReply | ErrorReply }
      }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_get_kasm_bottleneck_stats: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': GetKasmBottleneckStatsRequest } }
    responses: {
      200: {
        headers: { [name: string]: unknown }
        content: { 'application/json': GetKasmBottleneckStatsReply | ErrorReply }
      }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_get_rdp_client_connection_info: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': GetRdpClientConnectionInfoRequest } }
    responses: {
      200: {
        headers: { [name: string]: unknown }
        content: { 'application/json': GetRdpClientConnectionInfoReply | ErrorReply }
      }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_get_session_recordings: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': GetSessionRecordingsRequest } }
    responses: {
      200: {
        headers: { [name: string]: unknown }
        content: { 'application/json': GetSessionRecordingsReply | ErrorReply }
      }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_get_sessions_recordings: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': GetSessionsRecordingsRequest } }
    responses: {
      200: {
        headers: { [name: string]: unknown }
        content: { 'application/json': GetSessionsRecordingsReply | ErrorReply }
      }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_set_session_permissions: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': SetSessionPermissionsRequest } }
    responses: {
      200: {
        headers: { [name: string]: unknown }
        content: { 'application/json': SetSessionPermissionsReply | ErrorReply }
      }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_get_session_permissions: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': GetSessionPermissionsRequest } }
    responses: {
      200: {
        headers: { [name: string]: unknown }
        content: { 'application/json': GetSessionPermissionsReply | ErrorReply }
      }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_delete_all_session_permissions: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': DeleteAllSessionPermissionsRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': EmptyReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_create_session_token: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': CreateSessionTokenRequest } }
    responses: {
      200: {
        headers: { [name: string]: unknown }
        content: { 'application/json': CreateSessionTokenReply | ErrorReply }
      }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_get_session_token: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': GetSessionTokenRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': GetSessionTokenReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_get_session_tokens: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': GetSessionTokensRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': GetSessionTokensReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_update_session_token: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': UpdateSessionTokenRequest } }
    responses: {
      200: {
        headers: { [name: string]: unknown }
        content: { 'application/json': UpdateSessionTokenReply | ErrorReply }
      }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_delete_session_token: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': DeleteSessionTokenRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': EmptyReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_delete_session_tokens: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': DeleteSessionTokensRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': EmptyReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_activate: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': ActivateRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': ActivateReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_get_licenses: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': GetLicensesRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': GetLicensesReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_get_staging_configs: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': GetStagingConfigsRequest } }
    responses: {
      200: {
        headers: { [name: string]: unknown }
        content: { 'application/json': GetStagingConfigsReply | ErrorReply }
      }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_get_staging_config: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': GetStagingConfigRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': GetStagingConfigReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_create_staging_config: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': CreateStagingConfigRequest } }
    responses: {
      200: {
        headers: { [name: string]: unknown }
        content: { 'application/json': CreateStagingConfigReply | ErrorReply }
      }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_update_staging_config: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': UpdateStagingConfigRequest } }
    responses: {
      200: {
        headers: { [name: string]: unknown }
        content: { 'application/json': UpdateStagingConfigReply | ErrorReply }
      }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_delete_staging_config: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': DeleteStagingConfigRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': EmptyReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_get_cast_configs: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': GetCastConfigsRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': GetCastConfigsReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_get_cast_config: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': GetCastConfigRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': GetCastConfigReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_create_cast_config: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': CreateCastConfigRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': CreateCastConfigReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_update_cast_config: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': UpdateCastConfigRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': UpdateCastConfigReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_delete_cast_config: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': DeleteCastConfigRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': EmptyReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_get_zones: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': GetZonesRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': GetZonesReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_get_agents: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': GetAgentsRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': GetAgentsReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_update_agent: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': UpdateAgentRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': UpdateAgentReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_get_servers: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': GetServersRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': GetServersReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_create_server: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': CreateServerRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': CreateServerReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_update_server: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': UpdateServerRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': UpdateServerReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_delete_server: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': DeleteServerRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': EmptyReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_get_settings: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': GetSettingsRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': GetSettingsReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_update_setting: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': UpdateSettingRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': UpdateSettingReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_create_api_configs: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': CreateApiConfigsRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': CreateApiConfigsReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_get_api_configs: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': GetApiConfigsRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': GetApiConfigsReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_get_report: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': GetReportRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': GetReportReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_get_agent_report: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': GetAgentReportRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': GetAgentReportReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_get_registries: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': GetRegistriesRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': GetRegistriesReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_create_registry: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': CreateRegistryRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': CreateRegistryReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_delete_registry: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': DeleteRegistryRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': EmptyReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_get_egress_providers: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': GetEgressProvidersRequest } }
    responses: {
      200: {
        headers: { [name: string]: unknown }
        content: { 'application/json': GetEgressProvidersReply | ErrorReply }
      }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_create_egress_provider: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': CreateEgressProviderRequest } }
    responses: {
      200: {
        headers: { [name: string]: unknown }
        content: { 'application/json': CreateEgressProviderReply | ErrorReply }
      }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_update_egress_provider: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': UpdateEgressProviderRequest } }
    responses: {
      200: {
        headers: { [name: string]: unknown }
        content: { 'application/json': UpdateEgressProviderReply | ErrorReply }
      }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_delete_egress_provider: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': DeleteEgressProviderRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': EmptyReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_get_egress_gateways: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': GetEgressGatewaysRequest } }
    responses: {
      200: {
        headers: { [name: string]: unknown }
        content: { 'application/json': GetEgressGatewaysReply | ErrorReply }
      }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_create_egress_gateway: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': CreateEgressGatewayRequest } }
    responses: {
      200: {
        headers: { [name: string]: unknown }
        content: { 'application/json': CreateEgressGatewayReply | ErrorReply }
      }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_update_egress_gateway: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': UpdateEgressGatewayRequest } }
    responses: {
      200: {
        headers: { [name: string]: unknown }
        content: { 'application/json': UpdateEgressGatewayReply | ErrorReply }
      }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_delete_egress_gateway: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': DeleteEgressGatewayRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': EmptyReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_get_egress_credentials: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': GetEgressCredentialsRequest } }
    responses: {
      200: {
        headers: { [name: string]: unknown }
        content: { 'application/json': GetEgressCredentialsReply | ErrorReply }
      }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_create_egress_credential: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': CreateEgressCredentialRequest } }
    responses: {
      200: {
        headers: { [name: string]: unknown }
        content: { 'application/json': CreateEgressCredentialReply | ErrorReply }
      }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_update_egress_credential: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': UpdateEgressCredentialRequest } }
    responses: {
      200: {
        headers: { [name: string]: unknown }
        content: { 'application/json': UpdateEgressCredentialReply | ErrorReply }
      }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_delete_egress_credential: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': DeleteEgressCredentialRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': EmptyReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_get_egress_provider_mappings: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': GetEgressProviderMappingsRequest } }
    responses: {
      200: {
        headers: { [name: string]: unknown }
        content: { 'application/json': GetEgressProviderMappingsReply | ErrorReply }
      }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_create_egress_provider_mapping: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': CreateEgressProviderMappingRequest } }
    responses: {
      200: {
        headers: { [name: string]: unknown }
        content: { 'application/json': CreateEgressProviderMappingReply | ErrorReply }
      }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_update_egress_provider_mapping: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': UpdateEgressProviderMappingRequest } }
    responses: {
      200: {
        headers: { [name: string]: unknown }
        content: { 'application/json': UpdateEgressProviderMappingReply | ErrorReply }
      }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_delete_egress_provider_mapping: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': DeleteEgressProviderMappingRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': EmptyReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_system_info: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': SystemInfoRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': SystemInfoReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_get_managers: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': GetManagersRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': GetManagersReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_get_server_pools: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': GetServerPoolsRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': GetServerPoolsReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_get_storage_providers: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': GetStorageProvidersRequest } }
    responses: {
      200: {
        headers: { [name: string]: unknown }
        content: { 'application/json': GetStorageProvidersReply | ErrorReply }
      }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_create_storage_provider: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': CreateStorageProviderRequest } }
    responses: {
      200: {
        headers: { [name: string]: unknown }
        content: { 'application/json': CreateStorageProviderReply | ErrorReply }
      }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_get_autoscale_configs: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': GetAutoscaleConfigsRequest } }
    responses: {
      200: {
        headers: { [name: string]: unknown }
        content: { 'application/json': GetAutoscaleConfigsReply | ErrorReply }
      }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_create_autoscale_config: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': CreateAutoscaleConfigRequest } }
    responses: {
      200: {
        headers: { [name: string]: unknown }
        content: { 'application/json': CreateAutoscaleConfigReply | ErrorReply }
      }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_update_autoscale_config: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': UpdateAutoscaleConfigRequest } }
    responses: {
      200: {
        headers: { [name: string]: unknown }
        content: { 'application/json': UpdateAutoscaleConfigReply | ErrorReply }
      }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_delete_autoscale_config: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': DeleteAutoscaleConfigRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': EmptyReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_get_vm_provider_configs: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': GetVmProviderConfigsRequest } }
    responses: {
      200: {
        headers: { [name: string]: unknown }
        content: { 'application/json': GetVmProviderConfigsReply | ErrorReply }
      }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_create_vm_provider_config: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': CreateVmProviderConfigRequest } }
    responses: {
      200: {
        headers: { [name: string]: unknown }
        content: { 'application/json': CreateVmProviderConfigReply | ErrorReply }
      }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_update_vm_provider_config: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': UpdateVmProviderConfigRequest } }
    responses: {
      200: {
        headers: { [name: string]: unknown }
        content: { 'application/json': UpdateVmProviderConfigReply | ErrorReply }
      }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_delete_vm_provider_config: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': DeleteVmProviderConfigRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': EmptyReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_get_dns_providers: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': GetDnsProvidersRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': GetDnsProvidersReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_create_dns_provider: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': CreateDnsProviderRequest } }
    responses: {
      200: {
        headers: { [name: string]: unknown }
        content: { 'application/json': CreateDnsProviderReply | ErrorReply }
      }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_update_dns_provider: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': UpdateDnsProviderRequest } }
    responses: {
      200: {
        headers: { [name: string]: unknown }
        content: { 'application/json': UpdateDnsProviderReply | ErrorReply }
      }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  public_delete_dns_provider: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': DeleteDnsProviderRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': EmptyReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  authenticate: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': AuthenticateRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': AuthenticateReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  stop_kasm: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': StopKasmRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': EmptyReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  pause_kasm: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': PauseKasmRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': EmptyReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
  resume_kasm: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    requestBody: { content: { 'application/json': ResumeKasmRequest } }
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': EmptyReply | ErrorReply } }
      400: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      401: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      403: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      404: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      408: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      413: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      415: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      431: { headers: { [name: string]: unknown }; content: { 'application/json': ErrorReply } }
      500: { headers: { [name: string]: unknown }; content: { 'text/html': string } }
    }
  }
}
