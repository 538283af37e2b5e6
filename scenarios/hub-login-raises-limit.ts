// Docker Hub grants an address 100 pulls in 6 hours and an account 200: a login in the image definitions ends the wait of a fleet.
import { defineScenario } from '../simulator/scenario/define.ts'

const agents = 12
const names = Array.from({ length: 10 }, (_, index) => `kasmweb/desktop-${index + 1}:1.16.1`)
const account = { user: 'acme', token: 'dckr_pat_acme' }

export default defineScenario({
  name: 'hub-login-raises-limit',
  description:
    '12 agents behind one address need 120 pulls of Docker Hub: 100 succeed without an account; with a login in the definitions the rest do too.',
  speed: 600,
  fleet: { agents, egressAddress: 'shared', checkInInterval: '5m', startupSpread: '10m' },
  registry: {
    profile: 'docker-hub-anonymous',
    accounts: [
      {
        username: account.user,
        password: 'only for people',
        tokens: [{ token: account.token, access: 'read-only' }],
      },
    ],
  },
  images: names.map((name) => ({ name, size: '20kB', uncompressedSize: '50kB', layers: 1 })),
  timeline: names.map((image) => ({ at: '50m', do: 'update-definition', image, set: account })),
  end: { after: '1h30m', when: 'all-agents-ready' },
  expect: [
    {
      name: 'without an account exactly 100 pulls succeed',
      metric: 'pulls-succeeded',
      where: { reason: 'missing', authenticated: false },
      exactly: 100,
    },
    {
      name: 'the others are denied at every check-in',
      metric: 'pulls-denied',
      where: { until: '50m' },
      atLeast: 20,
    },
    {
      name: 'with the login the remaining 20 succeed',
      metric: 'pulls-succeeded',
      where: { reason: 'missing', authenticated: true },
      exactly: 20,
    },
    {
      name: 'and none is denied any more',
      metric: 'pulls-denied',
      where: { authenticated: true },
      exactly: 0,
    },
    { name: 'every agent is ready soon after', metric: 'ready-time', within: '1h20m' },
  ],
})
