// A restart with a spread: each agent stops at a moment of its own, the same in both kinds of time, and starts after its downtime.
import { expect, test } from 'vitest'
import type { RunEvent } from '../../simulator/events/events.ts'
import { runScenario } from '../../simulator/run/run.ts'
import { compileScenario } from '../../simulator/scenario/compile.ts'
import type { ScenarioSource } from '../../simulator/scenario/schema.ts'

const source: ScenarioSource = {
  name: 'restarts',
  fleet: { agents: 6, startupSpread: '0s' },
  images: [{ name: 'acme/app:1', size: '20kB' }],
  timeline: [{ at: '1m', do: 'restart-agent', agents: 'all', downtime: '10s', spread: '5m' }],
  end: { after: '1h' },
}

async function moments(time: 'settled' | 'virtual') {
  const stops: number[] = []
  const starts: number[] = []
  const take = (event: RunEvent) => {
    if (event.kind === 'agent-stopped') stops[event.agent] = event.atMs
    if (event.kind === 'agent-started' && event.restart) starts[event.agent] = event.atMs
  }
  await runScenario({ scenario: compileScenario({ source }), time, sinks: [take] })
  return { stops, starts }
}

test('agents restart at moments of their own within the spread', async () => {
  const { stops, starts } = await moments('virtual')
  expect(new Set(stops).size).toBe(6)
  expect(Math.min(...stops)).toBeGreaterThanOrEqual(60_000)
  expect(Math.max(...stops)).toBeLessThanOrEqual(360_000)
  expect(Math.max(...stops) - Math.min(...stops)).toBeGreaterThan(60_000)
  expect(starts).toEqual(stops.map((atMs) => atMs + 10_000))
})

test('the moments are the same over sockets', async () => {
  expect(await moments('settled')).toEqual(await moments('virtual'))
})
