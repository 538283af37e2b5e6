// Seeds: of every kind, all or nothing, with the place of each problem.
import { writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { readSeedFile, readSeedText, readSeedValue } from '../../server/control/seed/read.ts'
import { readDataFile } from '../../server/data-file.ts'
import { startWebApp } from '../../server/main.ts'
import { startControlled } from './control-support.ts'
import { chrome, digestOf } from './support.ts'

const yaml = { 'content-type': 'application/yaml' }

const whole = {
  zones: ['default', 'emea'],
  settings: { 'scale/auto_agent': true, 'scale/host_missing_expiration': 30 },
  groups: [
    {
      name: 'Testers',
      priority: 5,
      permissions: ['images_view'],
      settings: { max_kasms_per_user: 2 },
      images: ['a:1'],
    },
    { name: 'All Users', description: 'Everyone' },
  ],
  images: [
    { name: 'a:1', groups: [] },
    { name: 'b:1', docker_token: 'hush', run_config: { hostname: 'x' } },
  ],
  users: [
    { username: 'ada', password: 'correct horse', groups: ['Testers'] },
    { username: 'admin@kasm.local', password: 'changed', first_name: 'Admin' },
  ],
  api_keys: [
    { name: 'pipeline', api_key: 'pipe', api_key_secret: 'line', permissions: ['images_view'], read_only: true },
  ],
  agents: [
    { hostname: 'one', zone_name: 'emea', docker_images: [{ name: 'a:1', digest: digestOf('a') }] },
    { hostname: 'two', enabled: false, auto_prune_images: 'Off' },
  ],
}

test('fills the fake with everything of a seed', async () => {
  const { post, developer, app, model } = startControlled()
  const { status, body } = await post('/seed', whole)
  expect({ status, body }).toEqual({
    status: 200,
    body: { counts: { images: 2, users: 3, groups: 3, zones: 2, agents: 2, sessions: 0, api_keys: 2 }, skipped: [] },
  })
  const { agents } = (await developer('get_agents')).body
  expect(agents).toMatchObject([
    { hostname: 'one', zone_name: 'emea', enabled: true, status: 'running' },
    { hostname: 'two', zone_name: 'default', enabled: false, auto_prune_images: 'Off' },
  ])
  const { users } = (await developer('get_users')).body
  const ada = users.find(({ username }: { username: string }) => username === 'ada')
  expect(ada.groups.map(({ name }: { name: string }) => name)).toEqual(['All Users', 'Testers'])
  const login = (username: string, password: string) =>
    app.inject({ method: 'POST', url: '/api/authenticate', payload: { username, password } })
  expect((await login('ada', 'correct horse')).json()).toHaveProperty('token')
  expect((await login('admin@kasm.local', 'changed')).json()).toHaveProperty('token')
  const asPipeline = (verb: string) =>
    app.inject({ method: 'POST', url: `/api/public/${verb}`, payload: { api_key: 'pipe', api_key_secret: 'line' } })
  expect((await asPipeline('get_images')).json().images).toHaveLength(2)
  expect((await asPipeline('get_users')).statusCode).toBe(403)
  expect(model.areas.settings.flag('scale/auto_agent')).toBe(true)
  const { groups } = (await developer('get_groups')).body
  expect(groups.map(({ name, priority }: { name: string; priority: number }) => [name, priority])).toContainEqual([
    'Testers',
    5,
  ])
  const testers = groups.find(({ name }: { name: string }) => name === 'Testers')
  const { images } = (await developer('get_images_group', { target_group: { group_id: testers.group_id } })).body
  expect(images).toMatchObject([{ image_name: 'a:1' }])
})

test('takes the place of all there was and is what a reset goes back to, agents as alive as at first', async () => {
  const { post, developer, imageNames } = startControlled()
  await developer('create_image', { target_image: { name: 'old:1' } })
  await post('/seed', whole)
  expect(await imageNames()).toEqual(['a:1', 'b:1'])
  await developer('create_image', { target_image: { name: 'new:1' } })
  await post('/clock', { advance: '2h' })
  await post('/reset')
  expect(await imageNames()).toEqual(['a:1', 'b:1'])
  expect((await developer('get_agents')).body.agents).toMatchObject([{ status: 'running' }, { status: 'running' }])
})

test('adds to what there is, until a reset', async () => {
  const { post, imageNames, developer } = startControlled()
  await post('/seed?mode=add', whole)
  expect(await imageNames()).toEqual([chrome, 'a:1', 'b:1'])
  await post('/seed?mode=add', { ...whole, images: [] })
  expect((await developer('get_users')).body.users).toHaveLength(3)
  await post('/reset')
  expect(await imageNames()).toEqual([chrome])
})

test('changes nothing at all where any part cannot be used, and names every such part', async () => {
  const { post, model } = startControlled()
  const before = JSON.stringify(model.snapshot())
  const text = `
users:
  - { username: ada, groups: [Tester] }
groups:
  - name: Testers
    permissions: [images_veiw]
images:
  - name: fine:1
  - name: Not/Fine
agents:
  - { hostname: one, zone_name: nowhere }
settings:
  scale/auto_agnet: true
  scale/guardian_interval: often
`
  const { status, body } = await post('/seed?file=team.yaml', text, yaml)
  expect(status).toBe(400)
  expect(body.error).toMatchObject({ code: 'SEED_INVALID', position: { file: 'team.yaml', line: 3, column: 5 } })
  const lines = body.error.message.split('\n').map((line: string) => line.trim())
  expect(lines[0]).toBe('Failed to read the seed team.yaml: 6 problems.')
  expect(lines).toContain(
    'team.yaml:5:5: groups[0] names the permission "images_veiw", which there is not; did you mean "images_view"?',
  )
  expect(lines).toContain('team.yaml:13:3: settings.scale/auto_agnet is no setting; did you mean "scale/auto_agent"?')
  expect(lines.slice(1, -1).map((line: string) => line.split(':')[1])).toEqual(['3', '5', '9', '11', '13', '14'])
  expect(JSON.stringify(model.snapshot())).toBe(before)
})

test.for([
  ['images:\n  - name: a:1\n    cores: two\n', 'seed:3:5: images[0].cores must be number'],
  ['images:\n  - nam: a:1\n', 'seed:2:5: images[0] must have "name"'],
  ['image: []\n', 'seed:1:1: image is not known'],
  ['images: [\n', 'seed:2:1'],
  ['a: 1\na: 2\n', 'seed:2:1'],
  ['', 'seed:1:1'],
  ['- 1\n', 'seed:1:1'],
] as const)('points at what is wrong in %j', ([text, problem]) => {
  expect(() => readSeedText(text, { file: 'seed', format: 'yaml' })).toThrow(problem)
})

test('reads the catalogue that comes with the program', () => {
  const { seed } = readSeedText(readDataFile('kasm-catalogue.csv'), { file: 'catalogue.csv', format: 'csv' })
  expect(seed.images).toHaveLength(57)
  expect(seed.images?.[0]).toEqual({
    name: 'kasmweb/ubuntu-focal-desktop:1.16.1',
    friendly_name: 'Ubuntu Focal',
    categories: ['Desktop', 'Productivity', 'Development'],
    enabled: expect.any(Boolean),
    uncompressed_size_mb: 3_960,
  })
})

test.for([
  ['nam,enabled\na:1,true\n', 'x.csv:1:1: header.column[0] "nam" is no column; did you mean "name"?'],
  ['enabled\ntrue\n', 'must name the column "name"'],
  ['name,enabled\na:1,true\n"b,1",maybe\n', 'x.csv:3:7: images[1].enabled must be true or false, it is "maybe"'],
  ['name,friendly_name,cores\na:1,"Two\nlines",2\nb:1,B,many\n', 'x.csv:4:7: images[1].cores must be a number'],
  ['name,cores\na:1\n', 'x.csv:2:1: images[0] has 1 cells, the header 2'],
  ['name,enabled\n,true\n', 'x.csv:2:1: images[0].name is empty'],
  ['name\n"a:1\n', 'x.csv:'],
] as const)('points at what is wrong in the CSV %j', ([text, problem]) => {
  expect(() => readSeedText(text, { file: 'x.csv', format: 'csv' })).toThrow(problem)
})

test('takes images in CSV over the control API', async () => {
  const { post, developer } = startControlled()
  const text = 'name,friendly_name,categories,enabled\nteam/app:1,App,A|B,false\n'
  expect((await post('/seed', text, { 'content-type': 'text/csv' })).body.counts.images).toBe(1)
  expect((await developer('get_images')).body.images).toMatchObject([
    { name: 'team/app:1', friendly_name: 'App', categories: ['A', 'B'], enabled: false },
  ])
})

const list11 = {
  name: 'Team registry',
  workspacecount: 3,
  list_url: 'https://registry.example.com/',
  channels: ['develop', 'rolling-weekly'],
  default_channel: 'rolling-weekly',
  workspaces: [
    {
      friendly_name: 'Chrome',
      image_src: 'chrome.png',
      categories: ['Browser'],
      architecture: ['amd64'],
      docker_registry: 'https://index.docker.io/v1/',
      compatibility: [
        {
          version: '1.15.x',
          image: 'kasmweb/chrome:1.15.0',
          uncompressed_size_mb: 1_000,
          available_tags: ['1.15.0', '1.15.0-rolling-weekly'],
        },
        {
          version: '1.16.x',
          image: 'kasmweb/chrome:1.16.1-rolling-daily',
          uncompressed_size_mb: 2_000,
          available_tags: ['develop', '1.16.1', '1.16.1-rolling-weekly', '1.16.1-rolling-daily'],
        },
      ],
      sha: 'x',
    },
    {
      friendly_name: 'Old',
      compatibility: [{ version: '1.9.x', image: 'host:5000/old', available_tags: ['old'], uncompressed_size_mb: 1 }],
    },
  ],
}

const registryNames = (choice: object) =>
  readSeedValue(list11, choice).seed.images?.map(({ name, uncompressed_size_mb }) => [name, uncompressed_size_mb])

test('takes of a workspace registry the images for a version and a channel', () => {
  expect(registryNames({})).toEqual([
    ['kasmweb/chrome:1.16.1-rolling-weekly', 2_000],
    ['host:5000/old', 1],
  ])
  expect(registryNames({ version: '1.15' })).toEqual([['kasmweb/chrome:1.15.0-rolling-weekly', 1_000]])
  expect(registryNames({ version: '1.16.1', channel: 'develop' })).toEqual([['kasmweb/chrome:develop', 2_000]])
  expect(registryNames({ channel: 'old' })).toEqual([['host:5000/old:old', 1]])
  expect(readSeedValue(list11, { version: '1.15' }).skipped).toEqual([
    { name: 'Old', reason: 'it has no image for Kasm 1.15, only for 1.9.x' },
  ])
  expect(readSeedValue(list11, { channel: 'old' }).skipped).toMatchObject([{ name: 'Chrome' }])
  expect(readSeedValue(list11).seed.images?.[0]).toMatchObject({
    friendly_name: 'Chrome',
    categories: ['Browser'],
    image_src: 'https://registry.example.com/1.1/icons/chrome.png',
  })
})

test('takes a registry of schema 1.0', () => {
  const workspace = {
    friendly_name: 'App',
    name: 'team/app:1',
    image_src: 'a.svg',
    uncompressed_size_mb: 5,
    run_config: {},
  }
  const list = {
    list_url: 'https://r.example.com/',
    workspaces: [{ ...workspace, compatibility: ['1.13.x', '1.14.x'] }],
  }
  const image = { friendly_name: 'App', name: 'team/app:1', uncompressed_size_mb: 5, run_config: {} }
  const image_src = 'https://r.example.com/1.0/icons/a.svg'
  expect(readSeedValue(list, { version: '1.14.0' }).seed).toEqual({ images: [{ ...image, image_src }] })
  expect(readSeedValue(list, { version: '1.16' })).toMatchObject({ seed: { images: [] }, skipped: [{ name: 'App' }] })
})

test('points at the workspace that is wrong', () => {
  const text = '{\n  "workspaces": [\n    { "name": "a:1", "cores": "two" },\n    7\n  ]\n}\n'
  const read = () => readSeedText(text, { file: 'list.json', format: 'yaml' })
  expect(read).toThrow('list.json:3:22: images[0].cores must be number')
  expect(read).toThrow('list.json:4:5: images[1].name must be string')
})

test('makes up the same for the same seed, and moves nothing when more is asked for', async () => {
  const { post, developer, app } = startControlled()
  const made = async (wanted: object) => {
    await post('/seed', { generate: wanted })
    const [{ images }, { users }, { agents }] = await Promise.all(
      ['get_images', 'get_users', 'get_agents'].map(async (verb) => (await developer(verb)).body),
    )
    const names = (rows: Record<string, string>[], field: string) => rows.map((row) => row[field])
    return { images: names(images, 'name'), users: names(users, 'username'), agents: names(agents, 'hostname') }
  }
  const first = await made({ images: 30, users: 10, groups: 3, agents: 4, seed: 7 })
  expect([first.images.length, first.users.length, first.agents.length]).toEqual([30, 12, 4])
  expect(await made({ images: 30, users: 10, groups: 3, agents: 4, seed: 7 })).toEqual(first)
  const more = await made({ images: 31, users: 11, groups: 3, agents: 4, seed: 7 })
  expect([more.images.slice(0, 30), more.users.slice(0, 12), more.agents]).toEqual([
    first.images,
    first.users,
    first.agents,
  ])
  expect((await made({ images: 30, seed: 8 })).images).not.toEqual(first.images)
  const payload = { username: more.users[2], password: 'kasmSimPassword' }
  await made({ users: 1, seed: 7 })
  expect((await app.inject({ method: 'POST', url: '/api/authenticate', payload })).json()).toHaveProperty('token')
})

test('takes the catalogue along where a seed asks for it', async () => {
  const { post } = startControlled()
  expect((await post('/seed', { catalogue: true, images: [{ name: 'a:1' }] })).body.counts.images).toBe(58)
})

test('fills a fake from its start, with a file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kasm-sim-seed-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = join(folder, 'list.json')
  writeFileSync(file, JSON.stringify(list11))
  const webApp = await startWebApp({ seed: file, seedChoice: { version: '1.15' } })
  onTestFinished(() => webApp.close())
  const reset = await fetch(`${webApp.url}/__sim__/reset`, { method: 'POST' })
  expect(await reset.json()).toMatchObject({ images: 1 })
  writeFileSync(file, '{\n"images": 3 }')
  await expect(startWebApp({ seed: file })).rejects.toMatchObject({
    code: 'SEED_INVALID',
    position: { file, line: 2, column: 1 },
  })
  await expect(readSeedFile(join(folder, 'none.yaml'))).rejects.toThrow('there is no such file. Check the path.')
  await expect(readSeedFile(join(folder, 'seed.txt'))).rejects.toThrow('its ending is none of')
})

