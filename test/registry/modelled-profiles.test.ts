// Virtual time asks the very policies that the HTTP front asks: the counts of both are the same, or virtual time refuses a profile.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import type { RunEvent } from '../../simulator/events/events.ts'
import { profiles } from '../../simulator/registry/policy/profiles.ts'
import { runScenario } from '../../simulator/run/run.ts'
import { compileScenario } from '../../simulator/scenario/compile.ts'
import type { ScenarioSource } from '../../simulator/scenario/schema.ts'

const source: ScenarioSource = {
  name: 'denied',
  fleet: { agents: 1, cap: 1, startupSpread: '0s' },
  images: Array.from({ length: 12 }, (_, index) => ({ name: `acme/app-${index}:1`, size: '20kB', layers: 2 })),
  // Before the second check-in, which would try again what failed.
  end: { after: '28s' },
}

/** The counts of real and of virtual time. A busy machine gets less done by the end: what differs is counted again, slower. */
async function bothCounts(source: ScenarioSource, speed: number) {
  const virtual = await countsOf(source, 'virtual', speed)
  const real = await countsOf(source, 'real', speed)
  return [isDeepStrictEqual(real, virtual) ? real : await countsOf(source, 'real', speed / 10), virtual] as const
}

function counts(profile: string) {
  return bothCounts({ ...source, registry: { profile } }, 20)
}

/** How often each kind of answer and each outcome of a pull came. */
async function countsOf(source: ScenarioSource, time: 'real' | 'virtual', speed: number) {
  const seen: Record<string, number> = {}
  const count = (event: RunEvent) => {
    const { kind } = event
    if (kind === 'registry-request') {
      const key = `${event.class} ${event.status}${event.authenticated ? ' authenticated' : ''}`
      seen[key] = (seen[key] ?? 0) + 1
    } else if (kind === 'pull-succeeded' || kind === 'pull-failed') {
      const key = kind === 'pull-failed' ? `failed ${event.code}` : 'succeeded'
      seen[key] = (seen[key] ?? 0) + 1
      if (kind === 'pull-failed') seen[event.cause.replace(/\d+(\.\d+)?(µs|ms|s)\b/g, 'N')] = 1
    }
  }
  const scenario = compileScenario({ source })
  await runScenario({ scenario, time, speed, sinks: [count] })
  // Layers that are fetched side by side are dropped once the configuration is refused: how often they were refused is luck.
  if ('blob 429' in seen) seen['blob 429'] = 1
  return seen
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

function fileOf(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'kasm-sim-profile-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'own.yaml'), text)
  return join(folder, 'own.yaml')
}

test('counts as real time does where Docker Hub as of the plan of 2025 refuses', async () => {
  const [real, virtual] = await counts('docker-hub-2025-plan')
  expect(virtual).toEqual(real)
  expect(virtual).toMatchObject({
    succeeded: 10,
    'failed TOOMANYREQUESTS': 2,
    'manifest 200': 20,
    'version-check 200': 12,
  })
})

test('counts as real time does where version checks are refused', async () => {
  const file = fileOf(headsCount)
  const [real, virtual] = await counts(file)
  expect(virtual).toEqual(real)
  expect(virtual).toMatchObject({
    succeeded: 3,
    'failed TOOMANYREQUESTS': 9,
    'version-check 200': 4,
    'version-check 429': 8,
    'manifest 200': 6,
    'manifest 429': 9,
  })
})

test('goes on after a refused version check where the GET by tag is let through', async () => {
  const file = fileOf(
    headsCount.replace('[version-check, manifest]', '[version-check]').replace('requests: 10', 'requests: 4'),
  )
  const [real, virtual] = await counts(file)
  expect(virtual).toEqual(real)
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

test.for(Object.entries(files))('counts as real time does where there is a limit on %s', async ([, text]) => {
  const file = fileOf(text)
  const [real, virtual] = await counts(file)
  expect(virtual).toEqual(real)
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

test.for(cases)('counts as real time does: %s, log-ins of kind %s', async ([profile, login]) => {
  const { images, accounts } = logins[login] as (typeof logins)[string]
  const given = [...images, ...(login === 'none' ? [{}] : [])]
  const registry = { profile, accounts }
  const named = given.map((fields, index) => ({ name: `acme/app-${index}:1`, size: '20kB', layers: 2, ...fields }))
  const scenario = { ...source, registry, images: named }
  const [real, virtual] = await bothCounts(scenario, 100)
  expect(virtual).toEqual(real)
})

test.for(['docker-hub-anonymous', 'ecr-private', 'google-artifact-registry'])(
  'counts as real time does: %s, a password that has ended',
  async (profile) => {
    const user = profile === 'google-artifact-registry' ? 'oauth2accesstoken' : 'AWS'
    const accounts = [{ username: user, password: 'right', passwordLifetime: '10s' }]
    const image = (name: string) => ({ name, size: '20kB', user, token: 'right' })
    const scenario: ScenarioSource = {
      ...source,
      fleet: { agents: 1, startupSpread: '0s' },
      registry: { profile, accounts },
      images: [image('acme/early:1'), { ...image('acme/late:1'), defined: false }],
      timeline: [{ at: '20s', do: 'create-definition', image: 'acme/late:1' }],
      end: { after: '50s' },
    }
    const [real, virtual] = [await countsOf(scenario, 'real', 20), await countsOf(scenario, 'virtual', 100)]
    expect(virtual).toEqual(real)
    expect(virtual).toMatchObject({ succeeded: 1 })
    expect(Object.keys(virtual).some((key) => key.startsWith('failed'))).toBe(true)
  },
)
