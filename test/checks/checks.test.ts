import { expect, test } from 'vitest'
import { createChecks } from '../../simulator/checks/checks.ts'
import type { CheckResult, Expectation, SampleFilter } from '../../simulator/checks/expectation.ts'
import type { RunEvent } from '../../simulator/events/events.ts'
import type { Scenario } from '../../simulator/scenario/scenario.ts'
import { chrome, firefox, scenarioOf } from '../scenario/compiled.ts'
import { at, limit, where } from './run-events.ts'

function judge(expectation: Expectation, events: RunEvent[], scenario: Partial<Scenario> = {}): CheckResult {
  const checks = createChecks(scenarioOf({ ...scenario, expect: [expectation] }))
  for (const event of events) checks.sink(event)
  const [result] = checks.results()
  if (!result) throw new Error('there is no result')
  // What JSON cannot say must not be in a result.
  expect(JSON.parse(JSON.stringify(result))).toEqual(result)
  return result
}

const pulls = (times: [startMs: number, endMs: number][], more: { agent?: number; image?: string } = {}): RunEvent[] =>
  times
    .flatMap(([startMs, endMs], index) => [
      at(startMs, 'pull-started', { pull: index + 1, ...more }),
      at(endMs, 'pull-succeeded', { pull: index + 1, durationMs: endMs - startMs, ...more }),
    ])
    .toSorted((a, b) => a.atMs - b.atMs)

test('an upper limit that holds says how far it was from the limit', () => {
  const result = judge(
    limit('pulls-running', { atMost: 3 }),
    pulls([
      [0, 10],
      [5, 20],
    ]),
  )
  expect(result).toEqual({
    name: 'pulls-running',
    ...{ status: 'held', reason: null, hangsOnTime: false },
    observed: 2,
    highWater: 2,
    limit: 3,
    bound: 'at-most',
    slack: 1,
    unit: 'count',
    occurred: { passed: true, samples: 4, statement: '4 samples of pulls-running' },
    violation: null,
  })
})

test('an upper limit that is missed names moment, agent, group and image', () => {
  const events = pulls(
    [
      [0, 90],
      [5, 90],
      [7, 90],
      [8, 90],
    ],
    { agent: 2, image: firefox },
  )
  expect(judge(limit('pulls-running', { atMost: 2 }), events)).toMatchObject({
    status: 'missed',
    observed: 4,
    slack: -2,
    occurred: { passed: true },
    violation: {
      atMs: 7,
      statement: `agent 2 (group office) ran 3 pulls at once (latest change: ${firefox})`,
    },
  })
})

test('a limit that was never reached is not shown to hold', () => {
  const result = judge(limit('pulls-running', { atMost: 2, reaches: 2 }), pulls([[0, 10]]))
  expect(result).toMatchObject({ status: 'missed', observed: 1, occurred: { passed: false, samples: 0 } })
  expect(result.violation).toEqual({
    atMs: null,
    statement: 'This situation never occurred: 2 was not reached; the most was 1.',
  })
  expect(
    judge(
      limit('pulls-running', { atMost: 2, reaches: 2 }),
      pulls([
        [0, 10],
        [3, 9],
      ]),
    ).status,
  ).toBe('held')
})

test('reaching alone is a lower limit of the high-water mark', () => {
  expect(
    judge(
      limit('pulls-running', { reaches: 2 }),
      pulls([
        [0, 10],
        [3, 9],
      ]),
    ),
  ).toMatchObject({
    status: 'held',
    bound: 'at-least',
    limit: 2,
    slack: 0,
  })
})

test.each(['max', 'min', 'mean', 'p50', 'p95', 'count', 'sum'] as const)(
  'a %s of no samples fails, whatever the limit',
  (aggregate) => {
    const result = judge(limit('pull-duration', { aggregate, atMost: 5_000 }), [
      at(0, 'pull-queued'),
      at(9, 'run-ended'),
    ])
    expect(result).toMatchObject({ status: 'missed', occurred: { passed: false, samples: 0 } })
    expect(result.violation?.statement).toBe('This situation never occurred: there were no samples of pull-duration.')
  },
)

