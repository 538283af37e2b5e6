// Clients with a content store: what they keep, resume, drop and leave behind.
import { expect, test } from 'vitest'
import type { PersonaName } from '../../simulator/pull/protocol/personas.ts'
import { answer, answerError, gate, startEngine, startTestRegistry } from './support.ts'

const contentPersonas: PersonaName[] = ['containerd', 'containerd-legacy', 'podman', 'crane']

test.for(contentPersonas)('%s ends an aborted pull with the reason, and takes no place with it', async (persona) => {
  await using registry = await startTestRegistry()
  await using agent = startEngine(registry, { persona })
  const app = await registry.publish('team/app:1', ['a', 'b', 'c', 'd'])
  const asked = gate()
  registry.intercept = async ({ path }, response) => {
    if (!path.includes('/blobs/')) return false
    asked.open()
    await new Promise((resolve) => response.on('close', resolve))
    return true
  }
  const controller = new AbortController()
  const pull = agent.pull('team/app:1', { signal: controller.signal })
  await asked.opened
  controller.abort(new Error('the agent stopped'))
  await expect(pull).rejects.toThrow('the agent stopped')
  registry.intercept = () => false
  expect(await agent.pull('team/app:1')).toMatchObject({ outcome: 'downloaded', digest: app.digest })
})

test.for(contentPersonas)('%s keeps nothing of a pull that failed', async (persona) => {
  await using registry = await startTestRegistry()
  await using agent = startEngine(registry, { persona })
  const app = await registry.publish('team/app:1', ['a', 'b'])
  registry.intercept = ({ path }, response) => path.endsWith(app.layers[1] as string) && answer(response, 404, '')
  await expect(agent.pull('team/app:1')).rejects.toMatchObject({ code: 'NOT_FOUND', status: 404 })
  registry.intercept = () => false
  registry.seen.length = 0
  await agent.pull('team/app:1')
  expect(registry.seen.filter(({ path }) => path.includes('/blobs/'))).toHaveLength(3)
})

test.for(contentPersonas)('%s refuses a layer that is not of its digest', async (persona) => {
  await using registry = await startTestRegistry()
  await using agent = startEngine(registry, { persona })
  const app = await registry.publish('team/app:1', ['a'])
  registry.intercept = ({ path }, response) =>
    path.endsWith(app.layers[0] as string) && answer(response, 200, 'x'.repeat(2_048))
  await expect(agent.pull('team/app:1')).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' })
})

test.for<[PersonaName, string[]]>([
  ['containerd', ['none', 'bytes=1000-']],
  ['podman', ['none', 'bytes=1000-']],
  ['crane', ['none']],
])('%s asks for a layer that broke off with the ranges %j', async ([persona, ranges]) => {
  await using registry = await startTestRegistry()
  await using agent = startEngine(registry, { persona })
  const app = await registry.publish('team/app:1', ['a:102400'])
  const layer = app.layers[0] as string
  const whole = Buffer.from(await (await fetch(`${registry.registry.url}/v2/team/app/blobs/${layer}`)).arrayBuffer())
  registry.intercept = ({ path, time }, response) => {
    if (!path.endsWith(layer) || time > 1) return false
    response.writeHead(200, { 'content-length': whole.length })
    response.write(whole.subarray(0, 1_000), () => setImmediate(() => response.destroy()))
    return true
  }
  const pull = agent.pull('team/app:1')
  if (persona === 'crane') await expect(pull).rejects.toMatchObject({ code: 'TRUNCATED', message: 'unexpected EOF' })
  else expect(await pull).toMatchObject({ outcome: 'downloaded' })
  expect(registry.seen.filter(({ path }) => path.endsWith(layer)).map(({ range }) => range ?? 'none')).toEqual(ranges)
})

test.for<[PersonaName, number]>([
  ['containerd', 2],
  ['containerd-legacy', 1],
  ['crane', 3],
])('%s asks a registry that is out of order %i time(s)', async ([persona, times]) => {
  await using registry = await startTestRegistry()
  await using agent = startEngine(registry, { persona })
  await registry.publish('team/app:1', ['a'])
  registry.intercept = ({ path }, response) =>
    path.includes('/manifests/') && answerError(response, 503, 'UNAVAILABLE', 'out of order')
  await expect(agent.pull('team/app:1')).rejects.toMatchObject({ code: 'UNAVAILABLE', status: 503 })
  expect(registry.seen.filter(({ path }) => path.includes('/manifests/'))).toHaveLength(times)
})

test('knows an image of a content store by its index: another index over the same layers is news', async () => {
  await using registry = await startTestRegistry()
  await using containerd = startEngine(registry, { persona: 'containerd' })
  await using docker = startEngine(registry)
  await registry.publish('team/app:1', ['a'])
  for (const engine of [containerd, docker]) await engine.pull('team/app:1')
  await registry.publish('team/app:1', ['a'], { attestation: true })
  expect(await containerd.pull('team/app:1')).toMatchObject({ outcome: 'downloaded' })
  expect(await docker.pull('team/app:1')).toMatchObject({ outcome: 'up-to-date' })
})
