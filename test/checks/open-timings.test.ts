// Timings that a run ends before they do: each counts with its length so far, so that no check passes because something never ended.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createChecks } from '../../simulator/checks/checks.ts'
import type { Aggregate, CheckResult, Expectation, MetricName } from '../../simulator/checks/expectation.ts'
import { metrics } from '../../simulator/checks/signals.ts'
import type { RunEvent } from '../../simulator/events/events.ts'
import { group, scenarioOf } from '../scenario/compiled.ts'
import { at, limit, where } from './run-events.ts'

const minuteMs = 60_000

/** Of each timing what begins it at a moment, and what ends it at another. */
const timings: { [Name in MetricName]?: { begin(atMs: number): RunEvent[]; end(atMs: number): RunEvent[] } } = {
  'pull-duration': {
    begin: (atMs) => [at(atMs, 'pull-started')],
    end: (atMs) => [at(atMs, 'pull-succeeded', { durationMs: atMs })],
  },
  'queue-wait': {
    begin: (atMs) => [at(atMs, 'pull-queued')],
    end: (atMs) => [at(atMs, 'pull-started')],
  },
  'refresh-gap': {
    begin: (atMs) => [at(atMs, 'pull-queued', { reason: 'refresh' })],
    end: (atMs) => [at(atMs, 'pull-queued', { reason: 'refresh' }), at(atMs, 'agent-stopped')],
  },
  'check-in-gap': {
    begin: (atMs) => [at(atMs, 'check-in-answered')],
    end: (atMs) => [at(atMs, 'check-in-answered'), at(atMs, 'agent-stopped')],
  },
  'ready-time': {
    begin: (atMs) => [at(atMs, 'agent-started')],
    end: (atMs) => [at(atMs, 'agent-ready')],
  },
  'drift-time': {
    begin: (atMs) => [
      at(atMs, 'pull-started'),
      at(atMs, 'pull-succeeded', { digest: 'sha256:old' }),
      at(atMs, 'image-published', { digest: 'sha256:new', previousDigest: 'sha256:old' }),
    ],
    end: (atMs) => [at(atMs, 'pull-started'), at(atMs, 'pull-succeeded', { digest: 'sha256:new' })],
  },
  'wait-time': {
    begin: (atMs) => [at(atMs, 'wait-started')],
    end: (atMs) => [at(atMs, 'wait-ended', { waitedMs: atMs })],
  },
}

const names = (Object.keys(metrics) as MetricName[]).filter((name) => metrics[name].unit === 'ms')

/** Intervals of a second, so that every gap below is one in which something was due. */
const scenario = scenarioOf({
  groups: [{ ...group('lab', 1), checkInIntervalMs: 1_000, refreshIntervalMs: 1_000 }],
})

function judge(expectation: Expectation, events: RunEvent[]): CheckResult {
  const checks = createChecks({ ...scenario, expect: [expectation] })
  for (const event of events) checks.sink(event)
  return checks.results()[0] as CheckResult
}

const within = (metric: MetricName, durationMs: number): Expectation => ({
  ...{ name: metric, metric, where: where() },
  judge: { form: 'within', durationMs },
})

const forms: [form: string, of: (metric: MetricName, limitMs: number) => Expectation][] = [
  ['within', within],
  ...(['max', 'mean', 'p50', 'p95', 'sum', 'min'] as Aggregate[]).map((aggregate): (typeof forms)[number] => [
    `${aggregate} atMost`,
    (metric, limitMs) => limit(metric, { aggregate, atMost: limitMs }),
  ]),
]

const cases = names.flatMap((metric) => forms.map(([form, of]) => ({ metric, form, of })))
const reasons = ['end-reached', 'condition-met', 'interrupted', 'stalled'] as const

test('every timing is tried', () => {
  expect(Object.keys(timings).sort()).toEqual([...names].sort())
})

test.each(cases)('$metric $form: open beyond its limit is missed, however the run ends', ({ metric, of }) => {
  const begin = timings[metric]?.begin(0) ?? []
  for (const reason of reasons) {
    const result = judge(of(metric, 5 * minuteMs), [...begin, at(6 * minuteMs, 'run-ended', { reason })])
    const expected = { observed: 6 * minuteMs, slack: -minuteMs, violation: { atMs: expect.any(Number) } }
    // Of a minimum or a mean another sample could still have come.
    if (reason !== 'interrupted') expect(result).toMatchObject({ status: 'missed', ...expected })
    else expect(result.status).not.toBe('held')
  }
})

