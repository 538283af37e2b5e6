// Every persona makes the same requests in both kinds of time, also where the registry says no or breaks.
import { expect, test } from 'vitest'
import type { RunEvent } from '../../simulator/events/events.ts'
import { personaNames } from '../../simulator/pull/protocol/personas.ts'
import { runScenario } from '../../simulator/run/run.ts'
import { compileScenario } from '../../simulator/scenario/compile.ts'
import type { ScenarioSource } from '../../simulator/scenario/schema.ts'
import { add, type Counts, countsOfBoth } from '../driver/both-times.ts'
import { ownProfile } from '../registry/own-profiles.ts'

/** Layers have other digests in virtual time. */
function wordsOf(cause: string): string {
  return cause
    .replaceAll(/sha256:[0-9a-f]+/g, '<digest>')
    .replaceAll(/"[0-9a-f]{64}"/g, '<digest>')
    .replace(/waits \S+ before/, 'waits before')
    .replace(/GET \S+\/token\S*:/, 'GET <token>:')
    .replaceAll(/(127\.0\.0\.1|localhost):\d+/g, '<host>')
}

type Registry = NonNullable<ScenarioSource['registry']>

/** Two images of one base on one agent, pulled one after the other. */
function sourceOf(persona: (typeof personaNames)[number], registry: Registry): ScenarioSource {
  return {
    name: 'personas',
    fleet: { agents: 1, cap: 1, startupSpread: '0s', checkInInterval: '1h', persona },
    registry,
    images: ['one', 'two', 'three'].map((name) => ({ name: `acme/${name}:1`, size: '40kB', layers: 3, base: 'core' })),
    end: { after: '4m' },
  }
}

/** Requests by what they were for, and how the pulls ended. */
function count(event: RunEvent, seen: Counts): void {
  if (event.kind === 'registry-request') {
    const { method, class: requestClass, status, authenticated } = event
    add(seen, `${method} ${requestClass} ${status}${authenticated ? ' authenticated' : ''}`)
  } else if (event.kind === 'pull-succeeded')
    add(seen, `${event.outcome} with ${event.requests} requests, ${event.reason}`)
  else if (event.kind === 'pull-failed')
    add(seen, `failed ${event.code} with ${event.requests} requests: ${wordsOf(event.cause)}`)
}

/** A limit on requests of some classes that a few pulls reach, as a profile of one's own. */
function limited(classes: string): string {
  const body = '{"errors":[{"code":"TOOMANYREQUESTS","message":"no"}]}'
  const refusal = `{ headers: { content-type: application/json }, body: '${body}' }`
  return ownProfile(`authentication: { scheme: bearer, service: test, tokenLifetimeSeconds: 300, anonymousPull: true }
limits: [{ kind: rolling-window, requests: 7, perSeconds: 3600, classes: [${classes}], key: address, refusal: ${refusal} }]
`)
}

type Fault = NonNullable<Registry['faults']>[number]
const later = { name: 'fault', succeedFirst: 3 }
const ofDocuments = { ...later, scope: { classes: ['manifest' as const] } }
const faults: Record<string, Fault> = {
  'documents with status 500': { ...ofDocuments, kind: 'status', status: 500 },
  'pings and tokens with status 503': { ...later, kind: 'status', status: 503, scope: { classes: ['ping', 'token'] } },
  'dropped connections': { ...later, kind: 'connection-drop' },
  'malformed headers': { ...later, kind: 'malformed-header' },
  'truncated documents': { ...ofDocuments, kind: 'truncated-body' },
  'documents of another digest': { ...ofDocuments, kind: 'wrong-digest' },
  'late answers': { ...later, kind: 'latency', delay: { distribution: 'uniform', low: '1s', high: '2s' } },
  'slow bodies': { ...later, kind: 'slow-body', rate: '10kB/s', scope: { classes: ['blob'] } },
}
/** Whoever fetches blobs at the same time drops some of them once one fails: how many were asked for then is a matter of luck. */
const oneByOne = ['podman', 'crane']
const ofBlobs = { name: 'fault', scope: { classes: ['blob' as const] } }
const faultsOfBlobs: Record<string, Fault> = {
  'blobs with status 503': { ...ofBlobs, kind: 'status', status: 503 },
  'blobs with status 429': { ...ofBlobs, kind: 'status', status: 429, headers: { 'Retry-After': '7' } },
  'truncated blobs': { ...ofBlobs, kind: 'truncated-body' },
  'blobs of another digest': { ...ofBlobs, kind: 'wrong-digest' },
}

const registries: Record<string, () => Registry> = {
  'an open registry': () => ({ profile: 'none' }),
  tokens: () => ({ profile: 'docker-hub-anonymous' }),
  'a limit on documents': () => ({ profile: limited('version-check, manifest') }),
  'a limit on tokens': () => ({ profile: limited('token') }),
  'no anonymous pulls': () => ({ profile: 'acr' }),
}

for (const [name, fault] of Object.entries({ ...faults, ...faultsOfBlobs })) {
  registries[name] = () => ({ profile: 'docker-hub-anonymous', faults: [fault] })
}

const cases = personaNames.flatMap((persona) =>
  Object.keys(registries)
    .filter((name) => oneByOne.includes(persona) || !(name in faultsOfBlobs))
    .map((name) => [persona, name] as const),
)

test.concurrent.for(cases)('%s asks as over sockets of %s', { timeout: 120_000 }, async ([persona, name]) => {
  const registry = (registries[name] as () => Registry)()
  const { settled, virtual } = await countsOfBoth(sourceOf(persona, registry), count)
  expect(virtual).toEqual(settled)
})

test('a layer that breaks off goes on after 5, 10, 15 and 20 s, and then the pull fails', async () => {
  const fault = { ...ofBlobs, kind: 'truncated-body', succeedFirst: 1 } as const
  const images = [{ name: 'acme/one:1', size: '40kB', layers: 1 }]
  const source = { ...sourceOf('docker', { profile: 'none', faults: [fault] }), images }
  const events: RunEvent[] = []
  const sinks = [(event: RunEvent) => void events.push(event)]
  await runScenario({ scenario: compileScenario({ source }), time: 'virtual', sinks })
  const layers = events.filter((event) => event.kind === 'registry-request' && event.class === 'blob').slice(1)
  const statuses = layers.map((event) => event.kind === 'registry-request' && event.status)
  expect(statuses).toEqual([200, 206, 206, 206, 206])
  const startsMs = layers.map((event) => (event.kind === 'registry-request' ? event.startedAtMs : 0))
  const waitsMs = startsMs.slice(1).map((startMs, index) => startMs - (startsMs[index] as number))
  expect(waitsMs.map((waitMs) => Math.round(waitMs / 1_000))).toEqual([5, 10, 15, 20])
  expect(events.find(({ kind }) => kind === 'pull-failed')).toMatchObject({
    code: 'TRUNCATED',
    cause: 'unexpected EOF',
  })
})
