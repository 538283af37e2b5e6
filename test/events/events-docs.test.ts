// docs/events.md names every kind of event and every field. The record below must list them all, or it does not compile.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { eventVersion, type RunEventBody, type RunEventKind } from '../../simulator/events/events.ts'

type FieldsOf<K extends RunEventKind> = { [F in Exclude<keyof Extract<RunEventBody, { kind: K }>, 'kind'>]: true }

const pull = { agent: true, image: true, pull: true, reason: true, running: true } as const
const session = { session: true, user: true, image: true } as const
const disk = { diskUsedBytes: true, diskUsedAfterBytes: true, diskSizeBytes: true } as const

const fields: { [K in RunEventKind]: FieldsOf<K> } = {
  'run-started': { eventVersion: true, version: true, time: true, speed: true, seed: true, scenario: true },
  'agent-started': { agent: true, group: true, cap: true, restart: true },
  'agent-stopped': { agent: true, pullsDropped: true },
  'agent-config-edited': { agent: true, cap: true },
  'check-in-answered': { agent: true, definitions: true, changed: true },
  'check-ins-idle': { agent: true, count: true, firstAtMs: true, intervalMs: true },
  'check-in-failed': { agent: true, cause: true },
  'pull-queued': { agent: true, image: true, reason: true, queued: true },
  'pull-cancelled': { agent: true, image: true, cause: true },
  'pull-refused': { agent: true, image: true, reason: true, ...disk },
  'pull-started': { ...pull, runningInFleet: true, queued: true, authenticated: true, ...disk },
  'pull-dropped': { agent: true, image: true, pull: true, running: true },
  'pull-succeeded': { ...pull, outcome: true, digest: true, downloadedBytes: true, requests: true, durationMs: true },
  'pull-failed': { ...pull, code: true, cause: true, requests: true, durationMs: true },
  'image-pruned': { agent: true, image: true, digest: true, mode: true },
  'agent-ready': { agent: true, images: true },
  'agents-waiting': { agents: true, first: true },
  'image-published': { image: true, digest: true, previousDigest: true },
  'definition-changed': { change: true, image: true },
  'timeline-action': { action: true, detail: true },
  'wait-started': { image: true, withinMs: true },
  'wait-ended': { image: true, met: true, waitedMs: true, behind: true },
  'session-requested': { ...session },
  'session-refused': { ...session, code: true, cause: true },
  'session-started': { ...session, agent: true, digest: true },
  'session-seen': { ...session, agent: true, digest: true },
  'session-ended': { ...session, agent: true, digest: true, cause: true },
  'refresh-unchanged': {
    ...{
      agent: true,
      images: true,
      cap: true,
      fromMs: true,
      pullMs: true,
      requestsPerPull: true,
      runningInFleet: true,
    },
  },
  'registry-traffic': {
    requests: true,
    byClass: true,
    byStatus: true,
    denied: true,
    sentBytes: true,
    peak: true,
    demand: true,
  },
  'registry-request': {
    ...{ agent: true, source: true, method: true, path: true, class: true, repository: true, reference: true },
    ...{
      status: true,
      bytes: true,
      startedAtMs: true,
      authenticated: true,
      rateLimitRemaining: true,
      userAgent: true,
      rateLimitLimit: true,
      retryAfterMs: true,
      location: true,
      waitMs: true,
      fault: true,
    },
  },
  'fault-started': { fault: true, effect: true, scope: true },
  'fault-ended': { fault: true, effect: true, scope: true },
  lateness: { worstMs: true, source: true, boundMs: true, bySource: true },
  'generator-failed': { agent: true, peer: true, code: true, cause: true },
  'run-ended': { reason: true },
  'run-judged': { verdict: true, doubts: true, checks: true },
}

const page = readFileSync(new URL('../../docs/events.md', import.meta.url), 'utf8')

test('the table of events has every kind and every field', () => {
  const rows = [...page.matchAll(/^\| `([a-z-]+)` \| .+? \| (.+) \|$/gm)].map(([, kind = '', cell = '']) => {
    const outsideBrackets = cell.replaceAll(/\([^)]*\)/g, '')
    return [kind, [...outsideBrackets.matchAll(/`(\w+)`/g)].map(([, field = '']) => field).sort()]
  })
  expect(rows).toEqual(Object.entries(fields).map(([kind, of]) => [kind, Object.keys(of).sort()]))
})

test('the page is of the version that the code writes', () => {
  expect(page).toContain(`This is version ${eventVersion}.`)
})

test('the example is an event with every field of its kind', () => {
  const example = JSON.parse(/```json\n(.+)\n```/.exec(page)?.[1] ?? '{}')
  expect(Object.keys(example).sort()).toEqual(
    ['atMs', 'sequence', 'kind', ...Object.keys(fields['pull-started'])].sort(),
  )
})
