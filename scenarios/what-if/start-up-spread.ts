// Hosts that come up together after maintenance, into a new release of one image: what they held before is still on their disks and
// is not looked at before the first refresh, so that the new image is all that they pull.
import { defineScenario } from '../../simulator/scenario/define.ts'

export default defineScenario({
  name: 'start-up-spread',
  description: '500 hosts come up together after maintenance, within a spread, and pull a new image of 1 GB.',
  fleet: { agents: 500, startupSpread: '30s' },
  network: { preset: 'data-centre' },
  images: [{ name: 'acme/desktop:1.19.0', size: '1GB', layers: 8 }],
  end: { after: '1d', when: 'all-agents-ready' },
})
