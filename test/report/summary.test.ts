import { expect, test } from 'vitest'
import type { RunEvent } from '../../simulator/events/events.ts'
import { createSummary, type Summary } from '../../simulator/report/summary.ts'
import { at, noDemand } from '../checks/run-events.ts'
import { chrome, firefox } from '../scenario/compiled.ts'

function summaryOf(events: RunEvent[]): Summary {
  const summary = createSummary()
  for (const event of [at(0, 'run-started'), ...events]) summary.sink(event)
  const result = summary.result()
  // What JSON cannot say must not be in a summary.
  expect(JSON.parse(JSON.stringify(result))).toEqual(result)
  return result
}

test('a run in which nothing happened has zeros and nulls, and no gaps', () => {
  expect(summaryOf([])).toEqual({
    scenario: 'rehearsal',
    seed: 7,
    time: 'wall',
    speed: 60,
    version: '0.1.0',
    reason: 'unfinished',
    durationMs: 0,
    agents: 4,
    ready: { agents: 0, timeMs: { count: 4, min: null, p50: null, p95: null, max: null } },
    waiting: null,
    checkIns: { answered: 0, failed: 0 },
    pulls: {
      ...{ started: 0, succeeded: 0, downloaded: 0, upToDate: 0, failed: 0, failedByCode: {}, denied: 0 },
      ...{ refused: 0, dropped: 0, cancelled: 0, unfinished: 0, durationMs: null, queueWaitMs: null },
      ...{ fleetPeak: 0, agentPeak: null, downloadedBytes: 0, requestsPerPull: null },
    },
    registry: {
      ...{ requests: 0, byClass: {}, byStatus: {}, denied: 0, sentBytes: 0 },
      peak: { bytesPerSecond: 0, requestsPerSecond: 0 },
      demand: noDemand,
    },
    drift: [],
    prunedImages: 0,
    lateness: null,
    generatorFailures: [],
    failures: [],
    worstAgent: null,
  })
})

test('says how long the run was and why it ended', () => {
  const { durationMs, reason } = summaryOf([
    at(500, 'check-in-failed'),
    at(90_000, 'run-ended', { reason: 'interrupted' }),
  ])
  expect({ durationMs, reason }).toEqual({ durationMs: 90_000, reason: 'interrupted' })
})

test('counts agents that became ready once, timed from their first start', () => {
  const { ready } = summaryOf([
    at(100, 'agent-started'),
    at(100, 'agent-started', { agent: 1 }),
    at(200, 'agent-started', { restart: true }),
    at(400, 'agent-ready'),
    at(900, 'agent-ready'),
    at(600, 'agent-ready', { agent: 1 }),
  ])
  expect(ready).toEqual({ agents: 2, timeMs: { count: 4, min: 300, p50: 500, p95: null, max: null } })
})

test('counts pulls by how they began and ended', () => {
  const { pulls, checkIns, prunedImages } = summaryOf([
    at(0, 'check-in-answered'),
    at(0, 'check-in-failed', { agent: 1 }),
    at(0, 'pull-queued'),
    at(0, 'pull-queued', { image: firefox }),
    at(100, 'pull-started', { pull: 1 }),
    at(300, 'pull-started', { pull: 2, image: firefox }),
    at(350, 'pull-started', { pull: 1, agent: 1, runningInFleet: 3 }),
    at(400, 'pull-succeeded', { pull: 1, durationMs: 300, downloadedBytes: 500, requests: 7 }),
    at(500, 'pull-failed', { pull: 2, image: firefox, code: 'TOOMANYREQUESTS', requests: 2 }),
    at(600, 'pull-started', { pull: 3 }),
    at(650, 'pull-succeeded', { pull: 3, durationMs: 50, outcome: 'up-to-date', downloadedBytes: 0, requests: 3 }),
    at(700, 'pull-dropped', { pull: 1, agent: 1 }),
    at(800, 'pull-started', { pull: 4 }),
    at(810, 'pull-refused'),
    at(820, 'pull-cancelled'),
    at(830, 'image-pruned'),
  ])
  expect(checkIns).toEqual({ answered: 1, failed: 1 })
  expect(prunedImages).toBe(1)
  expect(pulls).toEqual({
    ...{ started: 5, succeeded: 2, downloaded: 1, upToDate: 1, failed: 1, denied: 1, refused: 1, dropped: 1 },
    ...{ cancelled: 1, unfinished: 1, failedByCode: { TOOMANYREQUESTS: 1 } },
    durationMs: { count: 2, min: 50, mean: 175, p50: 50, p95: 300, max: 300 },
    queueWaitMs: { count: 2, min: 100, mean: 200, p50: 100, p95: 300, max: 300 },
    ...{ fleetPeak: 3, agentPeak: { pulls: 2, agent: 0 }, downloadedBytes: 500, requestsPerPull: 4 },
  })
})

