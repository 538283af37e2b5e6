// The source form of a scenario, as people write it: one schema from which its type, its checks and the editor's help derive.
// Its larger parts have files of their own.
import { type Static, Type } from 'typebox'
import { Count, Duration, own, Rate, Text } from '../../server/kernel/schema-leaves.ts'
import { networkDefaults, scenarioDefaults } from './defaults.ts'
import { ExpectationSchema } from './schema-expect.ts'
import { FleetSchema, GroupSchema } from './schema-fleet.ts'
import { CatalogueSchema, ImageSchema } from './schema-images.ts'
import { RegistrySchema } from './schema-registry.ts'
import { ActionSchema } from './schema-timeline.ts'
import { WebAppSchema } from './schema-web-app.ts'

export type { GroupSource } from './schema-fleet.ts'
export type { ImageSource } from './schema-images.ts'
export type { ActionSource } from './schema-timeline.ts'

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
