// Virtual time asks the very policies that the HTTP front asks: the counts of both are the same, or virtual time refuses a profile.
import { expect, test, vi } from 'vitest'
import type { RunEvent } from '../../simulator/events/events.ts'
import { profiles } from '../../simulator/registry/policy/profiles.ts'
import type { ScenarioSource } from '../../simulator/scenario/schema.ts'
import { add, type Counts, countsOfBoth } from '../driver/both-times.ts'
import { ownProfile } from './own-profiles.ts'

vi.setConfig({ testTimeout: 120_000 })

const source: ScenarioSource = {
  name: 'denied',
  // There is no second check-in, which would try again what failed.
  fleet: { agents: 1, cap: 1, startupSpread: '0s', checkInInterval: '1h' },
  images: Array.from({ length: 12 }, (_, index) => ({ name: `acme/app-${index}:1`, size: '20kB', layers: 2 })),
  end: { after: '28s' },
}

/** How often each kind of answer and each outcome of a pull came. */
function count(event: RunEvent, seen: Counts): void {
  const { kind } = event
  if (kind === 'registry-request') {
    const key = `${event.class} ${event.status}${event.authenticated ? ' authenticated' : ''}`
    add(seen, key)
    // Layers that are fetched side by side are dropped once the configuration is refused: how often they were refused is luck.
    if (key === 'blob 429') seen[key] = 1
  } else if (kind === 'pull-succeeded') add(seen, 'succeeded')
  else if (kind === 'pull-failed') {
    add(seen, `failed ${event.code}`)
    seen[event.cause.replace(/\d+(\.\d+)?(µs|ms|s)\b/g, 'N')] = 1
  }
}

function counts(profile: string) {
  return countsOfBoth({ ...source, registry: { profile } }, count)
}

/** A limit that refuses HEADs too and frees nothing before the end. */
const headsCount = `authentication: { scheme: none }
limits:
  - kind: rolling-window
    requests: 10
    perSeconds: 3600
    classes: [version-check, manifest]
    key: address
    refusal: { headers: { content-type: application/json }, body: '{"errors":[{"code":"TOOMANYREQUESTS","message":"no"}]}' }
`

test.concurrent('counts as over sockets where Docker Hub as of the plan of 2025 refuses', async () => {
  const { settled, virtual } = await counts('docker-hub-2025-plan')
  expect(virtual).toEqual(settled)
  expect(virtual).toMatchObject({
    succeeded: 10,
    'failed TOOMANYREQUESTS': 2,
    'manifest 200': 20,
    'version-check 200': 12,
  })
})

test.concurrent('counts as over sockets where version checks are refused', async () => {
  const file = ownProfile(headsCount)
  const { settled, virtual } = await counts(file)
  expect(virtual).toEqual(settled)
  expect(virtual).toMatchObject({
    succeeded: 3,
    'failed TOOMANYREQUESTS': 9,
    'version-check 200': 4,
    'version-check 429': 8,
    'manifest 200': 6,
    'manifest 429': 9,
  })
})

test.concurrent('goes on after a refused version check where the GET by tag is let through', async () => {
  const file = ownProfile(
    headsCount.replace('[version-check, manifest]', '[version-check]').replace('requests: 10', 'requests: 4'),
  )
  const { settled, virtual } = await counts(file)
  expect(virtual).toEqual(settled)
  expect(virtual).toMatchObject({ succeeded: 12, 'version-check 200': 4, 'version-check 429': 8, 'manifest 200': 32 })
})

/** A limit on requests of some classes that a few pulls reach. */
function limited(classes: string, authentication: string, requests = 6) {
  return `authentication: ${authentication}
limits:
  - kind: rolling-window
    requests: ${requests}
    perSeconds: 3600
    classes: [${classes}]
    key: address
    beforeAuthentication: true
    refusal: { headers: { content-type: application/json }, body: '{"errors":[{"code":"TOOMANYREQUESTS","message":"no"}]}' }
`
}

const bearer = '{ scheme: bearer, service: test, tokenLifetimeSeconds: 300, anonymousPull: true }'
const files = {
  'pings of an open registry': limited('ping', '{ scheme: none }'),
  'pings before tokens': limited('ping', bearer),
  tokens: limited('token', bearer),
  blobs: limited('blob', bearer, 10),
  everything: limited('ping, token, version-check, manifest, blob', bearer, 40),
}

test.concurrent.for(Object.entries(files))('counts as over sockets where there is a limit on %s', async ([, text]) => {
  const file = ownProfile(text)
  const { settled, virtual } = await counts(file)
  expect(virtual).toEqual(settled)
  expect(Object.keys(virtual).some((key) => key.endsWith(' 429'))).toBe(true)
})

type Accounts = NonNullable<NonNullable<ScenarioSource['registry']>['accounts']>

const account = { user: 'AWS', token: 'right' }
const key = JSON.stringify({ client_email: 'a@b', private_key: 'k' })
const logins: Record<string, { images: { user: string; token: string }[]; accounts: Accounts }> = {
  none: { images: [], accounts: [] },
  password: {
    images: [account, { ...account, token: 'wrong' }],
    accounts: [{ username: 'AWS', password: 'right' }],
  },
  key: {
    images: [
      { user: '_json_key', token: key },
      { user: '_json_key_base64', token: Buffer.from(key).toString('base64') },
      { user: '_json_key', token: Buffer.from(key).toString('base64') },
      { user: 'oauth2accesstoken', token: 't' },
    ],
    accounts: [
      { username: '_json_key', password: key },
      { username: 'oauth2accesstoken', password: 't' },
    ],
  },
}

const cases = profiles.flatMap(({ name }) => Object.keys(logins).map((login) => [name, login] as const))

test.concurrent.for(cases)('counts as over sockets: %s, log-ins of kind %s', async ([profile, login]) => {
  const { images, accounts } = logins[login] as (typeof logins)[string]
  const given = [...images, ...(login === 'none' ? [{}] : [])]
  const registry = { profile, accounts }
  const named = given.map((fields, index) => ({ name: `acme/app-${index}:1`, size: '20kB', layers: 2, ...fields }))
  const scenario = { ...source, registry, images: named }
  const { settled, virtual } = await countsOfBoth(scenario, count)
  expect(virtual).toEqual(settled)
})

test.concurrent.for(['docker-hub-anonymous', 'ecr-private', 'google-artifact-registry'])(
  'counts as over sockets: %s, a password that has ended',
  async (profile) => {
    const user = profile === 'google-artifact-registry' ? 'oauth2accesstoken' : 'AWS'
    const accounts = [{ username: user, password: 'right', passwordLifetime: '1m' }]
    const image = (name: string) => ({ name, size: '20kB', user, token: 'right' })
    const scenario: ScenarioSource = {
      ...source,
      fleet: { agents: 1, startupSpread: '0s', checkInInterval: '2m' },
      registry: { profile, accounts },
      images: [image('acme/early:1'), { ...image('acme/late:1'), defined: false }],
      timeline: [{ at: '90s', do: 'create-definition', image: 'acme/late:1' }],
      end: { after: '3m' },
    }
    const { settled, virtual } = await countsOfBoth(scenario, count)
    expect(virtual).toEqual(settled)
    expect(virtual).toMatchObject({ succeeded: 1 })
    expect(Object.keys(virtual).some((key) => key.startsWith('failed'))).toBe(true)
  },
)
