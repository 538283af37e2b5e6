// What agents report and which image definitions they get.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { HeartbeatReply } from '../../server/api/manager.ts'
import { createKasmModel } from '../../server/model/model.ts'
import { Collection } from '../../server/model/state/collection.ts'
import type { Holding } from '../../server/model/state/records.ts'
import { Stock } from '../../server/model/stock.ts'
import { chrome, digestOf, firefox, heartbeatBody, startTestApp } from './support.ts'

const otherServer = 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee'
const newStock = () => new Stock(new Collection('imageHashes', () => {}))
const names = ({ images }: { images: { name: string }[] }) => images.map(({ name }) => name)

test('hands out the definitions with credentials, disabled ones included, in order of creation', async () => {
  const { heartbeat } = startTestApp({
    images: [
      { name: firefox, enabled: false },
      { name: chrome, docker_user: 'robot', docker_token: 'secret', uncompressed_size_mb: 2100, docker_registry: null },
    ],
  })
  const { images } = await heartbeat()
  expect(images).toMatchObject([
    { name: firefox, enabled: false, docker_token: null },
    { name: chrome, enabled: true, docker_user: 'robot', docker_token: 'secret', docker_registry: null },
  ])
  expect(images[1]?.uncompressed_size_mb).toBe(2100)
})

test('hands out container images alone', async () => {
  const images = [{ name: chrome }, { name: 'A link', image_type: 'Link' as const }]
  expect(names(await startTestApp({ images }).heartbeat())).toEqual([chrome])
})

test('hands out an image restricted to a zone to agents of that zone alone', async () => {
  const { heartbeat } = startTestApp({
    zones: ['default', 'emea'],
    images: [{ name: chrome }, { name: firefox, restrict_to_zone: true, zone_name: 'emea' }],
  })
  expect(names(await heartbeat())).toEqual([chrome])
  expect(names(await heartbeat({ zone_name: 'emea' }))).toEqual([chrome, firefox])
  expect(names(await heartbeat({ server_id: otherServer, zone_name: 'default' }))).toEqual([chrome])
})

test('hands out an image restricted to a server to that server alone, until the restriction ends', async () => {
  const { heartbeat, developer } = startTestApp()
  const target_image = { name: firefox, restrict_to_server: true, server_id: otherServer }
  const { body } = await developer('create_image', { target_image })
  expect(names(await heartbeat())).toEqual([chrome])
  expect(names(await heartbeat({ server_id: otherServer }))).toEqual([chrome, firefox])
  const { image_id } = body.image
  await developer('update_image', { target_image: { image_id, restrict_to_server: false } })
  expect(names(await heartbeat())).toEqual([chrome, firefox])
})

test('raises the revision with every change of a definition and with nothing else', async () => {
  const { heartbeat, developer, images } = startTestApp()
  const revision = async () => (await heartbeat()).images_revision
  const seen = [await revision()]
  const { agent } = await heartbeat({ docker_images: [{ name: chrome, digest: digestOf('a') }] })
  await developer('update_agent', { target_agent: { agent_id: agent.agent_id, enabled: true } })
  expect(await revision()).toBe(seen[0])

  await developer('create_image', { target_image: { name: firefox } })
  seen.push(await revision())
  const [first] = await images()
  await developer('update_image', { target_image: { image_id: first?.image_id, enabled: false } })
  seen.push(await revision())
  await developer('delete_image', { target_image: { image_id: first?.image_id } })
  seen.push(await revision())
  expect(new Set(seen).size).toBe(4)
})

test('shows the digest reported last as the hash of an image', async () => {
  const { heartbeat, images } = startTestApp()
  const holding = (digit: string) => ({ docker_images: [{ name: chrome, digest: digestOf(digit) }] })
  await heartbeat(holding('a'))
  expect(await images()).toMatchObject([{ hash: digestOf('a') }])
  await heartbeat({ server_id: otherServer, ...holding('b') })
  expect(await images()).toMatchObject([{ hash: digestOf('b') }])
  // Nothing was pulled since: an agent that repeats its old report does not bring the old hash back.
  await heartbeat(holding('a'))
  expect(await images()).toMatchObject([{ hash: digestOf('b') }])
  const { images: definitions } = await heartbeat(holding('c'))
  expect(definitions).toMatchObject([{ hash: digestOf('c') }])
})