test.each([
  ['max', 100],
  ['min', 10],
  ['mean', 40],
  ['p50', 20],
  ['p95', 100],
  ['sum', 160],
  ['count', 4],
] as const)('the %s of durations 10, 20, 30 and 100 is %d', (aggregate, observed) => {
  const events = pulls([
    [0, 10],
    [0, 20],
    [0, 30],
    [0, 100],
  ])
  const result = judge(limit('pull-duration', { aggregate, atMost: 1_000 }), events)
  expect(result).toMatchObject({ status: 'held', observed, unit: aggregate === 'count' ? 'count' : 'ms' })
  expect(result.highWater).toBe(aggregate === 'sum' || aggregate === 'count' ? observed : 100)
  expect(judge(limit('pull-duration', { aggregate, atMost: observed - 1 }), events)).toMatchObject({
    status: 'missed',
    slack: -1,
    violation: { statement: expect.stringContaining('agent 0 (group lab)') },
  })
})

test('percentiles are the exact value of the nearest rank', () => {
  const events = pulls(Array.from({ length: 100 }, (_, index) => [0, index + 1]))
  expect(judge(limit('pull-duration', { aggregate: 'p95', atMost: 95 }), events)).toMatchObject({
    observed: 95,
    slack: 0,
  })
})

test('a lower limit that is missed names the worst sample', () => {
  const events = pulls([
    [0, 10],
    [100, 104],
  ])
  expect(judge(limit('pull-duration', { aggregate: 'min', atLeast: 5 }), events)).toMatchObject({
    status: 'missed',
    observed: 4,
    bound: 'at-least',
    slack: -1,
    violation: { atMs: 104, statement: `the pull of ${chrome} by agent 0 (group lab) took 4ms` },
  })
})

test.each([
  ['mean', { atMost: 5 }, 120],
  ['mean', { atLeast: 50 }, 10],
  ['min', { atMost: 5 }, 10],
  ['max', { atLeast: 50 }, 120],
] as const)('a %s that misses %j names the sample that is most to blame', (aggregate, limits, atMs) => {
  const events = pulls([
    [0, 10],
    [100, 120],
  ])
  expect(judge(limit('pull-duration', { aggregate, ...limits }), events)).toMatchObject({
    status: 'missed',
    violation: { atMs },
  })
})

test('a count over its limit names the one that went over, under it says what was missing', () => {
  const events = pulls([
    [0, 10],
    [20, 30],
    [40, 50],
  ])
  const exactly = (count: number) => limit('pulls-succeeded', { aggregate: 'count', atMost: count, atLeast: count })
  expect(judge(exactly(3), events)).toMatchObject({ status: 'held', bound: 'exactly', limit: 3, slack: 0 })
  expect(judge(exactly(2), events)).toMatchObject({ status: 'missed', slack: -1, violation: { atMs: 50 } })
  expect(judge(exactly(4), events)).toMatchObject({
    status: 'missed',
    slack: -1,
    violation: { atMs: null, statement: 'the count of pulls-succeeded stayed below 4' },
  })
})

test('a total names the sample that took it over its limit, whatever came before that one began', () => {
  // They end in the order in which they are told, and each began before the one that ended earlier.
  const [first, second, third] = [400, 300, 200].map((lengthMs, index) =>
    at(410 + 10 * index, 'pull-succeeded', { agent: index, durationMs: lengthMs + 20 * index, downloadedBytes: 10 }),
  ) as [RunEvent, RunEvent, RunEvent]
  const earlier = at(440, 'pull-succeeded', { agent: 3, durationMs: 435, downloadedBytes: 10 })
  const events = [first, second, third, earlier]
  const count = limit('pull-duration', { aggregate: 'count', atMost: 1 })
  expect(judge(count, events).violation?.statement).toContain('by agent 1 ')
  const sum = limit('pull-duration', { aggregate: 'sum', atMost: 750 })
  expect(judge(sum, events).violation?.statement).toContain('by agent 2 ')
  // Of the longest it is the one that began first.
  expect(judge(limit('pull-duration', { atMost: 200 }), events).violation?.statement).toContain('by agent 3 ')
})

