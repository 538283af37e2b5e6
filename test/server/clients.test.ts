// What real clients send, and what their strict decoders demand of the answers (docs/kasm.md, "Clients"). Each decoder here stands for the
// one of the client that it names: it fails where the client would.
import { expect, test } from 'vitest'
import { chrome, digestOf, startTestApp } from './support.ts'

const unknownId = '0f0f0f0f-0000-4000-8000-0f0f0f0f0f0f'
type Fields = Record<string, unknown>

async function startFleet() {
  const kasm = startTestApp({ autoEnableAgents: true })
  await kasm.heartbeat({ docker_images: [{ name: chrome, digest: digestOf('a') }] })
  const image_id = (await kasm.images())[0]?.image_id as string
  const { user_id } = (await kasm.developer('create_user', { target_user: { username: 'ada' } })).body.user
  return { ...kasm, image_id, user_id }
}

/** pykasm indexes its replies: a missing key is a KeyError. */
function requireKeys(value: Fields, keys: string): void {
  const missing = keys.split(' ').filter((key) => !(key in value))
  expect(missing).toEqual([])
}

test('pykasm finds every key that it indexes', async () => {
  const { developer, image_id, user_id } = await startFleet()
  const target_user = { user_id }
  const { user } = (await developer('get_user', { target_user })).body
  requireKeys(
    user,
    'user_id username first_name last_name phone organization realm last_session notes groups kasms disabled locked created password_set_date two_factor program_id',
  )
  const { user_attributes } = (await developer('get_attributes', { target_user })).body
  requireKeys(
    user_attributes,
    'user_attributes_id user_id ssh_public_key show_tips theme preferred_language preferred_timezone toggle_control_panel default_image auto_login_kasm',
  )
  const session = (await developer('request_kasm', { user_id, image_id })).body
  requireKeys(session, 'kasm_id status user_id username session_token kasm_url share_id')
  const { kasms } = (await developer('get_kasms')).body
  requireKeys(
    kasms[0],
    'expiration_date container_ip start_date point_of_presence token image_id view_only_token cores hostname kasm_id port_map image is_persistent_profile memory operational_status client_settings container_id port keepalive_date user_id persistent_profile_mode share_id host server_id',
  )
  const { session_token } = (await developer('create_session_token', { target_user })).body
  requireKeys(session_token, 'session_token session_token_date expires_at session_jwt')
  const { license } = (await developer('activate', { activation_key: 'x' })).body
  requireKeys(license, 'license_id expiration issued_at issued_to limit is_verified license_type features sku')
})

/** kasmctl fails at any error_message that is not null, and decodes images with fixed types. */
function decodeAsKasmctl({ status, body }: { status: number; body: Fields }): Fields {
  expect(status).toBe(200)
  expect(body['error_message'] ?? null).toBeNull()
  return body
}

test('kasmctl decodes images, and a session from request to end', async () => {
  const { developer, image_id, user_id } = await startFleet()
  const { images } = decodeAsKasmctl(await developer('get_images')) as { images: Fields[] }
  for (const image of images) {
    expect(Number.isInteger(image['memory'])).toBe(true)
    expect(image['cores']).toBeTypeOf('number')
    expect(image['image_id']).toBeTypeOf('string')
  }
  const session = decodeAsKasmctl(
    await developer('request_kasm', { user_id, image_id, exec_user: 'x', privileged: true }),
  )
  const named = { kasm_id: session['kasm_id'], user_id }
  // It gives up at the words of a session that is only requested, so the first status must be without.
  decodeAsKasmctl(await developer('get_kasm_status', named))
  for (const verb of ['stop_kasm', 'resume_kasm'] as const) {
    expect(decodeAsKasmctl(await developer(verb, named))).toEqual({})
    const { kasm } = decodeAsKasmctl(await developer('get_kasm_status', named)) as { kasm: { client_settings: Fields } }
    expect(kasm.client_settings['idle_disconnect']).toBeTypeOf('number')
  }
  expect(decodeAsKasmctl(await developer('pause_kasm', named))).toEqual({})
  expect(decodeAsKasmctl(await developer('destroy_kasm', named))).toEqual({})
})

test.each(['destroy_kasm', 'stop_kasm', 'pause_kasm', 'resume_kasm', 'get_kasm_status'] as const)(
  'kasmctl gets an error from %s of a session that does not exist',
  async (verb) => {
    const { developer } = await startFleet()
    const { body } = await developer(verb, { kasm_id: unknownId, user_id: unknownId })
    expect(body.error_message).toBeTypeOf('string')
  },
)

