// Sessions: who may start one, what becomes of it, and what it shows.
import { expect, test } from 'vitest'
import { allUsersGroupId, defaultPassword } from '../../server/model/defaults.ts'
import { chrome, digestOf, firefox, startTestApp } from './support.ts'

const unknownId = 'ffffffffffffffffffffffffffffffff'
const noResources = { error_message: 'No resources are available to create the requested Kasm.' }

/** A web app with an enabled agent that holds an image, and a user. */
async function startFleet(options: Parameters<typeof startTestApp>[0] = {}) {
  const kasm = startTestApp({ autoEnableAgents: true, ...options })
  const docker_images = [{ name: chrome, digest: digestOf('a') }]
  await kasm.heartbeat({ docker_images })
  const image_id = (await kasm.images())[0]?.image_id as string
  const { user_id } = (await kasm.developer('create_user', { target_user: { username: 'ada' } })).body.user
  const request = async (fields: object = {}) =>
    (await kasm.developer('request_kasm', { user_id, image_id, ...fields })).body
  const start = async (fields: object = {}) => {
    const session = await request(fields)
    kasm.clock.advance(10_000)
    return session
  }
  const status = async ({ kasm_id, user_id: owner = user_id }: { kasm_id: string; user_id?: string }) =>
    (await kasm.developer('get_kasm_status', { kasm_id, user_id: owner })).body
  const sessions = async () => (await kasm.developer('get_kasms')).body.kasms
  return { ...kasm, docker_images, image_id, user_id, request, start, status, sessions }
}

test('starts a session at once, and has it running a moment later', async () => {
  const { request, status, clock, user_id, image_id } = await startFleet()
  const { kasm_id, session_token, kasm_url, ...rest } = await request()
  expect(rest).toEqual({ status: 'starting', user_id, username: 'ada', share_id: null })
  expect(kasm_url).toBe(`/#/connect/kasm/${kasm_id}/${user_id}/${session_token}`)
  expect(await status({ kasm_id })).toMatchObject({ operational_status: 'starting', kasm: { image_id } })
  clock.advance(10_000)
  expect((await status({ kasm_id })).kasm).toMatchObject({
    operational_status: 'running',
    operational_progress: 100,
    image: { name: chrome },
    image_digest: digestOf('a'),
    hostname: 'agent-1',
    cores: 2,
    memory: 2_768_000_000,
    user: { username: 'ada' },
  })
})

test('rotates the session token with every status', async () => {
  const { start, status } = await startFleet()
  const session = await start()
  const urls = [session.kasm_url, (await status(session)).kasm_url, (await status(session)).kasm_url]
  expect(new Set(urls).size).toBe(3)
})

test('keeps the digest of a running session when its image moves on', async () => {
  const { start, sessions, heartbeat, developer, image_id } = await startFleet()
  await start()
  const newer = { name: 'kasmweb/chrome:1.17.0', digest: digestOf('b') }
  await heartbeat({ docker_images: [newer] })
  await developer('update_image', { target_image: { image_id, name: newer.name } })
  await start()
  expect(await sessions()).toMatchObject([
    { image: { name: chrome }, image_digest: digestOf('a') },
    { image: { name: newer.name }, image_digest: digestOf('b') },
  ])
})

test.each([
  ['no agent holds the image', async ({ heartbeat }) => heartbeat({ docker_images: [] })],
  ['the agent is silent', async ({ clock }) => clock.advance(600_000)],
  [
    'the agent is disabled',
    async ({ developer, agents }) => {
      const [{ agent_id }] = await agents()
      await developer('update_agent', { target_agent: { agent_id, enabled: false } })
    },
  ],
  [
    'the agent has too few cores',
    async ({ developer, agents }) => {
      const [{ agent_id }] = await agents()
      await developer('update_agent', { target_agent: { agent_id, cores_override: 1 } })
    },
  ],
] as [string, (fleet: Awaited<ReturnType<typeof startFleet>>) => Promise<unknown>][])(
  'refuses a session where %s, and says why in a header alone',
  async (_case, prepare) => {
    const fleet = await startFleet()
    await prepare(fleet)
    expect(await fleet.request()).toEqual(noResources)
    expect(await fleet.sessions()).toEqual([])
  },
)

