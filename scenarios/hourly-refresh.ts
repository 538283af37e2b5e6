// Every hour each image that is present is pulled again. Where nothing has moved, that costs one HEAD and no bytes.
import { defineScenario } from '../simulator/scenario/define.ts'

export default defineScenario({
  name: 'hourly-refresh',
  description:
    'Agents pull every present image again each hour; up-to-date images cost a version check and nothing more.',
  speed: 900,
  fleet: { agents: 8, startupSpread: '20m' },
  images: [
    { name: 'kasmweb/chrome:1.16.1', size: '100kB', uncompressedSize: '250kB', layers: 3 },
    { name: 'kasmweb/firefox:1.16.1', size: '100kB', uncompressedSize: '250kB', layers: 3 },
    { name: 'kasmweb/terminal:1.16.1', size: '100kB', uncompressedSize: '250kB', layers: 3 },
  ],
  end: { after: '2h30m' },
  expect: [
    { name: 'never sooner than an hour', metric: 'refresh-gap', aggregate: 'min', atLeast: '59m' },
    { name: 'never much later', metric: 'refresh-gap', aggregate: 'max', atMost: '1h2m' },
    {
      name: 'two refreshes of every image on every agent',
      metric: 'pulls-succeeded',
      where: { reason: 'refresh' },
      exactly: 8 * 3 * 2,
    },
    { name: 'they download nothing', metric: 'downloaded-bytes', where: { reason: 'refresh' }, atMost: '0B' },
    {
      name: 'they ask for no manifest',
      metric: 'registry-requests',
      where: { requestClass: 'manifest', from: '50m' },
      exactly: 0,
    },
    {
      name: 'they ask for the version each time',
      metric: 'registry-requests',
      where: { requestClass: 'version-check', from: '50m' },
      exactly: 8 * 3 * 2,
    },
  ],
})
