import { expect, test } from 'vitest'
import type { CheckResult } from '../../simulator/checks/expectation.ts'
import { judgeRun } from '../../simulator/checks/verdict.ts'
import type { Summary } from '../../simulator/report/summary.ts'
import { formatSummary } from '../../simulator/reporters/summary-text.ts'
import { noDemand } from '../checks/run-events.ts'

const rateLimited: Summary = {
  scenario: 'rate-limit',
  seed: 1,
  time: 'wall',
  speed: 1_200,
  version: '0.1.0',
  reason: 'end-reached',
  durationMs: 8 * 3_600_000,
  agents: 40,
  waiting: null,
  ready: {
    agents: 38,
    timeMs: { count: 40, min: 41_000, p50: 95_000, p95: 21_612_000, max: null },
  },
  checkIns: { answered: 38_366, failed: 3 },
  pulls: {
    started: 3_480,
    succeeded: 520,
    downloaded: 200,
    upToDate: 320,
    failed: 2_955,
    failedByCode: { TOOMANYREQUESTS: 2_940, UNAUTHORIZED: 15 },
    denied: 2_940,
    refused: 4,
    dropped: 5,
    cancelled: 12,
    unfinished: 0,
    durationMs: { count: 520, min: 900, mean: 9_000, p50: 2_400, p95: 31_200, max: 74_000 },
    queueWaitMs: { count: 3_480, min: 0, mean: 900, p50: 0, p95: 12_500, max: 61_000 },
    fleetPeak: 80,
    agentPeak: { pulls: 2, agent: 0 },
    downloadedBytes: 412_300_000_000,
    requestsPerPull: 4.6712,
  },
  registry: {
    requests: 16_233,
    byClass: { 'version-check': 3_480, token: 3_480, ping: 3_480, manifest: 3_340, blob: 2_453 },
    byStatus: { '200': 9_798, '401': 3_495, '429': 2_940 },
    denied: 2_940,
    sentBytes: 412_400_000_000,
    peak: { bytesPerSecond: 125_000_000, requestsPerSecond: 900 },
    demand: {
      ...{ requests: 16_233, versionChecks: 320, pullsByTag: 3_155, pullsByDigest: 5 },
      ...{ manifestHeads: 3_480, manifestGets: 3_340, tokenRequests: 3_480, amplification: 4.6647 },
      ...{ retries: 2_890, retriesTold: 2_400, retriesEarly: 2_100 },
      byGroup: [
        { ...noDemand, group: 'anonymous', requests: 15_000, amplification: 4.85 },
        { ...noDemand, group: 'accounts', requests: 1_233, amplification: 3.25 },
        { ...noDemand, group: null, requests: 2 },
      ],
      ...{ retriesAtOnce: 12, earliestCaller: { agent: 17, source: '198.51.100.1', retriesEarly: 104 } },
    },
  },
  drift: [
    { image: 'kasmweb/chrome:rolling', movedAtMs: 3_600_000, agents: 38, convergedAfterMs: 3_590_000, behind: 0 },
    { image: 'kasmweb/firefox:rolling', movedAtMs: 25_200_000, agents: 38, convergedAfterMs: null, behind: 6 },
    { image: 'kasmweb/terminal:rolling', movedAtMs: 25_200_000, agents: 0, convergedAfterMs: 0, behind: 0 },
  ],
  prunedImages: 38,
  lateness: {
    worstMs: 9_000,
    source: 'transfers',
    boundMs: 7_500,
    bySource: { timers: 40, timeline: 0, 'check-ins': 300, transfers: 9_000, 'event-loop': 2_000 },
  },
  generatorFailures: [],
  failures: [
    {
      image: 'kasmweb/chrome:rolling',
      code: 'TOOMANYREQUESTS',
      count: 1_730,
      cause:
        'toomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit',
    },
    { image: 'kasmweb/firefox:rolling', code: 'TOOMANYREQUESTS', count: 1_210, cause: 'toomanyrequests: the limit' },
    { image: 'private/desktop:1', code: 'UNAUTHORIZED', count: 9, cause: 'unauthorized: bad credentials' },
    { image: 'private/desktop:2', code: 'UNAUTHORIZED', count: 4, cause: 'unauthorized: bad credentials' },
    { image: 'private/desktop:3', code: 'UNAUTHORIZED', count: 2, cause: 'unauthorized: bad credentials' },
  ],
  worstAgent: {
    agent: 17,
    group: 'anonymous',
    count: 104,
    image: 'kasmweb/chrome:rolling',
    code: 'TOOMANYREQUESTS',
    cause: 'toomanyrequests: the limit',
  },
}

const held: CheckResult = {
  name: 'an agent never pulls more than its cap',
  ...{ status: 'held', reason: null, hangsOnTime: false },
  observed: 2,
  highWater: 2,
  limit: 2,
  bound: 'at-most',
  slack: 0,
  unit: 'count',
  occurred: { passed: true, samples: 6_960, statement: '6960 samples of pulls-running, 2 was reached' },
  violation: null,
}

