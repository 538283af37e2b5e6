import { expect, test } from 'vitest'
import type { RefusableRequest } from '../../simulator/checks/retry-ledger.ts'
import { DemandRecorder } from '../../simulator/report/demand.ts'

const groups = ['lab', 'lab', 'office']
const recorder = () => new DemandRecorder((agent) => groups[agent] ?? null)
const head: RefusableRequest = {
  ...{ class: 'version-check', status: 200, startedAtMs: 0, atMs: 1, agent: 0, source: '192.0.2.1' },
  ...{ method: 'HEAD', repository: 'kasmweb/chrome', reference: '1.0' },
}
const at = (atMs: number, more: Partial<RefusableRequest> = {}) => ({
  ...head,
  startedAtMs: atMs,
  atMs: atMs + 1,
  ...more,
})
const get = { class: 'manifest', method: 'GET', reference: 'sha256:a' } as const

test('counts what requests were for, in total and for each group, those of strangers last', () => {
  const demand = recorder()
  demand.add(at(0, { class: 'token', repository: null, reference: null }), 1)
  demand.add(at(10), 1)
  demand.add(at(20, get), 1)
  demand.add(at(30, { class: 'blob', reference: 'sha256:layer' }), 1)
  demand.add(at(40, { agent: 2 }), 1)
  demand.add(at(50, { agent: null, ...get }), 1)
  const { byGroup, ...total } = demand.result()
  expect(total).toMatchObject({
    ...{ requests: 6, versionChecks: 1, pullsByTag: 1, pullsByDigest: 1, amplification: 2 },
    ...{ manifestHeads: 2, manifestGets: 2, tokenRequests: 1, retries: 0 },
  })
  expect(byGroup.map(({ group, requests, amplification }) => [group, requests, amplification])).toEqual([
    ['lab', 4, 4],
    ['office', 1, 1],
    [null, 1, 1],
  ])
})

test('version checks that are told together count each for one', () => {
  const demand = recorder()
  demand.add(at(0, { class: 'ping', repository: null, reference: null, agent: 2 }), 8)
  demand.add(at(0, { repository: null, reference: null, agent: 2 }), 8)
  expect(demand.result()).toMatchObject({ requests: 16, versionChecks: 8, amplification: 2 })
})

test('says how many came again too soon, who most of all, and how many in step', () => {
  const demand = recorder()
  const refused = { status: 429, retryAfterMs: 60_000 }
  for (const agent of [0, 1, 2]) demand.add(at(0, { agent, ...refused }), 1)
  for (const agent of [0, 1, 2]) demand.add(at(30_000 + agent * 40, { agent, ...refused }), 1)
  demand.add(at(45_000, { agent: 1 }), 1)
  demand.add(at(99_000, { agent: 0 }), 1)
  expect(demand.result()).toMatchObject({
    ...{ retries: 5, retriesTold: 5, retriesEarly: 4, retriesAtOnce: 3 },
    earliestCaller: { agent: 1, source: '192.0.2.1', retriesEarly: 2 },
  })
})

test('of nothing there is no amplification', () => {
  expect(recorder().result()).toMatchObject({ requests: 0, amplification: null, byGroup: [], earliestCaller: null })
})
