// A file that cannot be written to: what is answered with a failure has not happened, now or later, and can be tried again.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { buildApp } from '../../../server/app.ts'
import { createManualClock } from '../../../server/kernel/clock.ts'
import { defaultCredentials } from '../../../server/model/access/credentials.ts'
import { keepModel } from '../../../server/store/keep.ts'
import { temporaryFolder } from '../../cli/command.ts'
import { apiCredentials, heartbeatBody } from '../support.ts'

/** A web app over a file that takes no records beyond a number: a trigger of the file itself refuses them, as a full disk would. */
async function startFull(roomCount: number) {
  const file = join(temporaryFolder(), 'kasm.db')
  const clock = createManualClock(1_700_000_000_000)
  const options = { dataFile: file, clock, model: { credentials: defaultCredentials, images: [] }, isOwnKey: false }
  const first = keepModel(options)
  await first.store.begin()
  first.store.close()
  const database = new DatabaseSync(file)
  const { count } = database.prepare('SELECT count(*) AS count FROM records').get() as { count: number }
  database.exec(`
    CREATE TRIGGER full BEFORE INSERT ON records
    WHEN (SELECT count(*) FROM records) >= ${count + roomCount}
      AND NOT EXISTS (SELECT 1 FROM records WHERE collection = new.collection AND key = new.key)
    BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END`)
  database.close()
  const { model, store } = keepModel(options)
  await store.begin()
  const app = buildApp({ model, clock, store })
  onTestFinished(() => app.close().then(() => store.close()))
  const post = async (verb: string, fields: object = {}) => {
    const answer = await app.inject({
      method: 'POST',
      url: `/api/public/${verb}`,
      payload: { ...apiCredentials, ...fields },
    })
    const body = answer.body.startsWith('{') ? JSON.parse(answer.body) : {}
    return { status: answer.statusCode, cause: answer.headers['x-kasm-sim-cause'], body }
  }
  /** What a start after a kill at this moment would know. */
  const kept = () => store.read()
  return {
    app,
    model,
    store,
    post,
    kept,
    names: () => [...model.areas.rows.users.values()].map(({ username }) => username),
  }
}

const plain = (value: unknown) => JSON.parse(JSON.stringify(value))
const create = (username: string) => ['create_user', { target_user: { username } }] as const

test('what cannot be written is answered with 500 and has not happened', async () => {
  const { post, names, kept, model } = await startFull(2)
  expect((await post(...create('ada'))).status).toBe(200)
  const before = names()
  const refused = await post(...create('bob'))
  expect(refused).toMatchObject({ status: 500, cause: expect.stringContaining('disk is full') })
  expect(names()).toEqual(before)
  expect(plain(kept())).toEqual(plain(model.snapshot()))
  // Reading goes on, and room makes writing go on: nothing of the refused call comes after.
  const { users } = (await post('get_users')).body
  expect(users.map(({ username }: { username: string }) => username)).toEqual(before)
  await post('delete_user', { target_user: { username: 'ada' } })
  expect((await post(...create('bob'))).status).toBe(200)
  expect((await post(...create('bob'))).body.error_message).toBe('User already exists: bob.')
  expect(names().filter((name) => name === 'bob')).toHaveLength(1)
  expect(plain(kept())).toEqual(plain(model.snapshot()))
})

test('calls that share a transaction fail together, and what only looked at them is not told of them', async () => {
  const { post, names } = await startFull(2)
  const before = names()
  const answers = await Promise.all([...['a', 'b', 'c', 'd'].map((name) => post(...create(name))), post('get_users')])
  const made = answers.filter(({ status, body }) => status === 200 && body.user).map(({ body }) => body.user.username)
  expect(names()).toEqual([...before, ...made])
  for (const { status, body } of answers) {
    if (status === 200 && body.users) expect(body.users.length).toBeLessThanOrEqual(before.length + made.length)
    else if (status !== 200) expect(status).toBe(500)
  }
})

test('a reset or a seed that cannot be kept leaves all as it was', async () => {
  const { app, model, kept, post } = await startFull(2)
  await post(...create('ada'))
  const before = plain(model.snapshot())
  const seed = { users: Array.from({ length: 20 }, (_, index) => ({ username: `user-${index}` })) }
  const answer = await app.inject({ method: 'POST', url: '/__sim__/seed', payload: seed })
  expect(answer.statusCode).toBe(500)
  expect(plain(model.snapshot())).toEqual(before)
  expect(plain(kept())).toEqual(before)
  expect((await post('get_users')).status).toBe(200)
})

