// Users and groups.
import { expect, test } from 'vitest'
import { administratorsGroupId, allUsersGroupId } from '../../server/model/defaults.ts'
import { chrome, firefox, startTestApp } from './support.ts'

const unknownId = 'ffffffffffffffffffffffffffffffff'
type Kasm = ReturnType<typeof startTestApp>

async function newUser({ developer }: Kasm, username = 'ada', fields: object = {}) {
  return (await developer('create_user', { target_user: { username, ...fields } })).body.user
}

async function newGroup({ developer }: Kasm, name = 'Testers') {
  return (await developer('create_group', { target_group: { name, priority: 50, description: 'first' } })).body.group
}

test('has the users and groups of a fresh installation, under their well-known ids', async () => {
  const { developer } = startTestApp()
  const { users, total } = (await developer('get_users')).body
  expect(total).toBe(2)
  expect(users).toMatchObject([
    { username: 'admin@kasm.local', groups: [{ group_id: allUsersGroupId }, { group_id: administratorsGroupId }] },
    { username: 'user@kasm.local', groups: [{ name: 'All Users', group_id: '68d557ac4cac42cca9f31c7c853de0f3' }] },
  ])
  const { groups } = (await developer('get_groups')).body
  expect(groups).toMatchObject([
    { name: 'Administrators', priority: 1, is_system: true },
    { name: 'All Users', priority: 1000, is_system: true },
  ])
})

test('creates a user with what is given, and puts her into the group of all users', async () => {
  const kasm = startTestApp()
  const fields = { first_name: 'Ada', last_name: null, phone: '123', organization: 'Engines', password: 'secret' }
  const user = await newUser(kasm, 'ada@example.com', fields)
  expect(user).toMatchObject({
    username: 'ada@example.com',
    first_name: 'Ada',
    last_name: null,
    phone: '123',
    organization: 'Engines',
    realm: 'local',
    locked: false,
    disabled: false,
    two_factor: false,
    kasms: [],
    groups: [{ name: 'All Users' }],
    created: '2023-11-14 22:13:20.000000',
    password_set_date: '2023-11-14 22:13:20.000000',
    last_session: null,
  })
  expect(user).not.toHaveProperty('password')
  expect((await kasm.developer('get_user', { target_user: { user_id: user.user_id } })).body.user).toEqual(user)
  expect((await kasm.developer('get_user', { target_user: { username: 'ADA@example.com' } })).body.user).toEqual(user)
})

test('refuses a second user of the same name, in any case, also by renaming', async () => {
  const kasm = startTestApp()
  const { user_id } = await newUser(kasm)
  const refused = { error_message: 'User already exists: Ada.' }
  expect((await kasm.developer('create_user', { target_user: { username: 'Ada' } })).body).toEqual(refused)
  const { user_id: other } = await newUser(kasm, 'bob')
  const rename = (id: string, username: string) =>
    kasm.developer('update_user', { target_user: { user_id: id, username } })
  expect((await rename(other, 'Ada')).body).toEqual(refused)
  expect((await rename(user_id, 'Ada')).body.user.username).toBe('Ada')
  await rename(user_id, 'Lovelace')
  expect((await newUser(kasm, 'ada')).username).toBe('ada')
})

test('changes only the fields that are sent; null clears a text and leaves a flag', async () => {
  const kasm = startTestApp()
  const before = await newUser(kasm, 'ada', { first_name: 'Ada', notes: 'x', locked: true })
  const target_user = { user_id: before.user_id, notes: null, locked: null, city: 'London' }
  const { user } = (await kasm.developer('update_user', { target_user })).body
  expect(user).toEqual({ ...before, notes: null, city: 'London' })
})

test('deletes a user, whose name is free again under another id', async () => {
  const kasm = startTestApp()
  const { user_id } = await newUser(kasm)
  expect((await kasm.developer('delete_user', { target_user: { user_id } })).text).toBe('{}')
  const { body } = await kasm.developer('get_user', { target_user: { user_id } })
  expect(body).toEqual({ error_message: `User not found: ${user_id}.` })
  expect((await newUser(kasm)).user_id).not.toBe(user_id)
})

test('lists users by page and in order', async () => {
  const kasm = startTestApp()
  for (const name of ['carol', 'bob', 'dave']) await newUser(kasm, name)
  const names = async (options: object) => {
    const { users, total } = (await kasm.developer('get_users', options)).body
    expect(total).toBe(5)
    return users.map(({ username }: { username: string }) => username.replace('@kasm.local', ''))
  }
  expect(await names({ sort_by: 'username' })).toEqual(['admin', 'bob', 'carol', 'dave', 'user'])
  expect(await names({ sort_by: 'username', sort_direction: 'desc', page: 1, page_size: 2 })).toEqual(['carol', 'bob'])
  expect(await names({ page: 2, page_size: 2 })).toEqual(['dave'])
  expect(await names({ page: 9, page_size: 2 })).toEqual([])
})

test('keeps what a user has chosen for herself', async () => {
  const kasm = startTestApp()
  const { user_id } = await newUser(kasm)
  const attributes = async () =>
    (await kasm.developer('get_attributes', { target_user: { user_id } })).body.user_attributes
  expect(await attributes()).toMatchObject({ user_id, show_tips: true, theme: 'auto', ssh_public_key: null })
  const changes = { theme: 'dark', show_tips: false, default_image: 'x', nonsense: 1 }
  const { text } = await kasm.developer('update_user_attributes', { target_user_attributes: { user_id, ...changes } })
  expect(text).toBe('{}')
  expect(await attributes()).toMatchObject({ theme: 'dark', show_tips: false, default_image: 'x', chat_sfx: true })
  expect(await attributes()).not.toHaveProperty('nonsense')
})

