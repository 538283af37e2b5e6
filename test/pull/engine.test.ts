// What an engine keeps, forgets and leaves behind.

import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { answerError, gate, startEngine, startTestRegistry, type TestRegistry } from './support.ts'

const gets = ({ seen }: TestRegistry, kind: 'blobs' | 'manifests') =>
  seen.filter(({ method, path }) => method === 'GET' && path.includes(`/${kind}/`)).length

function forget(registry: TestRegistry): void {
  registry.seen.length = 0
}

test('fetches again only what went with a removed image', async () => {
  await using registry = await startTestRegistry()
  await using agent = startEngine(registry)
  const one = await registry.publish('team/one:1', ['os', 'x'])
  await registry.publish('team/two:1', ['os', 'y'])
  await agent.pull('team/one:1')
  await agent.pull('team/two:1')
  agent.engine.remove({ reference: 'team/one:1', digest: one.digest })
  forget(registry)
  expect(await agent.pull('team/one:1')).toMatchObject({ outcome: 'downloaded' })
  expect([gets(registry, 'manifests'), gets(registry, 'blobs')]).toEqual([2, 2])
})

test('keeps an image that another tag names', async () => {
  await using registry = await startTestRegistry()
  await using agent = startEngine(registry)
  const { digest } = await registry.publish('team/app:1', ['a'])
  await registry.publish('team/app:2', ['a'])
  await agent.pull('team/app:1')
  expect(await agent.pull('team/app:2')).toMatchObject({ outcome: 'downloaded', downloadedBytes: 0 })
  agent.engine.remove({ reference: 'team/app:1', digest })
  expect(await agent.pull('team/app:2')).toMatchObject({ outcome: 'up-to-date' })
  agent.engine.remove({ reference: null, digest })
  expect(await agent.pull('team/app:2')).toMatchObject({ outcome: 'up-to-date' })
  agent.engine.remove({ reference: 'team/app:2', digest })
  forget(registry)
  await agent.pull('team/app:2')
  expect(gets(registry, 'blobs')).toBe(2)
})

test('keeps the layers of an image that lost its tag until that image is removed', async () => {
  await using registry = await startTestRegistry()
  await using agent = startEngine(registry)
  const before = await registry.publish('team/app:1', ['os', 'x'])
  await agent.pull('team/app:1')
  await registry.publish('team/app:1', ['os', 'y'])
  await agent.pull('team/app:1')
  await registry.publish('team/app:1', ['os', 'x'])
  forget(registry)
  expect(await agent.pull('team/app:1')).toMatchObject({ outcome: 'downloaded', digest: before.digest, requests: 2 })
  const after = await registry.publish('team/app:1', ['os', 'y'])
  agent.engine.remove({ reference: null, digest: after.digest })
  await agent.pull('team/app:1')
  expect([gets(registry, 'manifests'), gets(registry, 'blobs')]).toEqual([2, 2])
})

test('keeps nothing of a pull that failed', async () => {
  await using registry = await startTestRegistry()
  await using agent = startEngine(registry)
  const app = await registry.publish('team/app:1', ['a', 'b', 'c'])
  registry.intercept = ({ path }, response) => {
    if (!path.endsWith(app.layers[2] as string)) return false
    response.writeHead(404).end()
    return true
  }
  await expect(agent.pull('team/app:1')).rejects.toMatchObject({ code: 'NOT_FOUND', message: 'unknown blob' })
  registry.intercept = () => false
  forget(registry)
  await agent.pull('team/app:1')
  expect([gets(registry, 'manifests'), gets(registry, 'blobs')]).toEqual([2, 4])
})

