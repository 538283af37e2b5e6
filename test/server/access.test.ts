// API keys, logins and permissions: who gets in, and who may do what.
import { expect, test } from 'vitest'
import {
  administratorsGroupId,
  allUsersGroupId,
  defaultPassword,
  defaultPasswordHash,
} from '../../server/model/defaults.ts'
import { hasPassword, passwordHash, Secrets } from '../../server/model/secrets.ts'
import { chrome, startTestApp } from './support.ts'

type Kasm = ReturnType<typeof startTestApp>
const unauthorized = { error_message: 'Unauthorized' }

async function newKey({ developer }: Kasm, fields: object = {}) {
  const { body } = await developer('create_api_configs', { api_config: { name: 'pipeline', ...fields } }, 'admin')
  const { api_id, api_key, api_key_secret } = body.api_config
  return { api_id, credentials: { api_key, api_key_secret } }
}

async function logIn({ send }: Kasm, username = 'admin@kasm.local') {
  const { status, body } = await send('/api/authenticate', { username, password: defaultPassword })
  expect(status).toBe(200)
  return { token: body.token as string, username, user_id: body.user_id as string }
}

test('bootstraps a key as the one public pipeline does: log in, create a key, give it permissions', async () => {
  const kasm = startTestApp()
  const { token, username } = await logIn(kasm)
  const api_config = { enabled: true, name: 'ci', read_only: false, expires: null }
  const { body } = await kasm.send('/api/public/create_api_configs', { api_config, token, username })
  const { api_id, api_key, api_key_secret } = body.api_config
  expect([api_key.length, api_key_secret.length]).toEqual([12, 32])
  const cookie = `session_token=${token}; username=${username}`
  const grant = { token, username, target_api_config: { api_id }, target_permissions: [100, 200, 352] }
  const granted = await kasm.send('/api/public/add_permissions_group', grant, { cookie })
  expect(granted.body.permissions.map(({ permission_id }: { permission_id: number }) => permission_id)).toEqual([
    100, 200, 352,
  ])
  const { status } = await kasm.send('/api/public/get_users', { api_key, api_key_secret })
  expect(status).toBe(200)
})

test('a new key may do nothing until it is given a permission, by number or by name', async () => {
  const kasm = startTestApp()
  const { api_id, credentials } = await newKey(kasm)
  const getImages = () => kasm.send('/api/public/get_images', credentials)
  expect(await getImages()).toMatchObject({ status: 403, body: unauthorized })
  await kasm.developer('add_permissions_group', { target_api_config: { api_id }, target_permissions: ['images_view'] })
  expect((await getImages()).status).toBe(200)
  expect((await kasm.send('/api/public/get_agents', credentials)).status).toBe(403)
  const { body } = await kasm.developer('get_permissions_group', { target_api_config: { api_id } })
  expect(body.permissions).toMatchObject([
    { api_id, group_id: null, permission_id: 900, permission_name: 'images_view' },
  ])
})

test('the registries need three permissions at once', async () => {
  const kasm = startTestApp()
  const { api_id, credentials } = await newKey(kasm)
  const grant = (target_permissions: string[]) =>
    kasm.developer('add_permissions_group', { target_api_config: { api_id }, target_permissions })
  const status = async () => (await kasm.send('/api/public/get_registries', credentials)).status
  await grant(['images_view', 'agents_view'])
  expect(await status()).toBe(403)
  await grant(['system_view'])
  expect(await status()).toBe(200)
})

test('a key that may only read is refused whatever changes something', async () => {
  const kasm = startTestApp()
  const { api_id, credentials } = await newKey(kasm, { read_only: true })
  await kasm.developer('add_permissions_group', { target_api_config: { api_id }, target_permissions: [200] })
  expect((await kasm.send('/api/public/get_images', credentials)).status).toBe(200)
  const created = await kasm.send('/api/public/create_image', { ...credentials, target_image: { name: 'a/b' } })
  expect(created).toMatchObject({ status: 403, body: unauthorized })
  expect(await kasm.images()).toHaveLength(1)
})

test('a disabled key is as good as none, and so is one that has expired', async () => {
  const kasm = startTestApp()
  const disabled = await newKey(kasm, { enabled: false })
  expect((await kasm.send('/api/public/get_images', disabled.credentials)).status).toBe(401)
  const expiring = await newKey(kasm, { expires: '2023-11-14 22:14:00' })
  expect((await kasm.send('/api/public/get_images', expiring.credentials)).status).toBe(403)
  kasm.clock.advance(40_000)
  expect((await kasm.send('/api/public/get_images', expiring.credentials)).status).toBe(401)
  const { status } = await kasm.developer('create_api_configs', { api_config: { name: 'x', expires: 'soon' } })
  expect(status).toBe(400)
})

