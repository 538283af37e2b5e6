// The example of every reply in the OpenAPI document: what a fake has really answered, without secrets. Update them with `vitest -u`.
import { expect, test } from 'vitest'
import { developerOperationNames, managerOperationNames } from '../../server/api/operation-names.ts'
import { developerOperations, managerOperations } from '../../server/api/operations.ts'
import { redacted } from '../../server/control/redaction.ts'
import { defaultPassword } from '../../server/model/defaults.ts'
import { chrome, digestOf, firefox, heartbeatBody, startTestApp } from './support.ts'

type Verb = keyof typeof developerOperations
// biome-ignore lint/suspicious/noExplicitAny: what is taken from answers differs by verb; each answer is checked against its schema.
type Fields = Record<string, any>

const list = { workspaces: [{ friendly_name: 'Chrome', name: chrome, categories: ['Browser'] }] }

/** Calls every verb once in an order in which each succeeds, and keeps what was answered. */
class Tour {
  readonly kasm = startTestApp({
    images: [
      { name: chrome, friendly_name: 'Chrome' },
      { name: firefox, friendly_name: 'Firefox' },
    ],
    autoEnableAgents: true,
    fetchList: async () => ({ schemaVersion: '1.1', list }),
  })
  readonly answers = new Map<string, unknown>()

  async call(verb: Verb, body: object = {}): Promise<Fields> {
    const answer = await this.kasm.developer(verb, body)
    expect({ verb, status: answer.status, error: answer.body?.error_message }).toMatchObject({ status: 200 })
    expect(answer.body?.error_message, verb).toBeUndefined()
    if (answer.body && !this.answers.has(verb)) this.answers.set(verb, answer.body)
    return answer.body
  }

  async agents(): Promise<void> {
    const server_id = '0b3c5d7e91a24b6c8d0ef1a2b3c4d5e6'
    const body = heartbeatBody({ server_id, docker_images: [{ name: chrome, digest: digestOf('a') }], port: 443 })
    for (const name of managerOperationNames) {
      const sent = name === 'heartbeat' ? body : { server_id: body.server_id }
      if (name === 'images') await this.kasm.manager('heartbeat', body)
      this.answers.set(name, (await this.kasm.manager(name, sent)).body)
    }
    const { agents } = await this.call('get_agents')
    await this.call('update_agent', { target_agent: { agent_id: agents[0].agent_id, enabled: true } })
  }

  async people(): Promise<Fields> {
    const username = 'ada@example.com'
    const target_user = { username, first_name: 'Ada', last_name: 'Lovelace', password: defaultPassword }
    const { user } = await this.call('create_user', { target_user })
    const one = { target_user: { user_id: user.user_id } }
    const { group } = await this.call('create_group', { target_group: { name: 'Testers', priority: 10 } })
    const target_group = { group_id: group.group_id }
    await this.call('add_user_group', { ...one, target_group })
    await this.call('get_user', one)
    await this.call('get_users')
    await this.call('update_user', { target_user: { ...one.target_user, organization: 'Example Ltd' } })
    await this.call('get_attributes', one)
    await this.call('update_user_attributes', { target_user_attributes: { ...one.target_user, theme: 'dark' } })
    await this.call('authenticate', { username, password: defaultPassword })
    await this.call('get_login', one)
    const { session_token } = await this.call('create_session_token', one)
    const target_session_token = { session_token: session_token.session_token }
    await this.call('get_session_token', { target_session_token })
    await this.call('get_session_tokens', one)
    await this.call('update_session_token', { target_session_token })
    await this.call('delete_session_token', { target_session_token })
    await this.call('delete_session_tokens', one)
    await this.call('logout_user', one)
    const { server } = await this.call('create_server', { target_server: { hostname: 'win-1', connection_port: 3389 } })
    const target_server = { server_id: server.server_id }
    await this.call('assign_user_server', { ...one, target_server })
    await this.call('unassign_user_server', { ...one, target_server })
    await this.call('get_servers')
    await this.call('update_server', { target_server: { ...target_server, enabled: false } })
    await this.call('delete_server', { target_server })
    return { user, group }
  }

  async groups({ group, user }: Fields): Promise<void> {
    const target_group = { group_id: group.group_id }
    const target_image = { image_id: (await this.call('get_images'))['images'][0].image_id }
    await this.call('get_groups')
    await this.call('update_group', { target_group: { ...target_group, description: 'They test.' } })
    await this.call('get_users_group', { target_group })
    await this.call('add_images_group', { target_group, target_image })
    await this.call('get_images_group', { target_group })
    await this.call('remove_images_group', { target_group, target_image })
    const target_setting = { name: 'max_kasms_per_user', value: 3 }
    await this.call('add_settings_group', { target_group, target_setting })
    await this.call('get_settings_group', { target_group })
    await this.call('update_settings_group', { target_group, target_setting })
    await this.call('add_permissions_group', { target_group, target_permissions: ['images_view'] })
    await this.call('get_permissions_group', { target_group })
    await this.call('remove_user_group', { target_group, target_user: { user_id: user.user_id } })
    await this.call('delete_group', { target_group })
  }

  async images(): Promise<string> {
    const { images } = await this.call('get_images')
    await this.call('get_image', { image_id: images[0].image_id })
    const { image } = await this.call('create_image', { target_image: { name: 'acme/desktop:2.0', cores: 2 } })
    const target_image = { image_id: image.image_id }
    await this.call('update_image', { target_image: { ...target_image, friendly_name: 'Desktop' } })
    await this.call('delete_image', { target_image })
    return images[0].image_id
  }