test.each(cases)('$metric $form: open below its limit is inconclusive, however the run ends', ({ metric, of }) => {
  const begin = timings[metric]?.begin(0) ?? []
  for (const reason of reasons) {
    const result = judge(of(metric, 5 * minuteMs), [...begin, at(4 * minuteMs, 'run-ended', { reason })])
    expect(result).toMatchObject({ status: 'inconclusive', observed: 4 * minuteMs, slack: null, violation: null })
    expect(result.reason).toMatch(/^still behind when the run ended: /)
  }
})

test.each(cases)('$metric $form: what is over is judged by how long it took', ({ metric, of }) => {
  const timing = timings[metric]
  const events = [...(timing?.begin(0) ?? []), ...(timing?.end(4 * minuteMs) ?? []), at(9 * minuteMs, 'run-ended')]
  expect(judge(of(metric, 5 * minuteMs), events)).toMatchObject({ status: 'held', slack: minuteMs, reason: null })
  expect(judge(of(metric, 3 * minuteMs), events)).toMatchObject({ status: 'missed', slack: -minuteMs })
})

const anything = fc.constantFrom<Aggregate[]>('max', 'min', 'mean', 'sum', 'p50', 'p95')

test('a verdict is that of every way in which the open pulls could have gone on, or inconclusive', () => {
  const lengths = fc.array(fc.integer({ min: 1, max: 100 }), { maxLength: 12 })
  const bounds = fc.record({ atMost: fc.integer({ min: 1, max: 120 }), atLeast: fc.integer({ min: 1, max: 60 }) })
  const more = fc.array(fc.integer({ min: 0, max: 200 }), { minLength: 12, maxLength: 12 })
  fc.assert(
    fc.property(anything, bounds, lengths, lengths, more, (aggregate, drawn, over, open, later) => {
      fc.pre(over.length + open.length > 0)
      const limits = drawn.atLeast <= drawn.atMost ? drawn : { atMost: drawn.atMost }
      const expectation = limit('pull-duration', { aggregate, ...limits })
      const started = [...over, ...open].map((length, pull) => at(100 - length, 'pull-started', { pull }))
      const ended = (length: number, pull: number, atMs: number) =>
        at(atMs, 'pull-succeeded', { pull, durationMs: length })
      const closed = over.map((length, pull) => ended(length, pull, 100))
      const { status } = judge(expectation, [...started, ...closed, at(100, 'run-ended')])
      const whole = open.map((length, index) => {
        const extra = later[index] ?? 0
        return ended(length + extra, over.length + index, 100 + extra)
      })
      const inTheEnd = judge(expectation, [...started, ...closed, ...whole, at(400, 'run-ended')])
      if (open.length === 0) expect(status).toBe(inTheEnd.status)
      else if (status !== 'inconclusive') expect(inTheEnd.status).toBe(status)
    }),
  )
})

test('one open pull of twenty does not keep a median from being known', () => {
  const pulls = Array.from({ length: 20 }, (_, pull) => at(0, 'pull-started', { pull }))
  const ended = pulls.slice(1).map((_, index) => at(10, 'pull-succeeded', { pull: index + 1, durationMs: 10 }))
  const events = [...pulls, ...ended, at(50, 'run-ended')]
  const of = (aggregate: Aggregate) => judge(limit('pull-duration', { aggregate, atMost: 100 }), events).status
  expect([of('p50'), of('p95'), of('max')]).toEqual(['held', 'held', 'inconclusive'])
})

test('a gap that nothing was to end yet leaves the verdict alone, unless it is beyond the limit', () => {
  const gaps = [at(0, 'check-in-answered'), at(1_000, 'check-in-answered'), at(1_900, 'run-ended')]
  expect(judge(within('check-in-gap', 1_200), gaps)).toMatchObject({ status: 'held', slack: 200 })
  expect(judge(within('check-in-gap', 800), gaps).status).toBe('missed')
  const silent = [...gaps.slice(0, 2), at(2_150, 'run-ended')]
  expect(judge(within('check-in-gap', 1_200), silent).status).toBe('inconclusive')
  expect(judge(within('check-in-gap', 1_100), silent).status).toBe('missed')
})

test('an agent whose check-ins are never answered is silent since its start', () => {
  const events = [at(0, 'agent-started'), at(500, 'check-in-answered', { agent: 1 }), at(5_000, 'run-ended')]
  expect(judge(within('check-in-gap', 4_000), events)).toMatchObject({
    status: 'missed',
    reason: expect.stringContaining('had not checked in for'),
  })
})