test('ends an aborted pull at once, with the reason, and leaves no connection', async () => {
  await using registry = await startTestRegistry()
  await using agent = startEngine(registry)
  const app = await registry.publish('team/app:1', ['a:300032', 'b', 'c', 'd'])
  const hold = gate()
  registry.intercept = async ({ path }, response) => {
    if (!path.includes('/blobs/')) return false
    if (path.endsWith(app.layers[0] as string)) response.writeHead(200, { 'content-length': 300_032 }).write('half')
    await hold.opened
    return true
  }
  const controller = new AbortController()
  const pull = agent.pull('team/app:1', { signal: controller.signal })
  await expect.poll(() => gets(registry, 'blobs')).toBe(4)
  const reason = new Error('the agent stopped')
  controller.abort(reason)
  await expect(pull).rejects.toBe(reason)
  await expect.poll(() => registry.connections(), { timeout: 5_000 }).toBe(0)
  hold.open()
  registry.intercept = () => false
  expect(await agent.pull('team/app:1')).toMatchObject({ outcome: 'downloaded' })
  await expect(agent.pull('team/app:1', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
})

test('rejects with the reason of the abort while it waits to try again', async () => {
  await using registry = await startTestRegistry()
  const waiting = gate()
  await using agent = startEngine(registry, {
    delay: async (durationMs, signal) => {
      waiting.open()
      await setTimeout(durationMs, undefined, { signal })
    },
  })
  const app = await registry.publish('team/app:1', ['a'])
  registry.intercept = ({ path }, response) => path.endsWith(app.config) && answerError(response, 500, 'UNKNOWN', 'oh')
  const controller = new AbortController()
  const pull = agent.pull('team/app:1', { signal: controller.signal })
  await waiting.opened
  const reason = new Error('the agent stopped')
  controller.abort(reason)
  await expect(pull).rejects.toBe(reason)
})

test('ends running pulls and closes its connections when it is closed', async () => {
  await using registry = await startTestRegistry()
  await using agent = startEngine(registry)
  await registry.publish('team/app:1', ['a'])
  registry.intercept = async ({ path }) => path.includes('/blobs/')
  const pull = expect(agent.pull('team/app:1')).rejects.toThrow('the engine closed')
  await expect.poll(() => gets(registry, 'blobs')).toBe(2)
  await agent.engine.close()
  await pull
  await expect.poll(() => registry.connections()).toBe(0)
})

test('wastes no slot, whichever pulls are aborted whenever', async () => {
  await using registry = await startTestRegistry()
  const images = [
    ['os', 'a', 'b', 'c'],
    ['os', 'a', 'd'],
    ['os', 'e', 'f', 'e'],
    ['g', 'h', 'a', 'b'],
  ]
  const published = await Promise.all(images.map((layers, index) => registry.publish(`team/${index}:1`, layers)))
  const plan = fc.array(fc.record({ image: fc.nat(3), abortAfterRequests: fc.option(fc.nat(25)) }), {
    minLength: 1,
    maxLength: 6,
  })
  await fc.assert(
    fc.asyncProperty(plan, async (pulls) => {
      await using agent = startEngine(registry, { maxConcurrentDownloads: 2 })
      const start = registry.seen.length
      const outcomes = pulls.map(async ({ image, abortAfterRequests }) => {
        const controller = new AbortController()
        const pull = agent.pull(`team/${image}:1`, { signal: controller.signal })
        const settled = pull.catch((error: unknown) => error)
        if (abortAfterRequests !== null) {
          while (registry.seen.length - start < abortAfterRequests) {
            if ((await Promise.race([settled, new Promise(setImmediate)])) !== undefined) break
          }
          controller.abort('enough')
        }
        return settled
      })
      for (const outcome of await Promise.all(outcomes)) {
        expect(outcome === 'enough' || (outcome as { digest: string }).digest.startsWith('sha256:')).toBe(true)
      }
      for (const index of images.keys()) {
        expect(await agent.pull(`team/${index}:1`)).toMatchObject({ digest: published[index]?.digest })
      }
    }),
    { numRuns: 25 },
  )
})

test('keeps blobs as an OCI layout whose every file is what its name says', async () => {
  await using registry = await startTestRegistry()
  const directory = await mkdtemp(join(tmpdir(), 'kasm-sim-content-'))
  await using agent = startEngine(registry, { contentDirectory: directory })
  const one = await registry.publish('team/app:1', ['a:200192', 'b', 'a:200192'])
  let broken = false
  registry.intercept = ({ path }, response) => {
    if (broken || !path.endsWith(one.layers[0] as string)) return false
    broken = true
    response.writeHead(200, { 'content-length': 200_192 }).write('wrong', () => setImmediate(() => response.destroy()))
    return true
  }
  await agent.pull('team/app:1')
  const two = await registry.publish('team/app:1', ['a:200192', 'c'])
  await agent.pull('team/app:1')
  await agent.pull(`team/app@${one.digest}`)
  const names = await readdir(join(directory, 'blobs', 'sha256'))
  const expected = [one, two].flatMap(({ digest, manifest, config, layers }) => [digest, manifest, config, ...layers])
  expect(names.map((name) => `sha256:${name}`).sort()).toEqual([...new Set(expected)].sort())
  for (const name of names) {
    const bytes = await readFile(join(directory, 'blobs', 'sha256', name))
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(name)
  }
  expect(await readdir(join(directory, 'ingest'))).toEqual([])
  expect(JSON.parse(await readFile(join(directory, 'oci-layout'), 'utf8'))).toEqual({ imageLayoutVersion: '1.0.0' })
  const index = JSON.parse(await readFile(join(directory, 'index.json'), 'utf8'))
  expect(index.manifests).toMatchObject([
    { digest: two.digest, annotations: { 'org.opencontainers.image.ref.name': 'team/app:1' } },
  ])
  await rm(directory, { recursive: true })
})

test('fails with the words of the disk where content cannot be kept', async () => {
  await using registry = await startTestRegistry()
  const contentDirectory = fileURLToPath(import.meta.url)
  await using agent = startEngine(registry, { contentDirectory })
  await registry.publish('team/app:1', ['a'])
  const message = expect.stringContaining('not a directory')
  await expect(agent.pull('team/app:1')).rejects.toMatchObject({ code: 'DISK', message })
})
