// What personas do beyond a first pull is alike in both kinds of time: refreshes of what is held, accounts, tokens that end meanwhile,
// and layers that nobody waits for any more.
import { expect, test } from 'vitest'
import type { RunEvent } from '../../simulator/events/events.ts'
import { personaNames } from '../../simulator/pull/protocol/personas.ts'
import { runScenario } from '../../simulator/run/run.ts'
import { compileScenario } from '../../simulator/scenario/compile.ts'
import type { ScenarioSource } from '../../simulator/scenario/schema.ts'
import { add, type Counts, countsOfBoth, virtualCounts } from '../driver/both-times.ts'
import { ownProfile } from '../registry/own-profiles.ts'

type Persona = (typeof personaNames)[number]

/** One agent that refreshes once. */
function sourceOf(persona: Persona, registry: NonNullable<ScenarioSource['registry']>): ScenarioSource {
  const account = registry.accounts ? { user: 'ada', token: 'right' } : {}
  return {
    name: 'warm',
    fleet: { agents: 1, cap: 1, startupSpread: '0s', checkInInterval: '1h', refreshInterval: '1m', persona },
    registry,
    images: ['one', 'two'].map((name) => ({
      name: `acme/${name}:1`,
      size: '40kB',
      layers: 2,
      base: 'core',
      ...account,
    })),
    end: { after: '100s' },
  }
}

/** Requests by what they were for, and how the pulls ended. */
function count(event: RunEvent, seen: Counts): void {
  if (event.kind === 'registry-request') {
    add(seen, `${event.method} ${event.class} ${event.status}${event.authenticated ? ' authenticated' : ''}`)
  } else if (event.kind === 'pull-succeeded') {
    const { reason, outcome, requests, downloadedBytes } = event
    add(seen, `${reason} ${outcome}, ${requests} requests, ${downloadedBytes} bytes`)
  } else if (event.kind === 'pull-failed') add(seen, `${event.reason} failed ${event.code}, ${event.requests} requests`)
}

function profileOf(authentication: string, limits = '[]'): string {
  return ownProfile(`authentication: { scheme: bearer, service: test, ${authentication} }\nlimits: ${limits}\n`)
}

const accounts = [{ username: 'ada', password: 'right' }]
const registries: Record<string, () => NonNullable<ScenarioSource['registry']>> = {
  'an open registry': () => ({ profile: 'none' }),
  'tokens that outlive a pull': () => ({
    profile: profileOf('tokenLifetimeSeconds: 300, anonymousPull: true'),
  }),
  'an account': () => ({ profile: profileOf('tokenLifetimeSeconds: 300, anonymousPull: false'), accounts }),
  'an account without POST': () => ({
    profile: profileOf('tokenLifetimeSeconds: 300, anonymousPull: false, tokenByPost: false'),
    accounts,
  }),
}
const cases = personaNames.flatMap((persona) => Object.keys(registries).map((name) => [persona, name] as const))

test.concurrent.for(cases)(
  '%s pulls and refreshes as over sockets: %s',
  { timeout: 120_000 },
  async ([persona, name]) => {
    const source = sourceOf(persona, (registries[name] as () => NonNullable<ScenarioSource['registry']>)())
    const { settled, virtual } = await countsOfBoth(source, count)
    expect(virtual).toEqual(settled)
  },
)

test.concurrent.for(personaNames)(
  '%s takes tokens that end on their way as over sockets',
  { timeout: 120_000 },
  async (persona) => {
    const profile = profileOf('tokenLifetimeSeconds: 60, anonymousPull: true')
    const scope = { classes: ['version-check' as const, 'manifest' as const] }
    const source: ScenarioSource = {
      name: 'late',
      fleet: { agents: 1, startupSpread: '0s', checkInInterval: '1h', persona },
      registry: { profile, faults: [{ name: 'late', kind: 'latency', delay: '40s', scope }] },
      images: [{ name: 'acme/one:1', size: '40kB', layers: 1 }],
      end: { after: '6m' },
    }
    const { settled, virtual } = await countsOfBoth(source, count)
    expect(virtual).toEqual(settled)
    expect(Object.keys(virtual).some((key) => key.endsWith('401'))).toBe(true)
  },
)

test('an answer that has ended takes no connection of its registry any more', async () => {
  const limit =
    '{ kind: connections, connections: 4, classes: [blob, manifest], key: address, refusal: { headers: {} } }'
  const profile = profileOf('tokenLifetimeSeconds: 300, anonymousPull: true', `[${limit}]`)
  const seen = await virtualCounts(sourceOf('docker', { profile }), count)
  const { 'GET manifest 200': documents, 'GET blob 200': blobs, ...others } = seen
  expect([documents, blobs]).toEqual([4, 5])
  expect(Object.keys(others).filter((key) => key.includes('429'))).toEqual([])
})

test.each(personaNames)('a layer of %s that its agent gives up is told as far as it came', async (persona) => {
  const source: ScenarioSource = {
    name: 'given-up',
    fleet: { agents: 1, startupSpread: '0s', downlink: '1MB/s', persona },
    images: [{ name: 'acme/one:1', size: '10MB', layers: 1 }],
    timeline: [{ at: '4s', do: 'restart-agent', agents: [0], downtime: '1m' }],
    end: { after: '20s' },
  }
  const layers: number[] = []
  const sink = (event: RunEvent) => {
    if (event.kind === 'registry-request' && event.class === 'blob' && event.bytes > 10_000) layers.push(event.bytes)
  }
  await runScenario({ scenario: compileScenario({ source }), time: 'virtual', sinks: [sink] })
  expect(layers).toHaveLength(1)
  expect(layers[0]).toBeGreaterThan(3_900_000)
  expect(layers[0]).toBeLessThan(4_000_000)
})
