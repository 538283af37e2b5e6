// What the registry holds back: exactly, on a clock that the waits themselves move, and over real sockets.
import { EventEmitter, once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { connect } from 'node:net'
import fc from 'fast-check'
import { expect } from 'vitest'
import { createClock, createManualClock } from '../../server/kernel/clock.ts'
import { createWait } from '../../simulator/driver/wait.ts'
import { SharedLink } from '../../simulator/network/shared-link.ts'
import { goneSignalOf } from '../../simulator/registry/http/exchange.ts'
import { type Shape, Shaper } from '../../simulator/registry/http/shaping.ts'
import type { EmbeddedRegistry } from '../../simulator/registry/registry.ts'
import { send, sha256, test } from './registry-client.ts'

const noWay = { roundTripMs: 0, serverLatencyMs: 0 }
const unlimited = { uplinkBytesPerSecond: null, connectionBytesPerSecond: null, downlinkBytesPerSecond: () => null }

/** Time that moves from wait to wait. */
class StepTime {
  readonly clock = createManualClock(1_000)
  readonly #waits = new Set<{ atMs: number; resolve: () => void }>()

  readonly delay: Shape['delay'] = (durationMs, signal) =>
    new Promise((resolve, reject) => {
      const wait = { atMs: this.clock.nowMs() + durationMs, resolve }
      this.#waits.add(wait)
      signal.addEventListener('abort', () => {
        this.#waits.delete(wait)
        reject(signal.reason)
      })
    })

  get waits(): number {
    return this.#waits.size
  }

  /** Goes on until nobody waits any more. */
  async run(): Promise<void> {
    for (;;) {
      await new Promise(setImmediate)
      const [next] = [...this.#waits].sort((one, other) => one.atMs - other.atMs)
      if (next === undefined) return
      this.#waits.delete(next)
      this.clock.advance(Math.max(0, next.atMs - this.clock.nowMs()))
      next.resolve()
    }
  }
}

interface Download {
  agent: number | null
  sizeBytes: number
  startMs?: number
  /** Leaves before the end. */
  leaveMs?: number
}

/** When each body has all its bytes, in milliseconds from the start; null for those whose callers left. */
async function endsOf(shape: Partial<Shape>, downloads: Download[]) {
  const time = new StepTime()
  const shaper = new Shaper({ ...unlimited, ...noWay, delay: time.delay, ...shape }, time.clock)
  const never = new AbortController().signal
  const ends = Promise.all(
    downloads.map(async ({ agent, sizeBytes, startMs = 0, leaveMs }) => {
      if (startMs > 0) await time.delay(startMs, never)
      const response = new EventEmitter()
      const answer = shaper.answer(agent, response as ServerResponse, goneSignalOf(response as ServerResponse))
      let left = false
      if (leaveMs !== undefined) {
        void time.delay(leaveMs - startMs, never).then(() => {
          left = true
          response.emit('close')
        })
      }
      let receivedBytes = 0
      for await (const part of answer.pace([Buffer.alloc(sizeBytes)], sizeBytes)) {
        if (left) return null
        receivedBytes += part.length
      }
      expect(receivedBytes).toBe(sizeBytes)
      return time.clock.nowMs() - 1_000
    }),
  )
  await time.run()
  expect(time.waits).toBe(0)
  return (await ends).map((atMs) => (atMs === null ? null : Math.round(atMs * 1_000) / 1_000))
}

test('lets a body out at the rate of the uplink', async () => {
  expect(await endsOf({ uplinkBytesPerSecond: 10e6 }, [{ agent: 0, sizeBytes: 1e6 }])).toEqual([100])
})

test('shares the uplink evenly, and gives what one leaves to the other', async () => {
  const downloads = [
    { agent: 0, sizeBytes: 1e6 },
    { agent: 1, sizeBytes: 2e6 },
  ]
  expect(await endsOf({ uplinkBytesPerSecond: 10e6 }, downloads)).toEqual([200, 300])
})

test('holds every body to the ceiling of a connection', async () => {
  const shape = { uplinkBytesPerSecond: 10e6, connectionBytesPerSecond: 4e6 }
  const body = { agent: 0, sizeBytes: 1e6 }
  expect(await endsOf(shape, [body, body])).toEqual([250, 250])
  expect(await endsOf(shape, [body, body, body, body])).toEqual([400, 400, 400, 400])
})

test('holds the bodies of one agent together to its downlink, and nobody else', async () => {
  const shape = { uplinkBytesPerSecond: 10e6, downlinkBytesPerSecond: (agent: number) => (agent === 0 ? 3e6 : null) }
  const layer = { agent: 0, sizeBytes: 1e6 }
  const downloads = [layer, layer, layer, { agent: 1, sizeBytes: 7e6 }, { agent: null, sizeBytes: 14e6 }]
  expect(await endsOf(shape, downloads.slice(0, 4))).toEqual([1_000, 1_000, 1_000, 1_000])
  expect(await endsOf(shape, [layer, layer, layer, { agent: null, sizeBytes: 7e6 }])).toEqual([
    1_000, 1_000, 1_000, 1_000,
  ])
})

test('gives the share of a caller that leaves to those that stay', async () => {
  const downloads = [
    { agent: 0, sizeBytes: 2e6 },
    { agent: 1, sizeBytes: 5e6, leaveMs: 100 },
  ]
  expect(await endsOf({ uplinkBytesPerSecond: 10e6 }, downloads)).toEqual([250, null])
})

test('holds nothing back where there is no limit', async () => {
  const shape = { downlinkBytesPerSecond: (agent: number) => (agent === 0 ? 1e6 : null) }
  const downloads = [0, 1, null].map((agent) => ({ agent, sizeBytes: 1e6 }))
  expect(await endsOf(shape, downloads)).toEqual([1_000, 0, 0])
})

test('makes no piece before it may go out', async () => {
  const time = new StepTime()
  const shape = { ...unlimited, uplinkBytesPerSecond: 1e6, ...noWay, delay: time.delay }
  const answer = new Shaper(shape, time.clock).answer(
    null,
    new EventEmitter() as ServerResponse,
    new AbortController().signal,
  )
  let made = 0
  function* pieces() {
    for (; made < 10; made += 1) yield Buffer.alloc(100_000)
  }
  const parts: { atMs: number; bytes: number; made: number }[] = []
  const read = async () => {
    let bytes = 0
    for await (const part of answer.pace(pieces(), 1e6)) {
      bytes += part.length
      parts.push({ atMs: time.clock.nowMs() - 1_000, bytes, made })
    }
  }
  await Promise.all([read(), time.run()])
  expect(parts.length).toBeGreaterThan(50)
  for (const { atMs, bytes, made: pieceCount } of parts) {
    expect(bytes).toBeLessThanOrEqual(Math.ceil(atMs * 1_000))
    expect(pieceCount).toBe(Math.floor((bytes - 1) / 100_000))
  }
})

test('ends every body when virtual time does', async () => {
  const download = fc.record({
    agent: fc.nat(2),
    sizeBytes: fc.integer({ min: 1, max: 300_000 }),
    startMs: fc.nat(200),
  })
  const limit = fc.option(fc.integer({ min: 100_000, max: 5_000_000 }))
  const rates = fc.record({ uplink: limit, connection: limit, downlinks: fc.tuple(limit, limit, limit) })
  await fc.assert(
    fc.asyncProperty(fc.array(download, { minLength: 1, maxLength: 8 }), rates, async (downloads, limits) => {
      const { uplink, connection, downlinks } = limits
      const shape = {
        uplinkBytesPerSecond: uplink,
        connectionBytesPerSecond: connection,
        downlinkBytesPerSecond: (agent: number) => downlinks[agent] ?? null,
      }
      const ends = await endsOf(shape, downloads)
      const expected = modelledEnds(limits, downloads)
      for (const [index, atMs] of ends.entries()) expect(atMs).toBeCloseTo(expected[index] as number, 1)
    }),
    { numRuns: 50 },
  )
})

function modelledEnds(
  limits: { uplink: number | null; connection: number | null; downlinks: (number | null)[] },
  downloads: { agent: number; sizeBytes: number; startMs: number }[],
): number[] {
  const perMs = (rate: number | null) => (rate === null ? Number.POSITIVE_INFINITY : rate / 1_000)
  const link = new SharedLink({
    uplinkBytesPerMs: perMs(limits.uplink),
    connectionBytesPerMs: perMs(limits.connection),
    downlinkBytesPerMs: limits.downlinks.map(perMs),
  })
  const ends: number[] = []
  const drain = (untilMs: number) => {
    while (link.nextEndMs <= untilMs && link.nextEndMs < Number.POSITIVE_INFINITY) {
      const atMs = link.nextEndMs
      for (const id of link.takeEnded(atMs)) ends[id] = atMs
    }
  }
  const inOrder = downloads
    .map((download, id) => ({ id, ...download }))
    .sort((one, other) => one.startMs - other.startMs)
  for (const { id, agent, sizeBytes, startMs } of inOrder) {
    drain(startMs)
    link.open({ id, agent, sizeBytes }, startMs)
  }
  drain(Number.POSITIVE_INFINITY)
  return ends
}

const speed = 10
const layer = { name: 'a', sizeBytes: 256_000 }
const image = { repository: 'team/app', tag: '1', seed: 1, layers: [layer] }

/** A registry whose layers take a second of the run at its full rate, and where its only layer is. */
async function startShaped(start: (options: object) => Promise<EmbeddedRegistry>, shape: Partial<Shape>) {
  const clock = createClock({ speed })
  const registry = await start({
    clock,
    shape: { ...unlimited, ...noWay, delay: createWait(speed), ...shape },
    trustSimulationHeaders: true,
  })
  const { digest } = await registry.publish(image)
  const index = await send(registry, `/v2/team/app/manifests/${digest}`)
  const [platform] = (index.json as { manifests: { digest: string }[] }).manifests
  const manifest = await send(registry, `/v2/team/app/manifests/${platform?.digest}`)
  const path = `/v2/team/app/blobs/${(manifest.json as { layers: { digest: string }[] }).layers[0]?.digest}`
  const timeOf = async (act: () => Promise<unknown>) => {
    const startMs = clock.nowMs()
    await act()
    return clock.nowMs() - startMs
  }
  return { registry, path, clock, timeOf }
}

test('shares the uplink between real connections, whole and byte for byte', async ({ start }) => {
  const { registry, path, timeOf } = await startShaped(start, { uplinkBytesPerSecond: layer.sizeBytes })
  const digest = path.split('/').at(-1)
  const download = async () => expect(sha256((await send(registry, path)).body)).toBe(digest)
  const aloneMs = await timeOf(download)
  const togetherMs = await timeOf(() => Promise.all([download(), download(), download()]))
  expect(aloneMs).toBeGreaterThan(950)
  expect(togetherMs).toBeGreaterThan(2_950)
  const range = await send(registry, path, { headers: { range: 'bytes=0-9' } })
  expect(range).toMatchObject({ status: 206, body: { length: 10 } })
})

test('holds back the agent that the header of a run names', async ({ start }) => {
  const downlinkBytesPerSecond = (agent: number) => (agent === 3 ? layer.sizeBytes / 2 : null)
  const { registry, path, timeOf } = await startShaped(start, { downlinkBytesPerSecond })
  const download = (agent: string) => send(registry, path, { headers: { 'x-kasm-sim-agent': agent } })
  expect(await timeOf(() => download('3'))).toBeGreaterThan(1_950)
  expect((await download('4')).status).toBe(200)
})

test('begins every answer late, and asks the policy of nobody who left before', async ({ start }) => {
  const clock = createClock({ speed })
  const shape = { ...unlimited, roundTripMs: 400, serverLatencyMs: 100, delay: createWait(speed) }
  const registry = await start({ profile: 'docker-hub-anonymous', clock, shape })
  await registry.publish(image)
  const startMs = clock.nowMs()
  const { json } = await send(registry, '/token?scope=repository:team/app:pull')
  expect(clock.nowMs() - startMs).toBeGreaterThan(480)
  const headers = { authorization: `Bearer ${(json as { token: string }).token}` }
  for (const _pull of [1, 2, 3]) await leaveEarly(registry, '/v2/team/app/manifests/1', headers)
  await expect.poll(() => registry.journal.records().map(({ status }) => status)).toEqual([200])
  const answer = await send(registry, '/v2/team/app/manifests/1', { headers })
  expect(answer).toMatchObject({ status: 200, headers: { 'ratelimit-remaining': '100;w=21600' } })
})

/** Asks and hangs up. */
async function leaveEarly({ url }: EmbeddedRegistry, path: string, headers: Record<string, string>): Promise<void> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(`GET ${path} HTTP/1.1\r\nhost: x\r\n${lines.join('')}\r\n`)
  await once(socket.resume(), 'close')
}