  async sessions({ user, image_id }: Fields): Promise<void> {
    const { user_id } = user
    const { kasm_id, share_id } = await this.call('request_kasm', { user_id, image_id, enable_sharing: true })
    this.kasm.clock.advance(10_000)
    const one = { kasm_id, user_id }
    await this.call('get_kasm_status', one)
    await this.call('get_kasms')
    await this.call('get_user_kasms', { user_id })
    await this.call('join_kasm', { share_id, user_id })
    await this.call('keepalive', { kasm_id })
    await this.call('exec_command_kasm', { ...one, exec_config: { cmd: 'touch /tmp/ready' } })
    await this.call('get_kasm_screenshot', one)
    await this.call('get_kasm_frame_stats', one)
    await this.call('get_kasm_bottleneck_stats', one)
    await this.call('get_rdp_client_connection_info', one)
    const session_permissions = [{ user_id, access: 'rw' }]
    await this.call('set_session_permissions', { target_session_permissions: { kasm_id, session_permissions } })
    await this.call('get_session_permissions', { target_session_permissions: { kasm_id } })
    await this.call('delete_all_session_permissions', { target_session_permissions: { kasm_id } })
    for (const verb of ['stop_kasm', 'resume_kasm', 'pause_kasm', 'destroy_kasm'] as const) await this.call(verb, one)
    await this.call('get_session_recordings', { target_kasm_id: kasm_id })
    await this.call('get_sessions_recordings', { target_kasm_ids: [kasm_id] })
    await this.call('delete_user', { target_user: { user_id } })
  }

  async deployment(image_id: string): Promise<void> {
    await this.call('get_zones')
    const { settings } = await this.call('get_settings')
    await this.call('update_setting', { setting_id: settings[0].setting_id, value: true })
    await this.call('activate', { activation_key: 'an activation key', seats: 10 })
    for (const verb of [
      'get_licenses',
      'get_agent_report',
      'system_info',
      'get_managers',
      'get_server_pools',
    ] as const) {
      await this.call(verb)
    }
    await this.call('get_report', { name: 'current_kasms' })
    await this.call('create_api_configs', { api_config: { name: 'pipeline' } })
    await this.call('get_api_configs')
    const { registry } = await this.call('create_registry', { registry: 'https://registry.example.com/' })
    await this.call('get_registries')
    await this.call('delete_registry', { target_registry: { registry_id: registry.registry_id } })
    await this.records('staging_config', { image_id, num_sessions: 1 })
    await this.records('cast_config', { casting_config_name: 'Try Chrome', key: 'chrome', image_id })
    const { egress_provider } = await this.call('create_egress_provider', { target_egress_provider: { name: 'vpn' } })
    const { egress_provider_id } = egress_provider
    for (const kind of ['egress_gateway', 'egress_credential', 'egress_provider_mapping']) {
      await this.records(kind, { name: 'example', egress_provider_id })
    }
    for (const kind of ['egress_provider', 'autoscale_config', 'vm_provider_config', 'dns_provider']) {
      await this.records(kind, { name: 'example' })
    }
    await this.call('create_storage_provider', { target_storage_provider: { name: 'example' } })
    await this.call('get_storage_providers')
  }

  /** Creates, shows, changes and deletes a record of a kind. */
  async records(kind: string, fields: object): Promise<void> {
    const target = `target_${kind}`
    const { [kind]: created } = await this.call(`create_${kind}` as Verb, { [target]: fields })
    const one = { [`${kind}_id`]: created[`${kind}_id`] }
    await this.call(`get_${kind}s` as Verb)
    if (`get_${kind}` in developerOperations) await this.call(`get_${kind}` as Verb, { [target]: one })
    await this.call(`update_${kind}` as Verb, { [target]: { ...one, ...fields } })
    await this.call(`delete_${kind}` as Verb, { [target]: one })
  }
}

/** Without what opens anything, be it a field or a part of a link; of lists the first item says it all. */
function shown(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map((item) => shown(item))
  if (typeof value === 'string') return secretFields.test(name) ? redacted : value.replaceAll(tokenPattern, redacted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([field, item]) => [field, shown(item, field)]))
}

const secretFields = /^((view_only_|session_)?token|session_jwt|api_key|api_key_secret)$/
/** Ids have no dashes. */
const tokenPattern = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(?=$|[\s&?])/g

test('shows of every operation what a fake has answered', async () => {
  const tour = new Tour()
  await tour.agents()
  const people = await tour.people()
  const image_id = await tour.images()
  await tour.groups(people)
  await tour.sessions({ ...people, image_id })
  await tour.deployment(image_id)
  const operations = { ...developerOperations, ...managerOperations }
  const names = [...developerOperationNames, ...managerOperationNames].filter((name) => {
    return !('contentMediaType' in operations[name].reply)
  })
  const examples = names.map((name) => {
    expect(tour.answers.has(name), name).toBe(true)
    return [name, shown(tour.answers.get(name))]
  })
  const text = `${JSON.stringify(Object.fromEntries(examples), null, 2)}\n`
  await expect(text).toMatchFileSnapshot('../../server/data/golden/api-examples.json')
})
