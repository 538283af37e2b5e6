// A whole Kasm in process: one clock moves the web app, the agents and the registry, and disposing of it leaves nothing.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { KasmSimError } from '../../server/kernel/errors.ts'
import { createKasm } from '../../simulator/embedding/create-kasm.ts'
import type { Kasm } from '../../simulator/embedding/kasm.ts'
import type { KasmOptions } from '../../simulator/embedding/options.ts'
import type { RunEvent } from '../../simulator/events/events.ts'

const image = 'team/app:1.0'
const frozen = { clock: 'frozen', now: '2026-01-31T12:00:00Z' } as const

async function define(kasm: Kasm, name = image) {
  const { image } = await kasm.client.call('create_image', { target_image: { name, friendly_name: name } })
  return image
}

function held({ fleet }: Kasm, name = image) {
  return fleet.agents.map(({ images }) => images[name])
}

test('an image that is created is on all agents within a minute of a frozen clock', async () => {
  await using kasm = await createKasm({ ...frozen, agents: 3 })
  const digest = await kasm.registry.publish(image)
  await define(kasm)
  expect(held(kasm)).toEqual([undefined, undefined, undefined])
  await kasm.clock.advance('29s')
  expect(held(kasm)).toEqual([undefined, undefined, undefined])
  await kasm.clock.advance('31s')
  expect(held(kasm)).toEqual([digest, digest, digest])
  expect(new Date(kasm.clock.nowMs()).toISOString()).toBe('2026-01-31T12:01:00.000Z')
})

test('an hour is 120 check-ins of each agent and one refresh, which finds a tag that has moved', async () => {
  await using kasm = await createKasm({ ...frozen, agents: 2, images: [image] })
  await kasm.clock.advance('1m')
  const before = held(kasm)
  const checkIns = kasm.control.journal.total
  const digest = await kasm.registry.publish(image)
  expect(before).not.toContain(digest)
  await kasm.clock.advance('1h')
  expect(kasm.control.journal.total - checkIns).toBe(2 * 120)
  expect(held(kasm)).toEqual([digest, digest])
})

test('the control API moves the clock of the agents, too', async () => {
  await using kasm = await createKasm({ ...frozen, agents: 1, images: [image] })
  const answer = await fetch(`${kasm.url}/__sim__/clock`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ advance: '1m' }),
  })
  expect(await answer.json()).toMatchObject({ now: '2026-01-31T12:01:00.000Z', frozen: true })
  expect(held(kasm)).toEqual([expect.stringMatching(/^sha256:/)])
})

test('the same seed and calls give the same events', async () => {
  const told = async (options: KasmOptions) => {
    const events: RunEvent[] = []
    const agents = { agents: 5, startupSpread: '20s', cap: 1 }
    await using kasm = await createKasm({ ...frozen, agents, sinks: [(event) => events.push(event)], ...options })
    for (const name of ['team/a:1', 'team/b:1', 'team/c:1']) {
      await kasm.registry.publish(name, { size: '300kB' })
      await define(kasm, name)
    }
    await kasm.clock.advance('2h')
    return events.map((event) => JSON.stringify(event))
  }
  const first = await told({ network: { preset: 'branch-office' } })
  expect(first.length).toBeGreaterThan(100)
  expect(await told({ network: { preset: 'branch-office' } })).toEqual(first)
  expect(await told({ network: { preset: 'branch-office' }, seed: 2 })).not.toEqual(first)
})

test('a network makes pulls take their time on the clock', async () => {
  const options = { ...frozen, agents: 1, images: [{ name: image, size: '2MB' }] }
  await using kasm = await createKasm({ ...options, network: { uplink: '1Mbit/s' } })
  await kasm.clock.advance('5s')
  expect(kasm.fleet.agents[0]).toMatchObject({ pulling: [image], images: {} })
  await kasm.clock.advance('15s')
  expect(held(kasm)).toEqual([expect.stringMatching(/^sha256:/)])
})

test('two advances at once take their turns', async () => {
  await using kasm = await createKasm({ ...frozen, agents: 2 })
  const startMs = kasm.clock.nowMs()
  await Promise.all([kasm.clock.advance('10m'), kasm.clock.advance('20m')])
  expect(kasm.clock.nowMs() - startMs).toBe(30 * 60_000)
  expect(kasm.control.journal.entries({ operation: 'heartbeat' })).toHaveLength(2 * (1 + 2 * 30))
})

test('agents behind an address share what a registry profile grants', async () => {
  await using kasm = await createKasm({
    ...frozen,
    agents: 60,
    images: [image, 'team/b:1'],
    registry: 'docker-hub-anonymous',
  })
  await kasm.clock.advance('1m')
  expect(kasm.registry.journal.query({ status: 429 }).length).toBeGreaterThan(0)
  const failing = kasm.fleet.agents.flatMap((agent) => Object.values(agent.failing))
  expect(failing.join()).toContain('toomanyrequests')
})

test('needs no port', async () => {
  await using kasm = await createKasm({ ...frozen, agents: 1, images: [image], listen: false })
  await kasm.clock.advance('1m')
  expect(held(kasm)).toEqual([expect.stringMatching(/^sha256:/)])
  expect((await kasm.client.call('get_images')).images).toMatchObject([{ name: image }])
  expect(await (await kasm.fetch('/api/__healthcheck')).json()).toEqual({ ok: true })
  await expect(fetch(`${kasm.url}/api/__healthcheck`)).rejects.toThrow()
})