test('lists keys without their secrets, and keeps these hashed', async () => {
  const kasm = startTestApp()
  const { credentials } = await newKey(kasm)
  await kasm.send('/api/public/get_images', credentials)
  const { body, text } = await kasm.developer('get_api_configs')
  expect(body.api_configs).toHaveLength(2)
  expect(body.api_configs[1]).toMatchObject({ api_key: credentials.api_key, last_used: '2023-11-14 22:13:20.000000' })
  const everything = text + JSON.stringify(kasm.model.snapshot())
  expect(everything).not.toContain(credentials.api_key_secret)
})

test('nobody can hand on a permission that she does not have', async () => {
  const kasm = startTestApp()
  const { api_id, credentials } = await newKey(kasm)
  const target_api_config = { api_id }
  await kasm.developer('add_permissions_group', { target_api_config, target_permissions: ['groups_modify', 300] })
  const grant = (target_permissions: number[]) =>
    kasm.send('/api/public/add_permissions_group', { ...credentials, target_api_config, target_permissions })
  expect((await grant([300])).status).toBe(200)
  expect(await grant([300, 200])).toMatchObject({ status: 403, body: unauthorized })
})

test('answers 400 to a permission that does not exist', async () => {
  const kasm = startTestApp()
  const target_group = { group_id: allUsersGroupId }
  const { status, body } = await kasm.developer('add_permissions_group', { target_group, target_permissions: ['fly'] })
  expect({ status, body }).toEqual({
    status: 400,
    body: { error_message: 'Invalid request: target_permissions.0 has no permission "fly".' },
  })
})

test('takes a login in the body or in cookies; users have the permissions of their groups', async () => {
  const kasm = startTestApp()
  const { token, username } = await logIn(kasm)
  expect((await kasm.send('/api/admin/get_users', { token, username })).status).toBe(200)
  const cookie = `username="${username}"; session_token="${token}"`
  expect((await kasm.send('/api/admin/get_users', {}, { cookie })).status).toBe(200)
  const user = await logIn(kasm, 'user@kasm.local')
  expect((await kasm.send('/api/admin/get_users', user)).status).toBe(403)
  const target_user = { user_id: user.user_id }
  await kasm.developer('add_user_group', { target_user, target_group: { group_id: administratorsGroupId } })
  expect((await kasm.send('/api/admin/get_users', user)).status).toBe(200)
})

test.each([
  ['a wrong token', { token: 'wrong' }],
  ['a token that is no text', { token: 1 }],
  ['the name of another user', { username: 'user@kasm.local' }],
  ['no name', { username: undefined }],
])('answers 401 to a login with %s', async (_case, fields) => {
  const kasm = startTestApp()
  const { token, username } = await logIn(kasm)
  expect((await kasm.send('/api/admin/get_users', { token, username, ...fields })).status).toBe(401)
})

test('a login ends when the user logs out, is locked or disabled, or after a day', async () => {
  const kasm = startTestApp()
  const status = async (login: object) => (await kasm.send('/api/admin/get_kasms', login)).status
  for (const change of [{ locked: true }, { disabled: true }]) {
    const login = await logIn(kasm, 'user@kasm.local')
    expect(await status(login)).toBe(403)
    await kasm.developer('update_user', { target_user: { user_id: login.user_id, ...change } })
    expect(await status(login)).toBe(401)
    const again = { username: login.username, password: defaultPassword }
    expect((await kasm.send('/api/authenticate', again)).status).toBe(401)
    await kasm.developer('update_user', { target_user: { user_id: login.user_id, locked: false, disabled: false } })
  }
  const login = await logIn(kasm)
  await kasm.developer('logout_user', { target_user: { username: login.username } })
  expect(await status(login)).toBe(401)
  const late = await logIn(kasm)
  kasm.clock.advance(24 * 3_600_000)
  expect(await status(late)).toBe(401)
})

test('answers the same 401 to a wrong password and to a user who does not exist', async () => {
  const { send } = startTestApp()
  const answers = ['admin@kasm.local', 'nobody'].map((username) =>
    send('/api/authenticate', { username, password: 'x' }),
  )
  const [wrong, nobody] = await Promise.all(answers)
  expect(wrong?.status).toBe(401)
  expect(nobody?.text).toBe(wrong?.text)
})