test('fills an agent to its cores, and not further until a session ends', async () => {
  const { request, developer } = await startFleet()
  const sessions = [await request(), await request(), await request(), await request()]
  expect(await request()).toEqual(noResources)
  await developer('destroy_kasm', sessions[0])
  expect(await request()).toHaveProperty('kasm_id')
})

test('refuses a user whose groups have not got the image', async () => {
  const { request, developer, image_id, user_id } = await startFleet()
  const target_image = { image_id }
  await developer('remove_images_group', { target_group: { group_id: allUsersGroupId }, target_image })
  expect(await request()).toEqual({ error_message: 'Image Not Authorized' })
  const { group_id } = (await developer('create_group', { target_group: { name: 'Testers' } })).body.group
  await developer('add_images_group', { target_group: { group_id }, target_image })
  await developer('add_user_group', { target_user: { user_id }, target_group: { group_id } })
  expect(await request()).toHaveProperty('kasm_id')
})

test('takes the default image of the user, and refuses where there is none', async () => {
  const { request, developer, image_id, user_id } = await startFleet()
  expect(await request({ image_id: undefined })).toEqual({ error_message: 'No Default Image Found' })
  await developer('update_user_attributes', { target_user_attributes: { user_id, default_image: image_id } })
  expect(await request({ image_id: undefined })).toHaveProperty('kasm_id')
})

test('starts a session of an anonymous user, who goes with it', async () => {
  const { request, developer } = await startFleet()
  const anonymous = async () => (await developer('get_users', { anonymous_only: true })).body.users
  const session = await request({ user_id: undefined })
  expect(await anonymous()).toMatchObject([{ user_id: session.user_id, kasms: [{ kasm_id: session.kasm_id }] }])
  expect((await developer('get_users')).body.total).toBe(3)
  await developer('destroy_kasm', session)
  expect(await anonymous()).toEqual([])
})

test('keeps to the limit of sessions per user that a group sets, and to the seats of a licence', async () => {
  const { request, developer } = await startFleet()
  const target_group = { group_id: allUsersGroupId }
  const target_setting = { name: 'max_kasms_per_user', value: '1' }
  await developer('add_settings_group', { target_group, target_setting })
  await request()
  expect(await request()).toEqual({ error_message: 'The user has reached the limit of 1 sessions.' })
  await developer('update_settings_group', { target_group, target_setting: { ...target_setting, value: 9 } })
  await developer('activate', { activation_key: 'x', seats: 2 })
  await request()
  expect((await request()).error_message).toContain('license limit exceeded')
})

test('stops, pauses, resumes and ends a session', async () => {
  const { start, status, developer, sessions } = await startFleet()
  const session = await start()
  const { kasm_id, user_id } = session
  for (const [verb, expected] of [
    ['pause_kasm', 'paused'],
    ['resume_kasm', 'running'],
    ['stop_kasm', 'stopped'],
    ['resume_kasm', 'running'],
  ] as const) {
    expect((await developer(verb, { kasm_id, user_id })).text).toBe('{}')
    expect((await status(session)).kasm.operational_status).toBe(expected)
  }
  expect((await developer('resume_kasm', { kasm_id })).body).toEqual({ error_message: 'The session is running.' })
  expect((await developer('destroy_kasm', { kasm_id, user_id })).text).toBe('{}')
  expect(await sessions()).toEqual([])
})

test.each(['destroy_kasm', 'stop_kasm', 'pause_kasm', 'resume_kasm', 'get_kasm_status', 'keepalive'] as const)(
  'answers an error to %s of an unknown session, and of a session of someone else',
  async (verb) => {
    const { developer, start } = await startFleet()
    const unknown = { kasm_id: unknownId, user_id: unknownId }
    expect((await developer(verb, unknown)).body).toEqual({ error_message: `Kasm not found: ${unknownId}.` })
    const { kasm_id } = await start()
    if (verb === 'keepalive') return
    const { body } = await developer(verb, { kasm_id, user_id: unknownId })
    expect(body).toEqual({ error_message: `Kasm not found: ${kasm_id}.` })
  },
)

