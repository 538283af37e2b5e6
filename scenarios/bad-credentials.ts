// A wrong registry password: the login is refused at every check-in, other images are not held up, and the right password heals it.
import { defineScenario } from '../simulator/scenario/define.ts'

const locked = 'acme/desktop:2.0'

export default defineScenario({
  name: 'bad-credentials',
  description:
    'One image carries a wrong password: its login fails at every check-in while the others are pulled; a corrected password heals it.',
  speed: 120,
  fleet: { agents: 4, startupSpread: '20s' },
  registry: { profile: 'docker-hub-anonymous', accounts: [{ username: 'acme', password: 'dckr_pat_right' }] },
  images: [
    {
      name: locked,
      size: '200kB',
      uncompressedSize: '500kB',
      layers: 2,
      user: 'acme',
      token: 'dckr_pat_wrong',
    },
    { name: 'kasmweb/chrome:1.16.1', size: '200kB', uncompressedSize: '500kB', layers: 2 },
  ],
  timeline: [{ at: '5m', do: 'update-definition', image: locked, set: { token: 'dckr_pat_right' } }],
  end: { after: '8m' },
  expect: [
    {
      name: 'no pull with the wrong password succeeds',
      metric: 'pulls-succeeded',
      where: { image: locked, until: '5m' },
      exactly: 0,
    },
    {
      name: 'it is tried again at every check-in',
      metric: 'pulls-failed',
      where: { image: locked, until: '5m' },
      atLeast: 4 * 8,
      atMost: 4 * 10,
    },
    {
      name: 'the other image is not held up',
      metric: 'pulls-succeeded',
      where: { image: 'kasmweb/chrome:1.16.1', until: '2m' },
      exactly: 4,
    },
    {
      name: 'the right password heals it within a check-in',
      metric: 'pulls-succeeded',
      where: { image: locked, from: '5m', until: '6m' },
      exactly: 4,
    },
    {
      name: 'nothing fails from then on',
      metric: 'pulls-failed',
      where: { from: '6m' },
      exactly: 0,
    },
  ],
})
