// Metrics of sessions and waits, and that no check of them can hold by accident.
import { expect, test } from 'vitest'
import { createChecks } from '../../simulator/checks/checks.ts'
import type { Expectation, MetricName } from '../../simulator/checks/expectation.ts'
import { createMetrics } from '../../simulator/checks/metrics.ts'
import type { Sample } from '../../simulator/checks/signals.ts'
import type { RunEvent } from '../../simulator/events/events.ts'
import { chrome, firefox, scenarioOf } from '../scenario/compiled.ts'
import { at, limit, where } from './run-events.ts'

function samplesOf(metric: MetricName, events: RunEvent[], endMs = 0): Sample[] {
  const samples: Sample[] = []
  const take = (_signal: string, sample: Sample) => void samples.push(sample)
  const metrics = createMetrics({ scenario: scenarioOf(), wanted: new Set([metric]), take })
  for (const event of events) metrics.sink(event)
  metrics.finish(endMs)
  return samples
}

function judge(expectation: Expectation, events: RunEvent[]) {
  const checks = createChecks(scenarioOf({ expect: [expectation] }))
  for (const event of [...events, at(9_000, 'run-ended')]) checks.sink(event)
  return checks.results()[0]
}

const published = [
  at(0, 'image-published', { digest: 'sha256:old' }),
  at(0, 'image-published', { image: firefox, digest: 'sha256:other' }),
]
const moved = at(500, 'image-published', { digest: 'sha256:new', previousDigest: 'sha256:old' })
const second = { session: 'second', user: 'tess' }
const story = [
  ...published,
  at(50, 'check-in-answered'),
  at(100, 'session-requested'),
  at(200, 'session-started'),
  moved,
  at(600, 'session-seen'),
  at(700, 'session-requested', second),
  at(800, 'session-started', { ...second, digest: 'sha256:new', agent: 2 }),
  at(900, 'session-requested', { session: 'third', user: 'bob' }),
  at(900, 'session-refused', { session: 'third', user: 'bob' }),
  at(1_000, 'session-ended'),
]

test('a session runs the publication of its image whose digest it has, counted from 1; 0 where it is none', () => {
  const foreign = at(850, 'session-started', { session: 'odd', digest: 'sha256:other' })
  const samples = samplesOf('sessions-started', [...story, foreign])
  expect(samples.map(({ session }) => [session?.name, session?.publication])).toEqual([
    ['first', 1],
    ['second', 2],
    ['odd', 0],
  ])
})

test('a publication is judged by the reference that the session was asked for', () => {
  const other = at(850, 'session-started', { session: 'odd', image: firefox, digest: 'sha256:other' })
  expect(samplesOf('sessions-started', [...published, other])[0]?.session?.publication).toBe(1)
})

test('a digest that is published again is the publication that it was', () => {
  const back = at(700, 'image-published', { digest: 'sha256:old', previousDigest: 'sha256:new' })
  const samples = samplesOf('sessions-started', [...published, moved, back, at(800, 'session-started')])
  expect(samples[0]?.session?.publication).toBe(1)
})

test('counts the sessions of each image that run', () => {
  const ended = at(1_000, 'session-ended', { session: 'third' })
  expect(samplesOf('sessions-running', [...story, ended]).map(({ atMs, value }) => [atMs, value])).toEqual([
    [200, 1],
    [800, 2],
    [1_000, 1],
  ])
})

test('counts the digests that a session was seen on', () => {
  const changed = at(700, 'session-seen', { digest: 'sha256:new' })
  expect(samplesOf('session-digests', [...story.slice(0, 7), changed]).map(({ value }) => value)).toEqual([1, 1, 2])
})

test('a session that changes its image under its user fails the check that it keeps it', () => {
  const keeps = limit('session-digests', { atMost: 1, atLeast: 1 }, { session: 'first', fromMs: 500 })
  expect(judge(keeps, story)).toMatchObject({ status: 'held', observed: 1, occurred: { samples: 1 } })
  const changed = at(700, 'session-seen', { digest: 'sha256:new' })
  expect(judge(keeps, [...story, changed])).toMatchObject({
    status: 'missed',
    observed: 2,
    violation: { atMs: 700, statement: expect.stringContaining('the session first of ada was seen on 2 digests') },
  })
})

test('a session that nobody looked at has kept nothing', () => {
  const keeps = limit('session-digests', { atMost: 1, atLeast: 1 }, { session: 'first', fromMs: 650 })
  expect(judge(keeps, story)).toMatchObject({ status: 'missed', occurred: { passed: false } })
})

test.each<[Parameters<typeof where>[0], number]>([
  [{}, 1],
  [{ refusal: 'not-authorized' }, 1],
  [{ refusal: 'no-resources' }, 0],
  [{ session: 'third' }, 1],
  [{ user: 'bob', image: chrome }, 1],
])('the filter %j lets %d refusal through', (filter, count) => {
  const { observed } = judge(limit('sessions-refused', { aggregate: 'count', atMost: 9 }, filter), story) ?? {}
  expect(observed ?? 0).toBe(count)
})

test('that nobody is refused means something only where somebody asked', () => {
  const nobody = limit('sessions-refused', { aggregate: 'count', atMost: 0, atLeast: 0 }, { user: 'tess' })
  expect(judge(nobody, story)).toMatchObject({ status: 'held' })
  expect(judge(nobody, story.slice(0, 7))).toMatchObject({ status: 'missed', occurred: { passed: false } })
})

test('a wait that missed its deadline is missed, and so is one that outlasted it until the run ended', () => {
  const expectation: Expectation = {
    ...{ name: 'waits', metric: 'wait-time', where: where() },
    judge: { form: 'within', durationMs: 400 },
  }
  const started = at(100, 'wait-started')
  const ended = (met: boolean) => at(400, 'wait-ended', { met, waitedMs: 300 })
  expect(judge(expectation, [started, ended(true)])).toMatchObject({ status: 'held', observed: 300 })
  expect(judge(expectation, [started, ended(false)])).toMatchObject({ status: 'missed', violation: { atMs: 400 } })
  expect(judge(expectation, [started])).toMatchObject({ status: 'missed', violation: { atMs: 500 } })
  expect(judge(expectation, [])).toMatchObject({ status: 'missed', occurred: { passed: false } })
})
