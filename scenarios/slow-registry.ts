// A registry that gets slower and slower: answers to manifests are held back ever longer, and blobs come at a trickle. What a pull
// takes stretches, and nothing breaks.
import { defineScenario } from '../simulator/scenario/define.ts'

const early = ['kasmweb/chrome:1.16.1', 'kasmweb/firefox:1.16.1']
const late = 'kasmweb/desktop:1.16.1'

export default defineScenario({
  name: 'slow-registry',
  description:
    'Over 2 minutes a registry degrades: manifests come a second or so late, blobs at 10 kB/s. What took seconds at first takes most of a minute; nothing fails.',
  speed: 45,
  fleet: { agents: 6, startupSpread: '10s' },
  registry: {
    faults: [
      {
        name: 'late manifests',
        kind: 'latency',
        delay: { distribution: 'lognormal', median: '1s', sigma: 0.5 },
        ramp: '2m',
        scope: { classes: ['version-check', 'manifest'] },
      },
      { name: 'slow blobs', kind: 'slow-body', rate: '10kB/s', ramp: '2m', scope: { classes: ['blob'] } },
    ],
  },
  images: [
    ...early.map((name) => ({ name, size: '200kB', layers: 2 })),
    { name: late, size: '1MB', layers: 2, defined: false },
  ],
  timeline: [{ at: '150s', do: 'create-definition', image: late }],
  end: { after: '4m30s' },
  expect: [
    {
      name: 'early on a pull can take seconds',
      metric: 'pull-duration',
      where: { until: '1m' },
      aggregate: 'min',
      atMost: '40s',
    },
    {
      name: 'once the registry is slow, no blob comes faster than 10 kB/s',
      metric: 'pull-duration',
      where: { image: late },
      aggregate: 'min',
      atLeast: '45s',
    },
    {
      name: 'and none takes much longer, for all are served side by side',
      metric: 'pull-duration',
      where: { image: late },
      aggregate: 'max',
      atMost: '2m',
    },
    { name: 'nothing fails', metric: 'pulls-failed', exactly: 0 },
    { name: 'every agent gets every image', metric: 'pulls-succeeded', where: { reason: 'missing' }, exactly: 18 },
    { name: 'the cap holds', metric: 'pulls-running', atMost: 2, reaches: 2 },
  ],
})