test('counts registry requests by class and status, commonest first', () => {
  const { registry } = summaryOf([
    at(1, 'registry-request', { class: 'token', bytes: 10 }),
    at(2, 'registry-request', { class: 'manifest', status: 429, bytes: 5 }),
    at(3, 'registry-request', { class: 'manifest', bytes: 100 }),
  ])
  expect(registry).toMatchObject({
    ...{ requests: 3, denied: 1, sentBytes: 100, peak: { bytesPerSecond: 10, requestsPerSecond: 0 } },
    ...{ byClass: { manifest: 2, token: 1 }, byStatus: { '200': 2, '429': 1 } },
  })
  expect(Object.keys(registry.byClass)).toEqual(['manifest', 'token'])
})

test('follows each move of a tag until the fleet has converged, or has not', () => {
  const take = (atMs: number, agent: number, image: string, digest: string) => [
    at(atMs, 'pull-started', { agent, image }),
    at(atMs, 'pull-succeeded', { agent, image, digest }),
  ]
  const move = (atMs: number, image: string) =>
    at(atMs, 'image-published', { image, digest: 'sha256:new', previousDigest: 'sha256:old' })
  const { drift } = summaryOf([
    ...take(10, 0, chrome, 'sha256:old'),
    ...take(10, 1, chrome, 'sha256:old'),
    ...take(10, 1, firefox, 'sha256:old'),
    move(100, chrome),
    move(200, firefox),
    move(300, 'kasmweb/terminal:1'),
    ...take(350, 0, chrome, 'sha256:new'),
    ...take(700, 1, chrome, 'sha256:new'),
  ])
  expect(drift).toEqual([
    { image: chrome, movedAtMs: 100, agents: 2, convergedAfterMs: 600, behind: 0 },
    { image: firefox, movedAtMs: 200, agents: 1, convergedAfterMs: null, behind: 1 },
    { image: 'kasmweb/terminal:1', movedAtMs: 300, agents: 0, convergedAfterMs: 0, behind: 0 },
  ])
})

test('names the commonest failures with their cause, and the agent with the most', () => {
  const { failures, worstAgent } = summaryOf([
    at(1, 'pull-failed', { agent: 1, image: firefox, code: 'TOOMANYREQUESTS', cause: 'first words' }),
    at(2, 'pull-failed', { agent: 3, image: chrome, code: 'NOT_FOUND', cause: 'manifest unknown' }),
    at(3, 'pull-failed', { agent: 3, image: firefox, code: 'TOOMANYREQUESTS', cause: 'last words' }),
  ])
  expect(failures).toEqual([
    { image: firefox, code: 'TOOMANYREQUESTS', cause: 'last words', count: 2 },
    { image: chrome, code: 'NOT_FOUND', cause: 'manifest unknown', count: 1 },
  ])
  expect(worstAgent).toEqual({
    ...{ agent: 3, group: 'office', count: 2, image: firefox, code: 'TOOMANYREQUESTS', cause: 'last words' },
  })
})

test('of agents with as many failures the first is named', () => {
  expect(summaryOf([2, 1, 3].map((agent) => at(1, 'pull-failed', { agent }))).worstAgent).toMatchObject({ agent: 1 })
})

test('percentiles of long spreads are within a thousandth and never beyond the longest', () => {
  const events = Array.from({ length: 1_000 }, (_, index) => [
    at(0, 'pull-started', { pull: index }),
    at(0, 'pull-succeeded', { pull: index, durationMs: (index + 1) * 4_321 }),
  ]).flat()
  const { durationMs } = summaryOf(events).pulls
  expect(durationMs).toMatchObject({ count: 1_000, min: 4_321, max: 4_321_000 })
  expect(Math.abs((durationMs?.p50 ?? 0) / (500 * 4_321) - 1)).toBeLessThan(0.001)
  expect(Math.abs((durationMs?.p95 ?? 0) / (950 * 4_321) - 1)).toBeLessThan(0.001)
  const alone = [at(0, 'pull-started'), at(1, 'pull-succeeded', { durationMs: 4_321_001 })]
  expect(summaryOf(alone).pulls.durationMs).toMatchObject({ p50: 4_321_001, p95: 4_321_001, max: 4_321_001 })
})