test('creates, shows, renews and ends session tokens, which log a user in', async () => {
  const kasm = startTestApp()
  const { developer, send } = kasm
  const target_user = { username: 'user@kasm.local' }
  const { session_token, session_jwt, expires_at } = (await developer('create_session_token', { target_user })).body
    .session_token
  expect(session_jwt.split('.')).toHaveLength(3)
  const login = { token: session_token, username: 'user@kasm.local' }
  const target_session_token = { session_token }
  expect((await send('/api/public/get_user_kasms', login)).status).toBe(200)
  kasm.clock.advance(60_000)
  const { body: renewed } = await developer('update_session_token', { target_session_token })
  expect(renewed.session_token.expires_at > expires_at).toBe(true)
  expect((await developer('get_session_token', { target_session_token })).body).toEqual(renewed)
  expect((await developer('get_session_tokens', { target_user })).body.session_tokens).toEqual([renewed.session_token])
  await developer('delete_session_token', { target_session_token })
  expect((await send('/api/public/get_user_kasms', login)).status).toBe(401)
  await developer('create_session_token', { target_user })
  await developer('delete_session_tokens', { target_user })
  expect((await developer('get_session_tokens', { target_user })).body.session_tokens).toEqual([])
})

test('a login link carries a token that logs the user in', async () => {
  const { developer, send } = startTestApp()
  const { url } = (await developer('get_login', { target_user: { username: 'user@kasm.local' } })).body
  const [, , , , , user_id, token] = url.split('/')
  expect(user_id).toMatch(/^[0-9a-f]{32}$/)
  expect((await send('/api/public/get_user_kasms', { token, username: 'user@kasm.local' })).status).toBe(200)
})

test('the documented password of the first users has the hash that is kept', () => {
  expect(passwordHash(defaultPassword, 'kasm-sim')).toBe(defaultPasswordHash)
  expect(hasPassword(defaultPassword, defaultPasswordHash)).toBe(true)
  expect(hasPassword('wrong', defaultPasswordHash)).toBe(false)
  expect(hasPassword('', null)).toBe(false)
})

test('opens what it sealed, and what nobody else sealed', () => {
  const secrets = new Secrets(Buffer.from('one'))
  const sealed = secrets.seal('tökèn')
  expect(sealed).not.toContain('tökèn')
  expect(secrets.open(sealed)).toBe('tökèn')
  expect(new Secrets(Buffer.from('two')).open(sealed)).toBeNull()
  expect(secrets.open('nonsense')).toBeNull()
})

test('tokens of two fakes differ, although their records do not', () => {
  const tokenOf = (secretKey?: Uint8Array) => new Secrets(secretKey).token('login', '1')
  expect(tokenOf()).not.toBe(tokenOf())
  expect(tokenOf(Buffer.from('key'))).toBe(tokenOf(Buffer.from('key')))
})

test('keeps registry tokens sealed, and hands them to agents open', async () => {
  const kasm = startTestApp({ images: [{ name: chrome, docker_user: 'robot', docker_token: 'open-sesame' }] })
  expect(JSON.stringify(kasm.model.snapshot())).not.toContain('open-sesame')
  expect((await kasm.heartbeat()).images).toMatchObject([{ docker_token: 'open-sesame' }])
})

test('puts nobody into a group that may do more than the caller', async () => {
  const { developer, send } = startTestApp()
  const { user } = (await developer('create_user', { target_user: { username: 'mallory' } })).body
  const { api_config } = (await developer('create_api_configs', { api_config: { name: 'groups' } })).body
  const { api_id, api_key, api_key_secret } = api_config
  const target_permissions = ['groups_modify', 'users_auth_session']
  await developer('add_permissions_group', { target_api_config: { api_id }, target_permissions })
  const join = (group_id: string) => {
    const target = { target_user: { user_id: user.user_id }, target_group: { group_id } }
    return send('/api/public/add_user_group', { api_key, api_key_secret, ...target })
  }
  expect((await join(administratorsGroupId)).status).toBe(403)
  const { group } = (await developer('create_group', { target_group: { name: 'Testers' } })).body
  expect((await join(group.group_id)).status).toBe(200)
})

test('lets nobody but her equals change a user who may do everything', async () => {
  const { developer, send } = startTestApp()
  const { users } = (await developer('get_users')).body
  const [admin, user] = users
  const { api_config } = (await developer('create_api_configs', { api_config: { name: 'people' } })).body
  const { api_id, api_key, api_key_secret } = api_config
  const target_permissions = ['users_modify', 'users_delete']
  await developer('add_permissions_group', { target_api_config: { api_id }, target_permissions })
  const call = async (verb: string, body: object) =>
    (await send(`/api/public/${verb}`, { api_key, api_key_secret, ...body })).status
  const password = 'another'
  expect(await call('update_user', { target_user: { user_id: admin.user_id, password } })).toBe(403)
  expect(await call('delete_user', { target_user: { user_id: admin.user_id } })).toBe(403)
  expect(await call('update_user', { target_user: { user_id: user.user_id, password } })).toBe(200)
  expect(await call('delete_user', { target_user: { user_id: user.user_id } })).toBe(200)
})