test('puts users into groups and takes them out; a deleted group has no members', async () => {
  const kasm = startTestApp()
  const { user_id } = await newUser(kasm, 'ada', { first_name: 'Ada' })
  const { group_id } = await newGroup(kasm)
  const membership = { target_user: { user_id }, target_group: { group_id } }
  const groups = async () => (await kasm.developer('get_user', { target_user: { user_id } })).body.user.groups
  await kasm.developer('add_user_group', membership)
  await kasm.developer('add_user_group', membership)
  expect((await kasm.developer('get_users_group', { target_group: { group_id } })).body.users).toEqual([
    { user_id, username: 'ada', first_name: 'Ada', last_name: null, organization: null },
  ])
  expect(await groups()).toHaveLength(2)
  await kasm.developer('remove_user_group', membership)
  expect(await groups()).toHaveLength(1)
  await kasm.developer('add_user_group', membership)
  await kasm.developer('delete_group', { target_group: { group_id } })
  expect(await groups()).toHaveLength(1)
})

test('assigns a server to a user and takes it back', async () => {
  const kasm = startTestApp()
  const { user_id } = await newUser(kasm)
  const { server } = (await kasm.developer('create_server', { target_server: { hostname: 'win' } })).body
  const { server_id } = server
  const assignment = { target_user: { user_id }, target_server: { server_id } }
  const servers = async () =>
    (await kasm.developer('get_user', { target_user: { user_id } })).body.user.assigned_servers
  await kasm.developer('assign_user_server', assignment)
  expect(await servers()).toEqual([{ server_id }])
  await kasm.developer('unassign_user_server', assignment)
  expect(await servers()).toEqual([])
  expect((await kasm.developer('unassign_user_server', assignment)).body.error_message).toContain('not found')
  const ofNobody = { ...assignment, target_server: { server_id: unknownId } }
  expect((await kasm.developer('assign_user_server', ofNobody)).body.error_message).toContain(unknownId)
  await kasm.developer('assign_user_server', assignment)
  await kasm.developer('delete_server', { target_server: { server_id } })
  expect(await servers()).toEqual([])
})

test('creates, changes and deletes groups, but no system group', async () => {
  const kasm = startTestApp()
  const group = await newGroup(kasm)
  expect(group).toMatchObject({ name: 'Testers', priority: 50, description: 'first', is_system: false })
  const target_group = { group_id: group.group_id, priority: 60 }
  expect((await kasm.developer('update_group', { target_group })).body.group).toEqual({ ...group, priority: 60 })
  expect((await kasm.developer('create_group', { target_group: { name: 'Testers' } })).body).toEqual({
    error_message: 'Group already exists: Testers.',
  })
  const { body } = await kasm.developer('delete_group', { target_group: { group_id: allUsersGroupId } })
  expect(body).toEqual({ error_message: 'Cannot delete a system group: All Users.' })
})

test('gives images to groups; a new image is in the group of all users unless a setting says otherwise', async () => {
  const kasm = startTestApp()
  const { group_id } = await newGroup(kasm)
  const imagesOf = async (id: string) =>
    (await kasm.developer('get_images_group', { target_group: { group_id: id } })).body.images
  expect(await imagesOf(allUsersGroupId)).toMatchObject([{ image_name: chrome, group_name: 'All Users' }])
  const { settings } = (await kasm.developer('get_settings')).body
  const setting = settings.find(({ name }: { name: string }) => name === 'add_images_to_default_group')
  await kasm.developer('update_setting', { setting_id: setting.setting_id, value: false })
  const { image } = (await kasm.developer('create_image', { target_image: { name: firefox } })).body
  expect(await imagesOf(allUsersGroupId)).toHaveLength(1)
  const pair = { target_group: { group_id }, target_image: { image_id: image.image_id } }
  await kasm.developer('add_images_group', pair)
  await kasm.developer('add_images_group', pair)
  expect(await imagesOf(group_id)).toMatchObject([{ image_id: image.image_id, image_friendly_name: firefox }])
  await kasm.developer('remove_images_group', pair)
  expect(await imagesOf(group_id)).toEqual([])
  await kasm.developer('add_images_group', pair)
  await kasm.developer('delete_image', { target_image: { image_id: image.image_id } })
  expect(await imagesOf(group_id)).toEqual([])
})

test('keeps settings of groups', async () => {
  const kasm = startTestApp()
  const { group_id } = await newGroup(kasm)
  const target_group = { group_id }
  const add = { target_group, target_setting: { name: 'max_kasms_per_user', value: 2 } }
  const [setting] = (await kasm.developer('add_settings_group', add)).body.settings
  expect(setting).toMatchObject({ group_id, name: 'max_kasms_per_user', value: 2 })
  const { group_setting_id } = setting
  await kasm.developer('update_settings_group', { target_group, target_setting: { group_setting_id, value: 3 } })
  expect((await kasm.developer('get_settings_group', { target_group })).body.settings).toEqual([
    { ...setting, value: 3 },
  ])
})

test.each([
  ['get_user', { target_user: { user_id: unknownId } }, `User not found: ${unknownId}.`],
  ['get_user', { target_user: { username: 'nobody' } }, 'User not found: nobody.'],
  ['update_group', { target_group: { group_id: unknownId } }, `Group not found: ${unknownId}.`],
  ['get_session_token', { target_session_token: { session_token: 'x' } }, 'Session token not found.'],
] as const)('answers 200 with an error_message to %s of %o', async (verb, body, error_message) => {
  expect(await startTestApp().developer(verb, body)).toMatchObject({ status: 200, body: { error_message } })
})
