// Zones, settings, licences, registries, and the records that are kept as they are sent.
import { expect, test } from 'vitest'
import { chrome, startTestApp } from './support.ts'

const unknownId = 'ffffffffffffffffffffffffffffffff'
type Kasm = ReturnType<typeof startTestApp>

async function settingOf({ developer }: Kasm, wanted: string) {
  const { settings } = (await developer('get_settings')).body
  return settings.find(({ category, name }: { category: string; name: string }) => `${category}/${name}` === wanted)
}

test('lists zones with the fields of older and of newer releases', async () => {
  const { developer } = startTestApp({ zones: ['default', 'emea'] })
  const { zones } = (await developer('get_zones', { brief: true })).body
  expect(zones.map(({ zone_name }: { zone_name: string }) => zone_name)).toEqual(['default', 'emea'])
  expect(zones[0]).toMatchObject({
    auto_scaling_enabled: false,
    load_balancing_strategy: 'Least Load',
    proxy_port: 443,
  })
})

test('changes a setting whose fields stand at the top level; a wrapper is a failure of the server', async () => {
  const kasm = startTestApp()
  const { setting_id, value } = await settingOf(kasm, 'scale/auto_agent')
  expect(value).toBe('False')
  const { setting } = (await kasm.developer('update_setting', { setting_id, value: true }, 'admin')).body
  expect(setting).toMatchObject({ setting_id, value: 'True', value_type: 'bool' })
  expect((await kasm.heartbeat()).agent.enabled).toBe(true)
  const wrapped = await kasm.developer('update_setting', { target_setting: { setting_id, value: false } })
  expect(wrapped.status).toBe(500)
  expect(await settingOf(kasm, 'scale/auto_agent')).toMatchObject({ value: 'True' })
})

test('takes how long an agent may be silent from the settings', async () => {
  const kasm = startTestApp()
  await kasm.heartbeat()
  const { setting_id } = await settingOf(kasm, 'scale/host_missing_expiration')
  await kasm.developer('update_setting', { setting_id, value: '60' })
  kasm.clock.advance(60_000)
  expect(await kasm.agents()).toMatchObject([{ status: 'missing' }])
})

test('refuses a value of another type, and shows no secret', async () => {
  const kasm = startTestApp()
  const update = async (key: string, value: unknown) => {
    const { setting_id } = await settingOf(kasm, key)
    return kasm.developer('update_setting', { setting_id, value })
  }
  expect((await update('scale/auto_agent', 'maybe')).status).toBe(400)
  expect((await update('scale/guardian_interval', 'often')).status).toBe(400)
  const secret = await update('auth/registration_token', 'not for all')
  expect(secret.body.setting).toMatchObject({ value: '', sanitize: true })
  expect((await kasm.developer('get_settings')).text).not.toContain('not for all')
})

test('activates licences and lists them', async () => {
  const { developer } = startTestApp()
  const { license } = (await developer('activate', { activation_key: 'k', seats: 7, issued_to: 'Example' })).body
  expect(license).toMatchObject({
    limit: 7,
    issued_to: 'Example',
    is_verified: true,
    features: { developer_api: true },
  })
  expect((await developer('get_licenses')).body.licenses).toEqual([license])
})

test('adds a registry in either form of the request, and removes it', async () => {
  const { developer } = startTestApp()
  const first = { registry: 'https://registry.example.com/', channel: '1.16', override_schema: '1.0' }
  const { registry } = (await developer('create_registry', first)).body
  expect(registry).toMatchObject({
    registry_url: first.registry,
    channel: '1.16',
    schema_version: '1.0',
    workspaces: [],
  })
  await developer('create_registry', { target_registry: { url: 'https://other.example.com/' } })
  const target_registry = { registry_id: registry.registry_id }
  expect((await developer('delete_registry', { target_registry })).text).toBe('{}')
  expect((await developer('get_registries')).body.registries).toMatchObject([
    { registry_url: 'https://other.example.com/' },
  ])
  expect((await developer('create_registry', {})).status).toBe(500)
})

