// Faults of the fake's own API: who is hit, by what, how long; over a real socket where the connection itself suffers.
import { expect, onTestFinished, test } from 'vitest'
import type { FaultSource } from '../../server/api/control/faults.ts'
import { createApiFaults, type FaultCall } from '../../server/control/api-faults.ts'
import { checkFaultSource } from '../../server/control/checks.ts'
import type { FaultDecision } from '../../server/faults/fault.ts'
import { startWebApp } from '../../server/main.ts'
import { startControlled } from './control-support.ts'
import { chrome } from './support.ts'

test('answers a status in place of an operation for as long as the fault lasts on the clock of the fake', async () => {
  const { post, get, developer } = startControlled()
  const fault = {
    kind: 'status',
    status: 429,
    headers: { 'retry-after': '7' },
    body: { error_message: 'slow down' },
    for: '5m',
  }
  expect((await post('/faults', fault)).body).toMatchObject({
    name: 'fault-1',
    until: '2026-01-01T00:05:00.000Z',
    hits: 0,
  })
  expect(await developer('create_image', { target_image: { name: 'a:1' } })).toMatchObject({
    status: 429,
    body: { error_message: 'slow down' },
  })
  expect((await get('/faults')).body.faults).toMatchObject([{ hits: 1, rule: { kind: 'status', status: 429 } }])
  await post('/clock', { advance: '5m' })
  expect((await developer('get_images')).body.images).toHaveLength(1)
  expect((await get('/faults')).body.faults).toEqual([])
})

test('carries an operation out all the same where only its answer is to be lost', async () => {
  const { post, developer, imageNames } = startControlled()
  await post('/faults', { kind: 'internal-error', operationDone: true, times: 1 })
  expect(await developer('create_image', { target_image: { name: 'a:1' } })).toMatchObject({
    status: 500,
    text: '<H1>Internal Error</H1>',
  })
  expect(await imageNames()).toEqual([chrome, 'a:1'])
  await post('/faults', { kind: 'status', status: 504, operationDone: true, times: 1 })
  expect((await developer('create_image', { target_image: { name: 'b:1' } })).status).toBe(504)
  expect(await imageNames()).toContain('b:1')
})

test('hits unauthenticated callers, agents and the health check as well', async () => {
  const { post, app, heartbeat } = startControlled()
  await post('/faults', { kind: 'internal-error' })
  expect(await heartbeat()).toBe(500)
  expect((await app.inject('/api/__healthcheck')).statusCode).toBe(500)
  expect((await app.inject({ method: 'POST', url: '/api/public/get_images', payload: {} })).statusCode).toBe(500)
  expect((await app.inject('/openapi.json')).statusCode).toBe(200)
})

test('ends faults by name, or all of them; the first that was injected comes first', async () => {
  const { post, delete: remove, developer } = startControlled()
  await post('/faults', { name: 'one', kind: 'status', status: 501 })
  await post('/faults', { name: 'two', kind: 'status', status: 502 })
  const status = async () => (await developer('get_images')).status
  expect(await status()).toBe(501)
  expect((await remove('/faults/one')).status).toBe(204)
  expect((await remove('/faults/one')).status).toBe(404)
  expect(await status()).toBe(502)
  expect((await remove('/faults')).status).toBe(204)
  expect(await status()).toBe(200)
})

const call: FaultCall = {
  operation: 'get_images',
  path: '/api/public/get_images',
  caller: 'me',
  agent: null,
  source: '127.0.0.1',
}
const heartbeat: FaultCall = {
  operation: 'heartbeat',
  path: '/manager_api/api/v1/heartbeat',
  caller: null,
  agent: { serverId: '0b3c5d7e-91a2-4b6c-8d0e-f1a2b3c4d5e6', hostname: 'agent-1' },
  source: '10.0.0.1',
}

function faultsOf(source: object) {
  const { faults, control } = createApiFaults({ nowMs: () => 0, check: checkFaultSource })
  control.inject(source as FaultSource)
  return faults
}

function isHit(scope: object, subject: FaultCall): boolean {
  return faultsOf({ kind: 'internal-error', scope }).decide(subject, 0) !== null
}

test.for([
  [{ operations: ['get_images'] }, true, false],
  [{ prefixes: ['/manager_api/'] }, false, true],
  [{ callers: ['me'] }, true, false],
  [{ agents: ['agent-1'] }, false, true],
  [{ agents: ['0B3C5D7E91A24B6C8D0EF1A2B3C4D5E6'] }, false, true],
  [{ sources: ['10.0.0.1'] }, false, true],
  [{ operations: ['heartbeat', 'get_images'], callers: ['someone'] }, false, false],
  [{}, true, true],
] as const)('concerns %o', ([scope, ofCall, ofHeartbeat]) => {
  expect([isHit(scope, call), isHit(scope, heartbeat)]).toEqual([ofCall, ofHeartbeat])
})

function hits(source: object, subjects: FaultCall[]): boolean[] {
  const faults = faultsOf({ kind: 'internal-error', name: 'f', ...source })
  return subjects.map((subject) => faults.decide(subject, 0) !== null)
}

