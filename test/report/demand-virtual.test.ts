// Virtual time sums demand up as it goes; the requests that it tells one by one say the same.
import { expect, test } from 'vitest'
import type { RegistryTraffic } from '../../simulator/events/events.ts'
import { TrafficRecorder } from '../../simulator/report/registry-traffic.ts'
import { runScenario } from '../../simulator/run/run.ts'
import { compileScenario } from '../../simulator/scenario/compile.ts'

test('a fleet that is refused with Retry-After shows how it obeys, in sums as request by request', async () => {
  const scenario = compileScenario({
    source: {
      name: 'refused',
      fleet: { name: 'lab', agents: 30, startupSpread: '10s', egressAddress: 'shared' },
      registry: { profile: 'retry-after-seconds' },
      images: Array.from({ length: 8 }, (_, index) => ({ name: `acme/app-${index}:1`, size: '20kB' })),
      end: { after: '10m' },
    },
  })
  const told = new TrafficRecorder((agent) => (agent < 30 ? 'lab' : null))
  let summed: RegistryTraffic['demand'] | null = null
  await runScenario({
    ...{ scenario, time: 'virtual' },
    sinks: [
      (event) => {
        if (event.kind === 'registry-request') told.add(event)
        if (event.kind === 'registry-traffic') summed = event.demand
      },
    ],
  })
  expect(summed).toEqual(told.result().demand)
  expect(summed).toMatchObject({ byGroup: [{ group: 'lab' }] })
  const { retriesTold, retriesEarly, amplification, pullsByTag } = told.result().demand
  expect(Math.min(retriesTold, retriesEarly, pullsByTag, amplification ?? 0)).toBeGreaterThan(0)
  expect(retriesEarly).toBeLessThanOrEqual(retriesTold)
})
