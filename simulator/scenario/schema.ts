// The source form of a scenario, as people write it: one schema from which its type, its checks and the editor's help derive.
import { type Static, Type } from 'typebox'
import {
  agentConfigDefaults,
  catalogueDefaults,
  fleetDefaults,
  imageDefaults,
  networkDefaults,
  registryDefaults,
  restartDefaults,
  scenarioDefaults,
  webAppDefaults,
} from './defaults.ts'
import { ExpectationSchema } from './schema-expect.ts'
import { Count, Duration, Flag, own, Rate, Share, Size, Text, TextOrNull } from './schema-leaves.ts'

const pruneModes = ['Off', 'Normal', 'Aggressive'] as const

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
  egressAddress: Type.Optional(
    Text('"shared": one address for all agents; "own": one each; else the IP address itself.', {
      default: fleetDefaults.egressAddress,
    }),
  ),
  downlink: Type.Optional(Rate("What an agent's line can receive. Default: that of the network's preset.")),
  zone: Type.Optional(Text('Deployment zone of the agents.', { default: fleetDefaults.zone })),
  persona: Type.Optional(
    Type.Enum(['docker', 'polite'], { description: 'Whose pulls they make.', default: fleetDefaults.persona }),
  ),
}

/** A fleet of one group need not name it. */
const FleetSchema = Type.Object(
  { name: Type.Optional(Text('Name of the group.', { default: fleetDefaults.name })), ...groupFields },
  own,
)
const GroupSchema = Type.Object({ name: Text('Name of the group.'), ...groupFields }, own)
export type GroupSource = Static<typeof FleetSchema>

const ImageSchema = Type.Object(
  {
    name: Text('The docker reference, such as kasmweb/chrome:1.16.1.'),
    friendlyName: Type.Optional(Text('Name for people. Default: the reference.')),
    size: Type.Optional(Size('Compressed size of all layers together.', { default: imageDefaults.size })),
    uncompressedSize: Type.Optional(Size('Size on disk. Default: 2.5 times the compressed size.')),
    layers: Type.Optional(
      Count('How many layers it has.', { minimum: 1, maximum: 127, default: imageDefaults.layers }),
    ),
    base: Type.Optional(TextOrNull('Images of one base share their first layers byte for byte.', { default: null })),
    baseShare: Type.Optional(
      Share('The share of the layers that the base gives.', { default: imageDefaults.baseShare }),
    ),
    registry: Type.Optional(
      TextOrNull('`docker_registry` of the definition; null: never pulled. Default: the registry of the reference.'),
    ),
    user: Type.Optional(TextOrNull('`docker_user` of the definition.', { default: null })),
    token: Type.Optional(TextOrNull('`docker_token` of the definition.', { default: null })),
    enabled: Type.Optional(Flag('Whether the definition is enabled.', { default: true })),
    defined: Type.Optional(Flag('Whether the web app defines it from the start.', { default: true })),
    published: Type.Optional(Flag('Whether the registry has it from the start.', { default: true })),
    zone: Type.Optional(TextOrNull('Only agents of this zone get it; null: all.', { default: null })),
  },
  own,
)
export type ImageSource = Static<typeof ImageSchema>

const CatalogueSchema = Type.Object(
  {
    catalogue: Type.Optional(
      Type.Enum(['enabled', 'all'], {
        description: 'Which images of the Kasm catalogue: those enabled by default, or all of them.',
        default: catalogueDefaults.catalogue,
      }),
    ),
    scale: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        description: 'Factor upon the real sizes.',
        default: catalogueDefaults.scale,
      }),
    ),
    layers: Type.Optional(
      Count('Layers of each image.', { minimum: 1, maximum: 127, default: catalogueDefaults.layers }),
    ),
    add: Type.Optional(Type.Array(ImageSchema, { description: 'Images beside those of the catalogue.' })),
  },
  own,
)

const at = Duration('When, from the start of the run.')
const agents = Type.Optional(
  Type.Union(
    [
      Type.Literal('all'),
      Type.Array(Count('Number of an agent, from 0 through all groups.', { minimum: 0 }), { minItems: 1 }),
      Type.Object({ group: Text('Name of a group.') }, own),
    ],
    { description: 'Which agents.', default: 'all' },
  ),
)
const imageOfScenario = Text('The docker reference of an image of the scenario.')
const imageToAdd = Type.Union([Text('The docker reference of an image under `images`.'), ImageSchema], {
  description: 'An image under `images`, by its reference, or a new one.',
})

const MoveTag = Type.Object(
  {
    at,
    do: Type.Literal('move-tag'),
    image: imageOfScenario,
    sharedLayers: Type.Optional(
      Count('How many first layers stay the same. Default: those of its base.', { minimum: 0 }),
    ),
  },
  own,
)
const PublishImage = Type.Object({ at, do: Type.Literal('publish-image'), image: imageToAdd }, own)
const EditAgentConfig = Type.Object(
  {
    at,
    do: Type.Literal('edit-agent-config'),
    agents,
    cap: Type.Optional(Count('The new cap.', { minimum: 1 })),
    refreshInterval: Type.Optional(Duration('The new refresh interval.')),
    checkInInterval: Type.Optional(Duration('The new check-in interval.')),
  },
  own,
)
const RestartAgent = Type.Object(
  {
    at,
    do: Type.Literal('restart-agent'),
    agents,
    downtime: Type.Optional(Duration('How long it stays down.', { default: restartDefaults.downtime })),
  },
  own,
)
const CreateDefinition = Type.Object({ at, do: Type.Literal('create-definition'), image: imageToAdd }, own)
const UpdateDefinition = Type.Object(
  {
    at,
    do: Type.Literal('update-definition'),
    image: imageOfScenario,
    set: Type.Object(
      {
        name: Type.Optional(Text('The new docker reference.')),
        enabled: Type.Optional(Flag('Whether it is enabled.')),
        registry: Type.Optional(TextOrNull('The new `docker_registry`.')),
        user: Type.Optional(TextOrNull('The new `docker_user`.')),
        token: Type.Optional(TextOrNull('The new `docker_token`.')),
      },
      { ...own, description: 'The fields that change.' },
    ),
  },
  own,
)
const DeleteDefinition = Type.Object({ at, do: Type.Literal('delete-definition'), image: imageOfScenario }, own)
const UpdateAgent = Type.Object(
  {
    at,
    do: Type.Literal('update-agent'),
    agents,
    enabled: Type.Optional(Flag('Whether the web app enables the agents.')),
    pruneImages: Type.Optional(Type.Enum([...pruneModes], { description: 'The new prune mode.' })),
  },
  own,
)
const ActionSchema = Type.Union([
  MoveTag,
  PublishImage,
  EditAgentConfig,
  RestartAgent,
  CreateDefinition,
  UpdateDefinition,
  DeleteDefinition,
  UpdateAgent,
])
export type ActionSource = Static<typeof ActionSchema>

