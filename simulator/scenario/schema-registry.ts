// The part of the scenario schema that says how the local registry is.
import { Type } from 'typebox'
import { Duration, Flag, own, Text } from '../../server/kernel/schema-leaves.ts'
import { FaultsSchema } from '../registry/faults/registry-fault.ts'
import { backendDefaults, registryDefaults } from './defaults.ts'

const ContainerBackendSchema = Type.Object(
  {
    kind: Type.Literal('container'),
    image: Type.Optional(Text('The image of the registry.', { default: backendDefaults.image })),
  },
  own,
)
const UpstreamBackendSchema = Type.Object(
  {
    kind: Type.Literal('upstream'),
    url: Text('Where the registry is, without a path.'),
    push: Type.Optional(
      Flag('Whether images are pushed to it; else it must have them.', { default: backendDefaults.push }),
    ),
    username: Type.Optional(Text('Who logs in to it; default: nobody.')),
    password: Type.Optional(Text('The password or token.')),
  },
  own,
)

const AccountTokenSchema = Type.Object(
  {
    token: Text('The token, used like the password.'),
    access: Type.Optional(
      Type.Enum(['read-only', 'read-write'], { description: 'What it is good for.', default: 'read-write' }),
    ),
    lifetime: Type.Optional(Duration('How long it is good for, from the start.')),
  },
  own,
)

export const RegistrySchema = Type.Object(
  {
    backend: Type.Optional(
      Type.Union([Type.Enum(['embedded', 'container']), ContainerBackendSchema, UpstreamBackendSchema], {
        description: 'What holds the images: memory of this process, a container, or a registry by its URL.',
        default: registryDefaults.backend,
      }),
    ),
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
            tokens: Type.Optional(
              Type.Array(AccountTokenSchema, { description: 'Other passwords of the account.', default: [] }),
            ),
            plan: Type.Optional(
              Type.Enum(['personal', 'paid'], {
                description: 'What the account has of Docker Hub: paid has no pull limit.',
                default: 'personal',
              }),
            ),
          },
          own,
        ),
        {
          description: 'Who can log in.',
          default: [],
        },
      ),
    ),
    faults: Type.Optional(FaultsSchema),
  },
  { ...own, description: 'The local registry that stands for all registries.' },
)
