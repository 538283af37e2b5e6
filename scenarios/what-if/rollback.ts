// A release that is taken back after an hour: whether the agents still have the old image decides what that costs.
import { defineScenario } from '../../simulator/scenario/define.ts'

const before = 'acme/desktop:1.18.0'
const after = 'acme/desktop:1.19.0'
const image = { size: '2GB', layers: 10, base: 'acme/core', baseShare: 0.5 }

export default defineScenario({
  name: 'rollback',
  description: 'A definition is edited from 1.18.0 to 1.19.0 and back an hour later, on 50 agents of a branch office.',
  fleet: { agents: 50 },
  network: { preset: 'branch-office' },
  webApp: { pruneImages: 'Aggressive' },
  images: [
    { name: before, ...image },
    { name: after, ...image, defined: false },
  ],
  timeline: [
    { at: '2h10m', do: 'update-definition', image: before, set: { name: after } },
    { at: '3h10m', do: 'update-definition', image: after, set: { name: before } },
  ],
  end: { after: '5h' },
})
