// The registry is gone for four minutes, in the middle of the first pulls: every agent tries again at each check-in, and nobody
// needs a hand once it is back.
import { defineScenario } from '../simulator/scenario/define.ts'

const outage = { from: '1m', until: '5m' }

export default defineScenario({
  name: 'registry-outage',
  description:
    'The registry is gone for 4 minutes while 8 agents pull: they fail at each check-in, keep to their cap, and recover soon after its return.',
  speed: 80,
  fleet: { agents: 8, cap: 2, startupSpread: '2m' },
  registry: { faults: [{ name: 'registry is gone', kind: 'outage', from: outage.from, until: outage.until }] },
  images: [
    { name: 'kasmweb/chrome:1.16.1', size: '300kB', layers: 3 },
    { name: 'kasmweb/firefox:1.16.1', size: '300kB', layers: 3 },
    { name: 'kasmweb/terminal:1.16.1', size: '200kB', layers: 2 },
  ],
  end: { after: '8m' },
  expect: [
    { name: 'pulls fail while the registry is gone', metric: 'pulls-failed', where: outage, atLeast: 8 },
    {
      name: 'nothing is pulled meanwhile',
      metric: 'pulls-succeeded',
      where: { from: '1m30s', until: outage.until },
      exactly: 0,
    },
    {
      name: 'agents try again at check-ins and no faster: at most 3 images each 30 s',
      metric: 'pulls-started',
      where: { from: '3m', until: '4m' },
      atMost: 8 * 3 * 3,
      atLeast: 8,
    },
    { name: 'no agent ever runs more pulls than its cap', metric: 'pulls-running', atMost: 2, reaches: 2 },
    { name: 'no pull fails once the registry is back', metric: 'pulls-failed', where: { from: '5m30s' }, exactly: 0 },
    {
      name: 'every agent recovers within a check-in and its pulls',
      metric: 'ready-time',
      within: '7m',
    },
    { name: 'in the end every image is pulled once', metric: 'pulls-succeeded', exactly: 8 * 3 },
  ],
})
