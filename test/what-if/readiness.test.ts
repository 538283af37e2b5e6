import { expect, test } from 'vitest'
import { Readiness } from '../../simulator/what-if/readiness.ts'
import { at } from '../checks/run-events.ts'

function readinessOf(agents: number, events: ReturnType<typeof at>[]): Readiness {
  const readiness = new Readiness(agents)
  const { sink, kinds } = readiness.subscription
  for (const event of events) if (kinds.has(event.kind)) sink(event)
  return readiness
}

test('counts agents that were never ready as slower than all others', () => {
  const readiness = readinessOf(4, [
    ...[0, 1, 2, 3].map((agent) => at(agent * 10, 'agent-started', { agent })),
    at(100, 'agent-ready', { agent: 0 }),
    at(200, 'agent-ready', { agent: 1 }),
    at(999, 'run-ended', { reason: 'end-reached' }),
  ])
  expect(readiness.readyAgents).toBe(2)
  expect(readiness.quantileMs(0.5)).toBe(190)
  expect(readiness.quantileMs(0.95)).toBeNull()
  expect(readiness.quantileMs(1)).toBeNull()
  expect(readiness.allReadyAtMs).toBeNull()
})

test('times the first readiness of each agent from its first start', () => {
  const readiness = readinessOf(2, [
    at(0, 'agent-started', { agent: 0 }),
    at(50, 'agent-started', { agent: 1 }),
    at(150, 'agent-ready', { agent: 1 }),
    at(300, 'agent-ready', { agent: 0 }),
    at(400, 'agent-stopped', { agent: 0 }),
    at(500, 'agent-started', { agent: 0, restart: true }),
    at(700, 'agent-ready', { agent: 0 }),
  ])
  expect(readiness.quantileMs(0.5)).toBe(100)
  expect(readiness.quantileMs(1)).toBe(300)
  expect(readiness.allReadyAtMs).toBe(300)
})

test('adds up how long agents lacked something after that, to the end of the run', () => {
  const readiness = readinessOf(2, [
    ...[0, 1].map((agent) => at(0, 'agent-started', { agent })),
    at(10, 'pull-queued', { agent: 0, reason: 'missing' }),
    ...[0, 1].map((agent) => at(100, 'agent-ready', { agent })),
    at(200, 'pull-queued', { agent: 0, reason: 'refresh' }),
    at(300, 'pull-queued', { agent: 0, reason: 'missing' }),
    at(310, 'pull-queued', { agent: 0, reason: 'missing' }),
    at(400, 'agent-ready', { agent: 0 }),
    at(700, 'agent-stopped', { agent: 1 }),
    at(1_000, 'run-ended', { reason: 'end-reached' }),
  ])
  expect(readiness.missingMs).toBe((100 + 300) / 2)
  expect(readinessOf(1, []).missingMs).toBeNull()
})