test('whatever fails and whatever succeeds, file and memory agree, in the order of creation', async () => {
  const verbs = fc.constantFrom('create_user', 'delete_user', 'update_user')
  const call = fc.record({
    verb: verbs,
    username: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
    isAlone: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 4 }), fc.array(call, { maxLength: 14 }), async (roomCount, calls) => {
      const { post, model, kept, names, store } = await startFull(roomCount)
      await post('get_users')
      let under: Promise<unknown>[] = []
      for (const { verb, username, isAlone } of calls) {
        const user = [...model.areas.rows.users.values()].find((known) => known.username === username)
        const target_user = {
          ...(verb === 'create_user' ? {} : { user_id: user?.user_id ?? 'f'.repeat(32) }),
          ...(verb === 'delete_user' ? {} : { username }),
        }
        const answer = post(verb, { target_user }).then(({ status, body }) => {
          if (status === 200 && body.user && isAlone) expect(names()).toContain(username)
        })
        under.push(answer)
        if (!isAlone) continue
        await Promise.all(under)
        under = []
        expect(plain({ ...kept(), apiKeys: [] })).toEqual(plain({ ...model.snapshot(), apiKeys: [] }))
      }
      await Promise.all(under)
      await store.settled()
      expect(plain({ ...kept(), apiKeys: [] })).toEqual(plain({ ...model.snapshot(), apiKeys: [] }))
    }),
    { numRuns: 15 },
  )
}, 120_000)

test('a record that cannot be turned into JSON stops its own operation alone', async () => {
  const { model, post, kept, store } = await startFull(100)
  const deep: Record<string, unknown> = {}
  let inner = deep
  for (let level = 0; level < 100_000; level += 1) inner = inner['a'] = {} as Record<string, unknown>
  const before = plain(model.snapshot())
  const target_image = { name: 'team/app:1.0', run_config: deep }
  expect(() => model.handle({ operation: 'create_image', body: { target_image }, nowMs: 0 })).toThrow(RangeError)
  expect(plain(model.snapshot())).toEqual(before)
  expect((await post(...create('ada'))).status).toBe(200)
  // Of what may lag, one that cannot be kept holds up none of the others.
  model.handle({ operation: 'heartbeat', body: heartbeatBody(), nowMs: 0 })
  await store.settled()
  const labels = deep as unknown as string[]
  model.handle({ operation: 'heartbeat', body: heartbeatBody({ labels }), nowMs: 0 })
  expect((await post(...create('bob'))).status).toBe(200)
  expect(kept()?.users).toHaveLength(4)
})

const program = fileURLToPath(new URL('./kept-web-app.ts', import.meta.url))
/** Changes the limits of a process that runs; Linux alone has it. */
const limiter = 'prlimit'
const hasLimiter = process.platform === 'linux' && canRun(limiter)

function canRun(command: string): boolean {
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

async function startLimited(file: string): Promise<{ url: string; server: ChildProcess }> {
  const server = spawn(process.execPath, [program, file], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void server.kill('SIGKILL'))
  const lines = createInterface({ input: server.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]()
  await lines.next()
  const url = String((await lines.next()).value)
  return { url, server }
}

test.runIf(hasLimiter)(
  'a file that may not grow: nothing refused comes back, and nothing answered is lost',
  async () => {
    const file = join(temporaryFolder(), 'kasm.db')
    const { url, server } = await startLimited(file)
    const limit = (size: string) => execFileSync(limiter, ['--pid', String(server.pid), `--fsize=${size}`])
    const call = async (at: string, verb: string, fields: object = {}) => {
      const headers = { 'content-type': 'application/json' }
      const body = JSON.stringify({ ...apiCredentials, ...fields })
      const answer = await fetch(`${at}/api/public/${verb}`, { method: 'POST', headers, body })
      // biome-ignore lint/suspicious/noExplicitAny: replies differ by operation.
      const read: any = answer.status === 200 ? await answer.json() : null
      return { status: answer.status, body: read }
    }
    limit('400000:unlimited')
    const outcomes = new Map<string, number>()
    for (let index = 0; index < 120; index += 1) {
      const target_user = { username: `user-${index}`, notes: 'x'.repeat(20_000) }
      outcomes.set(target_user.username, (await call(url, 'create_user', { target_user })).status)
    }
    expect(new Set(outcomes.values())).toEqual(new Set([200, 500]))
    const namesAt = async (at: string): Promise<string[]> => {
      const { body } = await call(at, 'get_users')
      return body.users
        .map(({ username }: { username: string }) => username)
        .filter((name: string) => outcomes.has(name))
    }
    const answered = () => [...outcomes].filter(([, status]) => status === 200).map(([name]) => name)
    expect(await namesAt(url)).toEqual(answered())
    limit('unlimited:unlimited')
    const again = [...outcomes].find(([, status]) => status === 500)?.[0] as string
    expect((await call(url, 'create_user', { target_user: { username: again } })).status).toBe(200)
    outcomes.delete(again)
    outcomes.set(again, 200)
    expect(await namesAt(url)).toEqual(answered())
    const ended = once(server, 'close')
    server.kill('SIGKILL')
    await ended
    expect(await namesAt((await startLimited(file)).url)).toEqual(answered())
  },
  120_000,
)
