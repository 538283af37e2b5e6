// Real Docker Engines as the engines of agents: through their API, alone and in whole runs, against the run's own registry.
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { test as base, describe, expect, vi } from 'vitest'
import type { RunEvent } from '../../simulator/events/events.ts'
import { openDockerEngines } from '../../simulator/pull/docker-engine.ts'
import { dockerHostsOf } from '../../simulator/pull/docker-hosts.ts'
import type { Engine } from '../../simulator/pull/engine.ts'
import { findProfile } from '../../simulator/registry/policy/profiles.ts'
import { type EmbeddedRegistry, startRegistry } from '../../simulator/registry/registry.ts'
import { createAgentLog } from '../../simulator/reporters/agent-log.ts'
import { runScenario } from '../../simulator/run/run.ts'
import { compileScenario } from '../../simulator/scenario/compile.ts'
import type { RegistryAccount } from '../../simulator/scenario/scenario.ts'
import type { ScenarioSource } from '../../simulator/scenario/schema.ts'
import { canUseDocker } from './requirements.ts'

const hosts = dockerHostsOf(process.env)
const hub = 'https://index.docker.io/v1/'
const signal = new AbortController().signal
/** As Google writes a service account's key: quotes, and newlines within and between. */
const googleKey = `${JSON.stringify({ type: 'service_account', private_key: '-----BEGIN-----\nabc+/=\n-----END-----\n' }, null, 2)}\n`

const docker = async (...parameters: string[]) => (await promisify(execFile)('docker', parameters)).stdout.trim()
const idOf = (name: string) => docker('images', '--quiet', '--no-trunc', name)

interface Bench {
  registry: EmbeddedRegistry
  /** A repository that no other test and no other run has. */
  repository: string
  /** The same name moves to the new layers where it was published before. */
  publish(layers: string[], options?: { repository?: string; sizeBytes?: number }): Promise<{ digest: string }>
  engines: Engine[]
}

// biome-ignore lint/correctness/noEmptyPattern: vitest reads the names of other fixtures from this pattern.
const test = base.extend('open', async ({}, { onCleanup }) => {
  const closers: (() => Promise<void>)[] = []
  onCleanup(async () => {
    for (const close of closers.reverse()) await close()
  })
  return async (
    options: { profile?: string; accounts?: RegistryAccount[]; agents?: number; keepImages?: boolean } = {},
  ) => {
    const { profile = 'none', accounts = [], agents = 1, keepImages = false } = options
    const registry = await startRegistry({ profile: findProfile(profile), accounts })
    closers.push(registry.close)
    const opened = await openDockerEngines({ hosts, registryHost: new URL(registry.url).host, keepImages })
    closers.push(opened.close)
    const engines = Array.from({ length: agents }, (_, index) => opened.engineOf(index))
    closers.push(async () => void (await Promise.all(engines.map((engine) => engine.close()))))
    const repository = `kasm-sim-test/${randomBytes(6).toString('hex')}`
    const seed = randomBytes(4).readUInt32BE()
    const publish: Bench['publish'] = (layers, { repository: name = repository, sizeBytes = 50_000 } = {}) =>
      registry.publish({
        repository: name,
        tag: '1',
        seed,
        layers: layers.map((layer) => ({ name: layer, sizeBytes })),
      })
    return { registry, repository, publish, engines } satisfies Bench
  }
})

function only(engines: Engine[]): Engine {
  return engines[0] as Engine
}

