// The data form of a profile, and the profile that it stands for. Built-in profiles and those in a user's file are both written in it.
import { type Static, Type } from 'typebox'
import { Count, Flag, own, Text } from '../../scenario/schema-leaves.ts'
import { createPolicy } from './limit-policy.ts'
import { LimitsSchema } from './limit-source.ts'
import { type Profile, tokenPaths } from './policy.ts'

const lifetime = { minimum: 1, maximum: 31_536_000 }
const None = Type.Object({ scheme: Type.Literal('none') }, own)
const Bearer = Type.Object(
  {
    scheme: Type.Literal('bearer'),
    service: Text('The service that challenges name.'),
    tokenLifetimeSeconds: Count('How long a token is good for.', lifetime),
    anonymousPull: Flag('Whether a pull needs no account.'),
    tokenPath: Type.Optional(
      Type.Enum([...tokenPaths], { description: 'Path of the token endpoint.', default: '/token' }),
    ),
    credentials: Type.Optional(
      Type.Enum(['google'], { description: 'Gives user names such as _json_key their meaning.' }),
    ),
    encodedPasswords: Type.Optional(
      Flag('Takes `Bearer base64(user:password)` in place of a token, and denies Basic.', { default: false }),
    ),
    tokenByPost: Type.Optional(Flag('Whether the token endpoint knows POST.', { default: true })),
  },
  own,
)
const Basic = Type.Object(
  {
    scheme: Type.Literal('basic'),
    service: Text('The service that challenges name.'),
    passwordLifetimeSeconds: Type.Optional(
      Count('How long passwords are good for, from the start of the registry.', lifetime),
    ),
  },
  own,
)

/** The schema of a profile in a file. */
export const ProfileSchema = Type.Object(
  {
    name: Type.Optional(Text('What the profile is called.')),
    description: Type.Optional(Text('What it stands for.')),
    source: Type.Optional(Text('Where its behaviour is known from.')),
    authentication: Type.Union([None, Bearer, Basic], { description: 'How callers prove who they are.' }),
    limits: LimitsSchema,
  },
  own,
)
export type ProfileSource = Static<typeof ProfileSchema>

/**
 * The profile of its data form; `name` is what it is called where it does not say.
 *
 * @example
 * profileOf({ authentication: { scheme: 'none' } }, './mine.yaml').createPolicy()
 */
export function profileOf(source: ProfileSource, name: string): Profile {
  const { limits = [] } = source
  return {
    name: source.name ?? name,
    description: source.description ?? 'A profile of your own.',
    source: source.source ?? name,
    authentication: source.authentication,
    limits,
    createPolicy: () => createPolicy(limits),
  }
}
