// How fast sessions come and go on a large fleet, each step beside the same on a fleet of ten agents: neither the number of agents nor
// that of sessions should be felt.
import type { OperationName } from '../server/api/operation-names.ts'
import { createKasmModel, type KasmModel } from '../server/model/model.ts'
import type { Row } from './rows.ts'

const image = 'kasmweb/chrome:1.16.1'
const fleets = { small: 10, large: 10_000 }
const sessionsPerAgent = 4
const sessionsMax = 10_000

type Rates = Record<'request' | 'status' | 'end', number>

/** Sessions per second: asked for, watched and ended, one after the other, until a fleet is full or there are 10,000. */
export async function benchSessions(): Promise<Row[]> {
  const small = measure(fleets.small)
  const large = measure(fleets.large)
  return (Object.keys(large) as (keyof Rates)[]).map((step) => ({
    name: `${step}, ${fleets.large.toLocaleString('en-US')} agents, ${sessionsMax.toLocaleString('en-US')} sessions`,
    value: large[step],
    unit: '/s',
    peers: { [`${fleets.small} agents`]: small[step] },
  }))
}

function measure(agents: number): Rates {
  const model = createKasmModel({ images: [{ name: image }], autoEnableAgents: true })
  for (let number = 0; number < agents; number += 1) checkIn(model, number)
  const image_id = model.areas.images.list()[0]?.image_id
  const count = Math.min(sessionsMax, agents * sessionsPerAgent)
  const ids: string[] = []
  const request = perSecond(count, () => {
    ids.push((call(model, 'request_kasm', { image_id }) as { kasm_id: string }).kasm_id)
  })
  const status = perSecond(count, (index) => call(model, 'get_kasm_status', { kasm_id: ids[index] }))
  const end = perSecond(count, (index) => call(model, 'destroy_kasm', { kasm_id: ids[index] }))
  return { request, status, end }
}

function checkIn(model: KasmModel, number: number): void {
  call(model, 'heartbeat', {
    server_id: `agent-${number}`,
    hostname: `agent-${number}`,
    cores: 8,
    memory_bytes: 32_000_000_000,
    disk_stats: { total: 1, used: 0, free: 1 },
    docker_images: [{ name: image, digest: `sha256:${'a'.repeat(64)}` }],
  })
}

function call(model: KasmModel, operation: OperationName, body: object): unknown {
  return model.handle({ operation, body, nowMs: 0 } as Parameters<KasmModel['handle']>[0]).body
}

function perSecond(count: number, act: (index: number) => void): number {
  const startMs = performance.now()
  for (let index = 0; index < count; index += 1) act(index)
  return (1_000 * count) / (performance.now() - startMs)
}