test('of two limits the nearer is shown', () => {
  const events = pulls([[0, 60]])
  const between = (atLeast: number, atMost: number) => judge(limit('pull-duration', { atLeast, atMost }), events)
  expect(between(50, 100)).toMatchObject({ status: 'held', bound: 'at-least', limit: 50, slack: 10 })
  expect(between(10, 65)).toMatchObject({ status: 'held', bound: 'at-most', limit: 65, slack: 5 })
  expect(between(70, 100)).toMatchObject({ status: 'missed', bound: 'at-least', limit: 70, slack: -10 })
})

const none = (metric: Expectation['metric'], filter: Partial<SampleFilter> = {}) =>
  limit(metric, { aggregate: 'count', atMost: 0 }, filter)

test('a count of nothing holds only where its ground occurred', () => {
  expect(judge(none('pulls-denied'), [at(0, 'check-in-answered'), ...pulls([[0, 10]])])).toMatchObject({
    status: 'held',
    observed: 0,
    occurred: { passed: true, samples: 1, statement: '0 pulls-denied among 1 pulls-started' },
  })
  const result = judge(none('pulls-denied'), [at(0, 'check-in-answered')])
  expect(result).toMatchObject({ status: 'missed', occurred: { passed: false, samples: 0 } })
  expect(result.violation?.statement).toBe(
    'This situation never occurred: 0 pulls-denied, but no check-ins or no pulls-started that could have led to any.',
  )
})

test('the ground is looked at with the same filter', () => {
  const events = [0, 1, 2, 3].map((agent) => at(0, 'check-in-answered', { agent }))
  events.push(...pulls([[0, 10]], { agent: 0, image: chrome }))
  expect(judge(none('pulls-failed', { group: 'lab', image: chrome }), events).status).toBe('held')
  expect(judge(none('pulls-failed', { group: 'office' }), events).status).toBe('missed')
  expect(judge(none('pulls-failed', { agents: [1] }), events).status).toBe('missed')
  expect(judge(none('pulls-failed', { image: firefox }), events).status).toBe('missed')
})

test('the ground may lie before a window in which the agents were at work', () => {
  const events = [at(0, 'check-in-answered'), ...pulls([[5, 10]]), at(99, 'run-ended')]
  const later = none('pulls-failed', { fromMs: 50 })
  expect(judge(later, events).status).toBe('missed')
  expect(judge(later, [...events, at(60, 'check-in-answered', { agent: 2 })]).status).toBe('held')
  expect(
    judge(none('pulls-failed', { fromMs: 50, group: 'lab' }), [...events, at(60, 'check-in-answered', { agent: 2 })])
      .status,
  ).toBe('missed')
  expect(judge(none('pulls-failed', { untilMs: 5 }), events).status).toBe('missed')
  expect(judge(none('pulls-failed', { untilMs: 6 }), events).status).toBe('held')
})

test('that an image is never pulled stands on the check-ins of those who would pull it', () => {
  const events = [at(0, 'check-in-answered', { agent: 1 }), ...pulls([[5, 9]], { image: chrome })]
  expect(judge(none('pulls-started', { image: firefox, group: 'lab' }), events)).toMatchObject({
    status: 'held',
    occurred: { samples: 1 },
  })
  expect(judge(none('pulls-started', { image: firefox, group: 'office' }), events).status).toBe('missed')
  expect(judge(none('pulls-started', { image: chrome }), events)).toMatchObject({
    status: 'missed',
    violation: { atMs: 5 },
  })
})

test('that no request was denied stands on requests of the same image', () => {
  const events = [at(0, 'check-in-answered'), at(3, 'registry-request', { class: 'manifest' })]
  expect(judge(none('registry-requests', { status: 429, image: chrome }), events).status).toBe('held')
  expect(judge(none('registry-requests', { status: 429, image: firefox }), events).status).toBe('missed')
  expect(judge(none('registry-requests', { status: 200, image: chrome }), events).status).toBe('missed')
})

