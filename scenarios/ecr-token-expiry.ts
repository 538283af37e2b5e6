// A password of Amazon ECR is good for 12 hours and Kasm's agents pull every hour: refreshes fail until the definition gets a new one.
import { defineScenario } from '../simulator/scenario/define.ts'

const registry = '123456789012.dkr.ecr.us-east-1.amazonaws.com'
const desktop = `${registry}/acme/desktop:1.0`
const agents = 3

export default defineScenario({
  name: 'ecr-token-expiry',
  description:
    'Passwords of Amazon ECR end after 12 hours: hourly refreshes succeed until then, all fail after, and succeed again with a new one.',
  speed: 14_400,
  fleet: { agents, startupSpread: '20m', checkInInterval: '30m' },
  registry: {
    profile: 'ecr-private',
    // The second was issued after 15 hours, so that it ends after 27.
    accounts: [{ username: 'AWS', password: 'issued-at-0h', tokens: [{ token: 'issued-at-15h', lifetime: '27h' }] }],
  },
  images: [
    {
      name: desktop,
      registry,
      user: 'AWS',
      token: 'issued-at-0h',
      size: '60kB',
      uncompressedSize: '150kB',
      layers: 2,
    },
  ],
  timeline: [{ at: '15h', do: 'update-definition', image: desktop, set: { token: 'issued-at-15h' } }],
  end: { after: '18h30m' },
  expect: [
    {
      name: 'nothing fails within 12 hours',
      metric: 'pulls-failed',
      where: { until: '12h' },
      exactly: 0,
    },
    {
      name: 'until then every agent refreshes every hour',
      metric: 'pulls-succeeded',
      where: { reason: 'refresh', until: '12h' },
      atLeast: agents * 9,
    },
    {
      name: 'with the old password no refresh succeeds',
      metric: 'pulls-succeeded',
      where: { reason: 'refresh', from: '12h40m', until: '15h' },
      exactly: 0,
    },
    {
      name: 'every agent tries in vain',
      metric: 'pulls-failed',
      where: { reason: 'refresh', from: '12h', until: '15h' },
      atLeast: agents * 2,
    },
    {
      name: 'with the new one refreshes succeed again',
      metric: 'pulls-succeeded',
      where: { reason: 'refresh', from: '15h' },
      atLeast: agents * 2,
    },
    {
      name: 'and none fails any more',
      metric: 'pulls-failed',
      where: { from: '16h' },
      exactly: 0,
    },
  ],
})
