// The users and groups of a run, which the administrator makes in the web app through its developer API.
import { invariant } from '../../server/kernel/errors.ts'
import type { ScenarioWebApp } from '../scenario/scenario.ts'
import type { WebAppClient } from './web-app-client.ts'

/** Calls the developer API of the web app; rejects where the answer is an error. */
export type Administrator = Pick<WebAppClient, 'developer'>

/** Makes the users and groups of a scenario; those that a web app has already are left as they are, and become members. */
export async function createPeople(
  administrator: Administrator,
  { groups = [], users = [] }: Pick<ScenarioWebApp, 'groups' | 'users'>,
): Promise<void> {
  if (groups.length + users.length === 0) return
  const knownGroups = await groupIds(administrator)
  const knownUsers = await userIds(administrator)
  for (const name of groups) if (!knownGroups.has(name)) await createGroup(administrator, name)
  for (const { name, groups: memberOf } of users) {
    if (!knownUsers.has(name)) await administrator.developer('create_user', { target_user: { username: name } })
    for (const group of memberOf) await addMember(administrator, name, group)
  }
}

export async function createGroup(administrator: Administrator, name: string): Promise<void> {
  await administrator.developer('create_group', { target_group: { name } })
}

export async function addMember(administrator: Administrator, user: string, group: string): Promise<void> {
  const target_user = { user_id: await userId(administrator, user) }
  await administrator.developer('add_user_group', {
    target_user,
    target_group: { group_id: await groupId(administrator, group) },
  })
}

export async function groupId(administrator: Administrator, name: string): Promise<string> {
  const id = (await groupIds(administrator)).get(name)
  invariant(id, `the web app has no group ${name}`)
  return id
}

export async function userId(administrator: Administrator, name: string): Promise<string> {
  const id = (await userIds(administrator)).get(name)
  invariant(id, `the web app has no user ${name}`)
  return id
}

async function groupIds(administrator: Administrator): Promise<Map<string, string>> {
  const { groups } = (await administrator.developer('get_groups', {})) as {
    groups: { name: string; group_id: string }[]
  }
  return new Map(groups.map(({ name, group_id }) => [name, group_id]))
}

async function userIds(administrator: Administrator): Promise<Map<string, string>> {
  const { users } = (await administrator.developer('get_users', {})) as {
    users: { username: string; user_id: string }[]
  }
  return new Map(users.map(({ username, user_id }) => [username, user_id]))
}

/** An image definition by the reference that it has now. */
export async function imageId(administrator: Administrator, name: string): Promise<string> {
  const { images } = (await administrator.developer('get_images', {})) as {
    images: { image_id: string; name: string }[]
  }
  const image = images.find((candidate) => candidate.name === name)
  invariant(image, `the web app defines no image ${name}`)
  return image.image_id
}
