// A week of nightly builds under one tag that moves: agents notice at their next hourly refresh. Its twin is nightly-unique-tags.
import { defineScenario } from '../../simulator/scenario/define.ts'

const nights = [1, 2, 3, 4, 5, 6]
const name = 'acme/desktop:latest'

export default defineScenario({
  name: 'nightly-moving-tag',
  description:
    'Six nightly builds of a 2 GB image, each with four new layers of ten, reach the agents by a tag that moves.',
  fleet: { agents: 50, startupSpread: '1h' },
  network: { preset: 'branch-office' },
  images: [{ name, size: '2GB', layers: 10, base: 'acme/core', baseShare: 0.6 }],
  timeline: nights.map((night) => ({ at: `${night * 24}h`, do: 'move-tag', image: name, sharedLayers: 6 })),
  end: { after: '7d' },
})