test('an image or group that the scenario does not have makes a check fail', () => {
  const events = [at(0, 'check-in-answered')]
  expect(judge(none('pulls-started', { image: 'kasmweb/chrom:1.16.1' }), events).violation?.statement).toBe(
    'This situation never occurred: the scenario has no image "kasmweb/chrom:1.16.1".',
  )
  expect(judge(none('pulls-started', { group: 'labs' }), events).violation?.statement).toContain('no group "labs"')
})

test('images that the timeline brings are known', () => {
  const renamed = 'kasmweb/chrome:1.17.0'
  const result = judge(none('pulls-started', { image: renamed }), [at(0, 'check-in-answered')], {
    timeline: [{ atMs: 5, do: 'update-definition', image: chrome, set: { name: renamed } }],
  })
  expect(result.status).toBe('held')
})

test('a filter that the metric does not know makes a check fail', () => {
  const result = judge(limit('digests-held', { atMost: 1 }, { group: 'lab' }), [
    at(1, 'pull-started'),
    at(2, 'pull-succeeded'),
  ])
  expect(result).toMatchObject({ status: 'missed', occurred: { passed: false } })
  expect(result.violation?.statement).toContain('the filter "group" does not apply to digests-held')
})

test.each([
  [{ group: 'office' }, 1],
  [{ agents: [0, 1] }, 2],
  [{ image: firefox }, 1],
  [{ reason: 'refresh' }, 1],
  [{ authenticated: true }, 1],
  [{ authenticated: false }, 2],
  [{ fromMs: 20 }, 2],
  [{ untilMs: 20 }, 1],
  [{ fromMs: 20, untilMs: 30 }, 1],
] as [Partial<SampleFilter>, number][])('the filter %j lets %d of three pulls through', (filter, count) => {
  const events = [
    at(10, 'pull-started', { agent: 0, authenticated: true }),
    at(20, 'pull-started', { agent: 1, image: firefox }),
    at(30, 'pull-started', { agent: 2, reason: 'refresh' }),
  ]
  expect(judge(limit('pulls-started', { aggregate: 'count', atMost: 9 }, filter), events).observed).toBe(count)
})

test('registry requests are filtered by repository, status and class', () => {
  const events = [
    at(1, 'registry-request', { status: 429, class: 'manifest' }),
    at(2, 'registry-request', { repository: 'kasmweb/firefox' }),
  ]
  const count = (filter: Partial<SampleFilter>) =>
    judge(limit('registry-requests', { aggregate: 'count', atMost: 9 }, filter), events).observed
  expect([count({}), count({ image: chrome }), count({ status: 200 }), count({ requestClass: 'manifest' })]).toEqual([
    2, 1, 1, 1,
  ])
})

test('a level in force when the window opens is judged', () => {
  const events = [
    ...pulls([
      [0, 500],
      [1, 500],
      [2, 500],
    ]).slice(0, 3),
    at(200, 'run-ended'),
  ]
  expect(judge(limit('pulls-running', { atMost: 2 }, { fromMs: 100 }), events)).toMatchObject({
    status: 'missed',
    observed: 3,
    violation: { atMs: 100 },
  })
  expect(judge(limit('pulls-running', { atMost: 3 }, { fromMs: 300 }), events).violation?.statement).toContain(
    'the run ended before the moment it is about',
  )
})

test('a level that changes within the window is judged from its opening on, and once', () => {
  const events = [
    ...pulls([
      [0, 150],
      [1, 400],
      [2, 400],
    ]).slice(0, 4),
    at(500, 'run-ended'),
  ]
  const later = { fromMs: 100 }
  expect(judge(limit('pulls-running', { atMost: 2 }, later), events)).toMatchObject({
    observed: 3,
    violation: { atMs: 100 },
  })
  expect(judge(limit('pulls-running', { aggregate: 'count', atMost: 9 }, later), events).observed).toBe(2)
})

test('a window in which nothing runs shows nothing', () => {
  const events = [...pulls([[0, 50]]), at(500, 'run-ended')]
  expect(judge(limit('pulls-running', { atMost: 2 }, { fromMs: 100 }), events)).toMatchObject({
    status: 'missed',
    occurred: { passed: false },
  })
})

