// Virtual time asks the very policies that the HTTP front asks: the counts of both are the same, or virtual time refuses a profile.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { RunEvent } from '../../simulator/events/events.ts'
import { ModelledRegistry } from '../../simulator/registry/modelled-registry.ts'
import { findProfile, profiles } from '../../simulator/registry/policy/profiles.ts'
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

/** How often each kind of answer and each outcome of a pull came. */
async function counts(profile: string, time: 'real' | 'virtual') {
  const seen: Record<string, number> = {}
  const count = (event: RunEvent) => {
    const { kind } = event
    if (kind === 'registry-request') {
      const key = `${event.class} ${event.status}`
      seen[key] = (seen[key] ?? 0) + 1
    } else if (kind === 'pull-succeeded' || kind === 'pull-failed') {
      const key = kind === 'pull-failed' ? `failed ${event.code}` : 'succeeded'
      seen[key] = (seen[key] ?? 0) + 1
    }
  }
  const scenario = compileScenario({ source: { ...source, registry: { profile } } })
  await runScenario({ scenario, time, speed: 20, sinks: [count] })
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
  const [real, virtual] = [
    await counts('docker-hub-2025-plan', 'real'),
    await counts('docker-hub-2025-plan', 'virtual'),
  ]
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
  const [real, virtual] = [await counts(file, 'real'), await counts(file, 'virtual')]
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
  const [real, virtual] = [await counts(file, 'real'), await counts(file, 'virtual')]
  expect(virtual).toEqual(real)
  expect(virtual).toMatchObject({ succeeded: 12, 'version-check 200': 4, 'version-check 429': 8, 'manifest 200': 32 })
})

test.for([
  ['docker-hub-abuse', 'it limits requests of the classes ping, token, blob, other'],
  ['ecr-private', 'it authenticates with Basic'],
  ['google-artifact-registry', 'its user names have meanings of their own'],
  ['harbor-proxy', 'it limits requests of the classes blob'],
] as const)('refuses to model %s: %s', ([name, reason]) => {
  expect(() => new ModelledRegistry({ profile: findProfile(name), accounts: [] })).toThrow(
    expect.objectContaining({
      code: 'PROFILE_NEEDS_REAL_TIME',
      message: `Failed to model the registry profile "${name}": ${reason}, which virtual time does not follow yet. Run it with --time real.`,
    }),
  )
})

test('refuses to model passwords that end', () => {
  const accounts = [{ username: 'me', password: 'p', passwordLifetimeSeconds: 60 }]
  expect(() => new ModelledRegistry({ profile: findProfile('docker-hub-personal'), accounts })).toThrow(
    'an account has a password that ends',
  )
})

test('models the profiles that limit manifests alone', () => {
  const modelled = profiles.filter((profile) => {
    try {
      return new ModelledRegistry({ profile, accounts: [] })
    } catch {
      return false
    }
  })
  expect(modelled.map(({ name }) => name)).toEqual([
    'none',
    'docker-hub-anonymous',
    'docker-hub-personal',
    'docker-hub-2025-plan',
    'ecr-public',
    'retry-after-seconds',
    'retry-after-date',
  ])
})
