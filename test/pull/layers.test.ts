// How layers come: at most three at once, shared between pulls, resumed, verified, tried again.
import { createHash } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import { answerError, gate, type SeenRequest, startEngine, startTestRegistry, type TestRegistry } from './support.ts'

/** Blob requests by digest. */
const blobs = ({ seen }: TestRegistry, digest = '') =>
  seen.filter(({ path }) => path.includes('/blobs/') && path.endsWith(digest))

/** Sends `bytes` of a layer that is said to be of `sizeBytes` and cuts the connection. */
function cut(response: ServerResponse, bytes: Buffer, sizeBytes: number): boolean {
  response.writeHead(200, { 'content-length': sizeBytes }).write(bytes, () => setImmediate(() => response.destroy()))
  return true
}

async function layerBytes(registry: TestRegistry, digest: string): Promise<Buffer> {
  const answer = await fetch(`${registry.registry.url}/v2/team/app/blobs/${digest}`)
  return Buffer.from(await answer.arrayBuffer())
}

test('has never more than three layers in flight, whatever the number of pulls', async () => {
  await using registry = await startTestRegistry()
  await using agent = startEngine(registry)
  const names = ['one', 'two', 'three', 'four']
  const images = await Promise.all(
    names.map((name) =>
      registry.publish(
        `team/${name}:1`,
        [1, 2, 3, 4, 5, 6].map((layer) => `${name}-${layer}:20480`),
      ),
    ),
  )
  const configs = new Set(images.map(({ config }) => config))
  let inFlight = 0
  let peak = 0
  registry.intercept = ({ path }, response) => {
    const digest = path.split('/').at(-1) ?? ''
    if (!path.includes('/blobs/') || configs.has(digest)) return false
    inFlight += 1
    peak = Math.max(peak, inFlight)
    response.on('finish', () => {
      inFlight -= 1
    })
    return false
  }
  await Promise.all(names.map((name) => agent.pull(`team/${name}:1`)))
  expect(peak).toBe(3)
  expect(blobs(registry)).toHaveLength(4 * 7)
})

test('fetches manifests and configurations while every slot is taken', async () => {
  await using registry = await startTestRegistry()
  await using agent = startEngine(registry)
  const first = await registry.publish('team/one:1', ['a', 'b', 'c'])
  const second = await registry.publish('team/two:1', ['d'])
  const slots = gate()
  registry.intercept = async ({ path }) => {
    if (first.layers.some((layer) => path.endsWith(layer))) await slots.opened
    return false
  }
  const pulls = [agent.pull('team/one:1')]
  await expect.poll(() => blobs(registry)).toHaveLength(4)
  pulls.push(agent.pull('team/two:1'))
  await expect.poll(() => blobs(registry, second.config)).toHaveLength(1)
  expect(blobs(registry, second.layers[0])).toHaveLength(0)
  slots.open()
  await Promise.all(pulls)
})

test('downloads a common base once for two pulls at the same time', async () => {
  await using registry = await startTestRegistry()
  await using agent = startEngine(registry)
  const one = await registry.publish('team/one:1', ['os', 'desktop', 'x'])
  const two = await registry.publish('team/two:1', ['os', 'desktop', 'y'])
  const hold = gate()
  registry.intercept = async ({ path }) => {
    if (path.endsWith(one.layers[0] as string)) await hold.opened
    return false
  }
  const pulls = [agent.pull('team/one:1'), agent.pull('team/two:1')]
  await expect.poll(() => blobs(registry, two.config)).toHaveLength(1)
  hold.open()
  const results = await Promise.all(pulls)
  expect(results.map(({ outcome }) => outcome)).toEqual(['downloaded', 'downloaded'])
  for (const layer of new Set([...one.layers, ...two.layers])) expect(blobs(registry, layer)).toHaveLength(1)
  const sent = registry.seen.length
  expect((results[0]?.requests ?? 0) + (results[1]?.requests ?? 0)).toBe(sent)
})

test('downloads the same blob again over another parent, at the same time or later', async () => {
  await using registry = await startTestRegistry()
  await using agent = startEngine(registry)
  const one = await registry.publish('team/one:1', ['os', 'tools'])
  const two = await registry.publish('team/two:1', ['other-os', 'tools'])
  await registry.publish('team/three:1', ['third-os', 'tools'])
  const hold = gate()
  registry.intercept = async ({ path }) => {
    if (path.endsWith(one.layers[0] as string)) await hold.opened
    return false
  }
  const first = agent.pull('team/one:1')
  await expect.poll(() => blobs(registry, one.layers[1])).toHaveLength(1)
  await agent.pull('team/two:1')
  expect(blobs(registry, two.layers[1])).toHaveLength(2)
  hold.open()
  await first
  await agent.pull('team/three:1')
  expect(blobs(registry, one.layers[1])).toHaveLength(3)
})

