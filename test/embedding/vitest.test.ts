// The fixture and the matchers, used as their users would, and what they say when they fail.
import { expect } from 'vitest'
import { kasmTest } from '../../simulator/embedding/vitest.ts'

const image = 'team/app:1.0'
const test = kasmTest.extend('kasmOptions', { agents: 2, clock: 'frozen', images: [image] })

kasmTest('gives three agents and a frozen clock', async ({ kasm }) => {
  expect(kasm.fleet.agents).toHaveLength(3)
  expect(kasm.clock.nowMs()).toBe(kasm.clock.nowMs())
  expect((await kasm.client.call('get_images')).images).toEqual([])
})

test('toHaveImageOnAllAgents names the agents that lack it', async ({ kasm }) => {
  expect(() => expect(kasm).toHaveImageOnAllAgents(image)).toThrow('agent-0001 holds no digest of it')
  await kasm.clock.advance('1m')
  expect(kasm).toHaveImageOnAllAgents(image)
  const digest = await kasm.registry.publish(image)
  expect(() => expect(kasm).toHaveImageOnAllAgents(image, digest)).toThrow(/expected every agent to hold .* as sha256:/)
  await kasm.clock.advance('61m')
  expect(kasm).toHaveImageOnAllAgents(image, digest)
  expect(() => expect(kasm).not.toHaveImageOnAllAgents(image)).toThrow('expected not every agent')
})

test('toHaveRunningSession tells the status', async ({ kasm }) => {
  await kasm.clock.advance('1m')
  const { images } = await kasm.client.call('get_images')
  const { kasm_id } = await kasm.client.call('request_kasm', { image_id: images[0]?.image_id ?? '' })
  expect(() => expect(kasm).toHaveRunningSession(kasm_id)).toThrow('it is starting, not running')
  await kasm.clock.advance('10s')
  expect(kasm).toHaveRunningSession(kasm_id)
  expect(() => expect(kasm).toHaveRunningSession('0'.repeat(32))).toThrow('no session')
})

test('toHaveReceived shows the call that came nearest', async ({ kasm }) => {
  await kasm.client.call('create_image', { target_image: { name: 'team/b:1', friendly_name: 'B', cores: 2 } })
  expect(kasm).toHaveReceived('create_image', { target_image: { name: 'team/b:1' } })
  expect(kasm).toHaveReceived('create_image', { target_image: { name: 'team/b:1' } }, { exactly: 1 })
  expect(kasm).not.toHaveReceived('delete_image')
  expect(() => expect(kasm).not.toHaveReceived('create_image')).toThrow('no such call of create_image, there were 1:')
  const wrong = { target_image: { name: 'team/b:1', cores: 4 } }
  expect(() => expect(kasm).toHaveReceived('create_image', wrong)).toThrow('body.target_image.cores is 2, expected 4')
})

test('toHaveNoErrors lists refused calls and failing pulls', async ({ kasm }) => {
  await kasm.clock.advance('1m')
  expect(kasm).toHaveNoErrors()
  await kasm.client.call('create_image', { target_image: { name: 'team/none:1', friendly_name: 'None' } })
  await kasm.client.call('get_image', { target_image: { image_id: '0'.repeat(32) } }).catch(() => undefined)
  await kasm.clock.advance('1m')
  expect(() => expect(kasm).toHaveNoErrors()).toThrow(/POST \/api\/public\/get_image was answered/)
  expect(() => expect(kasm).toHaveNoErrors()).toThrow(
    /agent-0000 fails to pull team\/none:1: .*not found|manifest unknown/,
  )
})

test('refuses to judge anything else', () => {
  expect(() => expect({}).toHaveNoErrors()).toThrow('This matcher is for a Kasm')
})
