import { expect, test } from 'vitest'
import type { MetricName } from '../../simulator/checks/expectation.ts'
import { createMetrics } from '../../simulator/checks/metrics.ts'
import type { Sample } from '../../simulator/checks/signals.ts'
import type { RunEvent } from '../../simulator/events/events.ts'
import { chrome, firefox, scenarioOf } from '../scenario/compiled.ts'
import { at } from './run-events.ts'

/** Of timings that are over. */
function overOf(metric: MetricName, events: RunEvent[]): [number, number][] {
  return moments(samplesOf(metric, events).filter(({ state }) => state === 'over'))
}

function samplesOf(metric: MetricName, events: RunEvent[], endMs = events.at(-1)?.atMs ?? 0): Sample[] {
  const samples: Sample[] = []
  const metrics = createMetrics({
    scenario: scenarioOf(),
    wanted: new Set([metric]),
    take: (signal, sample) => {
      expect(signal).toBe(metric)
      samples.push(sample)
    },
  })
  for (const event of events) metrics.sink(event)
  metrics.finish(endMs)
  return samples
}

function moments(samples: Sample[]): [number, number][] {
  return samples.map(({ atMs, value }) => [atMs, value])
}

const twoPulls = [
  at(0, 'pull-queued', { image: chrome }),
  at(0, 'pull-queued', { image: firefox }),
  at(100, 'pull-started', { image: chrome, pull: 1, authenticated: true }),
  at(250, 'pull-started', { image: firefox, pull: 2 }),
  at(400, 'pull-succeeded', { image: chrome, pull: 1, durationMs: 300, downloadedBytes: 77 }),
  at(500, 'pull-failed', { image: firefox, pull: 2, durationMs: 250, code: 'TOOMANYREQUESTS' }),
]

test('samples running pulls at each change, of each agent for itself, whatever the agent says it runs', () => {
  const other = at(300, 'pull-started', { agent: 2, pull: 1, running: 9 })
  const samples = samplesOf('pulls-running', [...twoPulls.slice(0, 4), other, ...twoPulls.slice(4)])
  expect(moments(samples.filter(({ agent }) => agent === 0))).toEqual([
    [100, 1],
    [250, 2],
    [400, 1],
    [500, 0],
  ])
  expect(samples.filter(({ agent }) => agent === 2)).toMatchObject([{ atMs: 300, value: 1, group: 'office' }])
})

test('a stop of the agent ends its running pulls', () => {
  const events = [at(0, 'pull-started'), at(9, 'agent-stopped', { pullsDropped: 1 }), at(9, 'pull-dropped')]
  expect(moments(samplesOf('pulls-running', events))).toEqual([
    [0, 1],
    [9, 0],
  ])
})

test('an end without a start changes nothing', () => {
  expect(moments(samplesOf('pulls-running', [at(5, 'pull-succeeded', { pull: 3 })]))).toEqual([[5, 0]])
})

test('samples of pulls know group, image, reason and credentials', () => {
  const [started] = samplesOf('pulls-started', twoPulls)
  expect(started).toEqual({
    ...{ atMs: 100, value: 1, agent: 0, group: 'lab', image: chrome, reason: 'missing' },
    ...{ authenticated: true, status: null, requestClass: null, session: null, state: 'over' },
  })
  expect(samplesOf('pulls-succeeded', twoPulls)).toMatchObject([{ atMs: 400, image: chrome, authenticated: true }])
})

test('a denied pull is one that failed with TOOMANYREQUESTS, and counts as failed as well', () => {
  const events = [...twoPulls, at(600, 'pull-started', { pull: 3 }), at(700, 'pull-failed', { pull: 3 })]
  expect(moments(samplesOf('pulls-failed', events))).toEqual([
    [500, 1],
    [700, 1],
  ])
  expect(samplesOf('pulls-denied', events)).toMatchObject([{ atMs: 500, image: firefox, authenticated: false }])
})

test('samples refused pulls with their reason', () => {
  const events = [at(1, 'pull-queued'), at(2, 'pull-refused', { reason: 'refresh' })]
  expect(samplesOf('pulls-refused', events)).toMatchObject([{ atMs: 2, value: 1, reason: 'refresh', image: chrome }])
})

