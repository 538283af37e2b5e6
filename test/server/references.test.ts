// Records that name others: what they name exists, and goes with them where it is nothing without them.
import { expect, test } from 'vitest'
import { startTestApp } from './support.ts'

const unknownId = 'ffffffffffffffffffffffffffffffff'

function startKasm() {
  const kasm = startTestApp()
  const create = async (kind: string, fields: object) => {
    const answer = await kasm.developer(`create_${kind}` as 'create_server', { [`target_${kind}`]: fields })
    return answer.body[kind] ?? answer.body
  }
  const list = async (kind: string) => (await kasm.developer(`get_${kind}s` as 'get_servers')).body[`${kind}s`]
  return { ...kasm, create, list }
}

test.each([
  ['staging_config', 'image_id'],
  ['staging_config', 'zone_id'],
  ['cast_config', 'group_id'],
  ['server', 'zone_id'],
  ['egress_gateway', 'egress_provider_id'],
  ['egress_credential', 'egress_provider_id'],
  ['egress_provider_mapping', 'egress_provider_id'],
])('refuses a %s whose %s names nothing', async (kind, field) => {
  const { create, list } = startKasm()
  const { error_message } = await create(kind, { [field]: unknownId })
  expect(error_message).toContain(unknownId)
  expect(await list(kind)).toEqual([])
})

test('deletes all of an egress provider with it, and leaves those of others', async () => {
  const { create, list, developer } = startKasm()
  const [mine, other] = [await create('egress_provider', { name: 'a' }), await create('egress_provider', { name: 'b' })]
  const { egress_provider_id } = mine
  for (const kind of ['egress_gateway', 'egress_credential', 'egress_provider_mapping']) {
    expect(await create(kind, { name: kind, egress_provider_id })).toMatchObject({ egress_provider_id })
  }
  const { egress_provider_id: otherId } = other
  const kept = await create('egress_gateway', { name: 'kept', egress_provider_id: otherId })
  await developer('delete_egress_provider', { target_egress_provider: { egress_provider_id } })
  expect(await list('egress_provider')).toEqual([other])
  expect(await list('egress_gateway')).toEqual([kept])
  expect(await list('egress_credential')).toEqual([])
  expect(await list('egress_provider_mapping')).toEqual([])
})

test('starts no session through an egress gateway that does not exist', async () => {
  const { developer, images } = startKasm()
  const [image] = await images()
  const request = { image_id: image?.image_id, egress_gateway_id: unknownId }
  expect((await developer('request_kasm', request)).body.error_message).toBe(`Egress gateway not found: ${unknownId}.`)
})

test('keeps a casting configuration without the group and the image that are deleted', async () => {
  const { create, list, developer, images } = startKasm()
  const [image] = await images()
  const { group } = (await developer('create_group', { target_group: { name: 'Guests' } })).body
  const { group_id } = group
  const cast = await create('cast_config', { key: 'try', image_id: image?.image_id, group_id })
  expect(cast).toMatchObject({ group_name: 'Guests', image_friendly_name: image?.friendly_name })
  await developer('delete_group', { target_group: { group_id } })
  await developer('delete_image', { target_image: { image_id: image?.image_id } })
  const without = { group_id: null, group_name: null, image_id: null, image_friendly_name: null }
  expect(await list('cast_config')).toMatchObject([without])
})

test('gives the key of a casting link to one configuration alone', async () => {
  const { create, developer } = startKasm()
  await create('cast_config', { key: 'try' })
  expect((await create('cast_config', { key: 'try' })).error_message).toContain('"try"')
  const { cast_config_id } = await create('cast_config', { key: 'other' })
  const update = async (key: string) =>
    (await developer('update_cast_config', { target_cast_config: { cast_config_id, key } })).body
  expect((await update('try')).error_message).toContain('"try"')
  expect((await update('other')).cast_config).toMatchObject({ key: 'other' })
})
