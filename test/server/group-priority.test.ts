// Of several groups of a user the one with the lowest priority number decides a setting, in whatever order she joined them.
import { expect, test } from 'vitest'
import { chrome, digestOf, startTestApp } from './support.ts'

const groups = [
  { name: 'Many', priority: 50, limit: 3 },
  { name: 'One', priority: 10, limit: 1 },
  { name: 'Two', priority: 20, limit: 2 },
] as const

/** How many sessions a user of these groups may have, tried until one is refused. */
async function sessionsOf(order: readonly (typeof groups)[number][]): Promise<number> {
  const kasm = startTestApp({ autoEnableAgents: true })
  await kasm.heartbeat({ docker_images: [{ name: chrome, digest: digestOf('a') }] })
  const image_id = (await kasm.images())[0]?.image_id as string
  const { user_id } = (await kasm.developer('create_user', { target_user: { username: 'ada' } })).body.user
  for (const { name, priority, limit } of order) {
    const { group } = (await kasm.developer('create_group', { target_group: { name, priority } })).body
    const target_group = { group_id: group.group_id }
    const target_setting = { name: 'max_kasms_per_user', value: limit }
    await kasm.developer('add_settings_group', { target_group, target_setting })
    await kasm.developer('add_user_group', { target_user: { user_id }, target_group })
  }
  for (let started = 0; ; started += 1) {
    const { error_message } = (await kasm.developer('request_kasm', { user_id, image_id })).body
    if (error_message !== undefined) {
      expect(error_message).toMatch(/^The user has reached the limit of \d sessions\.$/)
      return started
    }
  }
}

const [many, one, two] = groups

test.each([
  [[many, one, two], 1],
  [[one, two, many], 1],
  [[two, many, one], 1],
  [[many, two], 2],
  [[two, many], 2],
  [[many], 3],
] as const)('of %j the lowest number counts: %d sessions', async (order, sessions) => {
  expect(await sessionsOf(order)).toBe(sessions)
})
