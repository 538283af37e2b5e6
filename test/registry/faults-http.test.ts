// Each fault over a real socket: the bytes that a client sees, what the journal says of them, and what a pull of the `docker`
// persona makes of it.
import { connect } from 'node:net'
import { Agent, request } from 'undici'
import { expect } from 'vitest'
import type { FaultDecision, FaultRule } from '../../server/faults/fault.ts'
import type { Faults } from '../../server/faults/faults.ts'
import { createManualClock } from '../../server/kernel/clock.ts'
import { PullError } from '../../simulator/pull/protocol/outcome.ts'
import {
  createRegistryFaults,
  type Fault,
  type FaultRequest,
  type FaultScope,
} from '../../simulator/registry/faults/registry-fault.ts'
import type { FaultDecider } from '../../simulator/registry/http/strike.ts'
import type { EmbeddedRegistry } from '../../simulator/registry/registry.ts'
import { startEngine } from '../pull/support.ts'
import { test as base, errorCodesOf, pushBlob, send, sha256 } from './registry-client.ts'

const image = { repository: 'team/app', tag: '1', seed: 1, layers: [{ name: 'base', sizeBytes: 100_352 }] }
const manifestPath = '/v2/team/app/manifests/1'

function faultOf(rule: FaultRule, scope: Partial<FaultScope> = {}): Fault {
  const everyone = { profile: null, images: null, agents: null, sources: null, classes: null }
  const always = { probability: 1, succeedFirst: 0, times: null, rampMs: 0, fromMs: 0, untilMs: null, seed: null }
  return { name: 'test fault', rule, scope: { ...everyone, ...scope }, ...always }
}

/** Faults that wait on a clock which their waits move. */
class TestFaults implements FaultDecider {
  readonly clock = createManualClock()
  readonly waitsMs: number[] = []
  readonly #faults: Faults<FaultScope, FaultRequest>

  constructor(faults: Fault[]) {
    this.#faults = createRegistryFaults({ seed: 1, profile: 'none', faults })
  }

  decide(asked: FaultRequest): FaultDecision | null {
    return this.#faults.decide(asked, this.nowMs())
  }

  nowMs(): number {
    return this.clock.nowMs()
  }

  readonly delay = async (durationMs: number, signal: AbortSignal) => {
    signal.throwIfAborted()
    this.waitsMs.push(durationMs)
    this.clock.advance(durationMs)
  }
}

const test = base.extend('startFaulty', ({ start }) => async (...all: Fault[]) => {
  const faults = new TestFaults(all)
  const registry = await start({ faults })
  const { digest } = await registry.publish(image)
  return { registry, digest, clock: faults.clock, waitsMs: faults.waitsMs }
})

/** What comes back over a socket, byte for byte, until it ends. */
function rawly({ url }: EmbeddedRegistry, path: string): Promise<string> {
  const { hostname, port } = new URL(url)
  const pieces: Buffer[] = []
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname)
    socket.on('data', (piece) => pieces.push(piece)).on('error', reject)
    socket.on('close', () => resolve(Buffer.concat(pieces).toString('latin1')))
    socket.write(`GET ${path} HTTP/1.1\r\nhost: registry\r\n\r\n`)
  })
}

/** Why a client of undici cannot read an answer. */
async function failureOf({ url }: EmbeddedRegistry, path: string): Promise<string> {
  const dispatcher = new Agent()
  try {
    const answer = await request(url + path, { dispatcher })
    await answer.body.arrayBuffer()
    return 'none'
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error)
  } finally {
    await dispatcher.destroy()
  }
}

/** The digest of the only layer. */
async function layerOf(registry: EmbeddedRegistry): Promise<string> {
  const index = await send(registry, manifestPath)
  const { manifests } = index.json as { manifests: { digest: string }[] }
  const manifest = await send(registry, `/v2/team/app/manifests/${manifests[0]?.digest}`)
  return (manifest.json as { layers: { digest: string }[] }).layers[0]?.digest ?? ''
}

async function pullErrorOf(registry: EmbeddedRegistry) {
  await using engine = startEngine(registry)
  const error = await engine.pull('team/app:1').catch((thrown: unknown) => thrown)
  if (!(error instanceof PullError)) throw new Error(`the pull did not fail as a pull: ${error}`)
  return { code: error.code, message: error.message, waits: engine.waits }
}

const isManifest = ['version-check', 'manifest'] as const

test('a status comes in place of the answer, with its headers and the error of its code', async ({ startFaulty }) => {
  const rule = {
    kind: 'status',
    status: 503,
    headers: { 'retry-after': '7' },
    body: null,
    operationDone: false,
  } as const
  const { registry } = await startFaulty(faultOf(rule, { classes: isManifest }))
  const answer = await send(registry, manifestPath)
  expect(answer.status).toBe(503)
  expect(answer.headers).toMatchObject({ 'retry-after': '7', 'content-type': 'application/json' })
  expect(errorCodesOf(answer)).toEqual(['UNAVAILABLE'])
  expect((await send(registry, '/v2/')).status).toBe(200)
  expect(registry.journal.records().map(({ status, fault }) => ({ status, fault }))).toEqual([
    { status: 503, fault: 'test fault' },
    { status: 200, fault: undefined },
  ])
  const { code, message } = await pullErrorOf(registry)
  expect({ code, message }).toEqual({
    code: 'UNAVAILABLE',
    message: 'received unexpected HTTP status: 503 Service Unavailable',
  })
})

