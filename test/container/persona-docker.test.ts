// The real Docker Engine and our `docker` persona are refused at every step of a pull, and see a token expire, against one registry
// that must see the same requests of both; the errors must read the same too. docker-sequence.test.ts has the pulls that go well.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  answerError,
  formatTrace,
  type PublishedImage,
  startEngine,
  startTestRegistry,
  type TestRegistry,
  tokenDesk,
} from '../pull/support.ts'
import { canUseDocker } from './requirements.ts'

const run = promisify(execFile)

/** The containerd image store asks in another order; ours is that of the graphdrivers. */
async function hasGraphdriver(): Promise<boolean> {
  const { stdout } = await run('docker', ['info', '--format', '{{json .DriverStatus}}'])
  if (!stdout.includes('io.containerd.snapshotter')) return true
  process.stdout.write('Skipped: this Docker Engine has the containerd image store, and the persona the graphdriver.\n')
  return false
}

const usable = canUseDocker() && (await hasGraphdriver())

let registry: TestRegistry
let app: PublishedImage
beforeEach(async () => {
  registry = await startTestRegistry('docker-hub-anonymous')
  app = await publish()
})
afterEach(async () => {
  await run('docker', ['rmi', '--force', `${registry.host}/team/app:1`]).catch(() => undefined)
  await registry[Symbol.asyncDispose]()
})

/** Layers that the real engine cannot have from an earlier test. */
function publish(): Promise<PublishedImage> {
  const id = `${process.pid}-${registry.host}`.replaceAll(/\W/g, '-')
  return registry.publish('team/app:1', [`a-${id}`, `b-${id}`])
}

async function observe(act: () => Promise<unknown>) {
  registry.seen.length = 0
  const said = await act().then(
    () => 'pulled',
    (failure: Error & { stderr?: string }) => (failure.stderr ?? failure.message).trim(),
  )
  return { trace: formatTrace(registry.seen, { app }), said: said.replace('Error response from daemon: ', '') }
}

async function pullWithBoth() {
  await using agent = startEngine(registry)
  const reference = `${registry.host}/team/app:1`
  const real = await observe(() => run('docker', ['pull', reference]))
  const ours = await observe(() => agent.pull(reference))
  return { real, ours }
}

describe.skipIf(!usable)('Docker Engine and the persona', () => {
  const seen200 = (digest: string) => registry.seen.some(({ path, status }) => path.endsWith(digest) && status === 200)

  test.for<{ step: string; path: () => string; after?: () => string[]; words: RegExp }>([
    { step: 'a token', path: () => '/token', words: /toomanyrequests: slow down$/ },
    { step: 'the tag', path: () => '/manifests/1', words: /^toomanyrequests: slow down$/ },
    { step: 'the index', path: () => app.digest, words: /^toomanyrequests: slow down$/ },
    { step: 'the manifest of the platform', path: () => app.manifest, words: /^toomanyrequests: slow down$/ },
    {
      step: 'the configuration',
      path: () => app.config,
      after: () => app.layers,
      words: /^error pulling image configuration: .*toomanyrequests: slow down$/,
    },
    {
      step: 'a layer',
      path: () => app.layers[1] as string,
      after: () => [app.config, app.layers[0] as string],
      words: /^toomanyrequests: slow down$/,
    },
  ])('end alike where $step is refused with 429', async ({ path, after = () => [], words }) => {
    registry.intercept = async (request, response) => {
      if (!request.path.endsWith(path())) return false
      // What runs beside it is done before, so that it is always seen.
      await expect.poll(() => after().every(seen200)).toBe(true)
      return answerError(response, 429, 'TOOMANYREQUESTS', 'slow down')
    }
    const { real, ours } = await pullWithBoth()
    expect(real.trace).toContain(' 429 ')
    expect(ours.trace).toEqual(real.trace)
    expect(real.said).toMatch(words)
    expect(ours.said).toMatch(words)
  })

  test('renew a token of 60 seconds exactly once in a pull that takes longer', async () => {
    await registry[Symbol.asyncDispose]()
    registry = await startTestRegistry()
    app = await publish()
    const reference = `${registry.host}/team/app:1`
    const lifetimeMs = 60_000
    await using agent = startEngine(registry)
    const heldMs = lifetimeMs + 1_000

    const desk = tokenDesk(registry, { lifetimeMs, nowMs: () => performance.now() })
    registry.intercept = async (request, response) => {
      if (desk.intercept(request, response)) return true
      if (request.path.endsWith(app.manifest)) await new Promise((resolve) => setTimeout(resolve, heldMs))
      return false
    }
    const real = await observe(() => run('docker', ['pull', reference]))
    expect(desk.issued).toBe(2)

    const ownDesk = tokenDesk(registry, { lifetimeMs, nowMs: () => agent.clock.nowMs() })
    registry.intercept = (request, response) => {
      if (ownDesk.intercept(request, response)) return true
      if (request.path.endsWith(app.manifest)) agent.clock.advance(heldMs)
      return false
    }
    const ours = await observe(() => agent.pull(reference))
    expect(ownDesk.issued).toBe(2)
    expect(ours.trace).toEqual(real.trace)
    expect(real.said).toBe('pulled')
  })
})
