// The peak of the uplink is what went over it: never more than the scenario allows, in either kind of time, and more where a line is wrong.
import { expect, test } from 'vitest'
import type { LinkRates } from '../../simulator/network/shared-link.ts'
import { runScenario } from '../../simulator/run/run.ts'
import { compileScenario } from '../../simulator/scenario/compile.ts'
import type { ScenarioSource } from '../../simulator/scenario/schema.ts'

const uplinkBytesPerSecond = 1_000_000

/** Agents that come one after the other, so that the early ones have most of the line first and little of it later. */
const source: ScenarioSource = {
  name: 'busy-line',
  fleet: { agents: 8, startupSpread: '1m', checkInInterval: '1m' },
  network: { uplink: '1MB/s', connection: '800kB/s', roundTrip: '10ms', serverLatency: '2ms' },
  images: [
    { name: 'team/large:1.0', size: '12MB', layers: 3 },
    { name: 'team/small:1.0', size: '3MB', layers: 2 },
  ],
  end: { after: '10m', when: 'all-agents-ready' },
}

async function peakOf(options: { time: 'virtual' | 'settled'; changeRates?: (planned: LinkRates) => LinkRates }) {
  const { summary } = await runScenario({ scenario: compileScenario({ source }), ...options })
  return summary.registry.peak.bytesPerSecond
}

test.each(['virtual', 'settled'] as const)(
  'a line that is full all the time carries no more than it may, in %s time',
  { timeout: 60_000 },
  async (time) => {
    const peak = await peakOf({ time })
    expect(peak).toBeLessThanOrEqual(uplinkBytesPerSecond)
    expect(peak).toBeGreaterThan(uplinkBytesPerSecond * 0.99)
  },
)

test('a line that carries more than it may shows it', async () => {
  const peak = await peakOf({
    time: 'virtual',
    changeRates: (planned) => ({ ...planned, uplinkBytesPerMs: planned.uplinkBytesPerMs * 1.3 }),
  })
  expect(peak).toBeGreaterThan(uplinkBytesPerSecond * 1.25)
})
