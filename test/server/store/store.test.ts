// The state in a data file: what comes back after a restart, what it costs, and what nobody can read there.
import { cpSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import type { OperationName } from '../../../server/api/operation-names.ts'
import { buildApp } from '../../../server/app.ts'
import { createManualClock } from '../../../server/kernel/clock.ts'
import { startWebApp } from '../../../server/main.ts'
import { createKasmModel, type KasmModel, type ModelCall } from '../../../server/model/model.ts'
import { Store } from '../../../server/store/store.ts'
import { temporaryFolder } from '../../cli/command.ts'
import { apiCredentials, chrome, digestOf, firefox, heartbeatBody } from '../support.ts'

const startMs = 1_700_000_000_000

/** A model over a data file, as a start of the server makes it. */
function open(file: string, secretKey?: Uint8Array) {
  const clock = createManualClock(startMs)
  const store = new Store({ file, nowMs: clock.nowMs, ...(secretKey && { secretKey }) })
  const snapshot = store.read()
  const options = { images: [{ name: chrome }], autoEnableAgents: true, listener: store, secretKey: store.secretKey }
  const model = createKasmModel({ ...options, ...(snapshot && { snapshot }) })
  store.begin()
  return { clock, store, model }
}

function call(model: KasmModel, operation: OperationName, body: object = {}, nowMs = startMs) {
  const reply = model.handle({ operation, body, nowMs } as ModelCall<OperationName>)
  expect(reply).toMatchObject({ status: 200 })
  // biome-ignore lint/suspicious/noExplicitAny: replies differ by operation.
  return JSON.parse(JSON.stringify(reply.body)) as any
}

/** What a kill at this moment would leave. */
function leftBehind(file: string): string {
  const copy = join(temporaryFolder(), 'copy.db')
  for (const ending of ['', '-wal', '.key']) if (existsSync(file + ending)) cpSync(file + ending, copy + ending)
  return copy
}

const newFile = () => join(temporaryFolder(), 'kasm.db')
const reads = ['get_images', 'get_users', 'get_kasms', 'get_agents', 'get_api_configs', 'get_staging_configs'] as const
const everything = (model: KasmModel) => reads.map((operation) => call(model, operation))

function fill(model: KasmModel) {
  call(model, 'heartbeat', heartbeatBody({ docker_images: [{ name: chrome, digest: digestOf('a') }] }))
  const { user } = call(model, 'create_user', { target_user: { username: 'ada', password: 'lovelace-secret' } })
  const { image } = call(model, 'create_image', { target_image: { name: firefox, docker_token: 'token-secret' } })
  const [{ image_id }] = call(model, 'get_images').images
  const environment = { VNC_PW: 'session-secret' }
  const session = call(model, 'request_kasm', { user_id: user.user_id, image_id, environment })
  const { api_config } = call(model, 'create_api_configs', { api_config: { name: 'pipeline' } })
  call(model, 'create_staging_config', { target_staging_config: { image_id: image.image_id } })
  const { session_token } = call(model, 'create_session_token', { target_user: { user_id: user.user_id } })
  return { user, session, secrets: [api_config.api_key_secret, session_token.session_token, session.session_token] }
}

test('goes on after a restart from where it stopped', () => {
  const file = newFile()
  const first = open(file)
  const { user } = fill(first.model)
  const before = everything(first.model)
  first.store.close()
  const second = open(file)
  expect(everything(second.model)).toEqual(before)
  expect(call(second.model, 'heartbeat', heartbeatBody())).toMatchObject({ agent: { enabled: true } })
  const token = { api_key: apiCredentials.api_key, api_key_secret: apiCredentials.api_key_secret }
  const credentials = { body: token, authorization: undefined, nowMs: startMs }
  expect(second.model.admit('get_images', credentials)).toHaveProperty('caller')
  // What is made now follows on what was made then.
  call(second.model, 'delete_user', { target_user: { user_id: user.user_id }, force: true })
  const again = call(second.model, 'create_user', { target_user: { username: 'ada' } })
  expect(again.user.user_id).not.toBe(user.user_id)
  second.store.close()
})

test('hands agents the token of an image after a restart, too', () => {
  const file = newFile()
  const first = open(file)
  fill(first.model)
  first.store.close()
  const { model, store } = open(file)
  const { images } = call(model, 'heartbeat', heartbeatBody())
  expect(images).toMatchObject([{ name: chrome }, { name: firefox, docker_token: 'token-secret' }])
  store.close()
})

test('keeps records in the order of their creation, whatever was written within one transaction', () => {
  const key = fc.constantFrom('a', 'b', 'c')
  const write = fc.record({
    key,
    name: fc.constantFrom(null, 'x', 'y'),
    isCommitted: fc.boolean(),
    isSaved: fc.boolean(),
  })
  const property = fc.asyncProperty(fc.array(write, { minLength: 10, maxLength: 30 }), async (writes) => {
    const file = newFile()
    const expected = new Map<string, object>()
    const store = new Store({ file, nowMs: () => 0 })
    await store.begin()
    for (const { key, name, isCommitted, isSaved } of writes) {
      const row = name === null ? null : { zone_id: key, zone_name: name }
      store.write('zones', key, row)
      if (row) expected.set(key, row)
      else expected.delete(key)
      if (isCommitted) store.commit()
      if (isSaved) await store.settled()
    }
    store.commit()
    store.close()
    const kept = new Store({ file, nowMs: () => 0 })
    expect(kept.read()?.zones ?? []).toEqual([...expected])
    kept.close()
  })
  const saved = (key: string) => ({ key, name: 'x', isCommitted: true, isSaved: true })
  const unsaved = (key: string, name: string | null) => ({ key, name, isCommitted: true, isSaved: false })
  const comesBack = [saved('a'), saved('b'), unsaved('a', null), unsaved('a', 'y')]
  return fc.assert(property, { numRuns: 25, examples: [[comesBack]] })
})

test('keeps a snapshot that takes the place of everything', () => {
  const file = newFile()
  const { model, store } = open(file)
  const snapshot = model.snapshot()
  fill(model)
  model.restore(snapshot)
  const { user } = call(model, 'create_user', { target_user: { username: 'bob' } })
  const users = call(model, 'get_users')
  expect(users.users.at(-1).user_id).toBe(user.user_id)
  store.close()
  const again = open(file)
  expect(call(again.model, 'get_users')).toEqual(users)
  expect(again.model.snapshot()).toEqual(JSON.parse(JSON.stringify(model.snapshot())))
  again.store.close()
})

test('an answer comes once what it tells of is on the disk', async () => {
  const file = newFile()
  const { model, store, clock } = open(file)
  const app = buildApp({ model, clock, store })
  onTestFinished(() => app.close().then(() => store.close()))
  const create = (username: string) =>
    app.inject({
      method: 'POST',
      url: '/api/public/create_user',
      payload: { ...apiCredentials, target_user: { username } },
    })
  const names = Array.from({ length: 20 }, (_, index) => `user-${index}`)
  const answers = await Promise.all(names.map(create))
  expect(answers.map(({ statusCode }) => statusCode)).toEqual(names.map(() => 200))
  const left = open(leftBehind(file))
  expect(call(left.model, 'get_users').users.map(({ username }: { username: string }) => username)).toEqual(
    expect.arrayContaining(names),
  )
  left.store.close()
})

test('an operation whose writes cannot be kept is not answered as done', async () => {
  const { model, store, clock } = open(newFile())
  const app = buildApp({ model, clock, store })
  onTestFinished(() => app.close())
  store.close()
  const payload = { ...apiCredentials, target_user: { username: 'ada' } }
  const answer = await app.inject({ method: 'POST', url: '/api/public/create_user', payload })
  expect(answer).toMatchObject({ statusCode: 500, body: '<H1>Internal Error</H1>' })
  expect(answer.headers['x-kasm-sim-cause']).toContain('Failed to use the data file')
})

test('check-ins that bring nothing new wait for no disk, and are kept within seconds', async () => {
  const file = newFile()
  const { model, store, clock } = open(file)
  const report = (cpu_percent: number) => call(model, 'heartbeat', heartbeatBody({ cpu_percent }), clock.nowMs())
  const keptCpu = () => {
    const left = open(leftBehind(file))
    const [agent] = call(left.model, 'get_agents').agents
    left.store.close()
    return agent.cpu_percent
  }
  report(1)
  expect(store.settled()).not.toBeNull()
  await store.settled()
  expect(keptCpu()).toBe(1)
  report(2)
  expect(store.settled()).toBeNull()
  expect(keptCpu()).toBe(1)
  clock.advance(5_000)
  report(3)
  expect(store.settled()).toBeNull()
  await expect.poll(keptCpu).toBe(3)
  // A report that brings something overtakes the one that waited.
  report(4)
  const docker_images = [{ name: chrome, digest: digestOf('c') }]
  call(model, 'heartbeat', heartbeatBody({ cpu_percent: 5, docker_images }), clock.nowMs())
  await store.settled()
  expect(keptCpu()).toBe(5)
  call(model, 'heartbeat', heartbeatBody({ cpu_percent: 6, docker_images }), clock.nowMs())
  store.close()
  expect(keptCpu()).toBe(6)
})

test('what an agent newly holds is kept with all that follows from it', async () => {
  const file = newFile()
  const { model, store } = open(file)
  call(model, 'heartbeat', heartbeatBody())
  await store.settled()
  call(model, 'heartbeat', heartbeatBody({ docker_images: [{ name: chrome, digest: digestOf('b') }] }))
  await store.settled()
  const left = open(leftBehind(file))
  expect(call(left.model, 'get_images').images).toMatchObject([{ hash: digestOf('b'), available: true }])
  left.store.close()
  store.close()
})

test('nobody can read a secret in the files, and nobody but their owner can read the files', () => {
  const file = newFile()
  const { model, store } = open(file)
  const { secrets } = fill(model)
  const setting = call(model, 'get_settings').settings.find(({ name }: { name: string }) => name === 'token')
  call(model, 'update_setting', { setting_id: setting.setting_id, value: 'setting-secret' })
  store.close()
  const known = ['lovelace-secret', 'token-secret', 'session-secret', 'setting-secret', apiCredentials.api_key_secret]
  const folder = join(file, '..')
  const files = readdirSync(folder)
  expect(files.sort()).toEqual(['kasm.db', 'kasm.db.key'])
  for (const name of files) {
    const bytes = readFileSync(join(folder, name))
    for (const secret of [...known, ...secrets]) expect(bytes.includes(secret), `${secret} in ${name}`).toBe(false)
    expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600)
  }
})

test('a start that fails leaves the file as it was', async () => {
  const file = newFile()
  const seed = join(temporaryFolder(), 'seed.yaml')
  writeFileSync(seed, 'images: [{ name: Not A Reference }]')
  await expect(startWebApp({ dataFile: file, seed })).rejects.toThrow('Not A Reference')
  writeFileSync(seed, 'images: [{ name: team/app:1.0 }]')
  await (await startWebApp({ dataFile: file, seed })).close()
  const { model, store } = open(file)
  expect(call(model, 'get_images').images).toMatchObject([{ name: 'team/app:1.0' }])
  store.close()
})

test('takes a key of the caller in place of a key file', () => {
  const file = newFile()
  const key = Buffer.from('a key from elsewhere')
  const { model, store } = open(file, key)
  const before = everything(model)
  store.close()
  expect(existsSync(`${file}.key`)).toBe(false)
  const again = open(file, key)
  expect(everything(again.model)).toEqual(before)
  again.store.close()
})