test('times pulls that succeeded, and no others', () => {
  expect(samplesOf('pull-duration', twoPulls)).toMatchObject([{ atMs: 100, value: 300, state: 'over' }])
})

test('samples the bytes of pulls that succeeded', () => {
  expect(moments(samplesOf('downloaded-bytes', twoPulls))).toEqual([[400, 77]])
})

test('times the wait from the queue to the start', () => {
  expect(overOf('queue-wait', twoPulls)).toEqual([
    [0, 100],
    [0, 250],
  ])
})

test('a cancelled wait does not count, and the next starts anew', () => {
  const events = [
    at(0, 'pull-queued'),
    at(50, 'pull-cancelled'),
    at(60, 'pull-queued'),
    at(70, 'pull-started'),
    at(80, 'pull-started', { agent: 1 }),
  ]
  expect(moments(samplesOf('queue-wait', events))).toEqual([[60, 10]])
})

test('gaps between refreshes are of one image on one agent, and not over a restart', () => {
  const refresh = (atMs: number, more: { agent?: number; image?: string } = {}) =>
    at(atMs, 'pull-queued', { reason: 'refresh', ...more })
  const events = [
    at(0, 'pull-queued'),
    refresh(1_000),
    refresh(1_100, { image: firefox }),
    refresh(1_500, { agent: 1 }),
    refresh(4_600),
    at(5_000, 'agent-stopped'),
    refresh(9_000),
    refresh(12_600),
  ]
  expect(overOf('refresh-gap', events)).toEqual([
    [1_000, 3_600],
    [9_000, 3_600],
  ])
})

test('gaps between answered check-ins leave restarts out and failures in', () => {
  const events = [
    at(0, 'check-in-answered'),
    at(10, 'check-in-answered', { agent: 1 }),
    at(30, 'check-in-answered'),
    at(60, 'check-in-failed'),
    at(90, 'check-in-answered'),
    at(95, 'agent-stopped'),
    at(500, 'check-in-answered'),
  ]
  expect(overOf('check-in-gap', events)).toEqual([
    [0, 30],
    [30, 60],
  ])
})

test('the time to ready runs from the first start to the first ready, restarts included', () => {
  const events = [
    at(5, 'agent-started'),
    at(8, 'agent-started', { agent: 1 }),
    at(10, 'agent-stopped'),
    at(20, 'agent-started', { restart: true }),
    at(45, 'agent-ready'),
    at(60, 'agent-ready'),
  ]
  expect(samplesOf('ready-time', events, 100)).toMatchObject([
    { atMs: 5, value: 40, agent: 0, state: 'over' },
    { atMs: 8, value: 92, agent: 1, state: 'open' },
    { atMs: 100, value: 0, agent: 2, state: 'open' },
    { atMs: 100, value: 0, agent: 3, state: 'open' },
  ])
})

const held = (atMs: number, agent: number, digest: string) => [
  at(atMs - 1, 'pull-started', { agent, pull: atMs }),
  at(atMs, 'pull-succeeded', { agent, pull: atMs, digest }),
]
const moved = (atMs: number) => at(atMs, 'image-published', { digest: 'sha256:new', previousDigest: 'sha256:old' })

test('counts the distinct digests of a tag across agents whenever one changes', () => {
  const events = [
    ...held(10, 0, 'sha256:old'),
    ...held(20, 1, 'sha256:old'),
    ...held(25, 1, 'sha256:old'),
    ...held(30, 0, 'sha256:new'),
    at(40, 'image-pruned', { agent: 0, image: null, digest: 'sha256:old' }),
    at(50, 'image-pruned', { agent: 1 }),
  ]
  expect(moments(samplesOf('digests-held', events))).toEqual([
    [10, 1],
    [20, 1],
    [30, 2],
    [50, 1],
  ])
})

test('drift lasts from the move until the last agent left the old digest behind', () => {
  const events = [
    at(0, 'image-published'),
    ...held(10, 0, 'sha256:old'),
    ...held(20, 1, 'sha256:old'),
    ...held(25, 2, 'sha256:old'),
    moved(100),
    ...held(130, 0, 'sha256:new'),
    at(140, 'image-pruned', { agent: 2 }),
    ...held(175, 1, 'sha256:new'),
    ...held(300, 3, 'sha256:new'),
  ]
  expect(samplesOf('drift-time', events)).toMatchObject([
    { atMs: 100, value: 75, agent: 1, image: chrome, state: 'over' },
  ])
})

