// Which lines a run without a terminal writes.
import { expect, test } from 'vitest'
import type { RunEventBody } from '../../simulator/events/events.ts'
import { createLines } from '../../simulator/reporters/lines.ts'
import { pullEnded, registryRequest, runStarted, timed } from './events.ts'

function linesOf(...events: [atMs: number, body: RunEventBody][]): string[] {
  const lines: string[] = []
  const sink = createLines((line) => lines.push(line))
  for (const event of timed(events)) sink(event)
  return lines
}

const ready = (agent: number): RunEventBody => ({ kind: 'agent-ready', agent, images: 1 })

test('begins with what runs and how fast', () => {
  expect(linesOf([0, runStarted({ agents: 25, speed: 60 })])).toEqual([
    '[0ms] fleet started: 25 agents, 0 images, 1h at speed 60, seed 1',
  ])
})

test('says every tenth of the agents once, not every agent', () => {
  const events = Array.from({ length: 40 }, (_, agent): [number, RunEventBody] => [1_000 * agent, ready(agent)])
  const [, ...lines] = linesOf([0, runStarted({ agents: 40 })], ...events)
  expect(lines).toHaveLength(10)
  expect(lines.at(0)).toBe('[3s] 4 of 40 agents ready (10 %)')
  expect(lines.at(-1)).toBe('[39s] 40 of 40 agents ready (100 %)')
})

test('says a step once although an agent restarts', () => {
  const [, ...lines] = linesOf(
    [0, runStarted({ agents: 2 })],
    [1, ready(0)],
    [2, { kind: 'agent-stopped', agent: 0, pullsDropped: 0 }],
    [3, ready(0)],
    [4, ready(1)],
  )
  expect(lines).toEqual(['[1ms] 1 of 2 agents ready (50 %)', '[4ms] 2 of 2 agents ready (100 %)'])
})

test('says the first 429 alone', () => {
  const denied = registryRequest({ startedAtMs: 0, status: 429 })
  const [, ...lines] = linesOf([0, runStarted({ agents: 1 })], [5_000, denied], [6_000, denied])
  expect(lines).toEqual(['[5s] first 429 from the registry, to 198.51.100.1 (GET /v2/a/manifests/1)'])
})

test('says every action of the timeline', () => {
  const action: RunEventBody = { kind: 'timeline-action', action: 'restart-agent', detail: 'agents "all"' }
  const [, ...lines] = linesOf([0, runStarted({ agents: 1 })], [60_000, action], [120_000, action])
  expect(lines).toEqual(['[1m] restart-agent agents "all"', '[2m] restart-agent agents "all"'])
})

test('says when a fault starts and when it ends', () => {
  const scope = { profile: null, images: null, agents: null, sources: null, classes: null }
  const [, ...lines] = linesOf(
    [0, runStarted({ agents: 1 })],
    [60_000, { kind: 'fault-started', fault: 'gone', effect: 'outage', scope }],
    [120_000, { kind: 'fault-ended', fault: 'gone', effect: 'outage', scope }],
  )
  expect(lines).toEqual(['[1m] the fault "gone" starts', '[2m] the fault "gone" ends'])
})

test('says which sessions run and which are refused, and who misses an image after a wait', () => {
  const session = { session: 'trial', user: 'tess', image: 'acme/office:1' }
  const digest = `sha256:${'0123456789'.repeat(6)}abcd`
  const [, ...lines] = linesOf(
    [0, runStarted({ agents: 1 })],
    [1_000, { kind: 'wait-ended', image: 'acme/office:1', met: true, waitedMs: 500, behind: 0 }],
    [2_000, { kind: 'session-started', ...session, agent: 0, digest }],
    [
      3_000,
      { kind: 'session-refused', ...session, user: 'bob', code: 'NOT_AUTHORIZED', cause: 'Image Not Authorized' },
    ],
    [4_000, { kind: 'wait-ended', image: 'acme/office:2', met: false, waitedMs: 500, behind: 2 }],
  )
  expect(lines).toEqual([
    '[2s] trial runs acme/office:1 (sha256:012345678901)',
    '[3s] trial was refused to bob: Image Not Authorized',
    '[4s] 2 agents still without acme/office:2',
  ])
})

test('ends with how many pulls succeeded and failed', () => {
  const [, ...lines] = linesOf(
    [0, runStarted({ agents: 1 })],
    [1, registryRequest({ startedAtMs: 0, bytes: 2_000 })],
    [1, pullEnded('pull-succeeded')],
    [2, pullEnded('pull-failed')],
    [3_600_000, { kind: 'run-ended', reason: 'end-reached' }],
  )
  expect(lines).toEqual(['[1h] ended (end-reached): 1 pull succeeded, 1 failed, 2.00 kB received'])
})

test('says the verdict last', () => {
  const check = { name: 'ready', status: 'inconclusive', reason: 'agent 3 is still behind when the run ended' } as const
  const [, ...lines] = linesOf(
    [0, runStarted({ agents: 1 })],
    [3_600_000, { kind: 'run-judged', verdict: 'inconclusive', doubts: [], checks: [check] }],
    [3_600_000, { kind: 'run-judged', verdict: 'passed', doubts: [], checks: [{ ...check, status: 'held' }] }],
  )
  expect(lines).toEqual([
    '[1h] INCONCLUSIVE: 1 of 1 check inconclusive; agent 3 is still behind when the run ended',
    '[1h] All checks held (1)',
  ])
})
