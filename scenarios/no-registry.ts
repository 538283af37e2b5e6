// A definition without a docker registry is never pulled; once it has one, the next check-in pulls it.
import { defineScenario } from '../simulator/scenario/define.ts'

const silent = 'kasmweb/brave:1.16.1'

export default defineScenario({
  name: 'no-registry',
  description: 'Of three defined images one has no registry: no agent pulls it until an administrator sets one.',
  speed: 120,
  fleet: { agents: 5 },
  images: [
    { name: silent, size: '200kB', uncompressedSize: '500kB', layers: 2, registry: null },
    { name: 'kasmweb/chrome:1.16.1', size: '200kB', uncompressedSize: '500kB', layers: 2 },
    { name: 'kasmweb/firefox:1.16.1', size: '200kB', uncompressedSize: '500kB', layers: 2 },
  ],
  timeline: [{ at: '5m', do: 'update-definition', image: silent, set: { registry: 'https://index.docker.io/v1/' } }],
  end: { after: '7m' },
  expect: [
    {
      name: 'without a registry, never pulled',
      metric: 'pulls-started',
      where: { image: silent, until: '5m' },
      exactly: 0,
    },
    {
      name: 'the others are pulled at once',
      metric: 'pulls-succeeded',
      where: { until: '5m' },
      exactly: 10,
    },
    {
      name: 'with a registry, pulled within a check-in',
      metric: 'pulls-succeeded',
      where: { image: silent, from: '5m', until: '6m' },
      exactly: 5,
    },
  ],
})