const RegistrySchema = Type.Object(
  {
    backend: Type.Optional(Type.Enum(['embedded'], { default: registryDefaults.backend })),
    profile: Type.Optional(
      Text('How the registry behaves: a profile, or a file.', { default: registryDefaults.profile }),
    ),
    accounts: Type.Optional(
      Type.Array(
        Type.Object(
          {
            username: Text('Who.'),
            password: Text('The password or token.'),
            passwordLifetime: Type.Optional(Duration('How long the password is good for, from the start.')),
          },
          own,
        ),
        {
          description: 'Who can log in.',
          default: [],
        },
      ),
    ),
  },
  { ...own, description: 'The local registry that stands for all registries.' },
)

const NetworkSchema = Type.Object(
  {
    preset: Type.Optional(
      Type.Enum(['unlimited', 'data-centre', 'branch-office', 'home'], {
        description: 'Where what is left out comes from.',
        default: networkDefaults.preset,
      }),
    ),
    uplink: Type.Optional(Rate('What the registry can send in all.')),
    connection: Type.Optional(Rate('What one connection can carry.')),
    roundTrip: Type.Optional(Duration('From an agent to the registry and back.')),
    serverLatency: Type.Optional(Duration('How long the registry takes to answer.')),
    unpack: Type.Optional(Rate('How fast an engine unpacks layers, in bytes on the wire.')),
  },
  { ...own, description: 'What lies between the registry and the agents.' },
)
export type NetworkSource = Static<typeof NetworkSchema>

const WebAppSchema = Type.Object(
  {
    autoEnableAgents: Type.Optional(
      Flag('Whether new agents are enabled at once.', { default: webAppDefaults.autoEnableAgents }),
    ),
    pruneImages: Type.Optional(
      Type.Enum([...pruneModes], { description: 'Prune mode of new agents.', default: webAppDefaults.pruneImages }),
    ),
  },
  { ...own, description: 'The fake Kasm.' },
)

const EndSchema = Type.Object(
  {
    after: Duration('When the run ends at the latest.'),
    when: Type.Optional(
      Type.Enum(['never', 'all-agents-ready'], { description: 'What ends it earlier.', default: 'never' }),
    ),
  },
  { ...own, description: 'When the run ends.' },
)

export const ScenarioSchema = Type.Object(
  {
    $schema: Type.Optional(Text('Where an editor finds this schema; of no meaning to a run.')),
    name: Type.String({
      pattern: '^[a-z0-9]+(-[a-z0-9]+)*$',
      description: 'Name of the scenario.',
      errorMessage: 'must be lower-case words joined by dashes, such as "tag-drift"',
    }),
    description: Type.Optional(
      Type.String({ description: 'What it shows, in a sentence.', default: scenarioDefaults.description }),
    ),
    seed: Type.Optional(
      Count('Seed of everything random.', {
        minimum: 0,
        maximum: Number.MAX_SAFE_INTEGER,
        default: scenarioDefaults.seed,
      }),
    ),
    speed: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        description: 'How many times faster than the wall it runs.',
        default: scenarioDefaults.speed,
      }),
    ),
    fleet: Type.Union([FleetSchema, Type.Array(GroupSchema, { minItems: 1 })], {
      description: 'The agents: one group, or a list of named groups.',
    }),
    registry: Type.Optional(RegistrySchema),
    network: Type.Optional(NetworkSchema),
    webApp: Type.Optional(WebAppSchema),
    images: Type.Optional(
      Type.Union([CatalogueSchema, Type.Array(ImageSchema)], {
        description:
          'The images: of the Kasm catalogue, or a list. Default: the enabled catalogue at a thousandth of its size.',
      }),
    ),
    timeline: Type.Optional(Type.Array(ActionSchema, { description: 'What changes during the run.', default: [] })),
    end: EndSchema,
    expect: Type.Optional(
      Type.Array(ExpectationSchema, { description: 'What must hold for the run to pass.', default: [] }),
    ),
  },
  own,
)

/** A scenario as people write it: durations and sizes with units, almost everything optional. */
export type ScenarioSource = Static<typeof ScenarioSchema>

/**
 * The JSON schema of the source form, for editors: completion, descriptions and checks in YAML and JSON files.
 *
 * @example
 * await writeFile('kasm-sim.schema.json', JSON.stringify(scenarioJsonSchema(), null, 2))
 */
export function scenarioJsonSchema(): object {
  return { $schema: 'https://json-schema.org/draft/2020-12/schema', title: 'kasm-sim scenario', ...ScenarioSchema }
}
