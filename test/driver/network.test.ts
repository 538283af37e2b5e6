// The network of a scenario over real sockets: each of its parameters slows a run down as much as in virtual time.
import { expect, test } from 'vitest'
import { type RunOptions, runScenario } from '../../simulator/run/run.ts'
import { compileScenario } from '../../simulator/scenario/compile.ts'
import { defineScenario } from '../../simulator/scenario/define.ts'
import type { ScenarioSource } from '../../simulator/scenario/schema.ts'

/** When the last agent was ready. */
async function readyMs(source: ScenarioSource, options: Partial<RunOptions>): Promise<number> {
  const ready: number[] = []
  await runScenario({
    scenario: compileScenario({ source }),
    ...options,
    sinks: [(event) => event.kind === 'agent-ready' && ready.push(event.atMs)],
  })
  expect(ready).toHaveLength(2)
  return Math.max(...ready)
}

test.each<[string, ScenarioSource['network'], string | undefined]>([
  ['the uplink', { uplink: '200kB/s' }, undefined],
  ['a connection', { connection: '40kB/s' }, undefined],
  ['the downlink', {}, '800kbit/s'],
  ['the round trip', { roundTrip: '900ms' }, undefined],
  ['the latency of the server', { serverLatency: '900ms' }, undefined],
  ['unpacking', { unpack: '100kB/s' }, undefined],
  ['all of it', { uplink: '300kB/s', connection: '80kB/s', roundTrip: '300ms', unpack: '300kB/s' }, '150kB/s'],
])('a run over sockets takes as long as in virtual time: %s', async (_what, network, downlink) => {
  const source = defineScenario({
    name: 'network',
    fleet: { agents: 2, startupSpread: '0s', ...(downlink === undefined ? {} : { downlink }) },
    network: { roundTrip: '0s', serverLatency: '0s', ...network },
    images: [{ name: 'acme/office:1', size: '1MB', layers: 6 }],
    end: { after: '5m', when: 'all-agents-ready' },
  })
  const virtualMs = await readyMs(source, { time: 'virtual' })
  expect(virtualMs).toBeGreaterThan(4_000)
  const settledMs = await readyMs(source, { time: 'settled' })
  expect(Math.abs(settledMs - virtualMs)).toBeLessThanOrEqual(0.01 * virtualMs)
})
