// The part of the scenario schema that says which agents there are.
import { type Static, Type } from 'typebox'
import { Count, Duration, Flag, own, Rate, Size, Text } from '../../server/kernel/schema-leaves.ts'
import { personaNames } from '../pull/protocol/personas.ts'
import { agentConfigDefaults, fleetDefaults } from './defaults.ts'

const groupFields = {
  agents: Count('How many agents the group has.', { minimum: 1, maximum: 1_000_000 }),
  config: Type.Optional(
    Text("An agent's configuration file, relative to the scenario; fields given here win over the file."),
  ),
  cap: Type.Optional(Count('How many pulls one agent runs at once.', { minimum: 1, default: agentConfigDefaults.cap })),
  checkInInterval: Type.Optional(
    Duration('How often an agent checks in.', { default: agentConfigDefaults.checkInInterval }),
  ),
  refreshInterval: Type.Optional(
    Duration('How often an agent pulls present images again.', { default: agentConfigDefaults.refreshInterval }),
  ),
  startupSpread: Type.Optional(
    Duration('Each agent starts at a seeded moment within this span.', { default: fleetDefaults.startupSpread }),
  ),
  disk: Type.Optional(Size("Size of an agent's disk.", { default: fleetDefaults.disk })),
  diskUsed: Type.Optional(Size('What other things take of it.', { default: fleetDefaults.diskUsed })),
  diskUsageLimit: Type.Optional(
    Type.Number({
      exclusiveMinimum: 0,
      maximum: 1,
      description: 'The share of the disk that may be used after a pull.',
      default: agentConfigDefaults.diskUsageLimit,
    }),
  ),
  validateImages: Type.Optional(Flag('False switches pulling off.', { default: agentConfigDefaults.validateImages })),
  restartLookDelay: Type.Optional(
    Duration('From a restart until an agent first looks at its images.', {
      default: agentConfigDefaults.restartLookDelay,
    }),
  ),
  egressAddress: Type.Optional(
    Text('"shared": one address for all agents; "own": one each; else the IP address itself.', {
      default: fleetDefaults.egressAddress,
    }),
  ),
  downlink: Type.Optional(Rate("What an agent's line can receive. Default: that of the network's preset.")),
  zone: Type.Optional(Text('Deployment zone of the agents.', { default: fleetDefaults.zone })),
  persona: Type.Optional(
    Type.Enum([...personaNames], { description: 'Whose pulls they make.', default: fleetDefaults.persona }),
  ),
  pull: Type.Optional(
    Type.Enum(['registry', 'docker-engine'], {
      description: 'Who makes the pulls: this program, or real Docker Engines (real time alone).',
      default: fleetDefaults.pull,
    }),
  ),
  dockerEngine: Type.Optional(
    Type.Object(
      {
        hosts: Type.Optional(
          Type.Array(Text('unix:///var/run/docker.sock, or tcp://host:2375.'), {
            minItems: 1,
            description: 'The engines, over which the agents are spread in turn. Default: those of DOCKER_HOST.',
          }),
        ),
        registryHost: Type.Optional(
          Text('The name or address under which engines elsewhere find this machine. Default: they are on it.'),
        ),
        keepImages: Type.Optional(Flag('Whether the engines keep what they pulled after the run.', { default: false })),
      },
      { ...own, description: 'Which Docker Engines, for `pull: docker-engine`.' },
    ),
  ),
}

/** A fleet of one group need not name it. */
export const FleetSchema = Type.Object(
  { name: Type.Optional(Text('Name of the group.', { default: fleetDefaults.name })), ...groupFields },
  own,
)
export const GroupSchema = Type.Object({ name: Text('Name of the group.'), ...groupFields }, own)
export type GroupSource = Static<typeof FleetSchema>
