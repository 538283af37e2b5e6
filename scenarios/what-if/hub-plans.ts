// How far the pulls of Docker Hub reach: a fleet behind one address pulls Kasm's 24 default images, anonymously or with an account.
import { defineScenario } from '../../simulator/scenario/define.ts'

export default defineScenario({
  name: 'hub-plans',
  description:
    'A fleet behind one address pulls 24 images from Docker Hub and waits for its limits until every agent is ready.',
  fleet: { agents: 4, egressAddress: 'shared' },
  registry: { profile: 'docker-hub-anonymous', accounts: [{ username: 'acme', password: 'dckr_pat_acme' }] },
  network: { preset: 'branch-office' },
  images: Array.from({ length: 24 }, (_, index) => ({
    name: `kasmweb/image-${index + 1}:1.18.0`,
    size: '1GB',
    layers: 6,
    base: 'kasmweb/core',
    // Without a user the token is not used: varying images.*.user alone switches between the plans.
    user: null,
    token: 'dckr_pat_acme',
  })),
  end: { after: '4d', when: 'all-agents-ready' },
})