test('creates, shows, changes and deletes a staging configuration', async () => {
  const { developer, images } = startTestApp()
  const image_id = (await images())[0]?.image_id
  const { zones } = (await developer('get_zones')).body
  const fields = { image_id, zone_id: zones[0].zone_id, num_sessions: 3, expiration: 2.5, allow_kasm_audio: true }
  const { staging_config } = (await developer('create_staging_config', { target_staging_config: fields })).body
  expect(staging_config).toMatchObject({ ...fields, zone_name: 'default', image_friendly_name: chrome })
  expect(staging_config).toMatchObject({ num_current_sessions: 0, allow_kasm_uploads: false })
  const { staging_config_id } = staging_config
  const target_staging_config = { staging_config_id, num_sessions: 1, allow_kasm_audio: null }
  const changed = { ...staging_config, num_sessions: 1 }
  expect((await developer('update_staging_config', { target_staging_config })).body).toEqual({
    staging_config: changed,
  })
  expect((await developer('get_staging_config', { target_staging_config })).body).toEqual({ staging_config: changed })
  expect((await developer('get_staging_configs')).body).toEqual({ staging_configs: [changed] })
  expect((await developer('delete_staging_config', { target_staging_config })).text).toBe('{}')
  expect((await developer('get_staging_config', { target_staging_config })).body).toEqual({
    error_message: `staging config not found: ${staging_config_id}.`,
  })
})

test('deletes a casting configuration that is named outside of a wrapper, as Terraform does', async () => {
  const { developer } = startTestApp()
  const target_cast_config = {
    casting_config_name: 'Try',
    key: 'try',
    allowed_referrers: 'example.com',
    limit_ips: true,
  }
  const { cast_config } = (await developer('create_cast_config', { target_cast_config })).body
  expect(cast_config).toMatchObject({
    key: 'try',
    allowed_referrers: ['example.com'],
    limit_ips: true,
    group_name: null,
  })
  const { cast_config_id } = cast_config
  expect((await developer('delete_cast_config', { cast_config_id })).text).toBe('{}')
  expect((await developer('get_cast_configs')).body).toEqual({ cast_configs: [] })
  const { headers } = await developer('delete_cast_config', {})
  expect(headers['x-kasm-sim-cause']).toBe('target_cast_config is missing')
})

test.each([
  ['server', { friendly_name: 'Windows', hostname: 'win', connection_port: 3389, enabled: false }],
  ['egress_provider', { name: 'vpn', provider_type: 'openvpn' }],
  ['egress_gateway', { name: 'london', country: 'GB' }],
  ['egress_credential', { name: 'mine' }],
  ['egress_provider_mapping', { name: 'all' }],
  ['autoscale_config', { name: 'nights' }],
  ['vm_provider_config', { name: 'cloud' }],
  ['dns_provider', { name: 'dns' }],
] as const)('keeps a %s with fields of its own, but no secrets', async (kind, fields) => {
  const { developer } = startTestApp()
  const post = async (verb: string, body: object) => (await developer(verb as 'get_servers', body)).body
  const sent = { ...fields, password: 'hidden', aws_secret_access_key: 'hidden' }
  const { [kind]: created } = await post(`create_${kind}`, { [`target_${kind}`]: sent })
  expect(created).toMatchObject(fields)
  expect(JSON.stringify(created)).not.toContain('hidden')
  const id = { [`${kind}_id`]: created[`${kind}_id`] }
  const { [kind]: changed } = await post(`update_${kind}`, { [`target_${kind}`]: { ...id, name: 'new' } })
  expect(changed).toEqual({ ...created, name: 'new' })
  expect(await post(`get_${kind}s`, {})).toEqual({ [`${kind}s`]: [changed] })
  await post(`delete_${kind}`, { [`target_${kind}`]: id })
  expect(await post(`get_${kind}s`, {})).toEqual({ [`${kind}s`]: [] })
})

test('names itself, its managers and no server pools', async () => {
  const { developer } = startTestApp({ zones: ['default', 'emea'] })
  expect((await developer('system_info')).body.system_info).toMatchObject({ api_version: '1.16.1' })
  expect((await developer('get_managers')).body.managers).toMatchObject([
    { zone_name: 'default' },
    { zone_name: 'emea' },
  ])
  expect((await developer('get_server_pools')).body).toEqual({ server_pools: [] })
  await developer('create_storage_provider', { target_storage_provider: { name: 's3' } })
  expect((await developer('get_storage_providers')).body.storage_providers).toMatchObject([{ name: 's3' }])
})

test.each([
  ['update_setting', { setting_id: unknownId, value: 'x' }],
  ['delete_registry', { target_registry: { registry_id: unknownId } }],
  ['delete_server', { target_server: { server_id: unknownId } }],
] as const)('answers 200 with an error_message to %s of an unknown id', async (verb, body) => {
  const answer = await startTestApp().developer(verb, body)
  expect(answer).toMatchObject({ status: 200, body: { error_message: expect.stringContaining(unknownId) } })
})