test('a status may have any body', async ({ startFaulty }) => {
  const rule = {
    kind: 'status',
    status: 502,
    headers: { 'content-type': 'text/html' },
    body: '<h1>Bad</h1>',
    operationDone: false,
  } as const
  const { registry } = await startFaulty(faultOf(rule))
  const answer = await send(registry, '/v2/')
  expect(answer).toMatchObject({ status: 502, text: '<h1>Bad</h1>', headers: { 'content-type': 'text/html' } })
  expect(answer.headers['docker-distribution-api-version']).toBeUndefined()
})

test('a 429 is what the engine calls toomanyrequests', async ({ startFaulty }) => {
  const rule = { kind: 'status', status: 429, headers: {}, body: null, operationDone: false } as const
  const { registry } = await startFaulty(faultOf(rule, { classes: isManifest }))
  expect(await pullErrorOf(registry)).toMatchObject({ code: 'TOOMANYREQUESTS', message: 'toomanyrequests' })
})

test('latency holds the answer back and changes nothing of it', async ({ startFaulty }) => {
  const rule = { kind: 'latency', delay: { distribution: 'constant', delayMs: 1_500 } } as const
  const { registry, waitsMs, digest } = await startFaulty(faultOf(rule))
  const answer = await send(registry, manifestPath)
  expect(answer.status).toBe(200)
  expect(sha256(answer.body)).toBe(digest)
  expect(waitsMs).toEqual([1_500])
  expect(registry.journal.records()).toMatchObject([{ status: 200, fault: 'test fault' }])
  await using engine = startEngine(registry)
  expect(await engine.pull('team/app:1')).toMatchObject({ outcome: 'downloaded', digest })
})

test('who leaves while an answer is held back is not answered, and asks nothing of the policy', async ({ start }) => {
  const plan = createRegistryFaults({
    seed: 1,
    profile: 'none',
    faults: [faultOf({ kind: 'latency', delay: { distribution: 'constant', delayMs: 1_000 } })],
  })
  const held = Promise.withResolvers<void>()
  const registry = await start({
    faults: {
      decide: (asked) => plan.decide(asked, 0),
      nowMs: () => 0,
      delay: (_, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new Error('gone')))
          held.resolve()
        }),
    },
  })
  const { hostname, port } = new URL(registry.url)
  const socket = connect(Number(port), hostname)
  socket.write('GET /v2/ HTTP/1.1\r\nhost: registry\r\n\r\n')
  await held.promise
  socket.destroy()
  await expect.poll(() => registry.journal.records()).toMatchObject([{ status: 0, fault: 'test fault', bytes: 0 }])
})

for (const rule of [{ kind: 'connection-drop', operationDone: false }, { kind: 'outage' }] as const) {
  test(`${rule.kind}: the connection ends without a byte`, async ({ startFaulty }) => {
    const { registry } = await startFaulty(faultOf(rule))
    expect(await rawly(registry, '/v2/')).toBe('')
    expect(await failureOf(registry, manifestPath)).toBe('UND_ERR_SOCKET')
    expect(registry.journal.records()).toMatchObject([
      { status: 0, bytes: 0, fault: 'test fault' },
      { status: 0, bytes: 0, fault: 'test fault' },
    ])
    expect(await pullErrorOf(registry)).toMatchObject({
      code: 'UNAVAILABLE',
      message: 'Get "https://registry-1.docker.io/v2/": EOF',
    })
  })
}

test('a truncated body ends early, though all of it was announced', async ({ startFaulty }) => {
  const fault = faultOf({ kind: 'truncated-body', share: 0.25 }, { classes: ['blob'] })
  const { registry } = await startFaulty(fault)
  const path = `/v2/team/app/blobs/${await layerOf(registry)}`
  const [head = '', body = ''] = (await rawly(registry, path)).split('\r\n\r\n')
  const announced = Number(/content-length: (\d+)/i.exec(head)?.[1])
  expect(announced).toBeGreaterThan(100_000)
  expect((await rawly(registry, path)).length - head.length - 4).toBe(Math.floor(announced / 4))
  expect(body.length).toBeGreaterThan(0)
  expect(await failureOf(registry, path)).toBe('UND_ERR_SOCKET')
  await expect
    .poll(() => registry.journal.records().at(-1))
    .toMatchObject({ status: 200, bytes: Math.floor(announced / 4), fault: 'test fault' })
  const { code, message } = await pullErrorOf(registry)
  expect({ code, message }).toEqual({
    code: 'TRUNCATED',
    message: 'error pulling image configuration: download failed after attempts=6: unexpected EOF',
  })
})

