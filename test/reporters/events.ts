// Events for the tests of the reporters, with only the fields that matter named.
import type { RequestClass, RunEvent, RunEventBody } from '../../simulator/events/events.ts'
import type { Scenario } from '../../simulator/scenario/scenario.ts'
import { group, scenarioOf } from '../scenario/compiled.ts'

/** Events in the order given, numbered. */
export function timed(events: [atMs: number, body: RunEventBody][]): RunEvent[] {
  return events.map(([atMs, body], sequence) => ({ atMs, sequence, ...body }))
}

/** The first event of a run of one group. */
export function runStarted(options: {
  agents: number
  speed?: number
  endAfterMs?: number
  endWhen?: Scenario['end']['when']
}): RunEventBody {
  const { agents, speed = 1, endAfterMs = 3_600_000, endWhen = 'never' } = options
  const scenario = scenarioOf({
    ...{ name: 'fleet', speed, groups: [group('all', agents)], images: [] },
    end: { afterMs: endAfterMs, when: endWhen },
  })
  return { kind: 'run-started', eventVersion: 1, version: '0.0.0', time: 'wall', speed, seed: 1, scenario }
}

export const pullStarted: RunEventBody = {
  kind: 'pull-started',
  agent: 0,
  image: 'a:1',
  pull: 1,
  reason: 'missing',
  runningInFleet: 1,
  running: 1,
  queued: 0,
  authenticated: false,
  diskUsedBytes: 0,
  diskUsedAfterBytes: 1,
  diskSizeBytes: 1e12,
}

export function pullEnded(kind: 'pull-succeeded' | 'pull-failed'): RunEventBody {
  const shared = { agent: 0, image: 'a:1', pull: 1, reason: 'missing', requests: 9, durationMs: 1, running: 0 } as const
  return kind === 'pull-succeeded'
    ? { kind, ...shared, outcome: 'downloaded', digest: `sha256:${'0'.repeat(64)}`, downloadedBytes: 1 }
    : { kind, ...shared, code: 'TOOMANYREQUESTS', cause: 'toomanyrequests' }
}

export function registryRequest(fields: {
  startedAtMs: number
  bytes?: number
  status?: number
  class?: RequestClass
}): RunEventBody {
  return {
    kind: 'registry-request',
    agent: 0,
    source: '198.51.100.1',
    method: 'GET',
    path: '/v2/a/manifests/1',
    class: 'blob',
    repository: 'a',
    reference: '1',
    status: 200,
    bytes: 0,
    authenticated: false,
    rateLimitRemaining: null,
    ...fields,
  }
}
