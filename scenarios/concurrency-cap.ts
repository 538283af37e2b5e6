// The cap: at most two pulls run at once on each agent. An edited cap waits for the restart, and is then used to the full.
import { defineScenario } from '../simulator/scenario/define.ts'

export default defineScenario({
  name: 'concurrency-cap',
  description:
    '20 agents, 24 images: never more than 2 pulls per agent. One agent is edited to cap 5, which holds from its restart on.',
  speed: 240,
  fleet: [
    { name: 'steady', agents: 19, refreshInterval: '10m' },
    { name: 'edited', agents: 1, refreshInterval: '10m' },
  ],
  images: { catalogue: 'enabled', scale: 0.0005 },
  timeline: [
    { at: '8m', do: 'edit-agent-config', agents: { group: 'edited' }, cap: 5 },
    { at: '19m', do: 'restart-agent', agents: { group: 'edited' }, downtime: '10s' },
  ],
  end: { after: '32m' },
  expect: [
    { name: 'steady agents keep to 2', metric: 'pulls-running', where: { group: 'steady' }, atMost: 2, reaches: 2 },
    {
      name: 'the edited agent keeps to 2 until its restart, through a whole refresh',
      metric: 'pulls-running',
      where: { group: 'edited', until: '19m' },
      atMost: 2,
      reaches: 2,
    },
    {
      name: 'the edit alone changes nothing',
      metric: 'pulls-running',
      where: { group: 'edited' },
      neverBefore: { value: 3, at: '19m' },
    },
    {
      name: 'from the restart on, 5 are reached and never passed',
      metric: 'pulls-running',
      where: { group: 'edited', from: '19m' },
      atMost: 5,
      reaches: 5,
    },
    {
      name: 'the registry sees the same cap',
      metric: 'repositories-in-flight',
      where: { group: 'steady' },
      atMost: 2,
      reaches: 2,
    },
  ],
})