test('a clock that runs can be moved on all the same', async () => {
  await using kasm = await createKasm({ agents: 1, images: [image] })
  await kasm.clock.advance('1m')
  expect(held(kasm)).toEqual([expect.stringMatching(/^sha256:/)])
  const nowMs = kasm.clock.nowMs()
  await expect.poll(() => kasm.clock.nowMs()).toBeGreaterThan(nowMs)
})

test('a fast clock needs nobody to move it', async () => {
  await using kasm = await createKasm({ agents: 2, images: [image], clock: 600 })
  await expect.poll(() => held(kasm).filter(Boolean), { timeout: 10_000 }).toHaveLength(2)
})

test('a reset puts web app and agents back to how they started', async () => {
  const users = [{ username: 'ada@example.com', password: 'Secret-123' }]
  await using kasm = await createKasm({ ...frozen, agents: 2, users })
  await kasm.registry.publish(image)
  await define(kasm)
  await kasm.clock.advance('1m')
  await kasm.reset()
  expect((await kasm.client.call('get_images')).images).toEqual([])
  expect(held(kasm)).toEqual([undefined, undefined])
  const { users: known } = await kasm.client.call('get_users')
  expect(known.map(({ username }) => username)).toContain('ada@example.com')
  const { agents } = await kasm.client.call('get_agents')
  expect(agents).toHaveLength(2)
})

test('a reset over HTTP is of the web app alone; agents are known again with their next check-in', async () => {
  await using kasm = await createKasm({ ...frozen, agents: 2, images: [image] })
  await fetch(`${kasm.url}/__sim__/reset`, { method: 'POST' })
  expect((await kasm.client.call('get_agents')).agents).toEqual([])
  await kasm.clock.advance('30s')
  expect((await kasm.client.call('get_agents')).agents).toHaveLength(2)
  expect((await kasm.client.call('get_images')).images).toMatchObject([{ name: image, available: true }])
})

test('a program that has disposed of it ends: no port, no timer and no pull is left', async () => {
  const program = `
    import { createKasm } from '${new URL('../../simulator/index.ts', import.meta.url)}'
    const kasm = await createKasm({ agents: 3, images: ['team/app:1.0'], network: { uplink: '1kB/s' } })
    kasm.clock.run(600)
    while (kasm.fleet.agents.every(({ pulling }) => pulling.length === 0)) await new Promise(setImmediate)
    await kasm[Symbol.asyncDispose]()
    process.stdout.write('disposed')
  `
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], {
    timeout: 25_000,
  })
  expect(stdout).toBe('disposed')
})

test('says what of its options makes no sense', async () => {
  const created = createKasm({ agents: { agents: 2, cap: 0 } })
  await expect(created).rejects.toThrow(KasmSimError)
  await expect(created).rejects.toThrow('fleet.cap must be at least 1')
  await expect(createKasm({ now: 'tomorrow' })).rejects.toThrow('"tomorrow" is no date')
  await expect(createKasm({ clock: 0 })).rejects.toThrow('its speed is 0')
  await expect(createKasm({ registry: 'no-such-profile' })).rejects.toThrow('no-such-profile')
  await expect(createKasm({ users: [{ name: 'ada' }] })).rejects.toThrow('username')
  await using kasm = await createKasm({ registry: false })
  expect(() => kasm.registry).toThrow('Leave out `registry: false`')
})

test('refuses what the types would, so that no mistyped option goes unnoticed', async () => {
  const refused = (options: object) => expect(createKasm(options as KasmOptions)).rejects
  await refused({ agentz: 3 }).toThrow('there is no option "agentz". Did you mean "agents"?')
  await refused({ sessionDelays: { starting: 5 } }).toThrow('there is no session delay "starting"')
  await refused({ sessionDelays: { startingMs: -1 } }).toThrow('sessionDelays.startingMs is -1')
  await refused({ clock: 'frozzen' }).toThrow('clock is "frozzen"')
  await refused({ apiKey: '' }).toThrow('apiKey is empty')
})

test('a fault of the API is injected in the form of the documentation, listed, and ended', async () => {
  await using kasm = await createKasm({ ...frozen, agents: 0 })
  const { faults } = kasm.control
  const scope = { operations: ['get_images'] }
  faults.inject({ name: 'down', kind: 'status', status: 503, scope, for: '5m' })
  expect((await kasm.client.POST('/api/public/get_images', { body: {} })).response.status).toBe(503)
  expect(faults.list()).toMatchObject([{ name: 'down', hits: 1, until: '2026-01-31T12:05:00.000Z', scope }])
  expect([faults.clear('down'), faults.clear('down')]).toEqual([true, false])
  await kasm.client.call('get_images', {})
})

test('a fault that makes no sense is refused, and hits nothing', async () => {
  await using kasm = await createKasm({ ...frozen, agents: 0 })
  for (const source of [{ kind: 'nonsense' }, { kind: 'status' }, { kind: 'outage', from: '2m', until: '1m' }]) {
    expect(() => kasm.control.faults.inject(source as never)).toThrow(KasmSimError)
  }
  expect(kasm.control.faults.list()).toEqual([])
  await kasm.client.call('get_images', {})
})
