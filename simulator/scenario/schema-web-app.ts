// The part of the scenario schema that says how the fake Kasm is set up.
import { Type } from 'typebox'
import { Flag, own, Text } from '../../server/kernel/schema-leaves.ts'
import { webAppDefaults } from './defaults.ts'

export const pruneModes = ['Off', 'Normal', 'Aggressive'] as const

const UserSchema = Type.Object(
  {
    name: Text('The user name.'),
    groups: Type.Optional(Type.Array(Text('Name of a group.'), { description: 'Groups beside All Users.' })),
  },
  own,
)

export const WebAppSchema = Type.Object(
  {
    autoEnableAgents: Type.Optional(
      Flag('Whether new agents are enabled at once.', { default: webAppDefaults.autoEnableAgents }),
    ),
    pruneImages: Type.Optional(
      Type.Enum([...pruneModes], { description: 'Prune mode of new agents.', default: webAppDefaults.pruneImages }),
    ),
    groups: Type.Optional(
      Type.Array(Text('Name of a group.'), { description: 'Groups beside All Users and Administrators.', default: [] }),
    ),
    users: Type.Optional(Type.Array(UserSchema, { description: 'Who asks for sessions.', default: [] })),
  },
  { ...own, description: 'The fake Kasm.' },
)