test('spares the first calls of each caller, and is over after its last hit', () => {
  expect(hits({ succeedFirst: 2 }, [call, heartbeat, call, call, heartbeat])).toEqual([
    false,
    false,
    false,
    true,
    false,
  ])
  expect(hits({ times: 2 }, [call, call, call])).toEqual([true, true, false])
})

test('hits a share of the calls: the same for the same seed, whatever others call', () => {
  const calls = Array.from({ length: 400 }, () => call)
  const alone = hits({ probability: 0.25 }, calls)
  expect(alone.filter(Boolean).length).toBeGreaterThan(60)
  expect(alone.filter(Boolean).length).toBeLessThan(140)
  const mixed = hits(
    { probability: 0.25 },
    calls.flatMap((own) => [heartbeat, own]),
  ).filter((_, index) => index % 2 === 1)
  expect(mixed).toEqual(alone)
  expect(hits({ probability: 0.25, seed: 2 }, calls)).not.toEqual(alone)
})

function delayOf(decision: FaultDecision | null): number {
  return decision?.effect.kind === 'latency' ? decision.effect.delayMs : Number.NaN
}

test('draws latencies within their bounds and refuses bounds that cross', () => {
  const delay = { distribution: 'uniform', low: '1s', high: '2s' } as const
  const faults = faultsOf({ kind: 'latency', delay })
  const delays = Array.from({ length: 50 }, () => delayOf(faults.decide(call, 0)))
  expect(Math.min(...delays)).toBeGreaterThanOrEqual(1_000)
  expect(Math.max(...delays)).toBeLessThanOrEqual(2_000)
  expect(new Set(delays).size).toBeGreaterThan(10)
  const crossed = { kind: 'latency', delay: { ...delay, high: '1ms' } } as const
  expect(() => faultsOf(crossed)).toThrow('delay.high must not be less than low, 1s')
})

test.for([
  [{ kind: 'explosion' }, 'kind'],
  [{ kind: 'status' }, 'status'],
  [{ kind: 'status', status: 503, probability: 2 }, 'probability'],
  [{ kind: 'internal-error', for: 'ever' }, 'for'],
  [{ kind: 'internal-error', scope: { operation: 'x' } }, 'operation'],
] as const)('refuses %o', async ([fault, field]) => {
  const { post, get } = startControlled()
  const { status, body } = await post('/faults', fault)
  expect(status).toBe(400)
  expect(body.error.message).toContain(field)
  expect((await get('/faults')).body.faults).toEqual([])
})

async function startListening() {
  const webApp = await startWebApp({ images: [{ name: chrome }] })
  onTestFinished(() => webApp.close())
  const send = (path: string, body: object) =>
    fetch(webApp.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  const getImages = () =>
    send('/api/public/get_images', { api_key: webApp.apiKey, api_key_secret: webApp.apiKeySecret })
  const journal = async () => (await (await fetch(`${webApp.url}/__sim__/journal`)).json()) as { entries: object[] }
  return { inject: (fault: object) => send('/__sim__/faults', fault), getImages, journal }
}

test('drops the connection without an answer, and journals that', async () => {
  const { inject, getImages, journal } = await startListening()
  await inject({ name: 'cut', kind: 'connection-drop', times: 1 })
  await expect(getImages()).rejects.toThrow('fetch failed')
  expect((await journal()).entries).toMatchObject([{ operation: 'get_images', status: 0, fault: 'cut' }])
  expect((await getImages()).status).toBe(200)
})

test('holds an answer back, and lets it out in small pieces', async () => {
  const { inject, getImages } = await startListening()
  const whole = await (await getImages()).text()
  await inject({ kind: 'latency', delay: '30ms', times: 1 })
  const beforeMs = performance.now()
  expect(await (await getImages()).text()).toBe(whole)
  expect(performance.now() - beforeMs).toBeGreaterThan(25)
  await inject({ kind: 'slow-body', rate: '20kB/s', times: 1 })
  const slow = await getImages()
  expect(slow.headers.get('content-length')).toBe(String(whole.length))
  expect(await slow.text()).toBe(whole)
})

test('ends an answer in the middle of its JSON with a length that is true', async () => {
  const { inject, getImages } = await startListening()
  await inject({ kind: 'malformed-json', times: 1 })
  const text = await (await getImages()).text()
  expect(text.startsWith('{"images":[')).toBe(true)
  expect(() => JSON.parse(text)).toThrow()
})

test('refuses a fault for an operation that there is not: it would never hit', async () => {
  const { post, get } = startControlled()
  const scoped = (operation: string) => post('/faults', { kind: 'internal-error', scope: { operations: [operation] } })
  expect(await scoped('get_imagez')).toMatchObject({
    status: 400,
    body: { error: { code: 'CONTROL_INVALID', message: expect.stringContaining('did you mean "get_images"?') } },
  })
  expect((await get('/faults')).body.faults).toEqual([])
  for (const known of ['get_images', 'stop_kasm', 'heartbeat']) expect((await scoped(known)).status).toBe(200)
})
