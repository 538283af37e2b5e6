// The image calls of the developer API: what they take, keep and return.
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { createKasmModel } from '../../server/model/model.ts'
import { apiCredentials, chrome, firefox, startTestApp } from './support.ts'

const unknownId = 'ffffffffffffffffffffffffffffffff'
const withDashes = (id: string) => id.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')

test('creates an image from its name alone, with the defaults of the product', async () => {
  const { developer, images } = startTestApp()
  const { body } = await developer('create_image', { target_image: { name: firefox } })
  expect(body.image).toMatchObject({
    name: firefox,
    friendly_name: firefox,
    image_type: 'Container',
    enabled: true,
    available: false,
    hash: null,
    docker_registry: 'https://index.docker.io/v1/',
    cores: 2,
    memory: 2_768_000_000,
    memory_bytes: 2_768_000_000,
    uncompressed_size_mb: 0,
    run_config: {},
    categories: [],
  })
  expect((await images()).map(({ name }) => name)).toEqual([chrome, firefox])
})

test('serves the same images under /api/public and /api/admin', async () => {
  const { developer } = startTestApp()
  const { body: created } = await developer('create_image', { target_image: { name: firefox } }, 'admin')
  const { body: read } = await developer('get_image', { image_id: created.image.image_id }, 'public')
  expect(read.image).toEqual(created.image)
})

test('updates only the fields that are sent', async () => {
  const { developer, images } = startTestApp()
  const [before] = await images()
  const target_image = { image_id: before?.image_id, name: 'kasmweb/chrome:1.17.0', enabled: false }
  const { body } = await developer('update_image', { target_image })
  expect(body.image).toEqual({ ...before, name: 'kasmweb/chrome:1.17.0', enabled: false })
  expect(await images()).toEqual([body.image])
})

test('deletes an image and answers with an empty object', async () => {
  const { developer, images } = startTestApp()
  const [image] = await images()
  expect((await developer('delete_image', { target_image: { image_id: image?.image_id } })).text).toBe('{}')
  expect(await images()).toEqual([])
})

test('finds an image by id at the top level or in target_image, with or without dashes, in any case', async () => {
  const { developer, images } = startTestApp()
  const [image] = await images()
  const id = image?.image_id as string
  expect(id).toMatch(/^[0-9a-f]{32}$/)
  const forms = [
    { image_id: id },
    { target_image: { image_id: withDashes(id) } },
    { image_id: withDashes(id).toUpperCase() },
  ]
  for (const form of forms) expect((await developer('get_image', form)).body.image).toEqual(image)
})

test('derives ids from names, so that a fresh start gives the same ids', () => {
  const ids = () => {
    const images = [{ name: chrome }, { name: firefox }, { name: chrome }]
    const { body } = createKasmModel({ images }).handle({ operation: 'get_images', body: {}, nowMs: 0 })
    return (body as { images: { image_id: string }[] }).images.map(({ image_id }) => image_id)
  }
  expect(ids()).toEqual(ids())
  expect(new Set(ids()).size).toBe(3)
})

test('gives a recreated image another id than the deleted one', async () => {
  const { developer, images } = startTestApp()
  const [{ image_id } = { image_id: '' }] = await images()
  await developer('delete_image', { target_image: { image_id } })
  const { body } = await developer('create_image', { target_image: { name: chrome } })
  expect(body.image.image_id).not.toBe(image_id)
})

test('takes configurations as JSON in a string or as an object, and returns objects', async () => {
  const { developer } = startTestApp()
  const configs = {
    run_config: '{"hostname":"kasm"}',
    exec_config: { go: { cmd: 'x' } },
    volume_mappings: '',
    launch_config: null,
  }
  const { body } = await developer('create_image', { target_image: { name: firefox, ...configs } })
  expect(body.image).toMatchObject({
    run_config: { hostname: 'kasm' },
    exec_config: { go: { cmd: 'x' } },
    volume_mappings: {},
    launch_config: {},
  })
})

test('takes categories as a list or as one string, and returns a list', async () => {
  const { developer } = startTestApp()
  const categoriesOf = async (categories: unknown) =>
    (await developer('create_image', { target_image: { name: firefox, categories } })).body.image.categories
  expect(await categoriesOf('Testing')).toEqual(['Testing'])
  expect(await categoriesOf(['A', 'B'])).toEqual(['A', 'B'])
  expect(await categoriesOf(null)).toEqual([])
})

test('takes memory under either of its names and returns both', async () => {
  const { developer } = startTestApp()
  for (const field of ['memory', 'memory_bytes']) {
    const { body } = await developer('create_image', { target_image: { name: firefox, [field]: 1_000_000 } })
    expect(body.image).toMatchObject({ memory: 1_000_000, memory_bytes: 1_000_000 })
  }
})

test('keeps docker_token to itself, and returns docker_user', async () => {
  const { developer, images } = startTestApp()
  const target_image = { name: firefox, docker_user: 'robot', docker_token: 'secret-token' }
  const { body, text } = await developer('create_image', { target_image })
  expect(body.image).toMatchObject({ docker_user: 'robot', docker_token: null })
  expect(text + JSON.stringify(await images())).not.toContain('secret-token')
})

test('ignores unknown fields, and fields that only agents set', async () => {
  const { developer } = startTestApp()
  const extra = { nonsense: 1, image_name: 'x', hash: 'sha256:x', available: true, image_id: unknownId }
  const { body } = await developer('create_image', { nonsense: true, target_image: { name: firefox, ...extra } })
  expect(body.image).toMatchObject({ hash: null, available: false })
  expect(body.image).not.toHaveProperty('nonsense')
  expect(body.image.image_id).not.toBe(unknownId)
})

