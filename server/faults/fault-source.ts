// The data form of a fault, as people write it in scenarios, in files of faults and to the control API. The schema is the only
// definition; whoever uses it says whom its faults can concern.
import {
  type Static,
  type TOptional,
  type TSchema,
  type TSchemaOptions,
  type TString,
  type TUnknown,
  Type,
} from 'typebox'
import { Count, Duration, Flag, own, Rate, Share, Text } from '../kernel/schema-leaves.ts'

/** What a fault means where it says nothing. */
export const faultDefaults = { probability: 1, succeedFirst: 0, ramp: '0s', truncatedShare: 0.5 } as const

const delay = Type.Union(
  [
    Duration('How long answers are held back.'),
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
const headers = Type.Record(
  Type.String({ pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$" }),
  Type.String({ pattern: '^[\\t\\x20-\\x7e]*$' }),
  {
    ...own,
    description: 'Headers of the answer.',
    default: {},
    errorMessage: 'must be header names with texts of printable ASCII',
  },
)
const share = Type.Number({
  minimum: 0,
  maximum: 0.999,
  description: 'The share of the body that goes out.',
  default: faultDefaults.truncatedShare,
})
const operationDone = Flag('Whether the request is carried out all the same, so that only its answer is lost.', {
  default: false,
})

const common = {
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
  times: Type.Optional(
    Count('It is over after so many hits. Default: no end.', { minimum: 1, maximum: 1_000_000_000 }),
  ),
  ramp: Type.Optional(Duration('So long it takes to grow to its full strength.', { default: faultDefaults.ramp })),
  from: Type.Optional(Duration('When it starts. Default: at once.')),
  until: Type.Optional(Duration('When it ends. Default: when it is cleared, or with its server.')),
  for: Type.Optional(Duration('How long it lasts, in place of `until`.')),
  seed: Type.Optional(
    Count('Seed of its draws. Default: that of its server.', { minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
  ),
}

/** A name that must be given: where faults are told of in events. */
export const faultName = Text('What events and the journal call it.')

/**
 * The schema of a fault whose scope has a schema of its own.
 *
 * @example
 * const FaultSchema = faultSchema({ name: faultName, scope: ScopeSchema })
 */
export function faultSchema<Name extends TSchema, Scope extends TSchema>(
  { name, scope, statusMin = 200 }: { name: Name; scope: Scope; statusMin?: number },
  options: TSchemaOptions = {},
) {
  const fields = { name, scope: Type.Optional(scope), ...common }
  const body = Type.Unknown({
    description: 'Body of the answer. Default: the error document that goes with the status.',
  })
  const status = Count('The status of the answer.', { minimum: statusMin, maximum: 599 })
  return Type.Union(
    [
      Type.Object(
        {
          kind: Type.Literal('status'),
          status,
          headers: Type.Optional(headers),
          body: Type.Optional(body),
          operationDone: Type.Optional(operationDone),
          ...fields,
        },
        own,
      ),
      Type.Object({ kind: Type.Literal('latency'), delay, ...fields }, own),
      Type.Object({ kind: Type.Literal('truncated-body'), share: Type.Optional(share), ...fields }, own),
      Type.Object({ kind: Type.Literal('slow-body'), rate: Rate('How fast bodies go out.'), ...fields }, own),
      Type.Object(
        {
          kind: Type.Enum(['internal-error', 'connection-drop']),
          operationDone: Type.Optional(operationDone),
          ...fields,
        },
        own,
      ),
      Type.Object(
        { kind: Type.Enum(['malformed-json', 'wrong-digest', 'malformed-header', 'outage']), ...fields },
        own,
      ),
    ],
    options,
  )
}

/** A fault as someone writes it, whatever its scope. */
export type FaultSource = Static<ReturnType<typeof faultSchema<TOptional<TString>, TUnknown>>>
