// Disks that are nearly full: an agent refuses a pull that would use more than disk_usage_limit of its disk (90 %), looks at the next
// image instead, and asks again at every check-in. Once a definition goes, pruning makes room, and it pulls at once.
import { defineScenario } from '../simulator/scenario/define.ts'

const old = 'kasmweb/desktop:1.15.0'
const large = 'kasmweb/desktop-deluxe:1.16.1'
const small = 'kasmweb/terminal:1.16.1'

export default defineScenario({
  name: 'disk-full',
  description:
    'Agents with 18 GB to use of a 20 GB disk lack room for one image: they refuse it at each check-in, until the definition of another goes and pruning makes room.',
  speed: 90,
  fleet: [
    { name: 'full', agents: 6, cap: 1, disk: '20GB', diskUsed: '15GB', diskUsageLimit: 0.9 },
    { name: 'roomy', agents: 3, disk: '500GB', diskUsed: '15GB' },
  ],
  webApp: { pruneImages: 'Aggressive' },
  images: [
    { name: old, size: '100kB', uncompressedSize: '2GB', layers: 2 },
    { name: large, size: '150kB', uncompressedSize: '2GB', layers: 2 },
    { name: small, size: '50kB', uncompressedSize: '900MB', layers: 2 },
  ],
  timeline: [{ at: '5m', do: 'delete-definition', image: old }],
  end: { after: '8m' },
  expect: [
    {
      name: 'the pull that does not fit is refused at every check-in',
      metric: 'pulls-refused',
      where: { group: 'full', image: large, from: '1m', until: '5m' },
      atLeast: 6 * 7,
    },
    {
      name: 'it is never started meanwhile',
      metric: 'pulls-started',
      where: { group: 'full', image: large, until: '5m' },
      exactly: 0,
    },
    {
      name: 'what fits is pulled in its place',
      metric: 'pulls-succeeded',
      where: { group: 'full', image: small, until: '2m' },
      exactly: 6,
    },
    {
      name: 'agents with room refuse nothing',
      metric: 'pulls-refused',
      where: { group: 'roomy' },
      exactly: 0,
    },
    {
      name: 'agents with room are ready at once',
      metric: 'ready-time',
      where: { group: 'roomy' },
      within: '2m',
    },
    {
      name: 'once the definition goes, the image is pruned within a check-in',
      metric: 'images-pruned',
      where: { image: old, from: '5m', until: '6m' },
      exactly: 9,
    },
    {
      name: 'and the room is used within another',
      metric: 'pulls-succeeded',
      where: { group: 'full', image: large, from: '5m', until: '7m' },
      exactly: 6,
    },
    { name: 'nothing is refused after that', metric: 'pulls-refused', where: { from: '6m30s' }, exactly: 0 },
    { name: 'every agent is ready in the end', metric: 'ready-time', where: { group: 'full' }, within: '7m' },
  ],
})
