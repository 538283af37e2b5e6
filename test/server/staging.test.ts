// Staging: sessions that are started ahead and handed to whoever asks for their image next.
import { expect, test } from 'vitest'
import { chrome, digestOf, firefox, startTestApp } from './support.ts'

const holding = [{ name: chrome, digest: digestOf('a') }]

async function startFleet(options: Parameters<typeof startTestApp>[0] = {}) {
  const kasm = startTestApp({ autoEnableAgents: true, images: [{ name: chrome }, { name: firefox }], ...options })
  await kasm.heartbeat({ docker_images: holding })
  const [image_id, other_id] = (await kasm.images()).map((image) => image.image_id)
  const { user_id } = (await kasm.developer('create_user', { target_user: { username: 'ada' } })).body.user
  const stage = async (fields: object = {}) => {
    const target_staging_config = { image_id, num_sessions: 2, ...fields }
    return (await kasm.developer('create_staging_config', { target_staging_config })).body.staging_config
  }
  const sessions = async () => (await kasm.developer('get_kasms')).body.kasms
  const request = async (fields: object = {}) =>
    (await kasm.developer('request_kasm', { user_id, image_id, ...fields })).body
  const status = async (kasm_id: string) => (await kasm.developer('get_kasm_status', { kasm_id, user_id })).body.kasm
  return { ...kasm, image_id, other_id, user_id, stage, sessions, request, status }
}

test('starts as many sessions as a configuration wants, which nobody has yet', async () => {
  const { stage, sessions, developer } = await startFleet()
  const { staging_config_id } = await stage()
  const staged = { is_standby: true, staging_config_id, user_id: null, username: '', operational_status: 'starting' }
  expect(await sessions()).toMatchObject([staged, staged])
  const { staging_config } = (await developer('get_staging_config', { target_staging_config: { staging_config_id } }))
    .body
  expect(staging_config).toMatchObject({ num_sessions: 2, num_current_sessions: 2 })
  expect((await developer('get_report', { name: 'current_users' })).body).toEqual({ data: 0 })
})

test('hands a staged session to the next who asks for the image, and starts another in its place', async () => {
  const { stage, sessions, request, status, clock, user_id } = await startFleet()
  await stage({ num_sessions: 1 })
  const [staged] = await sessions()
  clock.advance(5_000)
  const { kasm_id, status: first } = await request({ enable_sharing: true, environment: { LANG: 'de' } })
  expect([kasm_id, first]).toEqual([staged.kasm_id, 'running'])
  const mine = await status(kasm_id)
  expect(mine).toMatchObject({ is_standby: false, user_id, username: 'ada', environment: { LANG: 'de' } })
  expect(mine.share_id).toMatch(/^[0-9a-f]{8}$/)
  const others = (await sessions()).filter((session: { is_standby: boolean }) => session.is_standby)
  expect(others).toHaveLength(1)
  expect(others[0].kasm_id).not.toBe(kasm_id)
})

test('lives as any other session once it has been handed out', async () => {
  const { stage, request, status, clock, heartbeat, user_id } = await startFleet()
  const pass = async (minutes: number) => {
    clock.advance(minutes * 60_000)
    await heartbeat({ docker_images: holding })
  }
  await stage({ num_sessions: 1, expiration: 0.25 })
  await heartbeat({ docker_images: holding })
  await pass(9)
  const { kasm_id } = await request()
  for (let count = 0; count < 4; count += 1) await pass(9)
  expect(await status(kasm_id)).toMatchObject({ user_id, operational_status: 'running' })
})

test('replaces what has waited for longer than the configuration says, in hours of the clock', async () => {
  const { stage, sessions, clock, heartbeat } = await startFleet()
  await stage({ num_sessions: 1, expiration: 0.1 })
  const [before] = await sessions()
  clock.advance(5 * 60_000)
  expect(await sessions()).toMatchObject([{ kasm_id: before.kasm_id }])
  clock.advance(2 * 60_000)
  await heartbeat({ docker_images: holding })
  const [after] = await sessions()
  expect(after).toMatchObject({ is_standby: true })
  expect(after.kasm_id).not.toBe(before.kasm_id)
})

