// Docker Hub's limits: 100 pulls in 6 hours for an address, 200 for an account. What is over the limit waits for the window to roll on.
import { defineScenario } from '../simulator/scenario/define.ts'

/** The check-in interval is stretched so that the seven hours pass in seconds; the product's is 30 s. */
const checkInInterval = '10m'
/** At this speed six seconds: all at once would be more than a small machine can serve before tokens of five minutes expire. */
const startupSpread = '90m'

function images(count: number, zone: string, account: { user?: string; token?: string } = {}) {
  return Array.from({ length: count }, (_, index) => ({
    name: `kasmweb/${zone}-${index + 1}:1.16.1`,
    size: '20kB',
    uncompressedSize: '50kB',
    layers: 2,
    zone,
    ...account,
  }))
}

export default defineScenario({
  name: 'rate-limit',
  description:
    '40 anonymous agents behind one address need 120 pulls of Docker Hub: 100 succeed, the others wait 6 hours. An account gets 200.',
  speed: 900,
  fleet: [
    { name: 'anonymous', agents: 40, zone: 'anonymous', egressAddress: 'shared', checkInInterval, startupSpread },
    {
      name: 'with-account',
      agents: 10,
      zone: 'with-account',
      egressAddress: 'shared',
      checkInInterval,
      startupSpread,
    },
  ],
  registry: { profile: 'docker-hub-anonymous', accounts: [{ username: 'alice', password: 'dckr_pat_alice' }] },
  images: [...images(3, 'anonymous'), ...images(21, 'with-account', { user: 'alice', token: 'dckr_pat_alice' })],
  end: { after: '8h30m', when: 'all-agents-ready' },
  expect: [
    {
      name: 'exactly 100 anonymous pulls succeed within the window',
      metric: 'pulls-succeeded',
      where: { group: 'anonymous', reason: 'missing', until: '6h' },
      exactly: 100,
    },
    {
      name: 'the 101st is denied',
      metric: 'pulls-denied',
      where: { group: 'anonymous', until: '6h' },
      atLeast: 20,
    },
    {
      name: 'an account gets exactly 200, behind the same address',
      metric: 'pulls-succeeded',
      where: { group: 'with-account', reason: 'missing', until: '6h' },
      exactly: 200,
    },
    {
      name: 'the registry answers 429 to manifests alone',
      metric: 'registry-requests',
      where: { status: 429, requestClass: 'blob' },
      exactly: 0,
    },
    {
      name: 'when the window rolls on, the rest complete',
      metric: 'ready-time',
      within: '8h',
    },
    {
      name: 'nobody waits in vain: all 120 anonymous pulls succeed in the end',
      metric: 'pulls-succeeded',
      where: { group: 'anonymous', reason: 'missing' },
      exactly: 120,
    },
  ],
})
