// The data form of a fault, as people write it in scenarios and files of faults. The schema is the only definition.
import { type Static, Type } from 'typebox'
import { Count, Duration, own, Rate, Share, Text } from '../../scenario/schema-leaves.ts'
import { requestClasses } from '../request-class.ts'

/** What a fault means where it says nothing. */
export const faultDefaults = { probability: 1, succeedFirst: 0, ramp: '0s', truncatedShare: 0.5 } as const

const ScopeSchema = Type.Object(
  {
    profile: Type.Optional(Text('Only where the registry has this profile.')),
    images: Type.Optional(
      Type.Array(Text('A docker reference, or a repository for all of its tags.'), { minItems: 1 }),
    ),
    agents: Type.Optional(
      Type.Union(
        [
          Type.Literal('all'),
          Type.Array(Count('Number of an agent, from 0 through all groups.', { minimum: 0 }), { minItems: 1 }),
          Type.Object({ group: Text('Name of a group.') }, own),
        ],
        { description: 'Which agents of the fleet. Default: all callers.' },
      ),
    ),
    sources: Type.Optional(Type.Array(Text('IP address of a caller.'), { minItems: 1 })),
    classes: Type.Optional(Type.Array(Type.Enum([...requestClasses]), { minItems: 1 })),
  },
  { ...own, description: 'Whom it concerns. Default: every request.' },
)

const commonFields = {
  name: Text('What events and the journal call it.'),
  scope: Type.Optional(ScopeSchema),
  probability: Type.Optional(
    Share('The share of the requests in its scope that it hits.', { default: faultDefaults.probability }),
  ),
  succeedFirst: Type.Optional(
    Count('So many requests of each caller are spared first.', {
      minimum: 0,
      maximum: 1_000_000_000,
      default: faultDefaults.succeedFirst,
    }),
  ),
  ramp: Type.Optional(Duration('So long it takes to grow to its full strength.', { default: faultDefaults.ramp })),
  from: Type.Optional(Duration('When it starts. Default: at once.')),
  until: Type.Optional(Duration('When it ends. Default: when it is cleared, or with the run.')),
  for: Type.Optional(Duration('How long it lasts, in place of `until`.')),
}

const Status = Type.Object(
  {
    kind: Type.Literal('status'),
    status: Count('The status of the answer.', { minimum: 400, maximum: 599 }),
    headers: Type.Optional(
      Type.Record(
        Type.String({ pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$" }),
        Type.String({ pattern: '^[\\t\\x20-\\x7e]*$' }),
        {
          ...own,
          description: 'Headers of the answer.',
          default: {},
          errorMessage: 'must be header names with texts of printable ASCII',
        },
      ),
    ),
    body: Type.Optional(
      Type.String({ description: 'Body of the answer. Default: the error document that goes with the status.' }),
    ),
    ...commonFields,
  },
  own,
)
const delayText = Duration('How long answers are held back.')
const Delay = Type.Union(
  [
    delayText,
    Type.Object({ distribution: Type.Literal('uniform'), low: Duration('At least.'), high: Duration('At most.') }, own),
    Type.Object({ distribution: Type.Literal('exponential'), mean: Duration('On average.') }, own),
    Type.Object(
      {
        distribution: Type.Literal('lognormal'),
        median: Duration('Half of them are shorter.'),
        sigma: Type.Number({ minimum: 0, maximum: 10, description: 'Standard deviation of the logarithm.' }),
      },
      own,
    ),
  ],
  {
    description: 'How long answers are held back: always the same, or drawn.',
    errorMessage: 'must be a duration such as "200ms", or a distribution',
  },
)
const Latency = Type.Object({ kind: Type.Literal('latency'), delay: Delay, ...commonFields }, own)
const TruncatedBody = Type.Object(
  {
    kind: Type.Literal('truncated-body'),
    share: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 0.999,
        description: 'The share of the body that goes out.',
        default: faultDefaults.truncatedShare,
      }),
    ),
    ...commonFields,
  },
  own,
)
const SlowBody = Type.Object(
  { kind: Type.Literal('slow-body'), rate: Rate('How fast bodies go out.'), ...commonFields },
  own,
)
const Bare = Type.Object(
  { kind: Type.Enum(['connection-drop', 'wrong-digest', 'malformed-header', 'outage']), ...commonFields },
  own,
)

/** The schema of a fault. */
export const FaultSchema = Type.Union([Status, Latency, TruncatedBody, SlowBody, Bare])
export type FaultSource = Static<typeof FaultSchema>

/** The schema of a list of faults. */
export const FaultsSchema = Type.Array(FaultSchema, {
  description: 'What goes wrong at the registry (docs/faults.md).',
  default: [],
})