test('lets users act in their own sessions and in no others', async () => {
  const { developer, send, start, image_id, user_id } = await startFleet()
  const { kasm_id } = await start()
  const username = 'user@kasm.local'
  const { body } = await send('/api/authenticate', { username, password: defaultPassword })
  const login = { token: body.token, username }
  const theirs = await send('/api/public/request_kasm', { ...login, image_id })
  expect(theirs.body).toMatchObject({ username, status: 'starting' })
  expect((await send('/api/public/get_kasm_status', { ...login, kasm_id: theirs.body.kasm_id })).status).toBe(200)
  expect((await send('/api/public/get_kasm_status', { ...login, kasm_id, user_id })).status).toBe(403)
  expect((await send('/api/public/request_kasm', { ...login, image_id, user_id })).status).toBe(403)
  expect((await send('/api/public/get_user_kasms', login)).body.kasms).toHaveLength(1)
  expect((await send('/api/public/get_user_kasms', { ...login, user_id })).status).toBe(403)
  expect((await developer('get_user_kasms', { user_id })).body.kasms).toMatchObject([{ kasm_id }])
})

test('a key acts for users only with users_auth_session', async () => {
  const { developer, send, image_id, user_id } = await startFleet()
  const { api_config } = (await developer('create_api_configs', { api_config: { name: 'x' } })).body
  const { api_id, api_key, api_key_secret } = api_config
  const request = async () =>
    (await send('/api/public/request_kasm', { api_key, api_key_secret, image_id, user_id })).status
  const grant = (id: number) =>
    developer('add_permissions_group', { target_api_config: { api_id }, target_permissions: [id] })
  expect(await request()).toBe(403)
  await grant(100)
  expect(await request()).toBe(403)
  await grant(352)
  expect(await request()).toBe(200)
})

test('puts off the expiry of a session', async () => {
  const { start, sessions, developer, clock } = await startFleet()
  const { kasm_id } = await start()
  const [{ expiration_date: before }] = await sessions()
  clock.advance(60_000)
  expect((await developer('keepalive', { kasm_id })).body).toEqual({ usage_reached: false })
  expect((await sessions())[0].expiration_date > before).toBe(true)
})

test('lets another user join a shared session, under either name of the field', async () => {
  const { start, developer, user_id } = await startFleet()
  const { share_id, kasm_id } = await start({ enable_sharing: true })
  expect(share_id).toMatch(/^[0-9a-f]{8}$/)
  for (const field of ['share_id', 'shared_id']) {
    const { body } = await developer('join_kasm', { [field]: share_id, user_id })
    expect(body).toMatchObject({ user_id, username: 'ada', kasm: { kasm_id } })
  }
  const { body } = await developer('join_kasm', { share_id: 'nothing', user_id })
  expect(body.error_message).toContain('nothing')
})

test('takes a picture of a session, a JPEG of the size asked for', async () => {
  const { request, app, clock, start } = await startFleet()
  const { kasm_id } = await start()
  const payload = {
    api_key: 'kasmSimKey01',
    api_key_secret: 'kasmSimSecret0123456789abcdefghi',
    kasm_id,
    width: 321,
    height: 123,
  }
  const { rawPayload, headers } = await app.inject({ method: 'POST', url: '/api/public/get_kasm_screenshot', payload })
  expect(headers['content-type']).toBe('image/jpeg')
  expect([...rawPayload.subarray(0, 4), ...rawPayload.subarray(-2)]).toEqual([0xff, 0xd8, 0xff, 0xe0, 0xff, 0xd9])
  const frame = rawPayload.indexOf(Buffer.from([0xff, 0xc0]))
  expect([rawPayload.readUInt16BE(frame + 5), rawPayload.readUInt16BE(frame + 7)]).toEqual([123, 321])
  clock.advance(-10_000)
  const { kasm_id: fresh } = await request()
  const early = await app.inject({
    method: 'POST',
    url: '/api/public/get_kasm_screenshot',
    payload: { ...payload, kasm_id: fresh },
  })
  expect(early.json()).toEqual({ error_message: 'The session is not running but starting.' })
})