test('answers any JSON with what it is filled with or with a coded error, and never with half of it', async () => {
  const { post, model } = startControlled()
  const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null))
  const item = fc.record(
    {
      name: fc.oneof(fc.constantFrom('a:1', 'BAD'), leaf),
      hostname: leaf,
      username: leaf,
      cores: leaf,
      groups: fc.array(leaf),
    },
    { requiredKeys: [] },
  )
  const list = fc.array(item, { maxLength: 3 })
  const seed = fc.record(
    {
      images: list,
      users: list,
      agents: list,
      groups: list,
      zones: fc.array(leaf),
      settings: fc.dictionary(
        fc.string().filter((name) => name !== '__proto__'),
        leaf,
      ),
    },
    { requiredKeys: [] },
  )
  await fc.assert(
    fc.asyncProperty(seed, async (body) => {
      const before = JSON.stringify(model.snapshot())
      const { status, body: answer } = await post('/seed', body)
      expect([200, 400]).toContain(status)
      if (status === 200) return
      expect(answer.error.code).toBe('SEED_INVALID')
      expect(JSON.stringify(model.snapshot())).toBe(before)
    }),
    { numRuns: 60 },
  )
})

test('wipes nothing where a seed has no body, as where its file is not there', async () => {
  const { app, imageNames } = startControlled()
  for (const headers of [{}, { 'content-type': 'application/json' }]) {
    const { statusCode, body } = await app.inject({ method: 'POST', url: '/__sim__/seed', headers })
    expect(statusCode).toBe(400)
    expect(JSON.parse(body).error.message).toContain('there is no body')
  }
  expect(await imageNames()).toEqual([chrome])
})