describe.skipIf(!canUseDocker())('a Docker Engine', () => {
  test('pulls cold, finds it up to date, and follows the tag, under the name that Kasm would give', async ({
    open,
  }) => {
    const { repository, publish, engines, registry } = await open()
    const engine = only(engines)
    const request = { reference: `${repository}:1`, credentials: null }
    const first = await publish(['a', 'b'], { sizeBytes: 2_000_000 })
    const cold = await engine.pull(request, signal)
    expect(cold).toMatchObject({ outcome: 'downloaded', digest: first.digest })
    expect(cold.downloadedBytes).toBeGreaterThan(2_000_000)
    expect(cold.sizeBytes).toBeGreaterThan(2_000_000)
    const id = await idOf(request.reference)
    expect(id).toMatch(/^sha256:/)
    expect(await docker('images', '--quiet', `${new URL(registry.url).host}/${repository}`)).toBe('')
    expect(await engine.pull(request, signal)).toMatchObject({ outcome: 'up-to-date', downloadedBytes: 0 })
    const second = await publish(['a', 'c'], { sizeBytes: 2_000_000 })
    const moved = await engine.pull(request, signal)
    expect(moved).toMatchObject({ outcome: 'downloaded', digest: second.digest })
    expect(moved.downloadedBytes).toBeLessThan(cold.downloadedBytes)
    expect(await idOf(request.reference)).not.toBe(id)
    engine.remove({ reference: null, digest: first.digest })
    await vi.waitFor(async () => expect(await docker('images', '--all', '--quiet', '--no-trunc')).not.toContain(id))
    engine.remove({ reference: request.reference, digest: second.digest })
    await vi.waitFor(async () => expect(await idOf(request.reference)).toBe(''))
  })

  test('pulls by digest, and a host in the name stays in it', async ({ open }) => {
    const { repository, publish, engines } = await open()
    const { digest } = await publish(['a'])
    const engine = only(engines)
    const pinned = await engine.pull({ reference: `${repository}@${digest}`, credentials: null }, signal)
    expect(pinned).toMatchObject({ outcome: 'downloaded', digest })
    const named = `registry.example.com:5443/${repository}:1`
    expect(await engine.pull({ reference: named, credentials: null }, signal)).toMatchObject({ digest })
    expect(await idOf(named)).toMatch(/^sha256:/)
  })

  test('puts every name back to what it was, and keeps what is to be kept', async ({ open }) => {
    const kept = await open({ keepImages: true })
    await kept.publish(['a'])
    const reference = `${kept.repository}:1`
    await only(kept.engines).pull({ reference, credentials: null }, signal)
    await only(kept.engines).close()
    const before = await idOf(reference)
    expect(before).toMatch(/^sha256:/)
    /** Another run with the same engine, in which the agent pulls the image and prunes it. */
    const prune = async () => {
      const opened = await openDockerEngines({ hosts, registryHost: new URL(kept.registry.url).host })
      const engine = opened.engineOf(0)
      const { digest, outcome } = await engine.pull({ reference, credentials: null }, signal)
      const id = await idOf(reference)
      engine.remove({ reference, digest })
      await engine.close()
      await opened.close()
      return { outcome, id }
    }
    try {
      expect(await prune()).toEqual({ outcome: 'up-to-date', id: before })
      expect(await idOf(reference)).toBe(before)
      await kept.publish(['b'])
      const moved = await prune()
      expect(moved.outcome).toBe('downloaded')
      expect(moved.id).not.toBe(before)
      expect(await idOf(reference)).toBe(before)
      expect(await docker('images', '--all', '--quiet', '--no-trunc')).not.toContain(moved.id)
    } finally {
      await docker('rmi', '--force', before)
    }
  })

  test('logs in before each pull and sends the credentials along, a key of many lines too', async ({ open }) => {
    const accounts = [{ username: '_json_key', password: googleKey }]
    const { repository, publish, engines, registry } = await open({ profile: 'docker-hub-anonymous', accounts })
    await publish(['a'])
    const credentials = { registry: hub, username: '_json_key', password: googleKey }
    const result = await only(engines).pull({ reference: `${repository}:1`, credentials }, signal)
    expect(result.outcome).toBe('downloaded')
    const tokens = registry.journal.records().filter(({ class: kind }) => kind === 'token')
    expect(tokens.length).toBeGreaterThanOrEqual(2)
    expect(tokens.every(({ authenticated, status }) => authenticated && status === 200)).toBe(true)
  })

  test('fails as the engine does: a wrong password, an unknown tag, an unreadable name', async ({ open }) => {
    const { repository, publish, engines, registry } = await open({ profile: 'docker-hub-anonymous' })
    await publish(['a'])
    const engine = only(engines)
    const credentials = { registry: hub, username: 'ada', password: 'wrong' }
    const host = new URL(registry.url).host
    await expect(engine.pull({ reference: `${repository}:1`, credentials }, signal)).rejects.toMatchObject({
      ...{ name: 'PullError', code: 'UNAUTHORIZED', status: 401 },
      message: expect.stringMatching(`^Get "http://${host}/v2/": unauthorized: `),
    })
    await expect(engine.pull({ reference: `${repository}:2`, credentials: null }, signal)).rejects.toMatchObject({
      ...{ code: 'NOT_FOUND', message: expect.stringContaining('manifest unknown') },
    })
    await expect(engine.pull({ reference: 'Not/Lower', credentials: null }, signal)).rejects.toMatchObject({
      ...{ code: 'REFERENCE_INVALID', message: 'invalid reference format' },
    })
  })

  test('serves agents side by side, who share its disk: it goes with the last that holds it', async ({ open }) => {
    const { repository, publish, engines } = await open({ agents: 4 })
    const { digest } = await publish(['a', 'b'])
    const reference = `${repository}:1`
    const results = await Promise.all(engines.map((engine) => engine.pull({ reference, credentials: null }, signal)))
    expect(results.filter(({ outcome }) => outcome === 'downloaded')).toHaveLength(1)
    expect(new Set(results.map((result) => result.digest))).toEqual(new Set([digest]))
    for (const engine of engines.slice(1)) {
      engine.remove({ reference, digest })
      await engine.close()
    }
    expect(await idOf(reference)).toMatch(/^sha256:/)
    only(engines).remove({ reference, digest })
    await only(engines).close()
    expect(await idOf(reference)).toBe('')
  })

  test('drops a pull that is aborted, and says so with the reason', async ({ open }) => {
    const { repository, publish, engines, registry } = await open()
    await publish(['a'], { sizeBytes: 300_000_000 })
    const controller = new AbortController()
    const pull = only(engines).pull({ reference: `${repository}:1`, credentials: null }, controller.signal)
    pull.catch(() => {})
    await vi.waitFor(() => expect(registry.journal.total).toBeGreaterThan(1), { timeout: 20_000 })
    controller.abort(new Error('the agent stopped'))
    await expect(pull).rejects.toThrow('the agent stopped')
    await only(engines).close()
    expect(await idOf(`${repository}:1`)).toBe('')
  })

  test('is missed before anything begins, where none listens', async () => {
    const opening = openDockerEngines({ hosts: ['unix:///nowhere/docker.sock'], registryHost: '127.0.0.1:1' })
    await expect(opening).rejects.toMatchObject({
      ...{ code: 'DOCKER_UNAVAILABLE', message: expect.stringContaining('unix:///nowhere/docker.sock') },
    })
  })
})

