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
  // Real time ends once all have restarted, however busy the machine.
  end: { after: '1h' },
}

async function moments(time: 'real' | 'virtual') {
  const stops: number[] = []
  const starts: number[] = []
  const end = new AbortController()
  const sink = (event: RunEvent) => {
    if (event.kind === 'agent-stopped') stops[event.agent] = event.atMs
    if (event.kind === 'agent-started' && event.restart) starts[event.agent] = event.atMs
    if (Object.keys(starts).length === 6) end.abort()
  }
  await runScenario({ scenario: compileScenario({ source }), time, speed: 400, sinks: [sink], signal: end.signal })
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

test('the moments are those of real time, in the same order', async () => {
  const order = ({ stops }: { stops: number[] }) =>
    stops.map((_, agent) => agent).sort((a, b) => Number(stops[a]) - Number(stops[b]))
  expect(order(await moments('real'))).toEqual(order(await moments('virtual')))
})
