// What administrators set up besides images and people: zones, servers, settings, API keys, registries, licences; and reports
// (docs/kasm.md, "Deployment").
import { type Static, Type } from 'typebox'
import {
  AnyObject,
  Count,
  EmptyReplySchema,
  exampleId,
  FlagInput,
  Id,
  IdInput,
  nullable,
  operationsOf,
  own,
  reference,
  Text,
  TextInput,
} from './common.ts'

/** A zone, with the fields of older and newer releases alike. */
const ZoneSchema = Type.Object(
  {
    zone_id: Id,
    zone_name: Type.String(),
    auto_scaling_enabled: Type.Boolean(),
    aws_enabled: Type.Boolean(),
    aws_region: Text,
    aws_access_key_id: Text,
    aws_secret_access_key: Text,
    ec2_agent_ami_id: Text,
    allow_origin_domain: Type.String(),
    upstream_auth_address: Type.String(),
    load_balancing_strategy: Type.String(),
    search_alternate_zones: Type.Boolean(),
    prioritize_static_agents: Type.Boolean(),
    proxy_connections: Type.Boolean(),
    proxy_hostname: Type.String(),
    proxy_path: Type.String(),
    proxy_port: Count,
  },
  { $id: 'Zone', ...own },
)
export type Zone = Static<typeof ZoneSchema>

const SettingSchema = Type.Object(
  {
    setting_id: Id,
    name: Type.String(),
    category: Type.String(),
    title: Type.String(),
    description: Type.String(),
    value: Type.String(),
    value_type: Type.String(),
    sanitize: Type.Boolean(),
    services_restart: Text,
  },
  { $id: 'Setting', ...own },
)

const apiKeyFields = {
  api_id: Id,
  name: Type.String(),
  api_key: Type.String(),
  enabled: Type.Boolean(),
  read_only: Type.Boolean(),
  created: Type.String(),
  last_used: Text,
  expires: Text,
}
const ApiKeySchema = Type.Object(apiKeyFields, { $id: 'ApiConfig', ...own })
export type ApiKey = Static<typeof ApiKeySchema>

const RegistrySchema = Type.Object(
  {
    registry_id: Id,
    registry_url: Type.String(),
    do_auto_update: Type.Boolean(),
    schema_version: Type.String(),
    is_verified: Type.Boolean(),
    channel: Text,
    workspaces: Type.Array(AnyObject),
  },
  { $id: 'Registry', ...own },
)

const LicenseSchema = Type.Object(
  {
    license_id: Id,
    expiration: Type.String(),
    issued_at: Type.String(),
    issued_to: Type.String(),
    limit: Count,
    is_verified: Type.Boolean(),
    license_type: Type.String(),
    features: Type.Record(Type.String(), Type.Boolean()),
    sku: Type.String(),
  },
  { $id: 'License', ...own },
)
export type License = Static<typeof LicenseSchema>

const zones = operationsOf('Zones')
const settings = operationsOf('Settings')
const keys = operationsOf('API keys')
const registries = operationsOf('Registries')
const licenses = operationsOf('Licences')
const reports = operationsOf('Reports')
const target_registry = { registry_id: exampleId }

export const deploymentOperations = {
  get_zones: zones(
    'get_zones',
    'List the zones',
    { brief: FlagInput },
    { brief: true },
    Type.Object({ zones: Type.Array(reference(ZoneSchema)) }),
  ),
  get_settings: settings(
    'get_settings',
    'List the global settings',
    {},
    {},
    Type.Object({ settings: Type.Array(reference(SettingSchema)) }),
  ),
  update_setting: settings(
    'update_setting',
    'Change a global setting; the fields stand at the top level',
    { setting_id: IdInput, value: Type.Optional(Type.Unknown()) },
    { setting_id: exampleId, value: true },
    Type.Object({ setting: reference(SettingSchema) }),
  ),
  create_api_configs: keys(
    'create_api_configs',
    'Create an API key; its secret is shown this once, and it may do nothing yet',
    {
      api_config: Type.Object({
        name: Type.String({ minLength: 1 }),
        enabled: FlagInput,
        read_only: FlagInput,
        expires: TextInput,
      }),
    },
    { api_config: { name: 'pipeline', enabled: true, read_only: false, expires: null } },
    Type.Object({ api_config: Type.Object({ ...apiKeyFields, api_key_secret: Type.String() }, own) }),
  ),
  get_api_configs: keys(
    'get_api_configs',
    'List the API keys, without their secrets',
    {},
    {},
    Type.Object({ api_configs: Type.Array(reference(ApiKeySchema)) }),
  ),
  get_registries: registries(
    'get_registries',
    'List the workspace registries',
    {},
    {},
    Type.Object({ registries: Type.Array(reference(RegistrySchema)) }),
  ),
  create_registry: registries(
    'create_registry',
    'Add a workspace registry and fetch its list',
    {
      registry: TextInput,
      channel: TextInput,
      do_auto_update: FlagInput,
      override_schema: Type.Optional(Type.Unknown()),
      target_registry: Type.Optional(Type.Object({ url: TextInput, channel: TextInput })),
    },
    { registry: 'https://registry.kasmweb.com/', channel: '1.16' },
    Type.Object({ registry: reference(RegistrySchema) }),
  ),
  delete_registry: registries(
    'delete_registry',
    'Remove a workspace registry',
    { target_registry: Type.Object({ registry_id: IdInput }) },
    { target_registry },
    EmptyReplySchema,
  ),
  activate: licenses(
    'activate',
    'Activate a licence',
    {
      activation_key: Type.String({ minLength: 1 }),
      seats: Type.Optional(nullable(Type.Integer({ minimum: 1 }))),
      issued_to: TextInput,
    },
    { activation_key: 'an activation key', seats: 10, issued_to: 'Example Ltd' },
    Type.Object({ license: reference(LicenseSchema) }),
  ),
  get_licenses: licenses(
    'get_licenses',
    'List the licences',
    {},
    {},
    Type.Object({ licenses: Type.Array(reference(LicenseSchema)) }),
  ),
  get_report: reports(
    'get_report',
    'One number of the dashboard',
    {
      name: Type.String({ minLength: 1 }),
      delta: Type.Optional(Type.Unknown()),
      resolution: Type.Optional(Type.Unknown()),
    },
    { name: 'current_kasms', delta: 3600, resolution: 'hour' },
    Type.Object({ data: Type.Number() }, own),
  ),
  get_agent_report: reports(
    'get_agent_report',
    'The health, sessions, disk and memory of each agent',
    {},
    {},
    Type.Object({
      agents: Type.Array(
        Type.Object(
          {
            name: Type.String(),
            server_id: Type.String(),
            health: Type.String(),
            kasms: Count,
            disk_space: Count,
            disk_space_used: Count,
            disk_space_free: Count,
            memory_total: Count,
            memory_used: Count,
            memory_free: Count,
          },
          own,
        ),
      ),
    }),
  ),
}

/** Schemas of this area that replies refer to. */
export const deploymentSchemas = [ZoneSchema, SettingSchema, ApiKeySchema, RegistrySchema, LicenseSchema]