const checks: CheckResult[] = [
  held,
  {
    ...held,
    name: 'exactly 100 pulls succeed in the first window',
    ...{ observed: 100, highWater: 100, limit: 100, bound: 'exactly' },
    occurred: { passed: true, samples: 100, statement: '100 samples of pulls-succeeded' },
  },
  {
    ...held,
    name: 'every agent is ready within 6 h 5 min',
    ...{ status: 'missed', reason: 'agent 17 (group anonymous) was not ready when the run ended, 8h after its start' },
    ...{ observed: 28_800_000, highWater: 28_800_000, limit: 21_900_000, slack: -6_900_000, unit: 'ms' },
    occurred: { passed: true, samples: 40, statement: '40 timed, 2 of them still open' },
    violation: {
      atMs: 21_900_000,
      statement: 'agent 17 (group anonymous) was not ready when the run ended, 8h after its start',
    },
  },
  {
    ...held,
    name: 'at least 400 GB are downloaded',
    ...{ observed: 412.3e9, highWater: 412.3e9, limit: 400e9, bound: 'at-least', slack: 12.3e9, unit: 'bytes' },
    occurred: { passed: true, samples: 1, statement: '1 sample of downloaded-bytes' },
  },
  {
    ...held,
    name: '5 pulls at once only after the restart',
    ...{
      status: 'missed',
      reason: 'This situation never occurred: 5 was not reached from 2h on; the most was 2.',
      observed: null,
      highWater: null,
      limit: 7_200_000,
      bound: 'not-before',
      slack: null,
      unit: 'ms',
    },
    occurred: { passed: false, samples: 0, statement: 'This situation never occurred: 5 was not reached.' },
    violation: {
      atMs: null,
      statement: 'This situation never occurred: 5 was not reached from 2h on; the most was 2.',
    },
  },
]

test('prints what happened and each check on one screen', async () => {
  const text = formatSummary(rateLimited, judgeRun(checks))
  await expect(text).toMatchFileSnapshot('golden/summary.txt')
  expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(40)
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120)
  expect(text).not.toMatch(/NaN|undefined|Infinity|null/)
})

const quiet: Summary = {
  ...rateLimited,
  scenario: 'quiet',
  reason: 'interrupted',
  durationMs: 1_500,
  ready: { agents: 0, timeMs: null },
  checkIns: { answered: 0, failed: 0 },
  pulls: {
    ...{ started: 0, succeeded: 0, downloaded: 0, upToDate: 0, failed: 0, failedByCode: {}, denied: 0, refused: 0 },
    ...{ dropped: 0, cancelled: 0, unfinished: 0, durationMs: null, queueWaitMs: null, fleetPeak: 0, agentPeak: null },
    ...{ downloadedBytes: 0, requestsPerPull: null },
  },
  registry: {
    requests: 0,
    byClass: {},
    byStatus: {},
    denied: 0,
    sentBytes: 0,
    peak: { bytesPerSecond: 0, requestsPerSecond: 0 },
    demand: noDemand,
  },
  drift: [],
  lateness: null,
  prunedImages: 0,
  failures: [],
  worstAgent: null,
}

test('leaves out what did not happen', () => {
  expect(
    formatSummary(quiet, judgeRun([held])),
  ).toBe(`quiet ran 1.5s until it was interrupted (speed 1200, seed 1, kasm-sim 0.1.0)

  Agents      0 of 40 became ready
  Check-ins   0 answered
  Pulls       0 started
  Bytes       0 B downloaded

All checks held (1)
  PASS  an agent never pulls more than its cap  2 (<= 2, slack 0), 6,960 occasions
`)
})

test('says so where a scenario expects nothing', () => {
  expect(formatSummary(quiet, judgeRun([]))).toContain('No checks: the scenario expects nothing.')
})

test('shows four moves and four causes at most, and how many more there are', () => {
  const [move] = rateLimited.drift
  if (!move) throw new Error('there is no move')
  const drift = Array.from({ length: 9 }, (_, index) => ({ ...move, movedAtMs: index * 1_000 }))
  const text = formatSummary({ ...rateLimited, drift }, judgeRun([]))
  expect(text.match(/moved at/g)).toHaveLength(4)
  expect(text).toContain('and 5 more')
})

const doubtful: CheckResult = {
  ...held,
  ...{ name: 'ready in an hour', status: 'inconclusive', reason: 'agent 3 is still behind when the run ended' },
  ...{ hangsOnTime: true, unit: 'ms', observed: 3_595_000, highWater: 3_595_000, limit: 3_600_000, slack: null },
}

test('says INCONCLUSIVE of a run and of a check, and why', () => {
  const text = formatSummary(quiet, judgeRun([held, doubtful]))
  expect(text).toContain(`
INCONCLUSIVE: 1 of 2 checks inconclusive; agent 3 is still behind when the run ended
  PASS          an agent never pulls more than its cap  2 (<= 2, slack 0), 6,960 occasions
  INCONCLUSIVE  ready in an hour                        59m 55s (<= 1h), 6,960 occasions
                agent 3 is still behind when the run ended
`)
})

test('says INCONCLUSIVE where the scenario expects nothing, and counts misses first', () => {
  const late = { reason: 'this machine was 4s late', about: 'time' } as const
  expect(formatSummary(quiet, judgeRun([], [late]))).toContain('\nINCONCLUSIVE: this machine was 4s late\n')
  const missed: CheckResult = { ...held, status: 'missed', reason: 'agent 0 ran 3 pulls at once' }
  expect(formatSummary(quiet, judgeRun([missed, held, doubtful], [late]))).toContain(
    '\n1 of 3 checks missed, 1 inconclusive\n',
  )
})
