// The data form of a limit: what built-in profiles and those in a user's file are written in. The schema is the only definition.
import { type Static, Type } from 'typebox'
import { Count, Flag, own } from '../../../server/kernel/schema-leaves.ts'
import { requestClasses, requestParts } from '../request-class.ts'

/** A count that a limit can hold people to: whole, and not nothing. */
const Limit = (description: string) => Count(description, { minimum: 1, maximum: 1_000_000_000 })
const Seconds = (description: string) =>
  Type.Number({
    description,
    exclusiveMinimum: 0,
    maximum: 31_536_000,
    errorMessage: 'must be a number of seconds, more than 0 and at most a year',
  })

const refusalFields = {
  status: Type.Optional(Count('The status of the refusal.', { minimum: 400, maximum: 599, default: 429 })),
  headers: Type.Optional(
    Type.Record(
      // Where the body ends is not the profile's to say.
      Type.String({
        pattern: "^(?![Cc]ontent-[Ll]ength$|[Tt]ransfer-[Ee]ncoding$)[!#$%&'*+.^_`|~0-9A-Za-z-]+$",
      }),
      Type.String({ pattern: '^[\\t\\x20-\\x7e]*$' }),
      {
        ...own,
        description: 'Headers of the refusal, with {retryAfterSeconds}, {retryAfterDate} and {retryAfterGoDuration}.',
        errorMessage:
          'must be header names, other than Content-Length and Transfer-Encoding, with texts of printable ASCII',
      },
    ),
  ),
  body: Type.Optional(Type.String({ description: 'Body of the refusal, with the same placeholders.' })),
  lineEnds: Type.Optional(
    Type.Enum(['crlf', 'lf'], {
      description: 'Writes the refusal byte for byte, the lines of its head ended so, and closes the connection.',
    }),
  ),
}

const commonFields = {
  classes: Type.Array(Type.Enum([...requestClasses, ...requestParts]), {
    minItems: 1,
    description: 'The classes of requests that count and are refused.',
  }),
  key: Type.Enum(['address', 'caller', 'authorization', 'registry'], {
    description:
      'address: IPv4 address or IPv6 /64. caller: the account, else the address. authorization: the header of that name, else the address. registry: all together.',
  }),
  callers: Type.Optional(
    Type.Enum(['all', 'anonymous', 'accounts'], { description: 'Whose requests count.', default: 'all' }),
  ),
  beforeAuthentication: Type.Optional(
    Flag('Whether requests that are then challenged (401) count too.', { default: false }),
  ),
  refusal: Type.Object(refusalFields, { ...own, description: 'How the registry says no.' }),
}

const rateFields = {
  requests: Limit('How many requests'),
  perSeconds: Seconds('in how many seconds.'),
}

const RollingWindowLimit = Type.Object({ kind: Type.Literal('rolling-window'), ...rateFields, ...commonFields }, own)
const TokenBucketLimit = Type.Object(
  { kind: Type.Literal('token-bucket'), ...rateFields, burst: Limit('How many at once.'), ...commonFields },
  own,
)
const LeakyBucketLimit = Type.Object(
  {
    kind: Type.Literal('leaky-bucket'),
    ...rateFields,
    burst: Count('How many more than the rate allows, as of nginx.', { minimum: 0, maximum: 1_000_000_000 }),
    ...commonFields,
  },
  own,
)
const ConnectionsLimit = Type.Object(
  { kind: Type.Literal('connections'), connections: Limit('How many answers at a time.'), ...commonFields },
  own,
)
const DockerHubLimitSchema = Type.Object(
  {
    kind: Type.Literal('docker-hub-pulls'),
    anonymousPulls: Limit('Pulls of an address without an account'),
    accountPulls: Limit('Pulls of an account'),
    windowSeconds: Seconds('in how many seconds.'),
    retryAfter: Type.Optional(Flag('Whether refusals say Retry-After, in seconds.', { default: false })),
    refusesVersionChecks: Type.Optional(Flag('Whether HEAD is refused too once nothing remains.', { default: false })),
    countsRefused: Type.Optional(Flag('Whether refused GETs count all the same.', { default: false })),
  },
  own,
)

const CountedLimitSchema = Type.Union([RollingWindowLimit, TokenBucketLimit, LeakyBucketLimit, ConnectionsLimit])
const LimitSchema = Type.Union([
  RollingWindowLimit,
  TokenBucketLimit,
  LeakyBucketLimit,
  ConnectionsLimit,
  DockerHubLimitSchema,
])

/** A limit that counts requests of some classes. */
export type CountedLimit = Static<typeof CountedLimitSchema>
export type LimitSource = Static<typeof LimitSchema>
export type DockerHubLimit = Static<typeof DockerHubLimitSchema>

/** The schema of a profile's limits. */
export const LimitsSchema = Type.Optional(
  Type.Array(LimitSchema, { description: 'The limits, in the order in which they are asked.', default: [] }),
)