test('the Terraform provider creates, reads, updates and deletes an image with the types that it decodes', async () => {
  const { developer } = await startFleet()
  const configs = { run_config: '{"hostname":"kasm"}', exec_config: '{}', volume_mappings: '{}', launch_config: '{}' }
  const plan = {
    name: 'kasmweb/firefox:1.16.1',
    friendly_name: 'Firefox',
    description: 'a browser',
    memory: 2_768_000_000,
    cores: 2,
    cpu_allocation_method: 'Inherit',
    docker_registry: 'https://index.docker.io/v1/',
    image_src: 'img/thumbnails/firefox.png',
    uncompressed_size_mb: 2_400,
    image_type: 'Container',
    docker_password: null,
    network_name: null,
    available: true,
    ...configs,
  }
  const decode = (image: Fields) => {
    expect(Array.isArray(image['categories'])).toBe(true)
    expect(image['run_config']).toBeTypeOf('object')
    expect(Number.isInteger(image['uncompressed_size_mb'])).toBe(true)
    for (const field of ['restrict_to_zone', 'restrict_to_server', 'restrict_to_network', 'enabled', 'hidden']) {
      expect(image[field]).toBeTypeOf('boolean')
    }
    return image
  }
  const created = decode(
    (await developer('create_image', { target_image: { ...plan, categories: 'Testing' } })).body.image,
  )
  expect(created).toMatchObject({ categories: ['Testing'], run_config: { hostname: 'kasm' } })
  const { image_id } = created
  // Its update sends objects and lists.
  const target_image = {
    image_id,
    run_config: { hostname: 'other' },
    categories: ['A'],
    available: true,
    default_category: 'A',
  }
  const updated = decode((await developer('update_image', { target_image })).body.image)
  expect(updated).toMatchObject({ categories: ['A'], default_category: 'A', run_config: { hostname: 'other' } })
  expect((await developer('delete_image', { target_image: { image_id } }, 'admin')).body).toEqual({})
})

test('the Terraform provider sees a failure in everything that does not exist: a status other than 200', async () => {
  const { developer } = await startFleet()
  for (const [verb, body] of [
    ['update_group', { target_group: { group_id: 'non-existent-group-id', name: 'x' } }],
    ['delete_registry', { target_registry: { registry_id: 'non-existent-registry-id' } }],
    ['delete_cast_config', { cast_config_id: 'non-existent-cast-config' }],
  ] as const) {
    expect((await developer(verb, body)).status).toBe(500)
  }
})

test('the Terraform provider reads agents and reports as unsigned numbers', async () => {
  const { developer } = await startFleet()
  const { agents } = (await developer('get_agent_report')).body
  for (const field of ['kasms', 'disk_space', 'disk_space_used', 'memory_total', 'memory_free']) {
    expect(agents[0][field]).toBeGreaterThanOrEqual(0)
    expect(Number.isInteger(agents[0][field])).toBe(true)
  }
  requireKeys(
    (await developer('get_agents')).body.agents[0],
    'agent_id server_id hostname status zone_id enabled cores memory gpus cores_override memory_override gpus_override auto_prune_images',
  )
})

test('kasm-stress-test waits while a session is requested, and goes on once it runs', async () => {
  const { developer, image_id, user_id, model, clock } = await startFleet()
  model.setQuirks({ 'status.pendingStyle': 'requested' })
  const { kasm_id } = (await developer('request_kasm', { user_id, image_id })).body
  expect((await developer('get_kasm_status', { kasm_id, user_id })).body).toMatchObject({
    error_message: 'This session is currently requested.',
    operational_status: 'requested',
    operational_progress: 0,
  })
  model.setQuirks({ 'status.pendingStyle': 'starting' })
  const other = (await developer('request_kasm', { user_id, image_id })).body
  clock.advance(10_000)
  expect((await developer('get_kasm_status', { kasm_id: other.kasm_id, user_id })).body.kasm.operational_status).toBe(
    'running',
  )
})

test('the curl of an operator creates an image with nulls and JSON in strings', async () => {
  const { developer } = await startFleet()
  const target_image = {
    cores: 2,
    description: 'x',
    docker_registry: null,
    docker_token: null,
    docker_user: null,
    enabled: true,
    friendly_name: 'Mine',
    memory: 2_768_000_000,
    name: 'registry.example.com/mine:1',
    persistent_profile_path: null,
    volume_mappings: '{"/mnt":{"bind":"/mnt","mode":"rw"}}',
  }
  const { text, body } = await developer('create_image', { target_image }, 'admin')
  expect(text).toContain('image_id')
  expect(body.image.volume_mappings).toEqual({ '/mnt': { bind: '/mnt', mode: 'rw' } })
})

