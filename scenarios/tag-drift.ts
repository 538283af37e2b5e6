// Moving tags: after a push of `latest`, agents hold two digests until the last of them has had its hourly refresh.
import { defineScenario } from '../simulator/scenario/define.ts'

const moving = 'registry.example.com/desktops/office:latest'
const unique = 'registry.example.com/desktops/office:2026-11-24'

export default defineScenario({
  name: 'tag-drift',
  description:
    '`latest` moves while 12 agents run: they hold two digests for a while and converge within one refresh interval; a unique tag never drifts.',
  speed: 720,
  fleet: { agents: 12, startupSpread: '50m' },
  webApp: { pruneImages: 'Normal' },
  images: [
    { name: moving, size: '400kB', uncompressedSize: '1MB', layers: 4 },
    { name: unique, size: '400kB', uncompressedSize: '1MB', layers: 4 },
  ],
  timeline: [{ at: '1h20m', do: 'move-tag', image: moving, sharedLayers: 2 }],
  end: { after: '2h30m' },
  expect: [
    {
      name: 'the fleet holds two digests of the moving tag for a while',
      metric: 'digests-held',
      where: { image: moving },
      atMost: 2,
      reaches: 2,
    },
    {
      name: 'all converge within one refresh interval and the pull',
      metric: 'drift-time',
      where: { image: moving },
      within: '1h1m',
    },
    {
      name: 'a unique tag never drifts',
      metric: 'digests-held',
      where: { image: unique },
      atMost: 1,
      reaches: 1,
    },
    {
      name: 'the old images are pruned',
      metric: 'images-pruned',
      exactly: 12,
    },
  ],
})
