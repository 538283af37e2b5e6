// Events by hand, with only the fields that a test is about.
import type { Expectation, SampleFilter } from '../../simulator/checks/expectation.ts'
import type { RegistryDemand, RunEvent, RunEventBody } from '../../simulator/events/events.ts'
import { chrome, scenarioOf } from '../scenario/compiled.ts'

type Kind = RunEventBody['kind']
type BodyOf<K extends Kind> = Omit<Extract<RunEventBody, { kind: K }>, 'kind'>

/** The demand of nobody. */
export const noDemand: RegistryDemand = {
  ...{ requests: 0, versionChecks: 0, pullsByTag: 0, pullsByDigest: 0, manifestHeads: 0, manifestGets: 0 },
  ...{ tokenRequests: 0, amplification: null, retries: 0, retriesTold: 0, retriesEarly: 0 },
  ...{ byGroup: [], retriesAtOnce: 0, earliestCaller: null },
}

const everyone = { profile: null, images: null, agents: null, sources: null, classes: null }

const subject = { session: 'first', user: 'ada', image: chrome }

const defaults: { [K in Kind]: BodyOf<K> } = {
  'run-started': { eventVersion: 1, version: '0.1.0', time: 'wall', speed: 60, seed: 7, scenario: scenarioOf() },
  'agent-started': { agent: 0, group: 'lab', cap: 2, restart: false },
  'agent-stopped': { agent: 0, pullsDropped: 0 },
  'agent-config-edited': { agent: 0, cap: 2 },
  'check-in-answered': { agent: 0, definitions: 2, changed: false },
  'check-ins-idle': { agent: 0, count: 3, firstAtMs: 0, intervalMs: 30_000 },
  'check-in-failed': { agent: 0, cause: 'connect ECONNREFUSED' },
  'pull-queued': { agent: 0, image: chrome, reason: 'missing', queued: 1 },
  'pull-cancelled': { agent: 0, image: chrome, cause: 'definition-gone' },
  'pull-refused': {
    agent: 0,
    image: chrome,
    reason: 'missing',
    diskUsedBytes: 1,
    diskUsedAfterBytes: 2,
    diskSizeBytes: 2,
  },
  'pull-started': {
    ...{
      agent: 0,
      image: chrome,
      pull: 1,
      reason: 'missing',
      runningInFleet: 1,
      running: 1,
      queued: 0,
      authenticated: false,
    },
    ...{ diskUsedBytes: 0, diskUsedAfterBytes: 1, diskSizeBytes: 2 },
  },
  'pull-dropped': { agent: 0, image: chrome, pull: 1, running: 0 },
  'pull-succeeded': {
    ...{ agent: 0, image: chrome, pull: 1, reason: 'missing', outcome: 'downloaded', digest: 'sha256:old' },
    ...{ downloadedBytes: 1_000, requests: 8, durationMs: 5_000, running: 0 },
  },
  'pull-failed': {
    ...{ agent: 0, image: chrome, pull: 1, reason: 'missing', code: 'NOT_FOUND', cause: 'manifest unknown' },
    ...{ requests: 4, durationMs: 500, running: 0 },
  },
  'image-pruned': { agent: 0, image: chrome, digest: 'sha256:old', mode: 'Aggressive' },
  'agent-ready': { agent: 0, images: 2 },
  'agents-waiting': { agents: 1, first: [{ agent: 0, image: chrome, cause: 'manifest unknown' }] },
  'image-published': { image: chrome, digest: 'sha256:old', previousDigest: null },
  'definition-changed': { change: 'updated', image: chrome },
  'wait-started': { image: chrome, withinMs: 60_000 },
  'wait-ended': { image: chrome, met: true, waitedMs: 30_000, behind: 0 },
  'session-requested': { ...subject },
  'session-refused': { ...subject, code: 'NOT_AUTHORIZED', cause: 'Image Not Authorized' },
  'session-started': { ...subject, agent: 0, digest: 'sha256:old' },
  'session-seen': { ...subject, agent: 0, digest: 'sha256:old' },
  'session-ended': { ...subject, agent: 0, digest: 'sha256:old', cause: 'destroyed' },
  'timeline-action': { action: 'move-tag', detail: chrome },
  'refresh-unchanged': {
    ...{ agent: 0, images: [], cap: 2, fromMs: 0, pullMs: 4, requestsPerPull: 2, runningInFleet: 2 },
  },
  'registry-traffic': {
    ...{ requests: 0, byClass: {}, byStatus: {}, denied: 0, sentBytes: 0 },
    peak: { bytesPerSecond: 0, requestsPerSecond: 0 },
    demand: noDemand,
  },
  'registry-request': {
    ...{ agent: 0, source: '10.0.0.1', method: 'GET', path: '/v2/kasmweb/chrome/blobs/sha256:1', class: 'blob' },
    ...{ repository: 'kasmweb/chrome', reference: 'sha256:1', status: 200, bytes: 1_000, startedAtMs: 0 },
    ...{ authenticated: false, rateLimitRemaining: null },
  },
  'fault-started': { fault: 'gone', effect: 'outage', scope: everyone },
  'fault-ended': { fault: 'gone', effect: 'outage', scope: everyone },
  lateness: {
    ...{ worstMs: 40, source: 'timers', boundMs: 7_500 },
    bySource: { timers: 40, timeline: 0, 'check-ins': 0, transfers: 0, 'event-loop': 0 },
  },
  'generator-failed': { agent: 0, peer: 'registry', code: 'EMFILE', cause: 'connect EMFILE' },
  'run-ended': { reason: 'end-reached' },
  'run-judged': { verdict: 'passed', doubts: [], checks: [] },
}

/** One event; what is left out has an ordinary value. */
export function at<K extends Kind>(atMs: number, kind: K, more: Partial<BodyOf<K>> = {}): RunEvent {
  return { atMs, sequence: 0, kind, ...defaults[kind], ...more } as unknown as RunEvent
}

/** A filter that lets everything through but for what is given. */
export function where(more: Partial<SampleFilter> = {}): SampleFilter {
  return {
    group: null,
    agents: null,
    image: null,
    reason: null,
    authenticated: null,
    status: null,
    requestClass: null,
    fromMs: 0,
    untilMs: null,
    ...more,
  }
}

/** An expectation of the `limit` form. */
export function limit(
  metric: Expectation['metric'],
  judge: Partial<Extract<Expectation['judge'], { form: 'limit' }>>,
  filter: Partial<SampleFilter> = {},
): Expectation {
  const none = { form: 'limit', aggregate: 'max', atMost: null, atLeast: null, reaches: null } as const
  return { name: metric, metric, where: where(filter), judge: { ...none, ...judge } }
}
