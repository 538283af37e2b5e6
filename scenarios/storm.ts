// The main job: what `npm start` runs. A fleet starts on the real catalogue, a tag moves, and every agent follows within an hour.
import { defineScenario } from '../simulator/scenario/define.ts'

const desktop = 'kasmweb/ubuntu-focal-desktop:1.16.1'

export default defineScenario({
  name: 'storm',
  description:
    '25 agents start within 30 s on the 24 enabled images of the real catalogue, at a thousandth of their size; a tag moves; all converge.',
  // Slow enough for two busy cores, which need seconds of the wall for these pulls.
  speed: 240,
  fleet: { agents: 25, cap: 2, startupSpread: '30s' },
  webApp: { autoEnableAgents: true, pruneImages: 'Normal' },
  images: { catalogue: 'enabled', scale: 0.001 },
  timeline: [{ at: '30m', do: 'move-tag', image: desktop, sharedLayers: 3 }],
  end: { after: '1h30m' },
  expect: [
    { name: 'every agent gets ready', metric: 'ready-time', within: '30m' },
    { name: 'never more than 2 pulls per agent', metric: 'pulls-running', atMost: 2, reaches: 2 },
    { name: 'the registry sees the same cap', metric: 'repositories-in-flight', atMost: 2, reaches: 2 },
    {
      name: 'every image is pulled once per agent',
      metric: 'pulls-succeeded',
      where: { reason: 'missing' },
      exactly: 25 * 24,
    },
    {
      name: 'the moved tag converges within one refresh and its pull',
      metric: 'drift-time',
      where: { image: desktop },
      within: '1h',
    },
    { name: 'no pull fails', metric: 'pulls-failed', exactly: 0 },
  ],
})
