// Which fields of calls the journal shows. What stands here is known to be harmless; everything else is sealed, and a test has whoever
// adds a field to a call decide.

/** Fields whose numbers, flags and short texts are shown: ids, names, kinds, switches, sizes, dates. */
export const plainFields: ReadonlySet<string> = new Set(
  `
    age_ms agent_id agent_version allow_kasm_audio allow_kasm_clipboard_down allow_kasm_clipboard_up allow_kasm_downloads
    allow_kasm_microphone allow_kasm_uploads allow_network_selection allowed_referrers anonymous anonymous_only api_id
    api_key auto_login_kasm auto_prune_images autoscale_config_id brief cast_config_id casting_config_name categories
    channel city client client_language client_timezone connection_port connection_type connection_username cores
    cores_override country cpu_allocation_method cpu_percent default_category default_image delta digest disabled
    dns_provider_id do_auto_update docker_network_names docker_registry docker_user downloaded_bytes drain
    egress_credential_id egress_gateway_id egress_provider_id egress_provider_mapping_id email enable_sharing enabled
    enforce_workspace_persistence exclude_labels expiration expires expires_at filter_policy_force_disabled filter_policy_id
    filter_policy_name first_name force free friendly_name gpu_count gpus gpus_override group_id group_setting_id height
    hidden hostname image_id image_src image_type include_labels ip_request_limit ip_request_seconds is_remote_app issued_to
    kasm_id kasm_url labels last_name limit_ips limit_sessions link_url locked max_simultaneous_sessions
    max_simultaneous_users memory memory_bytes memory_override name num_sessions organization override_egress_gateways page
    page_size permissions persistent_profile_mode persistent_profile_path port preauth_download_link preferred_language
    preferred_timezone priority privileged prune_images_mode public_hostname public_ip rdp_client_type read_only reason
    refresh_due_in_ms registry registry_id remote_app_icon remote_app_name require_gpu resolution restrict_network_names
    restrict_to_network restrict_to_server restrict_to_zone scheme seats server_id server_pool_id
    session_banner_force_disabled session_banner_id session_permissions session_remaining session_time_limit setting_id
    show_tips skip_agent_check sort_by sort_direction staging_config_id state target_kasm_id target_kasm_ids
    target_permissions theme toggle_control_panel total total_bytes uncompressed_size_mb url used user user_id username
    valid_until vm_provider_config_id width x_res y_res zone_id zone_name
  `
    .trim()
    .split(/\s+/),
)

/** Objects and lists of objects whose own fields are looked at one by one. */
const openFields: ReadonlySet<string> = new Set(['api_config', 'disk_stats', 'docker_images', 'image_states'])

export function isOpenField(name: string): boolean {
  return openFields.has(name) || (/^target_\w+$/.test(name) && !plainFields.has(name))
}

/** Fields of calls that may hold a secret or a text that anything may stand in. */
export const sealedFields: ReadonlySet<string> = new Set(
  `
    access activation_key api_key_secret cause chat_sfx cmd custom_attribute_1 custom_attribute_2 custom_attribute_3
    description docker_token environment exec_config key launch_config notes override_schema password
    persistent_profile_config phone remote_app_args remote_app_program run_config session_banner session_token share_id
    shared_id ssh_public_key token value volume_mappings workdir
  `
    .trim()
    .split(/\s+/),
)