test('a level that was left before the window opens is not judged', () => {
  const events = [
    ...pulls([
      [0, 50],
      [1, 50],
      [2, 50],
    ]),
    ...pulls([[150, 160]]),
    at(200, 'run-ended'),
  ]
  expect(judge(limit('pulls-running', { atMost: 2 }, { fromMs: 100 }), events)).toMatchObject({
    status: 'held',
    observed: 1,
  })
})

test('two digests that nobody gives up are seen in a later window', () => {
  const take = (atMs: number, agent: number, digest: string) => [
    at(atMs, 'pull-started', { agent }),
    at(atMs, 'pull-succeeded', { agent, digest }),
  ]
  const events = [...take(10, 0, 'sha256:old'), ...take(20, 1, 'sha256:new'), at(900, 'run-ended')]
  const later = limit('digests-held', { atMost: 1 }, { image: chrome, fromMs: 500 })
  expect(judge(later, events)).toMatchObject({ status: 'missed', observed: 2, violation: { atMs: 500 } })
  expect(judge(later, [...events.slice(0, -1), ...take(30, 0, 'sha256:new'), at(900, 'run-ended')])).toMatchObject({
    status: 'held',
    observed: 1,
    occurred: { passed: true, samples: 1 },
  })
})

const within = (
  metric: Expectation['metric'],
  durationMs: number,
  filter: Partial<SampleFilter> = {},
): Expectation => ({
  name: metric,
  metric,
  where: where(filter),
  judge: { form: 'within', durationMs },
})
const fourStarts = [
  ...[at(0, 'agent-started'), at(0, 'agent-started', { agent: 1 }), at(0, 'agent-started', { agent: 3 })],
  ...[at(10, 'agent-started', { agent: 2 }), at(20, 'agent-ready', { agent: 1 }), at(30, 'agent-ready', { agent: 3 })],
  at(60, 'agent-ready'),
]

test('within holds when every timing closed in time', () => {
  expect(judge(within('ready-time', 100), [...fourStarts, at(100, 'agent-ready', { agent: 2 })])).toMatchObject({
    status: 'held',
    observed: 90,
    highWater: 90,
    limit: 100,
    bound: 'at-most',
    slack: 10,
    unit: 'ms',
    occurred: { passed: true, samples: 4 },
  })
})

test('within is missed by a timing that closed late, at the moment it was due', () => {
  expect(judge(within('ready-time', 80), [...fourStarts, at(100, 'agent-ready', { agent: 2 })])).toMatchObject({
    status: 'missed',
    slack: -10,
    violation: { atMs: 90, statement: 'agent 2 (group office) was ready 90ms after its start' },
  })
})

test('within cannot tell of a timing that was neither over nor beyond its limit', () => {
  expect(judge(within('ready-time', 1_000), [...fourStarts, at(70, 'run-ended')])).toMatchObject({
    status: 'inconclusive',
    reason:
      'still behind when the run ended: agent 2 (group office) was not ready when the run ended, 60ms after its start',
    observed: 60,
    slack: null,
    violation: null,
  })
})

test('a limit counts what is not over with its length so far', () => {
  const events = [...fourStarts, at(9_000, 'run-ended')]
  expect(judge(limit('ready-time', { atMost: 100 }), events)).toMatchObject({
    status: 'missed',
    observed: 8_990,
    slack: -8_890,
    occurred: { samples: 4, statement: '4 samples of ready-time, 1 of them not over' },
    violation: { atMs: 110 },
  })
})

test('within of nothing fails', () => {
  expect(judge(within('drift-time', 1_000), fourStarts).violation?.statement).toBe(
    'This situation never occurred: nothing was timed.',
  )
})

test('within is of times alone', () => {
  expect(judge(within('pulls-started', 5), pulls([[0, 10]])).violation?.statement).toContain('is no time')
})

