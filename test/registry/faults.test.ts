// Which faults hit which requests: windows, scopes, strengths, and whose draws are whose.
import { assert, constantFrom, integer, property, record, array as some, tuple, uniqueArray } from 'fast-check'
import { expect, test } from 'vitest'
import {
  createRegistryFaults,
  type Fault,
  type FaultChange,
  type FaultRequest,
  type FaultScope,
} from '../../simulator/registry/faults/registry-fault.ts'

const everyone: FaultScope = { profile: null, images: null, agents: null, sources: null, classes: null }

function faultOf(more: Partial<Fault> = {}): Fault {
  const always = { probability: 1, succeedFirst: 0, times: null, rampMs: 0, fromMs: 0, untilMs: null, seed: null }
  return { name: 'fault', rule: { kind: 'connection-drop', operationDone: false }, scope: everyone, ...always, ...more }
}

function requestOf(more: Partial<FaultRequest> = {}): FaultRequest {
  const image = { repository: 'kasmweb/chrome', reference: '1.16.1' }
  return { class: 'manifest', ...image, agent: 0, source: '192.0.2.1', pull: 'kasmweb/chrome:1.16.1', ...more }
}

function faultsOf(faults: Fault[], onChange?: (change: FaultChange) => void) {
  return createRegistryFaults({ seed: 1, profile: 'ghcr', faults, ...(onChange ? { onChange } : {}) })
}

const moments = some(integer({ min: 0, max: 2_000 }), { minLength: 1, maxLength: 40 }).map((all) =>
  all.sort((one, other) => one - other),
)
const requests = record({
  class: constantFrom('ping', 'version-check', 'manifest', 'blob', 'push'),
  repository: constantFrom('kasmweb/chrome', 'kasmweb/firefox'),
  reference: constantFrom('1.16.1', '1.17.0', 'sha256:1'),
  agent: constantFrom(null, 0, 1, 2, 3),
  source: constantFrom('192.0.2.1', '192.0.2.2'),
} as const)
const scopes = record({
  profile: constantFrom(null, 'ghcr', 'quay'),
  images: constantFrom(
    null,
    [{ repository: 'kasmweb/chrome', tag: null }],
    [{ repository: 'kasmweb/chrome', tag: '1.16.1' }],
  ),
  agents: constantFrom(null, [{ first: 1, last: 2 }], [{ first: 3, last: 3 }]),
  sources: constantFrom(null, ['192.0.2.2']),
  classes: constantFrom(null, ['manifest', 'blob'] as const),
})

/** The same as the rules say, written from docs/faults.md by hand. */
function concerns({ profile, images, agents, sources, classes }: FaultScope, request: FaultRequest): boolean {
  const byDigest = request.reference?.includes(':')
  return (
    (profile === null || profile === 'ghcr') &&
    (images === null ||
      images.some(
        ({ repository, tag }) =>
          repository === request.repository && (tag === null || tag === request.reference || byDigest),
      )) &&
    (agents === null ||
      agents.some(({ first, last }) => request.agent !== null && request.agent >= first && request.agent <= last)) &&
    (sources === null || sources.includes(request.source)) &&
    (classes === null || classes.includes(request.class))
  )
}

test('hits exactly what is in its scope, within its window', () => {
  const life = tuple(integer({ min: 0, max: 1_000 }), integer({ min: 1, max: 1_000 }))
  assert(
    property(scopes, life, moments, some(requests, { minLength: 40, maxLength: 40 }), (scope, life, atMs, asked) => {
      const [fromMs, lastsMs] = life
      const faults = faultsOf([faultOf({ scope, fromMs, untilMs: fromMs + lastsMs })])
      for (const [index, nowMs] of atMs.entries()) {
        const request = asked[index] as FaultRequest
        const expected = concerns(scope, request) && nowMs >= fromMs && nowMs < fromMs + lastsMs
        expect(faults.decide(request, nowMs) !== null).toBe(expected)
      }
    }),
  )
})

