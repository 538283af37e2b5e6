// A real Docker Engine and ours do the same one after the other against one registry, and its journal must show the same requests of
// both, the parallel ones in any order. Errors must read the same too.
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Engine } from '../../simulator/pull/engine.ts'
import type { RegistryCredentials } from '../../simulator/pull/protocol/outcome.ts'
import { createRegistryEngine } from '../../simulator/pull/wires/socket/registry-engine.ts'
import type { JournalEntry } from '../../simulator/registry/journal.ts'
import { findProfile } from '../../simulator/registry/policy/profiles.ts'
import { type EmbeddedRegistry, startRegistry } from '../../simulator/registry/registry.ts'
import { canUseDocker } from './requirements.ts'

const run = promisify(execFile)
const account = { username: 'ada', password: 's3cret' }

/** The containerd image store asks in another order; ours is that of the graphdrivers. */
async function hasGraphdriver(): Promise<boolean> {
  const { stdout } = await run('docker', ['info', '--format', '{{json .DriverStatus}}'])
  if (!stdout.includes('io.containerd.snapshotter')) return true
  process.stdout.write(
    'Skipped: this Docker Engine uses the containerd image store, and the persona is the graphdriver engine.\n',
  )
  return false
}

const usable = canUseDocker() && (await hasGraphdriver())

/** One registry, the real engine and ours. */
class Bench {
  readonly registry: EmbeddedRegistry
  readonly host: string
  readonly #engine: Engine
  readonly #configDirectory: string

