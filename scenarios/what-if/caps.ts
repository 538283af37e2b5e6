// What max_concurrent_docker_pulls does: a fleet with empty disks pulls the enabled catalogue at its real size in a data centre.
import { defineScenario } from '../../simulator/scenario/define.ts'

export default defineScenario({
  name: 'caps',
  description: 'Agents with empty disks pull the 24 enabled images of the catalogue, 24 GB each, in a data centre.',
  fleet: { agents: 50, cap: 2 },
  network: { preset: 'data-centre' },
  images: { catalogue: 'enabled', scale: 1 },
  end: { after: '1d', when: 'all-agents-ready' },
})
