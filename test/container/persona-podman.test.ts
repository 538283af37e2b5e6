// The real podman and skopeo, and our `podman` persona, do the same one after the other against one registry, which must have seen
// the same requests of both. Neither must be here: whoever is missing is skipped with a word.
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  answerError,
  formatTrace,
  type PublishedImage,
  startEngine,
  startTestRegistry,
  type TestRegistry,
} from '../pull/support.ts'
import { canUsePodman, canUseSkopeo } from './requirements.ts'

const run = promisify(execFile)
const slowDown = 'slow down'

let registry: TestRegistry
let directory: string
beforeEach(async () => {
  registry = await startTestRegistry('docker-hub-anonymous')
  directory = await mkdtemp(join(tmpdir(), 'kasm-sim-podman-'))
})
afterEach(async () => {
  await registry[Symbol.asyncDispose]()
  await rm(directory, { recursive: true, force: true })
})

/** podman with a store of its own. */
function podman(...parameters: string[]): Promise<{ stdout: string; stderr: string }> {
  const store = ['--root', join(directory, 'root'), '--runroot', join(directory, 'run'), '--storage-driver', 'vfs']
  return run('podman', [...store, ...parameters])
}

/** What the registry saw while something happened, and the last line of its error. */
async function observe(act: () => Promise<unknown>, images: Record<string, PublishedImage>) {
  registry.seen.length = 0
  const error = await act().then(
    () => null,
    (failure: Error & { stderr?: string }) => (failure.stderr ?? failure.message).trim().split('\n').at(-1) ?? '',
  )
  return { trace: formatTrace(registry.seen, images), error: error?.replace(/^Error: /, '') ?? null }
}

describe.skipIf(!canUsePodman())('podman and the persona', () => {
  /** Both pull the same; what the registry saw must agree, and what they say. */
  async function compare(agent: ReturnType<typeof startEngine>, name: string, images: Record<string, PublishedImage>) {
    const reference = `${registry.host}/${name}`
    const real = await observe(() => podman('pull', '--tls-verify=false', reference), images)
    const ours = await observe(() => agent.pull(reference), images)
    expect(real.trace).toContain('GET ')
    expect(ours).toEqual(real)
    return ours
  }

  test('pull cold, again, after the tag moved and what another image shares with the same requests', async () => {
    await using agent = startEngine(registry, { persona: 'podman' })
    const app = await registry.publish('team/app:1', ['a', 'b', 'c', 'd'])
    await compare(agent, 'team/app:1', { app })
    await compare(agent, 'team/app:1', { app })
    const moved = await registry.publish('team/app:1', ['a', 'b', 'e'])
    await compare(agent, 'team/app:1', { app, moved })
    const other = await registry.publish('team/other:1', ['b', 'f'])
    await compare(agent, 'team/other:1', { app, moved, other })
  })

  test('pull by digest, twice, with the same requests', async () => {
    await using agent = startEngine(registry, { persona: 'podman' })
    const app = await registry.publish('team/app:1', ['a', 'b'])
    await compare(agent, `team/app@${app.digest}`, { app })
    await compare(agent, `team/app@${app.digest}`, { app })
  })

  test('fail for an unknown tag with the same requests and words', async () => {
    await using agent = startEngine(registry, { persona: 'podman' })
    await registry.publish('team/app:1', ['a'])
    const { error } = await compare(agent, 'team/app:nope', {})
    expect(error).toContain('manifest unknown')
  })

  test.for<[string, (app: PublishedImage) => string]>([
    ['a token', () => '/token'],
    ['the tag', () => '/manifests/1'],
    ['the manifest of the platform', (app) => app.manifest],
    ['the configuration', (app) => app.config],
    ['a layer', (app) => app.layers[0] as string],
  ])('try again as often, and give up with the same words, where %s is refused with 429', async ([, ending]) => {
    await using agent = startEngine(registry, { persona: 'podman' })
    const app = await registry.publish('team/app:1', ['a'])
    registry.intercept = ({ path }, response) => {
      if (!path.endsWith(ending(app))) return false
      // The least that podman waits for when it is told.
      response.setHeader('retry-after', '1')
      return answerError(response, 429, 'TOOMANYREQUESTS', slowDown)
    }
    const { error } = await compare(agent, 'team/app:1', { app })
    expect(error).toMatch(/slow down|too many requests/)
    expect(agent.waits.every((waitMs) => waitMs === 1_000)).toBe(true)
  })

  test('pull with an account with the same requests', async () => {
    await using agent = startEngine(registry, { persona: 'podman' })
    const app = await registry.publish('team/app:1', ['a'])
    const reference = `${registry.host}/team/app:1`
    const authentication = join(directory, 'auth.json')
    const real = await observe(
      async () => {
        const login = ['--tls-verify=false', '--authfile', authentication, '-u', 'ada', '-p', 's3cret', registry.host]
        await podman('login', ...login)
        await podman('pull', '--tls-verify=false', '--authfile', authentication, reference)
      },
      { app },
    )
    const credentials = { registry: registry.host, username: 'ada', password: 's3cret' }
    const signal = new AbortController().signal
    const ours = await observe(() => agent.engine.pull({ reference, credentials }, signal), { app })
    expect(ours).toEqual(real)
  })
})

/** skopeo to a directory asks for the configuration last; the requests are the same. */
const inAnyOrder = (trace: string) => trace.trim().split('\n').sort()

describe.skipIf(!canUseSkopeo())('skopeo and the persona', () => {
  test('copy a whole image with the same requests', async () => {
    await using agent = startEngine(registry, { persona: 'podman' })
    const app = await registry.publish('team/app:1', ['a', 'b', 'c'])
    const reference = `${registry.host}/team/app:1`
    const target = `dir:${join(directory, 'copy')}`
    const real = await observe(
      () => run('skopeo', ['copy', '--src-tls-verify=false', `docker://${reference}`, target]),
      { app },
    )
    const ours = await observe(() => agent.pull(reference), { app })
    expect(inAnyOrder(ours.trace)).toEqual(inAnyOrder(real.trace))
    expect(real.error).toBeNull()
  })

  test('wait as long as Retry-After says', async () => {
    await using agent = startEngine(registry, { persona: 'podman' })
    const app = await registry.publish('team/app:1', ['a'])
    registry.intercept = ({ path, time }, response) => {
      if (!path.endsWith('/manifests/1') || time > 1) return false
      response.setHeader('retry-after', '1')
      return answerError(response, 429, 'TOOMANYREQUESTS', slowDown)
    }
    const reference = `${registry.host}/team/app:1`
    const target = `dir:${join(directory, 'copy')}`
    const startedAtMs = performance.now()
    const real = await observe(
      () => run('skopeo', ['copy', '--src-tls-verify=false', `docker://${reference}`, target]),
      { app },
    )
    expect(performance.now() - startedAtMs).toBeGreaterThan(1_000)
    const ours = await observe(() => agent.pull(reference), { app })
    expect(agent.waits).toEqual([1_000])
    expect(inAnyOrder(ours.trace)).toEqual(inAnyOrder(real.trace))
  })
})
