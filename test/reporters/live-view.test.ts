// What the live view shows after a list of events.
import { expect, test } from 'vitest'
import type { RunEventBody } from '../../simulator/events/events.ts'
import { formatFrame } from '../../simulator/reporters/live-view.ts'
import { Progress } from '../../simulator/reporters/progress.ts'
import { pullEnded, pullStarted, registryRequest, runStarted, timed } from './events.ts'

function progressAfter(...events: [atMs: number, body: RunEventBody][]): Progress {
  const progress = new Progress()
  for (const event of timed(events)) progress.take(event)
  return progress
}

function frameAfter(nowMs: number, ...events: [atMs: number, body: RunEventBody][]): string[] {
  return formatFrame(progressAfter(...events), { width: 120, nowMs }).split('\n')
}

test('says that the run is starting before its first event', () => {
  expect(frameAfter(0)).toEqual(['starting ...'])
})

test('shows simulated time, speed and the real time that is left', () => {
  const started = runStarted({ agents: 10, speed: 60, endAfterMs: 7_200_000 })
  expect(frameAfter(720_000, [0, started])[0]).toBe('fleet  12m of 2h, 60 times as fast as the wall, 1m 48s left')
})

test('says that the time left is a limit when the run may end earlier', () => {
  const started = runStarted({ agents: 10, endWhen: 'all-agents-ready', endAfterMs: 60_000 })
  expect(frameAfter(20_000, [0, started])[0]).toBe('fleet  20s of 1m, at most 40s left')
})

test('counts an agent as ready until it stops or gets other definitions', () => {
  const ready = (agent: number): RunEventBody => ({ kind: 'agent-ready', agent, images: 1 })
  const events: [number, RunEventBody][] = [
    [0, runStarted({ agents: 4 })],
    [1, ready(0)],
    [2, ready(1)],
    [3, ready(2)],
    [4, { kind: 'agent-stopped', agent: 0, pullsDropped: 0 }],
    [5, { kind: 'check-in-answered', agent: 1, definitions: 2, changed: true }],
    [6, { kind: 'check-in-answered', agent: 2, definitions: 1, changed: false }],
  ]
  expect(frameAfter(10, ...events)[1]).toBe('agents    [######------------------]  1 of 4 ready')
})

test('counts pulls from the queue to their end', () => {
  const queued: RunEventBody = { kind: 'pull-queued', agent: 0, image: 'a:1', reason: 'missing', queued: 1 }
  const refused: RunEventBody = {
    kind: 'pull-refused',
    agent: 0,
    image: 'a:1',
    reason: 'missing',
    diskUsedBytes: 1,
    diskUsedAfterBytes: 2,
    diskSizeBytes: 1,
  }
  const events: [number, RunEventBody][] = [
    [0, runStarted({ agents: 1 })],
    ...Array.from({ length: 8 }, (): [number, RunEventBody] => [1, queued]),
    [2, refused],
    [2, { kind: 'pull-cancelled', agent: 0, image: 'a:1', cause: 'definition-gone' }],
    [3, pullStarted],
    [3, pullStarted],
    [3, pullStarted],
    [3, pullStarted],
    [4, pullEnded('pull-succeeded')],
    [4, pullEnded('pull-failed')],
    [4, { kind: 'pull-dropped', agent: 0, image: 'a:1', pull: 1, running: 1 }],
  ]
  expect(frameAfter(10, ...events)[2]).toBe('pulls     1 running, 2 queued, 1 done, 1 failed')
})

test('measures the transfer rate in real time, over the last two seconds', () => {
  const events: [number, RunEventBody][] = [
    [0, runStarted({ agents: 1, speed: 10 })],
    [5_000, registryRequest({ bytes: 7_000_000, startedAtMs: 4_000 })],
    [40_000, registryRequest({ bytes: 6_000_000, startedAtMs: 39_000 })],
    [40_000, registryRequest({ bytes: 0, status: 429, startedAtMs: 39_000 })],
  ]
  expect(frameAfter(40_000, ...events)[3]).toBe('registry  3.00 MB/s, 13.00 MB so far, 1 refused with 429')
})

test('counts only the share of a long transfer that lies within the last two seconds', () => {
  const events: [number, RunEventBody][] = [
    [0, runStarted({ agents: 1 })],
    [10_000, registryRequest({ bytes: 10_000_000, startedAtMs: 0 })],
  ]
  expect(frameAfter(10_000, ...events)[3]).toMatch(/^registry {2}1\.00 MB\/s/)
})

test('leaves pushes to the registry out of what agents received', () => {
  const events: [number, RunEventBody][] = [
    [0, runStarted({ agents: 1 })],
    [10, registryRequest({ bytes: 500, class: 'push', startedAtMs: 0 })],
  ]
  expect(frameAfter(10, ...events)[3]).toMatch(/ 0 B so far/)
})

test('shows the latest action of the timeline', () => {
  const action: RunEventBody = { kind: 'timeline-action', action: 'move-tag', detail: 'image "a:1"' }
  expect(frameAfter(400_000, [0, runStarted({ agents: 1 })], [300_000, action])[4]).toBe(
    'action    move-tag image "a:1", at 5m',
  )
})

test.for([10, 40, 79])('never draws a line wider than a screen of %d columns', (width) => {
  const progress = progressAfter([0, runStarted({ agents: 25, speed: 60 })])
  const widths = formatFrame(progress, { width, nowMs: 0 })
    .split('\n')
    .map((line) => line.length)
  expect(Math.max(...widths)).toBeLessThanOrEqual(width)
})

test('ends with the verdict', () => {
  const judged: RunEventBody = { kind: 'run-judged', verdict: 'inconclusive', doubts: ['4s late'], checks: [] }
  expect(frameAfter(10, [0, runStarted({ agents: 1 })], [10, judged]).at(-1)).toBe('checks    INCONCLUSIVE: 4s late')
})
