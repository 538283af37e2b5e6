// The client against the fake: the key goes along, refusals throw and pictures are pictures. client-types.ts holds its types.
import { expect, test } from 'vitest'
import { createKasmClient, KasmApiError } from '../../simulator/client/client.ts'
import { createKasm } from '../../simulator/embedding/create-kasm.ts'

test('adds the key to every call', async () => {
  await using kasm = await createKasm({ images: ['team/app:1.0'], apiKey: 'me', apiKeySecret: 'my secret' })
  const client = createKasmClient(kasm)
  const { images } = await client.call('get_images')
  expect(images[0]?.name).toBe('team/app:1.0')
  const { data } = await client.POST('/api/public/get_users', { body: {} })
  expect(data).toMatchObject({ users: [{}, {}] })
})

test('throws what Kasm refuses, with its words', async () => {
  await using kasm = await createKasm()
  const wrong = createKasmClient({ ...kasm, url: kasm.url, apiKeySecret: 'wrong' })
  const refused = wrong.call('get_images')
  await expect(refused).rejects.toThrow(KasmApiError)
  await expect(refused).rejects.toMatchObject({ verb: 'get_images', status: 401 })
  const unknown = kasm.client.call('get_image', { target_image: { image_id: '0'.repeat(32) } })
  await expect(unknown).rejects.toMatchObject({
    verb: 'get_image',
    message: expect.stringMatching(/^Failed to call get_image: ./),
  })
  const page = kasm.client.call('get_image', { target_image: { image_id: 'no id' } })
  await expect(page).rejects.toMatchObject({ status: 500, message: expect.stringContaining('no JSON') })
  await expect(page).rejects.toThrow('(image_id is no UUID: "no id")')
})

test('hands over a screenshot as it is', async () => {
  await using kasm = await createKasm({ agents: 1, images: ['team/app:1.0'], clock: 'frozen' })
  await kasm.clock.advance('1m')
  const { images } = await kasm.client.call('get_images')
  const { kasm_id, user_id } = await kasm.client.call('request_kasm', { image_id: images[0]?.image_id ?? '' })
  await kasm.clock.advance('1m')
  const picture = await kasm.client.call('get_kasm_screenshot', { kasm_id, user_id })
  expect(picture.type).toBe('image/jpeg')
  expect(picture.size).toBeGreaterThan(100)
})