test('runs commands, shows statistics and says how to connect, once a session runs', async () => {
  const { start, developer } = await startFleet()
  const { kasm_id, user_id } = await start()
  const session = { kasm_id, user_id }
  const exec_config = { cmd: 'true', environment: { A: '1' }, privileged: true, user: 'root', workdir: '/' }
  const { body } = await developer('exec_command_kasm', { ...session, exec_config })
  expect(body).toMatchObject({ kasm: { kasm_id }, current_time: expect.any(String) })
  expect((await developer('get_kasm_frame_stats', { ...session, client: 'auto' })).body).toHaveProperty('frame_stats')
  expect((await developer('get_kasm_bottleneck_stats', session)).body.kasm_user.ws).toHaveLength(4)
  const connection = async (type?: string) =>
    (await developer('get_rdp_client_connection_info', { ...session, ...(type && { connection_type: type }) })).body
  expect((await connection('url')).url).toMatch(/^rdp:/)
  expect((await connection()).file).toContain('full address')
})

test('records the sessions of groups that are recorded', async () => {
  const { start, developer } = await startFleet()
  const recordingsOf = async (target_kasm_id: string, preauth_download_link = false) =>
    (await developer('get_session_recordings', { target_kasm_id, preauth_download_link })).body.session_recordings
  const unrecorded = await start()
  await developer('destroy_kasm', unrecorded)
  const target_setting = { name: 'record_sessions', value: 'True' }
  await developer('add_settings_group', { target_group: { group_id: allUsersGroupId }, target_setting })
  const { kasm_id } = await start()
  await developer('destroy_kasm', { kasm_id })
  expect(await recordingsOf(unrecorded.kasm_id)).toEqual([])
  expect(await recordingsOf(kasm_id)).toMatchObject([
    { session_recording_metadata: { duration: 9 }, session_recording_download_url: null },
  ])
  expect((await recordingsOf(kasm_id, true))[0].session_recording_download_url).toMatch(/mp4/)
  const { body } = await developer('get_sessions_recordings', { target_kasm_ids: [kasm_id, unrecorded.kasm_id] })
  expect(Object.values(body.kasm_sessions)).toMatchObject([
    { session_recordings: [{ account_id: expect.any(String) }] },
    { session_recordings: [] },
  ])
})

test('says who may see a session', async () => {
  const { start, developer, user_id } = await startFleet()
  const { kasm_id } = await start()
  const of = { target_session_permissions: { kasm_id } }
  const set = { kasm_id, session_permissions: [{ user_id, access: 'rw' }] }
  const expected = [{ user_id, access: 'rw', username: 'ada' }]
  const { body } = await developer('set_session_permissions', { target_session_permissions: set })
  expect(body.session_permissions).toMatchObject(expected)
  expect((await developer('get_session_permissions', of)).body).toEqual(body)
  await developer('delete_all_session_permissions', of)
  expect((await developer('get_session_permissions', of)).body.session_permissions).toEqual([])
})

test('deletes a user with sessions only by force', async () => {
  const { start, developer, sessions, user_id } = await startFleet()
  await start()
  const target_user = { user_id }
  expect((await developer('delete_user', { target_user })).body.error_message).toContain('use force')
  expect((await developer('delete_user', { target_user, force: true })).text).toBe('{}')
  expect(await sessions()).toEqual([])
})

test('reports sessions, agents and their load', async () => {
  const { start, developer } = await startFleet()
  await start()
  expect((await developer('get_report', { name: 'current_kasms', delta: 3600 })).body).toEqual({ data: 1 })
  expect((await developer('get_report', { name: 'get_errors', delta: 3600 })).body).toEqual({ data: 0 })
  expect((await developer('get_agent_report')).body.agents).toMatchObject([
    { name: 'agent-1', health: 'healthy', kasms: 1, memory_used: 2_768_000_000, memory_free: 29_232_000_000 },
  ])
})

test('waits as requested where the quirk says so, in words that clients know', async () => {
  const { request, status } = await startFleet({ quirks: { 'status.pendingStyle': 'requested' } })
  const session = await request()
  expect(session.status).toBe('requested')
  expect(await status(session)).toEqual({
    kasm_id: session.kasm_id,
    status: 'requested',
    operational_status: 'requested',
    operational_progress: 0,
    operational_message: 'Requested',
    error_message: 'This session is currently requested.',
  })
})

test('starts no session of an image that is not enabled', async () => {
  const { request, developer } = await startFleet()
  const { image } = (await developer('create_image', { target_image: { name: firefox, enabled: false } })).body
  expect(await request({ image_id: image.image_id })).toEqual({ error_message: 'Image Not Authorized' })
})
