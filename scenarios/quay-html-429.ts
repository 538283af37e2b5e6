// Quay answers a storm with 429 as a page of HTML: the engine prints that it cannot parse it, and the agents try again at their next
// check-in (docs/registries.md, section 2.5).
import { defineScenario } from '../simulator/scenario/define.ts'

const agents = 60

export default defineScenario({
  name: 'quay-html-429',
  description:
    '60 agents behind one address pull from Quay at once: nginx refuses most with an HTML page and no Retry-After, and check-ins finish it.',
  speed: 4,
  fleet: { agents, egressAddress: 'shared', checkInInterval: '4s', startupSpread: '0s' },
  registry: { profile: 'quay' },
  images: [
    {
      name: 'quay.io/acme/desktop:1.0',
      registry: 'https://quay.io',
      size: '20kB',
      uncompressedSize: '50kB',
      layers: 2,
    },
  ],
  end: { after: '2m', when: 'all-agents-ready' },
  expect: [
    {
      name: 'nginx refuses requests',
      metric: 'registry-requests',
      where: { status: 429 },
      atLeast: 1,
    },
    { name: 'pulls are denied', metric: 'pulls-denied', atLeast: 1 },
    {
      name: 'every agent pulls it in the end',
      metric: 'pulls-succeeded',
      where: { reason: 'missing' },
      exactly: agents,
    },
    { name: 'within two minutes', metric: 'ready-time', within: '2m' },
  ],
})