test('replaces a staged session once its agent holds another digest, so that the next user gets what is deployed', async () => {
  const { stage, sessions, clock, heartbeat } = await startFleet()
  await stage({ num_sessions: 1 })
  expect(await sessions()).toMatchObject([{ image_digest: digestOf('a') }])
  await heartbeat({ docker_images: [{ name: chrome, digest: digestOf('b') }] })
  clock.advance(15_000)
  expect(await sessions()).toMatchObject([{ image_digest: digestOf('b'), is_standby: true }])
})

test('follows its configuration: fewer, another image, none', async () => {
  const { stage, sessions, developer, other_id, heartbeat, clock } = await startFleet()
  const { staging_config_id } = await stage()
  await sessions()
  const update = (fields: object) =>
    developer('update_staging_config', { target_staging_config: { staging_config_id, ...fields } })
  await update({ num_sessions: 1 })
  expect(await sessions()).toHaveLength(1)
  await update({ image_id: other_id })
  expect(await sessions()).toEqual([])
  await heartbeat({ docker_images: [...holding, { name: firefox, digest: digestOf('f') }] })
  clock.advance(15_000)
  expect(await sessions()).toMatchObject([{ image_id: other_id }])
  await developer('delete_staging_config', { target_staging_config: { staging_config_id } })
  expect(await sessions()).toEqual([])
})

test('stages no more than there is room for, and no more than licences allow', async () => {
  const { stage, sessions, developer } = await startFleet()
  await stage({ num_sessions: 1_000_000 })
  // The agent has 8 cores, the image takes 2.
  expect(await sessions()).toHaveLength(4)
  const licensed = await startFleet()
  await licensed.developer('activate', { activation_key: 'x', seats: 1 })
  await licensed.stage()
  expect(await licensed.sessions()).toHaveLength(1)
  expect((await developer('get_staging_configs')).body.staging_configs).toMatchObject([{ num_current_sessions: 4 }])
})

test('stages in the zone of the configuration alone', async () => {
  const kasm = await startFleet({ zones: ['default', 'emea'] })
  const { zones } = (await kasm.developer('get_zones')).body
  await kasm.stage({ zone_id: zones[1].zone_id })
  expect(await kasm.sessions()).toEqual([])
  await kasm.heartbeat({ server_id: 'emea-1', hostname: 'emea-1', zone_name: 'emea', docker_images: holding })
  kasm.clock.advance(15_000)
  expect(await kasm.sessions()).toMatchObject([{ zone_name: 'emea' }, { zone_name: 'emea' }])
})

test('ends what was staged for an image that is disabled or deleted', async () => {
  const { stage, sessions, developer, image_id } = await startFleet()
  await stage()
  expect(await sessions()).toHaveLength(2)
  await developer('update_image', { target_image: { image_id, enabled: false } })
  expect(await sessions()).toEqual([])
  await developer('update_image', { target_image: { image_id, enabled: true } })
  expect(await sessions()).toHaveLength(2)
  await developer('delete_image', { target_image: { image_id } })
  expect(await sessions()).toEqual([])
  expect((await developer('get_staging_configs')).body).toEqual({ staging_configs: [] })
})

test('keeps staged sessions from everyone who may not act for others', async () => {
  const { stage, sessions, developer, send, user_id } = await startFleet()
  await stage({ num_sessions: 1 })
  const [{ kasm_id }] = await sessions()
  const { session_token } = (await developer('create_session_token', { target_user: { user_id } })).body
  const login = { token: session_token.session_token, username: 'ada' }
  expect((await send('/api/public/get_kasm_status', { ...login, kasm_id })).status).toBe(403)
  expect((await send('/api/public/destroy_kasm', { ...login, kasm_id })).status).toBe(403)
})
