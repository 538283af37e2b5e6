// The state as data: snapshots, restoring them, and hearing of every write.
import { expect, test } from 'vitest'
import type { OperationName } from '../../server/api/operation-names.ts'
import { createKasmModel, type KasmModel, type ModelCall } from '../../server/model/model.ts'
import type { StateSnapshot } from '../../server/model/state/state.ts'
import { chrome, digestOf, firefox, heartbeatBody } from './support.ts'

const secretKey = Buffer.from('test')
const plain = (value: unknown) => JSON.parse(JSON.stringify(value))

function call(model: KasmModel, operation: OperationName, body: object = {}, nowMs = 1_000) {
  const reply = model.handle({ operation, body, nowMs } as ModelCall<OperationName>)
  expect(reply).toMatchObject({ status: 200 })
  return plain(reply.body)
}

/** Some of everything. */
function fill(model: KasmModel) {
  const docker_images = [{ name: chrome, digest: digestOf('a') }]
  call(model, 'heartbeat', heartbeatBody({ docker_images }))
  const { user } = call(model, 'create_user', { target_user: { username: 'ada', password: 'secret' } })
  const { image } = call(model, 'create_image', { target_image: { name: firefox, docker_token: 'token' } })
  const { images } = call(model, 'get_images')
  const session = call(model, 'request_kasm', { user_id: user.user_id, image_id: images[0].image_id })
  call(model, 'create_api_configs', { api_config: { name: 'x' } })
  call(model, 'create_staging_config', { target_staging_config: { image_id: image.image_id } })
  call(model, 'create_session_token', { target_user: { user_id: user.user_id } })
  return { user, image, session }
}

const reads = ['get_images', 'get_users', 'get_kasms', 'get_agents', 'get_api_configs', 'get_staging_configs'] as const
const everything = (model: KasmModel, nowMs = 1_000) => reads.map((operation) => call(model, operation, {}, nowMs))
const newModel = () => createKasmModel({ images: [{ name: chrome }], secretKey, autoEnableAgents: true })

test('a snapshot is plain JSON, and a model made of it answers as the one it was taken of', () => {
  const model = newModel()
  fill(model)
  const snapshot = plain(model.snapshot()) as StateSnapshot
  expect(snapshot).toEqual(model.snapshot())
  const copy = createKasmModel({ snapshot, secretKey })
  expect(everything(copy)).toEqual(everything(model))
  expect(call(copy, 'heartbeat', heartbeatBody())).toEqual(call(model, 'heartbeat', heartbeatBody()))
})

test('restores a snapshot, whatever has happened since, and goes on from there', () => {
  const model = newModel()
  const { user, image, session } = fill(model)
  const before = everything(model)
  const snapshot = model.snapshot()
  call(model, 'destroy_kasm', { kasm_id: session.kasm_id })
  call(model, 'delete_user', { target_user: { user_id: user.user_id } })
  call(model, 'delete_image', { target_image: { image_id: image.image_id } })
  call(model, 'heartbeat', heartbeatBody({ docker_images: [] }))
  expect(everything(model)).not.toEqual(before)
  model.restore(snapshot)
  expect(everything(model)).toEqual(before)
  const held = [
    { name: chrome, digest: digestOf('a') },
    { name: firefox, digest: digestOf('b') },
  ]
  call(model, 'heartbeat', heartbeatBody({ docker_images: held }))
  call(model, 'heartbeat', heartbeatBody({ docker_images: [] }))
  expect(call(model, 'get_images').images).toMatchObject([{ available: false }, { available: false }])
})

test('the revision of the images never goes back, so that agents notice what a snapshot brings', () => {
  const model = newModel()
  const snapshot = model.snapshot()
  const revision = () => call(model, 'heartbeat', heartbeatBody()).images_revision
  fill(model)
  const seen = revision()
  model.restore(snapshot)
  expect(revision()).toBeGreaterThan(seen)
})

test('a state that is put together from every write that was heard of is the state itself', () => {
  const heard = new Map<string, Map<string, object>>()
  let commits = 0
  const listener = {
    write(collection: string, key: string, row: object | null) {
      const rows = heard.get(collection) ?? new Map()
      heard.set(collection, rows)
      if (row) rows.set(key, row)
      else rows.delete(key)
    },
    commit() {
      commits += 1
    },
    restored() {},
    discard() {},
    takeBack: null,
  }
  const model = createKasmModel({ images: [{ name: chrome }], secretKey, listener, autoEnableAgents: true })
  expect(commits).toBe(1)
  const { session } = fill(model)
  expect(commits).toBe(8)
  call(model, 'get_agents')
  expect(commits).toBe(8)
  call(model, 'destroy_kasm', { kasm_id: session.kasm_id })
  for (const [name, rows] of Object.entries(model.snapshot())) {
    expect({ name, rows: Object.fromEntries(rows) }).toEqual({ name, rows: Object.fromEntries(heard.get(name) ?? []) })
  }
})

test('a refused operation writes nothing', () => {
  const model = newModel()
  fill(model)
  const before = plain(model.snapshot())
  for (const [operation, body] of [
    ['create_image', { target_image: { name: 'Not A Reference' } }],
    ['create_user', { target_user: { username: 'ada' } }],
    ['update_user', { target_user: { user_id: 'f'.repeat(32), username: 'bob' } }],
    ['create_group', { target_group: { name: 'All Users' } }],
    ['create_group', { target_group: { name: 'New', permissions: ['fly'] } }],
    ['create_api_configs', { api_config: { name: 'x', expires: 'soon' } }],
    ['create_staging_config', { target_staging_config: { image_id: 'chrome' } }],
    ['request_kasm', { image_id: 'f'.repeat(32) }],
    ['heartbeat', heartbeatBody({ server_id: 'new', zone_name: 'mars' })],
  ] as [OperationName, object][]) {
    const reply = model.handle({ operation, body, nowMs: 1_500 } as ModelCall<OperationName>)
    expect(reply.status === 200 ? reply.body : { error_message: '' }).toHaveProperty('error_message')
    expect(plain(model.snapshot())).toEqual(before)
  }
})
