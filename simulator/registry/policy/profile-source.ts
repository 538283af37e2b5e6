// The data form of a profile, and the profile that it stands for. Built-in profiles and those in a user's file are both written in it.
import { type Static, Type } from 'typebox'
import { Count, Flag, own, Text } from '../../../server/kernel/schema-leaves.ts'
import { createPolicy } from './limit-policy.ts'
import { LimitsSchema } from './limit-source.ts'
import { type Profile, tokenPaths } from './policy.ts'

const year = 31_536_000
const lifetime = { minimum: 1, maximum: year }
/** What clients take a token to be good for at least, whatever they are told (token specification of distribution). */
const tokenLifetime = { minimum: 60, maximum: year }
const FailedLogins = Type.Object(
  {
    attempts: Count('How many wrong logins', { minimum: 1, maximum: 1_000_000_000 }),
    perSeconds: Count('in how many seconds', lifetime),
    banSeconds: Count('lead to so many seconds without any.', lifetime),
    key: Type.Enum(['address', 'username'], { description: 'Whose logins are counted, and who is refused.' }),
    status: Type.Optional(Count('The status of the refusal.', { minimum: 400, maximum: 599, default: 403 })),
    message: Type.Optional(Text('The message of the refusal.')),
  },
  { ...own, description: 'What becomes of those who log in wrongly too often.' },
)
const BlobRedirect = Type.Object(
  {
    status: Type.Optional(
      Type.Enum([301, 302, 303, 307, 308], { description: 'The status of the redirect.', default: 307 }),
    ),
    lifetimeSeconds: Count('How long the signed address is good for.', lifetime),
  },
  { ...own, description: 'Redirects blobs to a second origin, by a signed address.' },
)
/** It stands between quotes in a header. */
const Service = Type.String({
  description: 'The service that challenges name.',
  pattern: '^[\\x20\\x21\\x23-\\x5b\\x5d-\\x7e]+$',
  errorMessage: 'must be a text of printable ASCII without quotes and backslashes',
})
const None = Type.Object({ scheme: Type.Literal('none') }, own)
const Bearer = Type.Object(
  {
    scheme: Type.Literal('bearer'),
    service: Service,
    tokenLifetimeSeconds: Count('How long a token is good for.', tokenLifetime),
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
    refreshTokens: Type.Optional(Flag('Whether logins that ask for a refresh token get one.', { default: true })),
    refreshTokenLifetimeSeconds: Type.Optional(Count('How long refresh tokens are good for.', tokenLifetime)),
    failedLogins: Type.Optional(FailedLogins),
  },
  own,
)
const Basic = Type.Object(
  {
    scheme: Type.Literal('basic'),
    service: Service,
    passwordLifetimeSeconds: Type.Optional(
      Count('How long passwords are good for, from the start of the registry.', lifetime),
    ),
    failedLogins: Type.Optional(FailedLogins),
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
    blobRedirect: Type.Optional(BlobRedirect),
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
    ...(source.blobRedirect ? { blobRedirect: source.blobRedirect } : {}),
    createPolicy: (accounts = []) => createPolicy(limits, accounts),
  }
}