test('downloads a blob once that is twice in one image', async () => {
  await using registry = await startTestRegistry()
  await using agent = startEngine(registry)
  const app = await registry.publish('team/app:1', ['x', 'tools', 'y', 'tools'])
  await agent.pull('team/app:1')
  expect(blobs(registry, app.layers[1])).toHaveLength(1)
})

test('goes on with a shared layer while one of its pulls is left', async () => {
  await using registry = await startTestRegistry()
  await using agent = startEngine(registry)
  const one = await registry.publish('team/one:1', ['os', 'x'])
  await registry.publish('team/two:1', ['os', 'y'])
  const base = one.layers[0] as string
  const hold = gate()
  registry.intercept = async ({ path }) => {
    if (path.endsWith(base)) await hold.opened
    return false
  }
  const controller = new AbortController()
  const first = agent.pull('team/one:1', { signal: controller.signal })
  await expect.poll(() => blobs(registry, base)).toHaveLength(1)
  const second = agent.pull('team/two:1')
  await expect.poll(() => blobs(registry)).toHaveLength(5)
  controller.abort(new Error('first is gone'))
  await expect(first).rejects.toThrow('first is gone')
  hold.open()
  expect(await second).toMatchObject({ outcome: 'downloaded' })
  expect(blobs(registry, base)).toHaveLength(1)
})

test('stops a layer with the last pull that waits for it', async () => {
  await using registry = await startTestRegistry()
  await using agent = startEngine(registry)
  const app = await registry.publish('team/app:1', ['os'])
  let dropped = false
  registry.intercept = ({ path }, response) => {
    if (!path.endsWith(app.layers[0] as string)) return false
    response.on('close', () => {
      dropped = !response.writableFinished
    })
    return true
  }
  const controllers = [new AbortController(), new AbortController()]
  const pulls = controllers.map(({ signal }) => agent.pull('team/app:1', { signal }).catch(() => 'ended'))
  await expect.poll(() => blobs(registry)).toHaveLength(3)
  for (const controller of controllers) controller.abort()
  expect(await Promise.all(pulls)).toEqual(['ended', 'ended'])
  await expect.poll(() => dropped).toBe(true)
})

test('gives the slot of a pull that left the queue to the next one', async () => {
  await using registry = await startTestRegistry()
  await using agent = startEngine(registry, { maxConcurrentDownloads: 1 })
  const one = await registry.publish('team/one:1', ['a'])
  const two = await registry.publish('team/two:1', ['b'])
  await registry.publish('team/three:1', ['c'])
  const hold = gate()
  registry.intercept = async ({ path }) => {
    if (path.endsWith(one.layers[0] as string)) await hold.opened
    return false
  }
  const first = agent.pull('team/one:1')
  await expect.poll(() => blobs(registry)).toHaveLength(2)
  const controller = new AbortController()
  const second = agent.pull('team/two:1', { signal: controller.signal }).catch(() => 'left')
  await expect.poll(() => blobs(registry, two.config)).toHaveLength(1)
  controller.abort()
  expect(await second).toBe('left')
  hold.open()
  await first
  expect(await agent.pull('team/three:1')).toMatchObject({ outcome: 'downloaded' })
})

test('resumes a broken layer with Range after five seconds', async () => {
  await using registry = await startTestRegistry()
  await using agent = startEngine(registry)
  const app = await registry.publish('team/app:1', ['a:4096'])
  const layer = app.layers[0] as string
  const bytes = await layerBytes(registry, layer)
  registry.intercept = ({ path, time }, response) =>
    path.endsWith(layer) && time === 1 && cut(response, bytes.subarray(0, 1_500), bytes.length)
  const result = await agent.pull('team/app:1')
  expect(agent.waits).toEqual([5_000])
  expect(blobs(registry, layer).map(({ range, status }) => [range, status])).toEqual([
    [null, 200],
    ['bytes=1500-', 206],
  ])
  expect(result.downloadedBytes).toBeLessThan(2 * bytes.length)
})

