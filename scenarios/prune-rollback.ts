// Aggressive pruning, the mode found on real installations: an edited tag deletes the old image on every agent within seconds
// of the change, so that rolling back is a full pull of the whole fleet.
import { defineScenario } from '../simulator/scenario/define.ts'

const before = 'kasmweb/desktop-deluxe:1.18.0'
const after = 'kasmweb/desktop-deluxe:1.19.0'
const image = { size: '900kB', uncompressedSize: '2MB', layers: 3 }

export default defineScenario({
  name: 'prune-rollback',
  description:
    'A tag is edited from 1.18 to 1.19 and back under Aggressive pruning: the old image is gone within a check-in, and the roll-back pulls it all again.',
  speed: 120,
  fleet: { agents: 6 },
  webApp: { pruneImages: 'Aggressive' },
  images: [
    { name: before, ...image },
    { name: after, ...image, defined: false },
  ],
  timeline: [
    { at: '3m', do: 'update-definition', image: before, set: { name: after } },
    { at: '6m', do: 'update-definition', image: after, set: { name: before } },
  ],
  end: { after: '9m' },
  expect: [
    {
      name: 'the old image is deleted within a check-in of the edit',
      metric: 'images-pruned',
      where: { image: before, from: '3m', until: '4m' },
      exactly: 6,
    },
    {
      name: 'the new image is pulled by every agent',
      metric: 'pulls-succeeded',
      where: { image: after, from: '3m', until: '4m' },
      exactly: 6,
    },
    {
      name: 'rolling back pulls the whole image again',
      metric: 'downloaded-bytes',
      where: { image: before, from: '6m' },
      aggregate: 'sum',
      atLeast: '5.4MB',
    },
    {
      name: 'and deletes the new one',
      metric: 'images-pruned',
      where: { image: after, from: '6m' },
      exactly: 6,
    },
  ],
})