  private constructor(registry: EmbeddedRegistry, configDirectory: string) {
    this.registry = registry
    this.host = registry.url.replace('http://', '')
    this.#configDirectory = configDirectory
    this.#engine = createRegistryEngine({
      resolve: () => registry.url,
      // The journal tells the two apart by this.
      headers: { 'x-kasm-sim-agent': '1' },
      nowMs: () => Date.now(),
      delay: async (durationMs, signal) => {
        await sleep(durationMs, undefined, { signal })
      },
    })
  }

  static async start(profile: string): Promise<Bench> {
    const registry = await startRegistry({
      profile: findProfile(profile),
      accounts: [account],
      trustSimulationHeaders: true,
    })
    return new Bench(registry, await mkdtemp(join(tmpdir(), 'kasm-sim-docker-')))
  }

  async close(): Promise<void> {
    await this.#engine.close()
    const { stdout } = await this.docker('images', '--quiet', '--filter', `reference=${this.host}/team/*`)
    const ids = new Set(stdout.split('\n').filter(Boolean))
    if (ids.size > 0) await this.docker('rmi', '--force', ...ids)
    await rm(this.#configDirectory, { recursive: true })
    await this.registry.close()
  }

  publish(repository: string, layers: string[], tag = '1'): Promise<{ digest: string }> {
    // The host's port makes the layers new to the real engine, which keeps what it has from one run of the tests to the next.
    const seed = Number(this.host.split(':')[1]) + process.pid * 65_536
    return this.registry.publish({ repository, tag, seed, layers: layers.map((name) => ({ name, sizeBytes: 40_960 })) })
  }

  /** Requests that ended after the journal's total was `start`. */
  since(start: number): JournalEntry[] {
    const { journal } = this.registry
    const records = journal.records()
    return records.slice(records.length - (journal.total - start))
  }

  docker(...parameters: string[]): Promise<{ stdout: string; stderr: string }> {
    return run('docker', ['--config', this.#configDirectory, ...parameters])
  }

  /**
   * Has `docker pull` send the password. The command would keep the refresh token of its log-in instead and pull with POST; an agent,
   * whose client library keeps what it was given, does not.
   */
  async keepPassword(): Promise<void> {
    const auth = Buffer.from(`${account.username}:${account.password}`).toString('base64')
    await writeFile(join(this.#configDirectory, 'config.json'), JSON.stringify({ auths: { [this.host]: { auth } } }))
  }

  /** What the engine says and the journal shows when both pull the same, several at once where there are several. */
  async compare(names: string[], credentials: RegistryCredentials | null = null): Promise<Comparison> {
    const references = names.map((name) => `${this.host}/${name}`)
    const start = this.registry.journal.total
    const real = await Promise.all(references.map((reference) => this.#pullWithDocker(reference)))
    const ours = await Promise.all(references.map((reference) => this.#pullWithOurs(reference, credentials)))
    // The last answers are written down a moment after they were received.
    await sleep(50)
    const entries = this.since(start)
    const isOurs = ({ agent }: JournalEntry) => agent === 1
    return {
      real: { outcomes: real, requests: linesOf(entries.filter((entry) => !isOurs(entry))) },
      ours: { outcomes: ours, requests: linesOf(entries.filter(isOurs)) },
    }
  }

  async #pullWithDocker(reference: string): Promise<string> {
    try {
      const { stdout } = await this.docker('pull', reference)
      return /Image is up to date/.test(stdout) ? 'up-to-date' : 'downloaded'
    } catch (error) {
      const text = String((error as { stderr?: string }).stderr)
      return text.trim().replace('Error response from daemon: ', '')
    }
  }

  async #pullWithOurs(reference: string, credentials: RegistryCredentials | null): Promise<string> {
    try {
      const { outcome } = await this.#engine.pull({ reference, credentials }, new AbortController().signal)
      return outcome
    } catch (error) {
      return (error as Error).message
    }
  }
}

interface Observation {
  outcomes: string[]
  requests: string[]
}
type Comparison = { real: Observation; ours: Observation }

/** Requests in the order in which they began; blobs, which come side by side, are sorted among themselves. */
function linesOf(entries: JournalEntry[]): string[] {
  const inOrder = [...entries].sort((a, b) => a.startedAtMs - b.startedAtMs)
  const lines = inOrder.map(({ method, path, status, authenticated }) => {
    return `${method} ${path} ${status}${authenticated ? ' authenticated' : ''}`
  })
  const isBlob = (line: string) => line.includes('/blobs/')
  return [...lines.filter((line) => !isBlob(line)), ...lines.filter(isBlob).sort()]
}

/** For pulls at the same time: which of them fetches a shared blob is chance. */
function inAnyOrder({ outcomes, requests }: Observation): Observation {
  return { outcomes, requests: requests.map((line) => line.replace(/\/v2\/.*\/blobs\//, '/blobs/')).sort() }
}

describe.skipIf(!usable).each(['none', 'docker-hub-anonymous'])('against the profile %s', (profile) => {
  let bench: Bench
  beforeAll(async () => {
    bench = await Bench.start(profile)
  })
  afterAll(() => bench.close())

  const expectSame = ({ real, ours }: Comparison, outcomes: string[]) => {
    expect(real.requests.length).toBeGreaterThan(0)
    expect(ours).toEqual(real)
    expect(ours.outcomes).toEqual(outcomes)
  }

  test('a cold pull, one that is up to date and one of a tag that moved make the same requests', async () => {
    await bench.publish('team/app', ['a', 'b', 'c', 'd', 'e'])
    expectSame(await bench.compare(['team/app:1']), ['downloaded'])
    expectSame(await bench.compare(['team/app:1']), ['up-to-date'])
    await bench.publish('team/app', ['a', 'b', 'c', 'f', 'd'])
    expectSame(await bench.compare(['team/app:1']), ['downloaded'])
  })

  test('layers of another image are not fetched again below the first new one', async () => {
    await bench.publish('team/one', ['g', 'h', 'i'])
    await bench.publish('team/two', ['g', 'h', 'j', 'i'])
    expectSame(await bench.compare(['team/one:1']), ['downloaded'])
    expectSame(await bench.compare(['team/two:1']), ['downloaded'])
  })

  test('two pulls at the same time share their base', async () => {
    await bench.publish('team/left', ['k', 'l', 'm'])
    await bench.publish('team/right', ['k', 'l', 'n'])
    const { real, ours } = await bench.compare(['team/left:1', 'team/right:1'])
    expect(inAnyOrder(ours)).toEqual(inAnyOrder(real))
  })

  test('a pull by digest sends no HEAD, and only a ping the second time', async () => {
    const { digest } = await bench.publish('team/pinned', ['o', 'p', 'o'])
    expectSame(await bench.compare([`team/pinned@${digest}`]), ['downloaded'])
    expectSame(await bench.compare([`team/pinned@${digest}`]), ['up-to-date'])
  })

  test('a blob that is there twice in an image, or over another parent, is fetched as often by both', async () => {
    await bench.publish('team/twice', ['q', 's', 'q', 's', 's'])
    await bench.publish('team/again', ['s', 'q'])
    expectSame(await bench.compare(['team/twice:1']), ['downloaded'])
    expectSame(await bench.compare(['team/again:1']), ['downloaded'])
  })

  test('an unknown tag and an unknown repository fail with the same requests and words', async () => {
    await bench.publish('team/known', ['r'])
    const unknownTag = await bench.compare(['team/known:nope'])
    expect(unknownTag.ours).toEqual(unknownTag.real)
    expect(unknownTag.ours.outcomes[0]).toContain('manifest unknown')
    const unknownRepository = await bench.compare(['team/nobody:1'])
    expect(unknownRepository.ours).toEqual(unknownRepository.real)
  })
})

describe.skipIf(!usable)('against the limits and accounts of docker-hub-anonymous', () => {
  let bench: Bench
  beforeAll(async () => {
    bench = await Bench.start('docker-hub-anonymous')
  })
  afterAll(() => bench.close())

  test('a log-in and a pull with an account make the same requests', async () => {
    await bench.publish('team/private', ['a', 'b'])
    const start = bench.registry.journal.total
    await bench.docker('login', '--username', account.username, '--password', account.password, bench.host)
    const logIn = linesOf(bench.since(start))
    await bench.keepPassword()
    const { real, ours } = await bench.compare(['team/private:1'], { ...account, registry: bench.host })
    await bench.docker('logout', bench.host)
    expect(logIn).toHaveLength(3)
    expect(ours.requests).toEqual([...logIn, ...real.requests])
    expect(ours.outcomes).toEqual(real.outcomes)
  })

  test('a refused log-in fails with the same requests and words', async () => {
    const start = bench.registry.journal.total
    const parameters = ['login', '--username', account.username, '--password', 'wrong', bench.host]
    const failure = (await bench.docker(...parameters).catch((error: unknown) => error)) as { stderr: string }
    const logIn = linesOf(bench.since(start))
    const credentials = { ...account, password: 'wrong', registry: bench.host }
    const { ours } = await bench.compare(['team/private:1'], credentials)
    expect(ours.requests).toEqual(logIn)
    expect(failure.stderr.trim().split('\n').at(-1)).toBe(`Error response from daemon: ${ours.outcomes[0]}`)
  })

  test('a used-up limit ends both at the same request with the same words', async () => {
    await bench.publish('team/wanted', ['c', 'd'])
    await useUp(bench.registry.url, 'team/wanted')
    const { real, ours } = await bench.compare(['team/wanted:1'])
    expect(ours).toEqual(real)
    expect(ours.requests.at(-1)).toContain(' 429')
    expect(ours.outcomes[0]).toContain('toomanyrequests: ')
  })
})

/** Takes manifests until there are none to be had, from the address from which both engines come. */
async function useUp(url: string, repository: string): Promise<void> {
  const query = `service=registry.docker.io&scope=repository:${repository}:pull`
  const { token } = (await (await fetch(`${url}/token?${query}`)).json()) as { token: string }
  for (let asked = 0; asked < 1_000; asked += 1) {
    const headers = { authorization: `Bearer ${token}`, accept: '*/*' }
    const answer = await fetch(`${url}/v2/${repository}/manifests/1`, { headers })
    await answer.arrayBuffer()
    if (answer.status === 429) return
  }
  throw new Error('the limit never came')
}
