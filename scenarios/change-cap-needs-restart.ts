// Editing max_concurrent_docker_pulls does nothing until the agent restarts; the restart drops what is being pulled.
import { defineScenario } from '../simulator/scenario/define.ts'

export default defineScenario({
  name: 'change-cap-needs-restart',
  description:
    'Two agents are edited from cap 1 to cap 4; one is restarted and pulls four at a time, the other goes on with one.',
  speed: 240,
  fleet: [
    { name: 'restarted', agents: 1, cap: 1, refreshInterval: '5m', startupSpread: '1s' },
    { name: 'only-edited', agents: 1, cap: 1, refreshInterval: '5m', startupSpread: '1s' },
  ],
  images: { catalogue: 'enabled', scale: 0.0005 },
  timeline: [
    { at: '7m', do: 'edit-agent-config', agents: 'all', cap: 4 },
    { at: '8m', do: 'restart-agent', agents: { group: 'restarted' }, downtime: '20s' },
  ],
  end: { after: '16m' },
  expect: [
    {
      name: 'one at a time before the restart',
      metric: 'pulls-running',
      where: { group: 'restarted' },
      neverBefore: { value: 2, at: '8m' },
    },
    {
      name: 'four at a time after it',
      metric: 'pulls-running',
      where: { group: 'restarted', from: '8m' },
      atMost: 4,
      reaches: 4,
    },
    {
      name: 'an edit without a restart changes nothing',
      metric: 'pulls-running',
      where: { group: 'only-edited' },
      atMost: 1,
      reaches: 1,
    },
    {
      name: 'the restarted agent checks in again and refreshes',
      metric: 'pulls-succeeded',
      where: { group: 'restarted', reason: 'refresh', from: '8m' },
      atLeast: 24,
    },
  ],
})