test('a wrong digest is one changed byte, in the length announced', async ({ startFaulty }) => {
  const { registry, digest } = await startFaulty(faultOf({ kind: 'wrong-digest' }, { classes: ['blob'] }))
  expect(sha256((await send(registry, manifestPath)).body)).toBe(digest)
  const layer = await layerOf(registry)
  const twice = [
    await send(registry, `/v2/team/app/blobs/${layer}`),
    await send(registry, `/v2/team/app/blobs/${layer}`),
  ]
  for (const answer of twice) {
    expect(answer.status).toBe(200)
    expect(String(answer.body.length)).toBe(answer.headers['content-length'])
    expect(sha256(answer.body)).not.toBe(layer)
  }
  // What is kept for others stays as it was: one byte differs each time, and the same one.
  expect(twice[0]?.body.equals(twice[1]?.body ?? Buffer.alloc(0))).toBe(true)
  const { code, message, waits } = await pullErrorOf(registry)
  expect({ code, waits }).toEqual({ code: 'DIGEST_MISMATCH', waits: [] })
  expect(message).toContain('image config verification failed for digest sha256:')
})

test('a wrong digest of a manifest is told from its body', async ({ startFaulty }) => {
  const { registry } = await startFaulty(faultOf({ kind: 'wrong-digest' }, { classes: ['manifest'] }))
  const { code, message } = await pullErrorOf(registry)
  expect(code).toBe('DIGEST_MISMATCH')
  expect(message).toMatch(/^manifest verification failed for digest sha256:[0-9a-f]{64}$/)
})

test('a slow body comes at its rate', async ({ startFaulty }) => {
  const { registry, clock, waitsMs } = await startFaulty(faultOf({ kind: 'slow-body', bytesPerSecond: 10_000 }))
  const layer = await layerOf(registry)
  const before = clock.nowMs()
  const answer = await send(registry, `/v2/team/app/blobs/${layer}`)
  expect(sha256(answer.body)).toBe(layer)
  expect(clock.nowMs() - before).toBeCloseTo((answer.body.length / 10_000) * 1_000, 5)
  expect(Math.max(...waitsMs)).toBeLessThan(2_000)
  await using engine = startEngine(registry)
  expect(await engine.pull('team/app:1')).toMatchObject({ outcome: 'downloaded' })
})

test('a malformed header is a line without a colon, at which clients give up', async ({ startFaulty }) => {
  const { registry } = await startFaulty(faultOf({ kind: 'malformed-header' }, { classes: isManifest }))
  expect(await rawly(registry, manifestPath)).toBe(
    'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nratelimit-limit 100;w=21600\r\n\r\n{}',
  )
  expect(await failureOf(registry, manifestPath)).toContain('HTTPParserError')
  expect(registry.journal.records()).toMatchObject([
    { status: 200, fault: 'test fault' },
    { status: 200, fault: 'test fault' },
  ])
  const { code, message } = await pullErrorOf(registry)
  expect(code).toBe('MALFORMED')
  expect(message).toContain('net/http: HTTP/1.x transport connection broken: malformed')
})

test('the connection serves other requests after a status, and a caller elsewhere is left alone', async ({
  startFaulty,
}) => {
  const rule = { kind: 'status', status: 500, headers: {}, body: null, operationDone: false } as const
  const { registry } = await startFaulty(faultOf(rule, { sources: ['192.0.2.7'] }))
  expect((await send(registry, '/v2/')).status).toBe(200)
  const { registry: near } = await startFaulty(
    faultOf(rule, { sources: ['127.0.0.1'], images: [{ repository: 'team/app', tag: '1' }] }),
  )
  expect((await send(near, manifestPath)).status).toBe(500)
  expect((await send(near, '/v2/team/app/manifests/2')).status).toBe(404)
  expect((await send(near, '/v2/team/other/manifests/1')).status).toBe(404)
})

test('malformed-json: a document ends in its middle, and its length says so', async ({ startFaulty }) => {
  const { registry } = await startFaulty(faultOf({ kind: 'malformed-json' }, { classes: ['blob'] }))
  const blob = await pushBlob(registry, 'team/app', '{"some": "document"}')
  const { status, headers, text } = await send(registry, `/v2/team/app/blobs/${blob}`)
  expect([status, headers['content-length'], text]).toEqual([200, '12', '{"some": "do'])
})

test('internal-error: a page in place of the answer, with no header of the registry', async ({ startFaulty }) => {
  const { registry } = await startFaulty(faultOf({ kind: 'internal-error', operationDone: false }))
  const { status, headers, text } = await send(registry, manifestPath)
  const version = headers['docker-distribution-api-version']
  expect([status, headers['content-type'], version]).toEqual([500, 'text/html', undefined])
  expect(text).toContain('500 Internal Server Error')
})

test('operationDone: what is asked for is done, and only its answer is lost', async ({ startFaulty }) => {
  const lost = faultOf({ kind: 'connection-drop', operationDone: true }, { classes: ['push'] })
  const { registry } = await startFaulty({ ...lost, times: 1 })
  const digest = sha256('a layer')
  const upload = { method: 'POST', body: 'a layer' }
  await expect(send(registry, `/v2/team/app/blobs/uploads/?digest=${digest}`, upload)).rejects.toThrow()
  expect((await send(registry, `/v2/team/app/blobs/${digest}`)).text).toBe('a layer')
})