test('a pull that began before the move may still bring the old digest: drift waits for its end', () => {
  const events = [
    at(0, 'image-published'),
    ...held(10, 0, 'sha256:old'),
    at(90, 'pull-started', { agent: 1, pull: 5 }),
    moved(100),
    ...held(130, 0, 'sha256:new'),
    at(140, 'pull-succeeded', { agent: 1, pull: 5, digest: 'sha256:old' }),
    ...held(190, 1, 'sha256:new'),
  ]
  expect(samplesOf('drift-time', events)).toMatchObject([{ value: 90, agent: 1 }])
})

test('a move that no agent was behind of is no drift', () => {
  const events = [at(0, 'image-published'), moved(100), ...held(130, 0, 'sha256:new')]
  expect(samplesOf('drift-time', events)).toEqual([])
})

test('an agent that skips a move ends the drift of both', () => {
  const events = [
    at(0, 'image-published'),
    ...held(10, 0, 'sha256:old'),
    moved(100),
    at(200, 'image-published', { digest: 'sha256:newer', previousDigest: 'sha256:new' }),
    ...held(250, 0, 'sha256:newer'),
  ]
  expect(moments(samplesOf('drift-time', events))).toEqual([
    [100, 150],
    [200, 50],
  ])
})

test('an agent that takes one move after the next ends the drift of each in its turn', () => {
  const events = [
    at(0, 'image-published'),
    ...held(10, 0, 'sha256:old'),
    moved(100),
    at(110, 'pull-started', { pull: 9 }),
    at(120, 'image-published', { digest: 'sha256:newer', previousDigest: 'sha256:new' }),
    at(150, 'pull-succeeded', { pull: 9, digest: 'sha256:new' }),
    ...held(300, 0, 'sha256:newer'),
  ]
  expect(moments(samplesOf('drift-time', events))).toEqual([
    [100, 50],
    [120, 180],
  ])
})

test.each(['pull-failed', 'pull-dropped'] as const)(
  'a pull that began before the move and ended by %s is waited for no more',
  (kind) => {
    const events = [
      at(0, 'image-published'),
      ...held(10, 0, 'sha256:old'),
      at(90, 'pull-started', { agent: 1, pull: 5 }),
      moved(100),
      ...held(130, 0, 'sha256:new'),
      at(140, kind, { agent: 1, pull: 5 }),
    ]
    expect(samplesOf('drift-time', events)).toMatchObject([{ value: 30, agent: 0, state: 'over' }])
  },
)

test('drift that the run ended before is open and names an agent', () => {
  const events = [...held(10, 3, 'sha256:old'), moved(100)]
  expect(samplesOf('drift-time', events, 160)).toMatchObject([{ atMs: 100, value: 60, agent: 3, state: 'open' }])
})

test('samples pruned images, the untagged without a name', () => {
  const events = [at(1, 'image-pruned'), at(2, 'image-pruned', { image: null })]
  expect(samplesOf('images-pruned', events)).toMatchObject([
    { image: chrome, value: 1 },
    { image: null, value: 1 },
  ])
})

test('samples registry requests by repository, status, class and credentials', () => {
  const events = [
    at(7, 'registry-request', { status: 429, class: 'manifest', authenticated: true }),
    at(8, 'registry-request', { agent: null, repository: null, class: 'ping', status: 401 }),
  ]
  expect(samplesOf('registry-requests', events)).toMatchObject([
    { atMs: 7, image: 'kasmweb/chrome', status: 429, requestClass: 'manifest', authenticated: true, group: 'lab' },
    { atMs: 8, image: null, status: 401, requestClass: 'ping', agent: null, group: null },
  ])
})

const request = (startedAtMs: number, endedAtMs: number, repository: string, more: { agent?: number | null } = {}) =>
  at(endedAtMs, 'registry-request', { startedAtMs, repository, ...more })
const ping = (atMs: number) => at(atMs, 'registry-request', { class: 'ping', repository: null, startedAtMs: atMs })
const seenOfAgent0 = (events: RunEvent[]) =>
  moments(samplesOf('repositories-in-flight', events).filter(({ agent }) => agent === 0))