test('within names the image and an agent that still drifts', () => {
  const events = [
    at(1, 'pull-started', { agent: 3 }),
    at(2, 'pull-succeeded', { agent: 3 }),
    at(100, 'image-published', { digest: 'sha256:new', previousDigest: 'sha256:old' }),
    at(5_100, 'run-ended'),
  ]
  expect(judge(within('drift-time', 2_000, { image: chrome }), events).violation).toEqual({
    atMs: 2_100,
    statement: `agent 3 (group office) did not hold the new ${chrome} when the run ended, 5s after the tag moved`,
  })
})

const neverBefore = (value: number, beforeMs: number): Expectation => ({
  name: 'after its restart',
  metric: 'pulls-running',
  where: where(),
  judge: { form: 'never-before', value, beforeMs },
})
const threeFrom = (atMs: number) =>
  pulls([
    [0, 900],
    [1, 900],
    [atMs, 900],
  ])

test('that something never happens before a moment stands on agents that were at work by then', () => {
  const late = pulls([
    [100, 900],
    [101, 900],
    [102, 900],
  ])
  expect(judge(neverBefore(3, 100), late)).toMatchObject({
    status: 'missed',
    reason: 'This situation never occurred: no check-ins before 100ms that could have led to 3.',
  })
  expect(judge(neverBefore(3, 100), [at(50, 'check-in-answered'), ...late])).toMatchObject({
    status: 'held',
    occurred: { statement: '3 was reached from 100ms on, samples: 1; before it the most was nothing' },
  })
})

test('never before holds when the value is first reached from the moment on', () => {
  expect(judge(neverBefore(3, 100), threeFrom(130))).toMatchObject({
    status: 'held',
    observed: 130,
    limit: 100,
    bound: 'not-before',
    slack: 30,
    unit: 'ms',
    occurred: { passed: true, samples: 1 },
  })
  expect(judge(neverBefore(3, 100), threeFrom(100)).status).toBe('held')
})

test('never before is missed by the first sample that is too early', () => {
  expect(judge(neverBefore(3, 100), threeFrom(99))).toMatchObject({
    status: 'missed',
    observed: 99,
    slack: -1,
    violation: { atMs: 99, statement: expect.stringContaining('agent 0 (group lab) ran 3 pulls at once') },
  })
})

test('never before fails where the value is never reached', () => {
  expect(judge(neverBefore(4, 100), threeFrom(130))).toMatchObject({
    status: 'missed',
    observed: null,
    slack: null,
    violation: { statement: 'This situation never occurred: 4 was not reached from 100ms on; the most was 3.' },
  })
})

test('a run without events fails every check and breaks none', () => {
  const expectations = [
    limit('pulls-running', { atMost: 2 }),
    within('ready-time', 5),
    neverBefore(3, 100),
    none('pulls-failed'),
  ]
  for (const expectation of expectations) {
    expect(judge(expectation, [])).toMatchObject({ status: 'missed', occurred: { passed: false, samples: 0 } })
  }
})

test('results end the judging', () => {
  const checks = createChecks(scenarioOf({ expect: [limit('pulls-running', { atMost: 2 })] }))
  for (const event of pulls([[0, 10]])) checks.sink(event)
  const before = checks.results()
  for (const event of pulls([
    [0, 9],
    [1, 9],
    [2, 9],
  ]))
    checks.sink(event)
  expect(checks.results()).toEqual(before)
})

test('nobody has obeyed a Retry-After that no answer carried', () => {
  const none = limit('retry-after-violations', { aggregate: 'count', atMost: 0 })
  const refusal = at(2, 'registry-request', { status: 429, class: 'manifest' })
  expect(judge(none, [at(0, 'check-in-answered'), refusal]).status).toBe('missed')
  const told = at(2, 'registry-request', { status: 429, class: 'manifest', retryAfterMs: 5_000 })
  expect(judge(none, [at(0, 'check-in-answered'), told]).status).toBe('held')
  const again = at(9, 'registry-request', { class: 'manifest', startedAtMs: 8 })
  expect(judge(none, [at(0, 'check-in-answered'), told, again])).toMatchObject({ status: 'missed', observed: 1 })
})