test('restricts an image to a zone by its name or its id, and forgets the zone again', async () => {
  const { developer } = startTestApp({ zones: ['default', 'emea'] })
  const { body: byName } = await developer('create_image', {
    target_image: { name: firefox, restrict_to_zone: true, zone_name: 'emea' },
  })
  const { image_id, zone_id } = byName.image
  expect(byName.image).toMatchObject({ restrict_to_zone: true, zone_name: 'emea' })
  const { body: byId } = await developer('create_image', {
    target_image: { name: firefox, zone_id: withDashes(zone_id) },
  })
  expect(byId.image.zone_name).toBe('emea')
  const { body: freed } = await developer('update_image', { target_image: { image_id, zone_id: null } })
  expect(freed.image).toMatchObject({ zone_id: null, zone_name: null })
})

test.each([
  ['zone_id', unknownId],
  ['zone_name', 'nowhere'],
])('answers an error_message to an unknown %s', async (field, value) => {
  const { developer } = startTestApp()
  const { status, body } = await developer('create_image', { target_image: { name: firefox, [field]: value } })
  expect({ status, body }).toEqual({ status: 200, body: { error_message: `Zone not found: ${value}.` } })
})

test.each(['get_image', 'update_image', 'delete_image'] as const)(
  'answers 200 with an error_message to %s of an unknown id',
  async (verb) => {
    const { developer } = startTestApp()
    const { status, body } = await developer(verb, { target_image: { image_id: withDashes(unknownId) } })
    expect({ status, body }).toEqual({ status: 200, body: { error_message: `Image not found: ${unknownId}.` } })
  },
)

test.each([
  ['image_type', { image_type: 'Docker' }, 'target_image.image_type must be one of Container, Server'],
  ['cores', { cores: 'two' }, 'target_image.cores must be number'],
  ['cores', { cores: -1 }, 'target_image.cores must be >= 0'],
  ['memory', { memory: -1 }, 'target_image.memory must be >= 0'],
  ['memory', { memory: 1.5 }, 'target_image.memory must be integer'],
  ['enabled', { enabled: 'yes' }, 'target_image.enabled must be boolean'],
  ['docker_registry', { docker_registry: 1 }, 'target_image.docker_registry must be string or null'],
  ['categories', { categories: [1] }, 'target_image.categories.0 must be string'],
  ['run_config', { run_config: '{"a":' }, 'target_image.run_config must be a JSON object or a string that holds one'],
  ['run_config', { run_config: '[1]' }, 'target_image.run_config must hold a JSON object'],
  ['name', { name: 'Kasm Web/Chrome' }, 'target_image.name is no docker reference'],
  ['name', { name: 'kasmweb/chrome:a b' }, '"a b" is no tag'],
  ['name', { name: '' }, 'target_image.name must not have fewer than 1 characters'],
  ['name', { name: 'a'.repeat(256) }, 'target_image.name must not have more than 255 characters'],
])('answers 400 and names the field for a wrong %s', async (_field, fields, problem) => {
  const { developer, images } = startTestApp()
  const before = await images()
  const created = await developer('create_image', { target_image: { name: firefox, ...fields } })
  const target_image = { image_id: before[0]?.image_id, ...fields }
  const updated = await developer('update_image', { target_image })
  for (const { status, body } of [created, updated]) {
    expect(status).toBe(400)
    expect(body.error_message).toContain(problem)
  }
  expect(await images()).toEqual(before)
})

test('requires a name, and names every problem at once', async () => {
  const { developer } = startTestApp()
  const { status, body } = await developer('create_image', { target_image: { cores: 'two', memory: -1 } })
  expect(status).toBe(400)
  expect(body.error_message).toBe(
    'Invalid request: target_image.name missing; target_image.cores must be number; target_image.memory must be >= 0.',
  )
})

test('takes any name for what is no container', async () => {
  const { developer } = startTestApp()
  const { body } = await developer('create_image', { target_image: { name: 'A Link', image_type: 'Link' } })
  expect(body.image).toMatchObject({ name: 'A Link', image_type: 'Link' })
})

test('compresses a long list for those who take that, and for no others', async () => {
  const { app, images } = startTestApp({
    images: Array.from({ length: 100 }, (_, index) => ({ name: `a/b:${index}` })),
  })
  const list = async (encoding: string, area = 'public') => {
    const headers = { 'accept-encoding': encoding }
    const url = `/api/${area}/get_images`
    const { headers: sent, rawPayload } = await app.inject({ method: 'POST', url, headers, payload: apiCredentials })
    expect(sent.vary).toBe('accept-encoding')
    return { encoding: sent['content-encoding'], rawPayload }
  }
  const plain = await list('identity')
  expect(plain.encoding).toBeUndefined()
  for (const area of ['public', 'admin']) {
    const packed = await list('gzip, deflate', area)
    expect(packed.encoding).toBe('gzip')
    expect(packed.rawPayload.byteLength).toBeLessThan(plain.rawPayload.byteLength / 10)
    expect(gunzipSync(packed.rawPayload).equals(plain.rawPayload)).toBe(true)
  }
  expect(await images()).toHaveLength(100)
})

test('shows a change of the list at once, however often it was asked for before', async () => {
  const { developer, images } = startTestApp()
  expect(await images()).toHaveLength(1)
  expect(await images()).toHaveLength(1)
  await developer('create_image', { target_image: { name: firefox } })
  expect(await images()).toHaveLength(2)
})

test('refuses to start with an image whose name is no docker reference', () => {
  expect(() => createKasmModel({ images: [{ name: 'Bad Name' }] })).toThrow(
    expect.objectContaining({ code: 'IMAGE_REFERENCE_INVALID', message: expect.stringContaining('"Bad Name"') }),
  )
})