test('starts over where bytes from before the break were wrong', async () => {
  await using registry = await startTestRegistry()
  await using agent = startEngine(registry)
  const app = await registry.publish('team/app:1', ['a:4096'])
  const layer = app.layers[0] as string
  const bytes = await layerBytes(registry, layer)
  registry.intercept = ({ path, time }, response) =>
    path.endsWith(layer) && time === 1 && cut(response, Buffer.alloc(1_500, 7), bytes.length)
  expect(await agent.pull('team/app:1')).toMatchObject({ outcome: 'downloaded' })
  expect(agent.waits).toEqual([5_000, 10_000])
  expect(blobs(registry, layer).map(({ range }) => range)).toEqual([null, 'bytes=1500-', null])
})

test('starts over where a Range request is answered with the whole layer', async () => {
  await using registry = await startTestRegistry()
  await using agent = startEngine(registry)
  const app = await registry.publish('team/app:1', ['a:4096'])
  const layer = app.layers[0] as string
  const bytes = await layerBytes(registry, layer)
  registry.intercept = ({ path, time }, response) => {
    if (!path.endsWith(layer) || time > 2) return false
    if (time === 1) return cut(response, bytes.subarray(0, 1_500), bytes.length)
    response.writeHead(200, { 'content-length': bytes.length }).end(bytes)
    return true
  }
  expect(await agent.pull('team/app:1')).toMatchObject({ outcome: 'downloaded' })
  expect(blobs(registry, layer).map(({ range }) => range)).toEqual([null, 'bytes=1500-', null])
})

test('accepts no layer whose bytes are not those of its digest, and does not ask again', async () => {
  await using registry = await startTestRegistry()
  await using agent = startEngine(registry)
  const app = await registry.publish('team/app:1', ['a:4096', 'b'])
  const layer = app.layers[0] as string
  registry.intercept = ({ path }, response) => {
    if (!path.endsWith(layer)) return false
    response.writeHead(200, { 'content-length': 4_096 }).end(Buffer.alloc(4_096, 7))
    return true
  }
  await expect(agent.pull('team/app:1')).rejects.toMatchObject({
    code: 'DIGEST_MISMATCH',
    message: `filesystem layer verification failed for digest ${layer}`,
  })
  expect(agent.waits).toEqual([])
})

test('accepts no layer of another size than its manifest says, even with the right digest', async () => {
  await using registry = await startTestRegistry()
  await using agent = startEngine(registry)
  const app = await registry.publish('team/app:1', ['a:4096'])
  const type = 'application/vnd.oci.image.manifest.v1+json'
  const honest = await fetch(`${registry.registry.url}/v2/team/app/manifests/${app.manifest}`)
  const lie = (await honest.text()).replace('4096', '8192')
  registry.intercept = ({ method, path }, response) => {
    if (!path.includes('/manifests/')) return false
    const digest = `sha256:${createHash('sha256').update(lie).digest('hex')}`
    response.writeHead(200, { 'content-type': type, 'docker-content-digest': digest })
    response.end(method === 'HEAD' ? undefined : lie)
    return true
  }
  await expect(agent.pull('team/app:1')).rejects.toMatchObject({ code: 'TRUNCATED' })
})

test('stops reading a layer that is longer than its manifest says', async () => {
  await using registry = await startTestRegistry()
  await using agent = startEngine(registry)
  const app = await registry.publish('team/app:1', ['a:4096'])
  registry.intercept = ({ path }, response) => {
    if (!path.endsWith(app.layers[0] as string)) return false
    const send = () => response.write(Buffer.alloc(65_536), () => !response.destroyed && setImmediate(send))
    response.writeHead(200)
    send()
    return true
  }
  await expect(agent.pull('team/app:1')).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' })
})

test('gives a layer that always breaks five attempts, each later than the one before', async () => {
  await using registry = await startTestRegistry()
  await using agent = startEngine(registry)
  const app = await registry.publish('team/app:1', ['a:4096'])
  registry.intercept = ({ path }, response) =>
    path.endsWith(app.layers[0] as string) && cut(response, Buffer.alloc(0), 4_096)
  await expect(agent.pull('team/app:1')).rejects.toMatchObject({ code: 'TRUNCATED', message: 'unexpected EOF' })
  expect(agent.waits).toEqual([5_000, 10_000, 15_000, 20_000])
  expect(blobs(registry, app.layers[0])).toHaveLength(5)
})

