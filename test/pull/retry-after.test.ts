// How long a registry wants to be left alone, in every form in which registries say so, and who listens.
import { expect, test } from 'vitest'
import { randomStream } from '../../server/kernel/random.ts'
import { Attempts } from '../../simulator/pull/protocol/attempts.ts'
import { CoolDown } from '../../simulator/pull/protocol/cool-down.ts'
import { personas } from '../../simulator/pull/protocol/personas.ts'
import { retryAfterHeaderMs, retryAfterTextMs } from '../../simulator/pull/protocol/retry-after.ts'
import { answer, answerError, startEngine, startTestRegistry } from './support.ts'

const nowMs = Date.parse('2026-11-24T10:00:00Z')

test.for<[string | undefined, number | null]>([
  ['60', 60_000],
  ['0', 0],
  ['Tue, 24 Nov 2026 10:00:30 GMT', 30_000],
  ['Tue, 24 Nov 2026 09:00:00 GMT', 0],
  ['soon', null],
  ['-5', null],
  [undefined, null],
])('reads the header %j as %j ms', ([header, expected]) => {
  expect(retryAfterHeaderMs(header, nowMs)).toBe(expected)
})

test.for<[string, number | null]>([
  ['toomanyrequests: retry-after: 880.092µs, allowed: 44000/minute', 0.880092],
  ['retry-after: 333.939671ms', 333.939671],
  ['retry-after: 1m30s', 90_000],
  ['Too Many Requests', null],
])('reads the words %j as %j ms', ([text, expected]) => {
  const wait = retryAfterTextMs(text)
  if (expected === null) expect(wait).toBeNull()
  else expect(wait).toBeCloseTo(expected, 6)
})

test('podman waits as it is told up to a minute, else twice as long each time, and then gives up', () => {
  const attempts = new Attempts(personas.podman, randomStream(1, 'pull'))
  const answers = [7_000, null, 3_600_000, null, null]
  expect(answers.map((told) => attempts.waitMs(429, told))).toEqual([7_000, 4_000, 60_000, 16_000, null])
})

test('crane waits a second and three, each with up to a tenth more, whatever it is told', () => {
  const waits = [1, 2, 3].flatMap((seed) => {
    const attempts = new Attempts(personas.crane, randomStream(seed, 'pull'))
    return [attempts.waitMs(429, 60_000), attempts.waitMs(503, null), attempts.waitMs(429, null)]
  })
  expect(new Set(waits).size).toBe(7)
  for (const [index, waitMs] of waits.entries()) {
    const leastMs = [1_000, 3_000, null][index % 3] ?? null
    if (leastMs === null) expect(waitMs).toBeNull()
    else expect(waitMs).toBeGreaterThanOrEqual(leastMs)
    if (leastMs !== null) expect(waitMs).toBeLessThan(leastMs * 1.1)
  }
})

test.for<[string, { header?: string; message?: string; html?: boolean }, number, number]>([
  ['seconds', { header: '120' }, 120_000, 240_000],
  ['a date', { header: new Date(90_000).toUTCString() }, 90_000, 180_000],
  ['the words of GHCR', { message: 'retry-after: 5s, allowed: 44000/minute' }, 5_000, 10_000],
  ['nothing, in an HTML page,', { html: true }, 30_000, 60_000],
])('polite leaves a registry that says %s alone as long, and up to twice', async ([, said, leastMs, mostMs]) => {
  await using registry = await startTestRegistry('none')
  const coolDown = new CoolDown(() => randomStream(1, 'polite'))
  await using agent = startEngine(registry, { persona: 'polite', coolDown })
  await registry.publish('team/app:1', ['a'])
  registry.intercept = ({ path, method }, response) => {
    if (!path.includes('/manifests/') || method !== 'GET') return false
    if (said.header) response.setHeader('retry-after', said.header)
    if (said.html) return answer(response, 429, '<html>429 Too Many Requests</html>', 'text/html')
    return answerError(response, 429, 'TOOMANYREQUESTS', said.message ?? 'slow down')
  }
  const startMs = agent.clock.nowMs()
  await expect(agent.pull('team/app:1')).rejects.toMatchObject({ code: 'TOOMANYREQUESTS', status: 429 })
  const waits = (afterMs: number) => coolDown.refusal('docker.io', startMs + afterMs) !== null
  expect(waits(leastMs - 1_000)).toBe(true)
  expect(waits(mostMs + 1)).toBe(false)
})

test('polite fetches one token for pulls at the same time that want the same', async () => {
  await using registry = await startTestRegistry('docker-hub-anonymous')
  await using agent = startEngine(registry, { persona: 'polite' })
  await registry.publish('team/app:1', ['a'])
  await registry.publish('team/app:2', ['b'])
  await Promise.all([agent.pull('team/app:1'), agent.pull('team/app:2')])
  await agent.pull('team/app:1')
  expect(registry.seen.filter(({ path }) => path === '/token')).toHaveLength(1)
})

test('containerd asks with GET where the token endpoint knows no POST', async () => {
  await using registry = await startTestRegistry('docker-hub-anonymous')
  await using agent = startEngine(registry, { persona: 'containerd' })
  await registry.publish('team/app:1', ['a'])
  registry.intercept = ({ method }, response) => method === 'POST' && answer(response, 404, '')
  await agent.pull('team/app:1', { login: 'ada:s3cret' })
  const tokens = registry.seen.filter(({ path }) => path === '/token').map(({ method }) => method)
  expect(tokens).toEqual(['GET', 'POST', 'GET'])
})
