// What a fake can be filled with, as people write it. The schema is the only definition.
import { type Static, Type } from 'typebox'
import { imageOperations } from '../images.ts'
import { HeldImageSchema } from '../manager.ts'
import { userOperations } from '../users.ts'
import { own } from './leaves.ts'

const Name = (description: string) => Type.String({ minLength: 1, maxLength: 255, description })
const Names = (description: string) => Type.Array(Type.String({ minLength: 1 }), { description })
const Count = (description: string) => Type.Integer({ minimum: 0, maximum: 100_000, default: 0, description })

const { properties: imageFields } = imageOperations.create_image.body.properties.target_image
const { properties: userFields } = userOperations.create_user.body.properties.target_user

const SeedImageSchema = Type.Object(
  { ...imageFields, groups: Type.Optional(Names('Names of groups that may launch it. Default: All Users.')) },
  { ...own, description: 'The fields of `create_image`.' },
)
const SeedUserSchema = Type.Object(
  { ...userFields, groups: Type.Optional(Names('Names of groups, besides All Users.')) },
  { ...own, description: 'The fields of `create_user`. One that is there already is changed.' },
)
const SeedGroupSchema = Type.Object(
  {
    name: Name('One that is there already is changed.'),
    description: Type.Optional(Type.String()),
    priority: Type.Optional(Type.Integer()),
    permissions: Type.Optional(Names('Such as `images_view`.')),
    settings: Type.Optional(Type.Record(Type.String(), Type.Unknown(), { description: 'Group settings by name.' })),
    images: Type.Optional(Names('Docker references of images that its members may launch.')),
  },
  own,
)
const SeedAgentSchema = Type.Object(
  {
    hostname: Name('Its name.'),
    server_id: Type.Optional(Name('Default: one that follows from the host name.')),
    zone_name: Type.Optional(Name('Default: the first zone.')),
    enabled: Type.Optional(Type.Boolean({ default: true })),
    cores: Type.Optional(Type.Integer({ minimum: 1, default: 8 })),
    memory_bytes: Type.Optional(Type.Integer({ minimum: 1, default: 32_000_000_000 })),
    docker_images: Type.Optional(Type.Array(HeldImageSchema, { description: 'What it holds.', default: [] })),
    auto_prune_images: Type.Optional(Type.Enum(['Off', 'Normal', 'Aggressive'])),
  },
  { ...own, description: 'An agent that has just checked in, once.' },
)
const SeedKeySchema = Type.Object(
  {
    name: Name('What administrators call it.'),
    api_key: Name('The key.'),
    api_key_secret: Name('Its secret.'),
    permissions: Type.Optional(Names('Such as `images_view`. Default: none, as in Kasm.')),
    enabled: Type.Optional(Type.Boolean({ default: true })),
    read_only: Type.Optional(Type.Boolean({ default: false })),
  },
  own,
)
const GenerateSchema = Type.Object(
  {
    seed: Type.Optional(Type.Integer({ minimum: 0, default: 1, description: 'The same seed makes the same.' })),
    images: Type.Optional(Count('Images with made-up names.')),
    users: Type.Optional(Count('Users with the password of the default users.')),
    groups: Type.Optional(Count('Groups, over which the users and images are spread.')),
    agents: Type.Optional(Count('Enabled agents.')),
  },
  { ...own, description: 'What is made up.' },
)

/** A seed: everything in it is optional. */
export const SeedSchema = Type.Object(
  {
    catalogue: Type.Optional(
      Type.Boolean({ default: false, description: 'Whether the 57 images of a fresh installation are there, too.' }),
    ),
    zones: Type.Optional(Type.Array(Name('A zone.'), { description: 'The first is the default zone.' })),
    settings: Type.Optional(
      Type.Record(Type.String({ minLength: 1 }), Type.Union([Type.String(), Type.Number(), Type.Boolean()]), {
        description: 'Global settings, such as `scale/auto_agent`.',
      }),
    ),
    groups: Type.Optional(Type.Array(SeedGroupSchema)),
    images: Type.Optional(Type.Array(SeedImageSchema)),
    users: Type.Optional(Type.Array(SeedUserSchema)),
    api_keys: Type.Optional(Type.Array(SeedKeySchema)),
    agents: Type.Optional(Type.Array(SeedAgentSchema)),
    generate: Type.Optional(GenerateSchema),
  },
  {
    ...own,
    $id: 'Seed',
    examples: [
      {
        zones: ['default', 'emea'],
        images: [{ name: 'kasmweb/chrome:1.16.1', friendly_name: 'Chrome', groups: ['Testers'] }],
        groups: [{ name: 'Testers', permissions: ['images_view'] }],
        users: [{ username: 'ada@example.com', password: 'correct horse', groups: ['Testers'] }],
        agents: [{ hostname: 'agent-1', zone_name: 'emea' }],
        settings: { 'scale/auto_agent': true },
      },
      { generate: { images: 100, users: 20, agents: 5, seed: 7 } },
    ],
  },
)
export type SeedSource = Static<typeof SeedSchema>
export type SeedImage = Static<typeof SeedImageSchema>
export type SeedUser = Static<typeof SeedUserSchema>
export type SeedGroup = Static<typeof SeedGroupSchema>
export type SeedAgent = Static<typeof SeedAgentSchema>
export type SeedKey = Static<typeof SeedKeySchema>
