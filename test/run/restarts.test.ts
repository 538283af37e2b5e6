// Restarts that overlap: an agent that is down is stopped no second time, and one that runs is started no second time.
import { expect, test } from 'vitest'
import type { RunEvent } from '../../simulator/events/events.ts'
import { runScenario } from '../../simulator/run/run.ts'
import { compileScenario } from '../../simulator/scenario/compile.ts'
import type { ScenarioSource } from '../../simulator/scenario/schema.ts'

const source: ScenarioSource = {
  name: 'overlapping-restarts',
  fleet: { agents: 1, startupSpread: '0s' },
  images: [{ name: 'team/app:1.0', size: '40kB' }],
  timeline: [
    { at: '1m', do: 'restart-agent', downtime: '30s' },
    { at: '1m10s', do: 'restart-agent', downtime: '5s' },
  ],
  end: { after: '2m' },
}

test('of two restarts that overlap, the one that is up first counts', async () => {
  const events: RunEvent[] = []
  await runScenario({ scenario: compileScenario({ source }), time: 'virtual', sinks: [(event) => events.push(event)] })
  const life = events.filter(({ kind }) => kind === 'agent-started' || kind === 'agent-stopped')
  expect(life.map(({ kind, atMs }) => [kind, atMs])).toEqual([
    ['agent-started', 0],
    ['agent-stopped', 60_000],
    ['agent-started', 75_000],
  ])
})
