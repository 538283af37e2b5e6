// A week of nightly builds under a tag of its own each: the definition is edited, and agents notice at their next check-in. Its twin is
// nightly-moving-tag.
import { defineScenario } from '../../simulator/scenario/define.ts'

const nights = [1, 2, 3, 4, 5, 6]
const name = (night: number) => `acme/desktop:night-${night}`

export default defineScenario({
  name: 'nightly-unique-tags',
  description:
    'Six nightly builds of a 2 GB image, each with four new layers of ten, reach the agents by an edited definition.',
  fleet: { agents: 50, startupSpread: '1h' },
  network: { preset: 'branch-office' },
  images: [0, ...nights].map((night) => ({
    name: name(night),
    size: '2GB',
    layers: 10,
    base: 'acme/core',
    baseShare: 0.6,
    defined: night === 0,
  })),
  timeline: nights.map((night) => ({
    at: `${night * 24}h`,
    do: 'update-definition',
    image: name(night - 1),
    set: { name: name(night) },
  })),
  end: { after: '7d' },
})