/** Runs a scenario with its agents' logs. */
async function rehearse(source: ScenarioSource) {
  const scenario = compileScenario({ source })
  const events: RunEvent[] = []
  const lines: string[] = []
  const log = createAgentLog({ scenario, startMs: 0, write: (agent, line) => lines.push(`${agent} ${line}`) })
  const outcome = await runScenario({ scenario, sinks: [(event) => events.push(event), log] })
  // By the wall a busy machine may be too late to judge; it never makes a check miss.
  const failed = outcome.checks.filter(({ status }) => status === 'missed')
  return { ...outcome, events, lines, failed }
}

describe.skipIf(!canUseDocker())('a run', () => {
  test('mixes a few agents with real engines and many without', async () => {
    const own = `kasm-sim-test/${randomBytes(6).toString('hex')}`
    const { failed, reason } = await rehearse({
      ...{ name: 'mixed', seed: randomBytes(4).readUInt32BE(), speed: 60 },
      fleet: [
        { name: 'real', agents: 2, pull: 'docker-engine', startupSpread: '5s', refreshInterval: '4m' },
        { name: 'simulated', agents: 20, startupSpread: '5s', refreshInterval: '4m' },
      ],
      webApp: { pruneImages: 'Normal' },
      images: [
        { name: `${own}-a:1`, size: '300kB', layers: 3 },
        { name: `${own}-b:1`, size: '200kB', layers: 2 },
      ],
      timeline: [
        { at: '6m', do: 'move-tag', image: `${own}-a:1` },
        { at: '7m', do: 'restart-agent', agents: [0] },
      ],
      end: { after: '15m' },
      expect: [
        { metric: 'ready-time', within: '10m' },
        { metric: 'pulls-succeeded', where: { reason: 'missing' }, exactly: 44 },
        { metric: 'pulls-failed', exactly: 0 },
        { metric: 'pulls-running', atMost: 2, reaches: 2 },
        { metric: 'drift-time', where: { image: `${own}-a:1` }, within: '8m' },
      ],
    })
    expect({ failed, reason }).toEqual({ failed: [], reason: 'end-reached' })
    expect(await docker('images', '--quiet', `${own}-a`)).toBe('')
  })

  test('writes a denial as the engine words it into the log of the agent', async () => {
    const own = `kasm-sim-test/${randomBytes(6).toString('hex')}`
    const { lines, events } = await rehearse({
      ...{ name: 'denied', seed: randomBytes(4).readUInt32BE(), speed: 60 },
      fleet: { agents: 1, pull: 'docker-engine', startupSpread: '1s' },
      registry: { profile: 'docker-hub-2025-plan' },
      images: Array.from({ length: 14 }, (_, index) => ({ name: `${own}-${index}:1`, size: '20kB', layers: 1 })),
      end: { after: '5m' },
    })
    const denied = lines.filter((line) => line.includes('toomanyrequests: '))
    expect(denied[0]).toMatch(
      /Failed to pull image \(.*\) : 500 Server Error for http\+docker:.*\("toomanyrequests: .*"\)$/,
    )
    expect(events.filter(({ kind }) => kind === 'pull-succeeded').length).toBeGreaterThanOrEqual(5)
    expect(events.find((event) => event.kind === 'pull-failed')).toMatchObject({ code: 'TOOMANYREQUESTS' })
  })
})