test('an image whose pull never ends is not refreshed', () => {
  const events = [at(0, 'pull-queued'), at(10, 'pull-started'), at(5_000, 'run-ended')]
  expect(judge(within('refresh-gap', 4_000), events)).toMatchObject({ status: 'missed', observed: 5_000 })
  const pulled = [...events.slice(0, 2), at(4_500, 'pull-succeeded'), at(5_000, 'run-ended')]
  expect(judge(within('refresh-gap', 4_000), pulled).reason).toContain('nothing was timed')
})

test('an image that no longer applies to its agent is awaited no more', () => {
  const refresh = (atMs: number) => at(atMs, 'pull-queued', { reason: 'refresh' })
  const changed = at(2_500, 'check-in-answered', { changed: true })
  const events = [refresh(1_000), refresh(2_000), changed, at(90_000, 'run-ended')]
  expect(judge(within('refresh-gap', 1_500), events)).toMatchObject({ status: 'held', observed: 1_000 })
})

test('a tag that is queued when it moves drifts until that pull has ended', () => {
  const events = [
    ...(timings['drift-time']?.begin(0) ?? []).slice(0, 2),
    at(50, 'pull-queued', { agent: 1 }),
    at(100, 'image-published', { digest: 'sha256:new', previousDigest: 'sha256:old' }),
    at(200, 'pull-started', { pull: 2 }),
    at(300, 'pull-succeeded', { pull: 2, digest: 'sha256:new' }),
  ]
  const open = judge(within('drift-time', 500), [...events, at(900, 'run-ended')])
  expect(open).toMatchObject({ status: 'missed', reason: expect.stringContaining('agent 1') })
  for (const end of ['pull-cancelled', 'pull-refused'] as const) {
    const given = judge(within('drift-time', 500), [...events, at(400, end, { agent: 1 }), at(900, 'run-ended')])
    expect(given).toMatchObject({ status: 'held', observed: 200 })
  }
})

test('a wait in the queue counts whether its pull would have sent credentials or not', () => {
  const events = [at(0, 'pull-queued'), at(9_000, 'run-ended')]
  for (const authenticated of [true, false]) {
    const expectation = { ...within('queue-wait', 5_000), where: where({ authenticated }) }
    expect(judge(expectation, events).status).toBe('missed')
  }
})

test('an interruption cuts off what was to come: only what nothing could heal is missed, and nothing is held', () => {
  const events = [at(0, 'check-in-answered'), at(0, 'pull-started'), at(10, 'pull-succeeded', { durationMs: 10 })]
  const status = (expectation: Expectation) =>
    judge(expectation, [...events, at(99, 'run-ended', { reason: 'interrupted' })]).status
  const count = (judged: object) => limit('pulls-succeeded', { aggregate: 'count', ...judged })
  expect(status(count({ atMost: 0 }))).toBe('missed')
  expect(status(count({ atMost: 1 }))).toBe('inconclusive')
  expect(status(count({ atLeast: 2 }))).toBe('inconclusive')
  expect(status(limit('pull-duration', { aggregate: 'min', atLeast: 20 }))).toBe('missed')
  expect(status(limit('pull-duration', { aggregate: 'mean', atMost: 5 }))).toBe('inconclusive')
  expect(status(limit('pulls-denied', { aggregate: 'count', atMost: 0 }))).toBe('inconclusive')
})

test('bytes of a pull that is not over may yet come', () => {
  const bytes = (judged: object) => limit('downloaded-bytes', { aggregate: 'sum', ...judged })
  const over = [at(0, 'pull-started'), at(10, 'pull-succeeded', { downloadedBytes: 700 })]
  const events = [...over, at(20, 'pull-started', { pull: 2 }), at(90, 'run-ended')]
  expect(judge(bytes({ atMost: 900 }), events)).toMatchObject({ status: 'inconclusive', observed: 700 })
  expect(judge(bytes({ atMost: 600 }), events).status).toBe('missed')
  expect(judge(bytes({ atLeast: 700 }), events).status).toBe('held')
  expect(judge(bytes({ atMost: 900 }), over).status).toBe('held')
})

test('an agent that has not started by the end is not ready', () => {
  const events = [at(0, 'agent-started'), at(9, 'agent-ready'), at(10, 'run-ended')]
  const two = { ...scenario, groups: [group('lab', 2)] }
  const checks = createChecks({ ...two, expect: [within('ready-time', 100)] })
  for (const event of events) checks.sink(event)
  expect(checks.results()[0]).toMatchObject({
    status: 'inconclusive',
    reason: 'still behind when the run ended: agent 1 (group lab) had not started when the run ended',
  })
})