test('joins the requests of a pull, and overlapping requests of a repository', () => {
  const events = [
    ping(0),
    request(1, 10, 'a'),
    request(20, 30, 'a'),
    request(25, 60, 'c', { agent: 1 }),
    ping(40),
    request(50, 70, 'b'),
    request(35, 80, 'a'),
    request(60, 90, 'a'),
    request(100, 110, 'b'),
  ]
  expect(seenOfAgent0(events)).toEqual([
    [1, 1],
    [50, 2],
    [90, 1],
    [110, 0],
  ])
})

test('does not join requests between which the agent began another pull', () => {
  const events = [ping(0), request(0, 10, 'a'), ping(50), request(50, 60, 'a'), ping(70), request(70, 75, 'b')]
  expect(seenOfAgent0([...events, request(90, 95, 'a')])).toEqual([
    [0, 1],
    [10, 0],
    [50, 1],
    [60, 0],
    [70, 1],
    [75, 0],
    [90, 1],
    [95, 0],
  ])
})

test('does not join what a version check begins to what was before', () => {
  const check = at(60, 'registry-request', { class: 'version-check', startedAtMs: 50, repository: 'a' })
  expect(seenOfAgent0([request(0, 10, 'a'), check, request(80, 90, 'a')])).toEqual([
    [0, 1],
    [10, 0],
    [50, 1],
    [90, 0],
  ])
})

test('joins over a ping that came before the latest request of the pull, or with it', () => {
  const pulls = [ping(7), request(10, 20, 'a'), request(5, 30, 'a'), ping(40), request(40, 50, 'b')]
  expect(seenOfAgent0([...pulls.slice(0, 3), request(60, 70, 'a')])).toEqual([
    [5, 1],
    [70, 0],
  ])
  expect(seenOfAgent0([...pulls, request(80, 90, 'b')])).toEqual([
    [5, 1],
    [30, 0],
    [40, 1],
    [90, 0],
  ])
})

test('a request that ends when another begins does not overlap it', () => {
  expect(Math.max(...seenOfAgent0([request(0, 10, 'a'), request(10, 20, 'b')]).map(([, value]) => value))).toBe(1)
})

test('requests that take no time, of no repository, of pushes and of strangers are of no pull', () => {
  const events = [
    request(10, 10, 'a'),
    request(10, 20, 'a', { agent: null }),
    at(30, 'registry-request', { class: 'token', startedAtMs: 10 }),
    at(30, 'registry-request', { class: 'push', startedAtMs: 10 }),
    at(30, 'registry-request', { class: 'ping', repository: null, startedAtMs: 10 }),
  ]
  expect(samplesOf('repositories-in-flight', events)).toEqual([])
})

test('one sample for each version check and pull: its requests, with the pings before it', () => {
  const manifest = { class: 'manifest', repository: 'a', agent: 2 } as const
  const events = [
    at(0, 'registry-request', { class: 'ping', repository: null, reference: null, agent: 2 }),
    at(10, 'registry-request', { ...manifest, class: 'version-check', method: 'HEAD', reference: '1', startedAtMs: 5 }),
    at(20, 'registry-request', { ...manifest, reference: 'sha256:a', startedAtMs: 15 }),
    at(30, 'registry-request', { class: 'blob', repository: 'a', agent: 2, startedAtMs: 25 }),
    at(40, 'registry-request', { ...manifest, agent: null, reference: '1', startedAtMs: 35 }),
  ]
  expect(samplesOf('amplification', events)).toMatchObject([
    { atMs: 5, value: 4, agent: 2, group: 'office', image: 'a' },
    { atMs: 35, value: 1, agent: null, group: null },
  ])
})

test('samples retries that come before the moment that Retry-After named, when they are sent', () => {
  const ask = (startedAtMs: number, more: { status?: number; retryAfterMs?: number } = {}) =>
    at(startedAtMs + 1, 'registry-request', { class: 'manifest', reference: '1', startedAtMs, ...more })
  const events = [ask(0, { status: 429, retryAfterMs: 100 }), ask(50, { status: 429, retryAfterMs: 100 }), ask(151)]
  expect(samplesOf('retry-after-violations', events)).toMatchObject([
    { atMs: 50, value: 1, agent: 0, image: 'kasmweb/chrome', requestClass: 'manifest' },
  ])
})
