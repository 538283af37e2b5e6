// Who else may see a session: those who join by its share, and those who were given access.
import { expect, test } from 'vitest'
import { chrome, digestOf, startTestApp } from './support.ts'

async function startShared() {
  const kasm = startTestApp({ autoEnableAgents: true })
  const { developer, send } = kasm
  await kasm.heartbeat({ docker_images: [{ name: chrome, digest: digestOf('a') }] })
  const image_id = (await kasm.images())[0]?.image_id
  const login = async (username: string) => {
    const { user_id } = (await developer('create_user', { target_user: { username } })).body.user
    const { session_token } = (await developer('create_session_token', { target_user: { user_id } })).body
    return { user_id, login: { token: session_token.session_token, username } }
  }
  const [ada, bob] = [await login('ada'), await login('bob')]
  const session = (await developer('request_kasm', { user_id: ada.user_id, image_id, enable_sharing: true })).body
  kasm.clock.advance(10_000)
  const { kasm_id, share_id } = session
  const asBob = async (verb: string, fields: object = {}) =>
    send(`/api/public/${verb}`, { ...bob.login, kasm_id, ...fields })
  const target = { target_session_permissions: { kasm_id } }
  const permissions = async () => (await developer('get_session_permissions', target)).body.session_permissions
  return { ...kasm, ada, bob, session, kasm_id, share_id, asBob, permissions, target }
}

test('lets nobody look at the session of another', async () => {
  const { asBob } = await startShared()
  expect((await asBob('get_kasm_status')).status).toBe(403)
  expect((await asBob('get_kasm_screenshot')).status).toBe(403)
})

test('lets whoever joins by the share look on, with a token of his own', async () => {
  const { asBob, share_id, bob, ada, permissions, developer, kasm_id } = await startShared()
  const joined = (await asBob('join_kasm', { share_id })).body
  expect(joined).toMatchObject({ user_id: bob.user_id, kasm: { kasm_id, user_id: ada.user_id } })
  expect(await permissions()).toMatchObject([{ user_id: bob.user_id, username: 'bob', access: 'r' }])
  const { kasm } = (await developer('get_kasm_status', { kasm_id, user_id: ada.user_id })).body
  const seen = (await asBob('get_kasm_status', { user_id: bob.user_id })).body
  expect(seen.kasm_url).toBe(joined.kasm_url)
  expect(seen.kasm.token).toBe(kasm.view_only_token)
  expect(JSON.stringify([joined, seen])).not.toContain(kasm.token)
  // What he asks leaves her token alone.
  expect((await developer('get_kasms')).body.kasms[0].token).toBe(kasm.token)
  expect((await asBob('get_kasm_screenshot')).status).toBe(200)
})

test('lets visitors do nothing else', async () => {
  const { asBob, share_id } = await startShared()
  await asBob('join_kasm', { share_id })
  for (const verb of ['destroy_kasm', 'keepalive', 'get_rdp_client_connection_info']) {
    expect({ verb, status: (await asBob(verb)).status }).toEqual({ verb, status: 403 })
  }
})

test('gives access without a share, to look on or to use, and takes it away', async () => {
  const { asBob, bob, developer, kasm_id, permissions, target, session } = await startShared()
  const give = (access: string) =>
    developer('set_session_permissions', {
      target_session_permissions: { kasm_id, access, session_permissions: [{ user_id: bob.user_id }] },
    })
  await give('r')
  const onlooker = (await asBob('get_kasm_status')).body.kasm
  expect(onlooker.token).toBe(onlooker.view_only_token)
  await give('rw')
  expect(await permissions()).toMatchObject([{ access: 'rw' }])
  const user = (await asBob('get_kasm_status')).body.kasm
  expect([user.view_only_token, session.session_token]).not.toContain(user.token)
  await developer('delete_all_session_permissions', target)
  expect(await permissions()).toEqual([])
  expect((await asBob('get_kasm_status')).status).toBe(403)
})

test('keeps the access that someone has when he joins, and forgets it with him', async () => {
  const { asBob, bob, developer, kasm_id, share_id, permissions } = await startShared()
  const session_permissions = [{ user_id: bob.user_id, access: 'rw' }]
  await developer('set_session_permissions', { target_session_permissions: { kasm_id, session_permissions } })
  await asBob('join_kasm', { share_id })
  expect(await permissions()).toMatchObject([{ access: 'rw' }])
  await developer('delete_user', { target_user: { user_id: bob.user_id } })
  expect(await permissions()).toEqual([])
})

test('tells an RDP client where to connect, as a file or as a link', async () => {
  const { developer, kasm_id } = await startShared()
  const ask = async (connection_type: string) =>
    (await developer('get_rdp_client_connection_info', { kasm_id, connection_type })).body
  const { file } = await ask('file')
  expect(file).toContain('full address:s:agent-1:3389\r\n')
  const { url } = await ask('url')
  expect(url).toContain('rdp://full%20address=s%3Aagent-1%3A3389&')
})
