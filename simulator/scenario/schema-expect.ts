// The part of the scenario schema that says what to expect of a run. What a limit is written in follows from the metric:
// durations for times, sizes for bytes, plain numbers for the rest and for how many samples there were.
import { type Static, type TSchema, Type } from 'typebox'
import { Count, Duration, Flag, own, Size, Text } from '../../server/kernel/schema-leaves.ts'

const numberMetrics = [
  'pulls-running',
  'repositories-in-flight',
  'pulls-started',
  'pulls-succeeded',
  'pulls-failed',
  'pulls-denied',
  'pulls-refused',
  'digests-held',
  'images-pruned',
  'registry-requests',
  'amplification',
  'retry-after-violations',
  'sessions-started',
  'sessions-refused',
  'sessions-running',
  'session-digests',
] as const
/** Times, all of which a run can end before they are over. */
const timingMetrics = [
  'pull-duration',
  'queue-wait',
  'refresh-gap',
  'check-in-gap',
  'ready-time',
  'drift-time',
  'wait-time',
] as const
const sizeMetrics = ['downloaded-bytes'] as const

const values = ['max', 'min', 'sum', 'mean', 'p50', 'p95'] as const

const Where = Type.Object(
  {
    group: Type.Optional(Text('Only agents of this group.')),
    agents: Type.Optional(
      Type.Array(Count('Number of an agent, from 0 through all groups.', { minimum: 0 }), {
        minItems: 1,
        description: 'Only these agents.',
      }),
    ),
    image: Type.Optional(Text('Only this image, by its docker reference as the scenario writes it.')),
    reason: Type.Optional(Type.Enum(['missing', 'refresh'], { description: 'Only pulls for this reason.' })),
    authenticated: Type.Optional(Flag('Only pulls or requests with (or without) credentials.')),
    status: Type.Optional(Count('Only registry requests with this status.', { minimum: 100, maximum: 599 })),
    requestClass: Type.Optional(
      Type.Enum(['ping', 'token', 'version-check', 'manifest', 'blob', 'push', 'other'], {
        description: 'Only registry requests of this class.',
      }),
    ),
    session: Type.Optional(Text('Only this session, by the name that its request gave it.')),
    user: Type.Optional(Text('Only sessions that this user asked for.')),
    publication: Type.Optional(
      Count('Only sessions that run this publication of their image, from 1; 0: none of them.', { minimum: 0 }),
    ),
    refusal: Type.Optional(
      Type.Enum(['not-authorized', 'no-resources', 'other'], { description: 'Only refusals for this cause.' }),
    ),
    from: Type.Optional(Duration('Only from this moment of the run on.', { default: '0s' })),
    until: Type.Optional(Duration('Only before this moment of the run.')),
  },
  { ...own, description: 'Which samples of the metric count; every field narrows further.' },
)

const common = {
  name: Type.Optional(Text('What is expected, for people. Default: made from the other fields.')),
  where: Type.Optional(Where),
}

const limits = <Value extends TSchema>(value: Value) => ({
  atMost: Type.Optional(value),
  atLeast: Type.Optional(value),
  exactly: Type.Optional(value),
  reaches: Type.Optional(value),
})

const neverBefore = <Value extends TSchema>(value: Value) =>
  Type.Optional(
    Type.Object(
      { value, at: Duration('The moment before which no sample reaches the value, and after which one does.') },
      { ...own, description: 'No sample of at least `value` before `at`, and one after it.' },
    ),
  )

const PlainNumber = Type.Number({ minimum: 0 })
const DurationValue = Duration('A duration.')
const SizeValue = Size('A size.')
const Aggregate = Type.Enum([...values], {
  description: 'How samples become one number. Default: max for times, sum for bytes.',
})

const NumberExpectation = Type.Object(
  {
    metric: Type.Enum([...numberMetrics]),
    ...common,
    aggregate: Type.Optional(
      Type.Enum([...values, 'count'], {
        description:
          'How samples become one number. Default: max for levels (running, in flight, held), mean for amplification, count for the rest.',
      }),
    ),
    ...limits(PlainNumber),
    neverBefore: neverBefore(PlainNumber),
  },
  own,
)

const TimingExpectation = Type.Object(
  {
    metric: Type.Enum([...timingMetrics]),
    ...common,
    aggregate: Type.Optional(Aggregate),
    ...limits(DurationValue),
    neverBefore: neverBefore(DurationValue),
    within: Type.Optional(Duration('Every timing must have ended, after at most this long.')),
  },
  own,
)

const SizeExpectation = Type.Object(
  {
    metric: Type.Enum([...sizeMetrics]),
    ...common,
    aggregate: Type.Optional(Aggregate),
    ...limits(SizeValue),
    neverBefore: neverBefore(SizeValue),
  },
  own,
)

/** How many samples a metric of times or bytes has. */
const CountExpectation = Type.Object(
  {
    metric: Type.Enum([...timingMetrics, ...sizeMetrics]),
    ...common,
    aggregate: Type.Literal('count'),
    ...limits(PlainNumber),
  },
  own,
)

export const ExpectationSchema = Type.Union([NumberExpectation, TimingExpectation, SizeExpectation, CountExpectation])
export type ExpectationSource = Static<typeof ExpectationSchema>
