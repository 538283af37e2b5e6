// The part of the scenario schema that says what the registry holds and the web app defines.
import { type Static, Type } from 'typebox'
import { Count, Flag, own, Share, Size, Text, TextOrNull } from '../../server/kernel/schema-leaves.ts'
import { catalogueDefaults, imageDefaults } from './defaults.ts'

export const ImageSchema = Type.Object(
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

export const CatalogueSchema = Type.Object(
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