test('tries a configuration five times within four seconds', async () => {
  await using registry = await startTestRegistry()
  await using agent = startEngine(registry)
  const app = await registry.publish('team/app:1', ['a'])
  registry.intercept = ({ path }, response) => path.endsWith(app.config) && answerError(response, 500, 'UNKNOWN', 'oh')
  await expect(agent.pull('team/app:1')).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    status: 500,
    message:
      'error pulling image configuration: download failed after attempts=6: received unexpected HTTP status: 500 Internal Server Error',
  })
  expect(agent.waits).toEqual([250, 500, 1_000, 2_000])
  expect(blobs(registry, app.config)).toHaveLength(5)
})

const finalAnswers: [string, number, string, string][] = [
  ['TOOMANYREQUESTS', 429, 'slow down', 'toomanyrequests: slow down'],
  ['UNAUTHORIZED', 401, 'no', 'unauthorized: no'],
  ['UNSUPPORTED', 405, 'no', 'unsupported: no'],
  ['NAME_UNKNOWN', 404, 'no', 'unknown blob'],
]
test.each(finalAnswers)('tries no layer again after %s', async (code, status, text, message) => {
  await using registry = await startTestRegistry()
  await using agent = startEngine(registry)
  const app = await registry.publish('team/app:1', ['a'])
  registry.intercept = ({ path }, response) =>
    path.endsWith(app.layers[0] as string) && answerError(response, status, code, text)
  await expect(agent.pull('team/app:1')).rejects.toMatchObject({ message, status })
  expect(agent.waits).toEqual([])
})

test('tries a layer again after an error of the server', async () => {
  await using registry = await startTestRegistry()
  await using agent = startEngine(registry)
  const app = await registry.publish('team/app:1', ['a'])
  const isRefused = ({ path, time }: SeenRequest) => path.endsWith(app.layers[0] as string) && time <= 2
  registry.intercept = (request, response) => isRefused(request) && answerError(response, 503, 'UNAVAILABLE', 'oh')
  expect(await agent.pull('team/app:1')).toMatchObject({ outcome: 'downloaded' })
  expect(agent.waits).toEqual([5_000])
})

test('reports the bytes of layers as they arrive', async () => {
  await using registry = await startTestRegistry()
  let bytes = 0
  const onBytes = (count: number) => {
    bytes += count
  }
  await using agent = startEngine(registry, { onBytes })
  await registry.publish('team/app:1', ['a:300032', 'b:20480'])
  const { sizeBytes } = await agent.pull('team/app:1')
  expect(bytes).toBe(sizeBytes)
})

test('unpacks layers from below, each as long as its size takes, and holds no slot for it', async () => {
  await using registry = await startTestRegistry()
  const unpacked = gate()
  const waits: number[] = []
  await using agent = startEngine(registry, {
    unpackBytesPerSecond: 1_000_000,
    delay: async (durationMs) => {
      waits.push(durationMs)
      await unpacked.opened
    },
  })
  const sizes = [10_240, 2_048, 4_096, 5_120, 8_192]
  const { layers } = await registry.publish(
    'team/app:1',
    sizes.map((size, index) => `layer-${index}:${size}`),
  )
  const lowest = gate()
  registry.intercept = async ({ path }) => {
    if (path.endsWith(layers[0] as string)) await lowest.opened
    return false
  }
  const pull = agent.pull('team/app:1')
  await expect.poll(() => blobs(registry).filter(({ status }) => status === 200)).toHaveLength(5)
  expect(waits).toEqual([])
  lowest.open()
  await expect.poll(() => waits).toEqual([10.24])
  expect(blobs(registry)).toHaveLength(6)
  unpacked.open()
  expect(await pull).toMatchObject({ outcome: 'downloaded' })
  expect(waits).toEqual([10.24, 2.048, 4.096, 5.12, 8.192])
})

test('ends a pull that is dropped while it unpacks', async () => {
  await using registry = await startTestRegistry()
  const waiting: AbortSignal[] = []
  await using agent = startEngine(registry, {
    unpackBytesPerSecond: 1,
    delay: (_durationMs, signal) =>
      new Promise((_resolve, reject) => {
        waiting.push(signal)
        signal.addEventListener('abort', () => reject(signal.reason))
      }),
  })
  await registry.publish('team/app:1', ['a', 'b'])
  const controller = new AbortController()
  const pull = agent.pull('team/app:1', { signal: controller.signal })
  await expect.poll(() => waiting).toHaveLength(1)
  controller.abort(new Error('the agent stopped'))
  await expect(pull).rejects.toThrow('the agent stopped')
  expect(waiting.map(({ aborted }) => aborted)).toEqual([true])
})