test('decides alike for an agent whatever the others do, and however many other faults there are', () => {
  const rule = { kind: 'latency', delay: { distribution: 'lognormal', medianMs: 100, sigma: 1 } } as const
  const flaky = faultOf({ name: 'flaky', probability: 0.5, succeedFirst: 2, rule })
  const other = faultOf({ name: 'other', probability: 0.5, scope: { ...everyone, classes: ['blob'] } })
  assert(
    property(
      integer({ min: 0, max: 1_000 }),
      some(constantFrom(1, 2, 3, null), { maxLength: 60 }),
      uniqueArray(integer({ min: 0, max: 60 }), { minLength: 10, maxLength: 10 }),
      (seed, crowd, places) => {
        const alone = createRegistryFaults({ seed, profile: 'ghcr', faults: [flaky] })
        const expected = places.map(() => alone.decide(requestOf({ agent: 0 }), 0))
        const together = createRegistryFaults({ seed, profile: 'ghcr', faults: [other, flaky] })
        const seen: unknown[] = []
        for (let place = 0; place <= 60; place += 1) {
          const agent = crowd[place]
          if (agent !== undefined) together.decide(requestOf({ agent }), 0)
          if (places.includes(place)) seen.push(together.decide(requestOf({ agent: 0 }), 0))
        }
        expect(seen).toEqual(expected)
      },
    ),
  )
})

test('another seed, another agent and another fault draw otherwise', () => {
  const hits = (seed: number, agent: number, name: string) => {
    const faults = createRegistryFaults({ seed, profile: 'ghcr', faults: [faultOf({ name, probability: 0.5 })] })
    return Array.from({ length: 64 }, () => (faults.decide(requestOf({ agent }), 0) ? 1 : 0)).join('')
  }
  const drawn = [hits(1, 0, 'a'), hits(2, 0, 'a'), hits(1, 1, 'a'), hits(1, 0, 'b')]
  expect(new Set(drawn).size).toBe(4)
  expect(hits(1, 0, 'a')).toBe(drawn[0])
})

test('spares the first requests of each caller', () => {
  const faults = faultsOf([faultOf({ succeedFirst: 2 })])
  const hits = (agent: number) => [1, 2, 3, 4].map(() => faults.decide(requestOf({ agent }), 0) !== null)
  expect(hits(0)).toEqual([false, false, true, true])
  expect(hits(1)).toEqual([false, false, true, true])
})

test('hits about as many requests as its probability says', () => {
  const faults = faultsOf([faultOf({ probability: 0.3 })])
  const hits = Array.from({ length: 10_000 }, () => faults.decide(requestOf(), 0)).filter(Boolean).length
  expect(hits).toBeGreaterThan(2_800)
  expect(hits).toBeLessThan(3_200)
})

test('draws delays from their distributions', () => {
  const draw = (delay: Extract<Fault['rule'], { kind: 'latency' }>['delay']) => {
    const faults = faultsOf([faultOf({ rule: { kind: 'latency', delay } })])
    const delays = Array.from({ length: 4_001 }, () => {
      const effect = faults.decide(requestOf(), 0)?.effect
      return effect?.kind === 'latency' ? effect.delayMs : Number.NaN
    }).sort((one, other) => one - other)
    const mean = delays.reduce((sum, each) => sum + each, 0) / delays.length
    return { least: delays[0] ?? 0, median: delays[2_000] ?? 0, most: delays[4_000] ?? 0, mean }
  }
  expect(draw({ distribution: 'constant', delayMs: 250 })).toEqual({ least: 250, median: 250, most: 250, mean: 250 })
  const uniform = draw({ distribution: 'uniform', lowMs: 100, highMs: 300 })
  expect(uniform.least).toBeGreaterThanOrEqual(100)
  expect(uniform.most).toBeLessThanOrEqual(300)
  expect(Math.abs(uniform.mean - 200)).toBeLessThan(10)
  const exponential = draw({ distribution: 'exponential', meanMs: 1_000 })
  expect(Math.abs(exponential.mean - 1_000)).toBeLessThan(100)
  expect(Math.abs(exponential.median - 693)).toBeLessThan(70)
  const lognormal = draw({ distribution: 'lognormal', medianMs: 1_000, sigma: 0.5 })
  expect(Math.abs(lognormal.median - 1_000)).toBeLessThan(60)
  expect(Math.abs(lognormal.mean - 1_000 * Math.exp(0.125))).toBeLessThan(60)
})