test('shows an image as available while an enabled agent holds it', async () => {
  const { heartbeat, developer, images, clock } = startTestApp()
  const holding = { docker_images: [{ name: chrome, digest: digestOf('a') }] }
  const available = async () => (await images())[0]?.available
  const { agent } = await heartbeat(holding)
  expect(await available()).toBe(false)
  const enable = (enabled: boolean) =>
    developer('update_agent', { target_agent: { agent_id: agent.agent_id, enabled } })
  await enable(true)
  expect(await available()).toBe(true)
  expect((await heartbeat(holding)).images[0]?.available).toBe(true)
  await enable(false)
  expect(await available()).toBe(false)
  await enable(true)
  await heartbeat({ docker_images: [] })
  expect(await available()).toBe(false)
  await heartbeat(holding)
  clock.advance(3_700_000)
  expect(await available()).toBe(false)
})

test('answers images with the same definitions as the heartbeat, and agent_config with the retention period', async () => {
  const { heartbeat, manager } = startTestApp({ images: [{ name: chrome }, { name: firefox }] })
  const { images, images_revision } = await heartbeat()
  const { server_id } = heartbeatBody()
  expect((await manager('images', { server_id })).body).toEqual({ images, images_revision })
  expect((await manager('agent_config', { server_id })).body).toEqual({ agent: { retention_period: '24' } })
})

test('answers 404 to images of an agent that has not checked in', async () => {
  const { status, body } = await startTestApp().manager('images', { server_id: otherServer })
  expect(status).toBe(404)
  expect(body.error_message).toContain(otherServer)
})

test.each([
  ['an unknown field', { colour: 'red' }, 'colour not known'],
  [
    'an unknown field of a part',
    { disk_stats: { total: 1, used: 0, free: 1, spare: 1 } },
    'disk_stats.spare not known',
  ],
  ['a number as text', { cores: '8' }, 'cores must be integer'],
  ['no hostname', { hostname: undefined }, 'hostname missing'],
  ['an empty server_id', { server_id: '' }, 'server_id must not have fewer'],
  ['a negative size', { disk_stats: { total: -1, used: 0, free: 1 } }, 'disk_stats.total must be >= 0'],
  [
    'a digest of another form',
    { docker_images: [{ name: chrome, digest: 'sha256:abc' }] },
    'docker_images.0.digest must',
  ],
  ['an image without a digest', { docker_images: [{ name: chrome }] }, 'docker_images.0.digest missing'],
  ['a zone that does not exist', { zone_name: 'mars' }, 'zone_name names no zone: "mars"'],
])('answers 400 to a heartbeat with %s and registers nothing', async (_case, fields, problem) => {
  const { manager, agents } = startTestApp()
  const { status, body } = await manager('heartbeat', { ...heartbeatBody(), ...fields })
  expect(status).toBe(400)
  expect(body.error_message).toContain(problem)
  expect(await agents()).toEqual([])
})

test('hands the same list to every agent of a scope until a definition changes', () => {
  const model = createKasmModel({ images: [{ name: chrome }] })
  const listFor = (server_id: string) => {
    const { body } = model.handle({ operation: 'heartbeat', body: heartbeatBody({ server_id }), nowMs: 0 })
    return (body as HeartbeatReply).images
  }
  const list = listFor('one')
  expect(listFor('two')).toBe(list)
  model.handle({ operation: 'create_image', body: { target_image: { name: firefox } }, nowMs: 0 })
  expect(names({ images: listFor('one') })).toEqual([chrome, firefox])
})

test('keeps one object per image and digest for all who hold it, and none once nobody does', () => {
  const stock = newStock()
  const report = () => [{ name: chrome, digest: digestOf('a') }]
  const [first] = stock.replace([], report(), true)
  const [second] = stock.replace([], report(), true)
  expect(second).toBe(first)
  stock.replace([first as Holding], [], true)
  expect(stock.replace([], report(), true)[0]).toBe(first)
  stock.release([first as Holding], true)
  stock.release([first as Holding], true)
  expect(stock.replace([], report(), true)[0]).not.toBe(first)
})

test('counts holders as a recount of all agents would, whatever they report', () => {
  const holding = fc.record({ name: fc.constantFrom('a', 'b', 'c'), digest: fc.constantFrom('1', '2', '3') })
  const report = fc.record({ agent: fc.nat(3), images: fc.array(holding, { maxLength: 5 }), gone: fc.boolean() })
  fc.assert(
    fc.property(fc.array(report, { maxLength: 40 }), (reports) => {
      const stock = newStock()
      const held = new Map<number, readonly { name: string; digest: string }[]>()
      for (const { agent, images, gone } of reports) {
        // Agents with an even number are enabled.
        const enabled = agent % 2 === 0
        held.set(agent, stock.replace(held.get(agent) ?? [], images, enabled))
        if (gone) stock.release(held.get(agent) ?? [], enabled)
        if (gone) held.delete(agent)
        for (const name of ['a', 'b', 'c']) {
          const expected = [...held].some(
            ([index, list]) => index % 2 === 0 && list.some((image) => image.name === name),
          )
          expect(stock.available(name)).toBe(expected)
        }
      }
    }),
  )
})