test('pykasm sends what it was given and nothing else, and names shares, statuses and commands in its own way', async () => {
  const { developer, image_id, user_id, clock } = await startFleet()
  const request = { user_id, image_id, enable_sharing: true, environment: { LANG: 'C' } }
  const { kasm_id } = (await developer('request_kasm', request)).body
  clock.advance(10_000)
  const { body } = await developer('get_kasm_status', { user_id, kasm_id, skip_agent_check: false })
  requireKeys(body, 'kasm kasm_url')
  // It reads dates with `fromisoformat`, takes the text None for no date, and looks every user and image of a session up in its lists.
  const { kasm } = body
  for (const field of ['start_date', 'expiration_date', 'keepalive_date', 'created_date']) {
    expect(kasm[field]).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/)
  }
  const { users } = (await developer('get_users')).body
  expect(users.map((user: Fields) => user['user_id'])).toContain(kasm.user_id)
  expect((await developer('get_images')).body.images).toContainEqual(
    expect.objectContaining({ image_id: kasm.image_id }),
  )
  const exec_config = { cmd: 'ls', workdir: '/tmp', privileged: false, environment: { A: '1' }, user: 'root' }
  expect((await developer('exec_command_kasm', { user_id, kasm_id, exec_config })).status).toBe(200)
  const joined = (await developer('join_kasm', { user_id, shared_id: kasm.share_id })).body
  expect(joined.kasm_url).toMatch(/^\/#\/connect\//)
  expect((await developer('destroy_kasm', { user_id, kasm_id })).body).toEqual({})
  // Of a session that is gone it indexes what is not there, which is the error that it promises.
  expect((await developer('get_kasm_status', { user_id, kasm_id })).body).not.toHaveProperty('kasm_id')
  expect((await developer('delete_user', { target_user: { user_id }, force: false })).body).toEqual({})
})

test('kasm-use finds a Workspace by its name, waits until it runs, and has the path to its desktop', async () => {
  const { developer, user_id, clock } = await startFleet()
  const named = (await developer('get_images')).body.images.filter(
    ({ enabled, friendly_name }: Fields) => enabled && String(friendly_name).toLowerCase().includes('chrome'),
  )
  const started = (await developer('request_kasm', { image_id: named[0].image_id, user_id, enable_sharing: false }))
    .body
  // It gives up where either is missing.
  expect([started.session_token, started.username]).toEqual([expect.stringMatching(/./), 'ada'])
  clock.advance(10_000)
  const { kasm } = (await developer('get_kasm_status', { kasm_id: started.kasm_id, user_id })).body
  expect(kasm.operational_status).toBe('running')
  expect(kasm.port_map.vnc.path).toMatch(/^desktop\/[0-9a-f]{32}\/vnc$/)
  const { kasms } = (await developer('get_kasms')).body
  expect(kasms).toMatchObject([{ kasm_id: started.kasm_id, operational_status: 'running' }])
  expect((await developer('destroy_kasm', { kasm_id: started.kasm_id, user_id })).body).toEqual({})
})

test('the Terraform provider plans nothing again after it has applied: what it reads is what it wrote', async () => {
  const { developer, image_id } = await startFleet()
  const { group } = (await developer('create_group', { target_group: { name: 'Guests', priority: 50 } })).body
  const written: [string, Fields][] = [
    ['staging_config', { image_id, num_sessions: 0, expiration: 4.5, allow_kasm_audio: true }],
    [
      'cast_config',
      { casting_config_name: 'Try', key: 'try', image_id, group_id: group.group_id, limit_sessions: true },
    ],
    ['server', { friendly_name: 'Windows', hostname: 'win-1', connection_type: 'RDP', connection_port: 3389 }],
  ]
  for (const [kind, fields] of written) {
    const post = async (verb: string, body: object) => (await developer(verb as 'get_servers', body)).body
    const created = (await post(`create_${kind}`, { [`target_${kind}`]: fields }))[kind]
    expect(created).toMatchObject(fields)
    const read = (await post(`get_${kind}s`, {}))[`${kind}s`]
    expect(read).toContainEqual(created)
    const same = await post(`update_${kind}`, { [`target_${kind}`]: created })
    expect(same[kind]).toEqual(created)
  }
})