test('grows along its ramp: delays and bodies in time, all else in probability', () => {
  const common = { rampMs: 1_000, fromMs: 1_000 }
  const faults = faultsOf([
    faultOf({
      ...common,
      name: 'late',
      rule: { kind: 'latency', delay: { distribution: 'constant', delayMs: 800 } },
      scope: { ...everyone, classes: ['manifest'] },
    }),
    faultOf({
      ...common,
      name: 'slow',
      rule: { kind: 'slow-body', bytesPerSecond: 1_000 },
      scope: { ...everyone, classes: ['blob'] },
    }),
    faultOf({ ...common, name: 'dropped', scope: { ...everyone, classes: ['ping'] } }),
  ])
  const at = (nowMs: number, requestClass: FaultRequest['class']) =>
    faults.decide(requestOf({ class: requestClass }), nowMs)?.effect ?? null
  expect([at(1_000, 'manifest'), at(1_000, 'blob'), at(1_000, 'ping')]).toEqual([null, null, null])
  expect(at(1_250, 'manifest')).toEqual({ kind: 'latency', delayMs: 200 })
  expect(at(1_250, 'blob')).toEqual({ kind: 'slow-body', bytesPerSecond: 4_000 })
  const dropped = (nowMs: number) => Array.from({ length: 1_000 }, () => at(nowMs, 'ping')).filter(Boolean).length
  expect(Math.abs(dropped(1_500) - 500)).toBeLessThan(60)
  expect(dropped(2_000)).toBe(1_000)
  expect(at(9_000, 'manifest')).toEqual({ kind: 'latency', delayMs: 800 })
})

test('the first of several faults has the request', () => {
  const status = { kind: 'status', status: 503, headers: {}, body: null, operationDone: false } as const
  const faults = faultsOf([
    faultOf({ name: 'blobs', rule: status, scope: { ...everyone, classes: ['blob'] } }),
    faultOf({ name: 'all' }),
  ])
  expect(faults.decide(requestOf({ class: 'blob' }), 0)).toEqual({ fault: 'blobs', effect: status })
  expect(faults.decide(requestOf({ class: 'ping' }), 0)).toEqual({
    fault: 'all',
    effect: { kind: 'connection-drop', operationDone: false },
  })
})

test('faults of the body concern manifests and blobs alone', () => {
  const faults = faultsOf([faultOf({ rule: { kind: 'wrong-digest' } })])
  const hit = (['ping', 'token', 'version-check', 'manifest', 'blob', 'push', 'other'] as const).filter((each) =>
    faults.decide(requestOf({ class: each }), 0),
  )
  expect(hit).toEqual(['manifest', 'blob'])
})

test('tells each start and end once and in order, also those that nobody asked about', () => {
  const told: string[] = []
  const faults = faultsOf(
    [
      faultOf({ name: 'first', fromMs: 100, untilMs: 200 }),
      faultOf({ name: 'second', fromMs: 200, untilMs: 300 }),
      faultOf({ name: 'late', fromMs: 900 }),
      faultOf({ name: 'of quay', scope: { ...everyone, profile: 'quay' } }),
    ],
    ({ kind, fault }) => told.push(`${kind} ${fault.name}`),
  )
  expect(faults.nextChangeMs).toBe(100)
  faults.settle(99)
  expect(told).toEqual([])
  faults.settle(500)
  expect(told).toEqual(['fault-started first', 'fault-ended first', 'fault-started second', 'fault-ended second'])
  expect(faults.nextChangeMs).toBe(900)
  expect(faults.clear('late', 500)).toBe(true)
  expect(faults.clear('late', 500)).toBe(false)
  expect(told).toHaveLength(4)
  expect(faults.nextChangeMs).toBe(Number.POSITIVE_INFINITY)
})

test('an injected fault replaces one of its name, and ends when it is cleared', () => {
  const told: string[] = []
  const faults = faultsOf([faultOf({ name: 'gone' })], ({ kind, fault }) => told.push(`${kind} ${fault.rule.kind}`))
  faults.settle(0)
  faults.inject(faultOf({ name: 'gone', rule: { kind: 'outage' }, fromMs: 10 }), 10)
  expect(faults.decide(requestOf(), 10)?.effect).toEqual({ kind: 'connection-drop', operationDone: false })
  expect(faults.clear('gone', 20)).toBe(true)
  expect(faults.decide(requestOf(), 20)).toBeNull()
  expect(told).toEqual([
    'fault-started connection-drop',
    'fault-ended connection-drop',
    'fault-started outage',
    'fault-ended outage',
  ])
})
