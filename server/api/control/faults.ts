// The faults of the control API, as people write them. The schema is the only definition.
import { type Static, Type } from 'typebox'
import { ratePattern } from '../../kernel/units.ts'
import { countBounds, Duration, own } from './leaves.ts'

const Names = (description: string) =>
  Type.Array(Type.String({ minLength: 1 }), { description, minItems: 1, maxItems: 1_000 })

const ScopeSchema = Type.Object(
  {
    operations: Type.Optional(Names('Such as `get_images` or `heartbeat`.')),
    prefixes: Type.Optional(Names('Beginnings of paths, such as `/api/admin/`.')),
    callers: Type.Optional(Names('API keys (the key, not its secret) and user names, as calls name them.')),
    agents: Type.Optional(Names('Server ids or host names of agents.')),
    sources: Type.Optional(Names('IP addresses of callers.')),
  },
  { ...own, description: 'Whom it concerns. Default: every call of the API.' },
)

const common = {
  name: Type.Optional(Type.String({ minLength: 1, maxLength: 100, description: 'Default: `fault-1`, `fault-2`, …' })),
  scope: Type.Optional(ScopeSchema),
  probability: Type.Optional(
    Type.Number({
      minimum: 0,
      maximum: 1,
      default: 1,
      description: 'The share of the calls in its scope that it hits.',
    }),
  ),
  succeedFirst: Type.Optional(
    Type.Integer({ ...countBounds, default: 0, description: 'So many calls of each caller are spared first.' }),
  ),
  times: Type.Optional(
    Type.Integer({ ...countBounds, minimum: 1, description: 'It is over after so many hits. Default: no end.' }),
  ),
  for: Type.Optional(Duration('How long it lasts, on the clock of the fake. Default: until it is cleared.')),
  seed: Type.Optional(Type.Integer({ ...countBounds, default: 1, description: 'Seed of its draws.' })),
}
const operationDone = Type.Optional(
  Type.Boolean({
    default: false,
    description: 'Whether the operation is carried out all the same, so that only its answer is lost.',
  }),
)

const StatusFault = Type.Object(
  {
    kind: Type.Literal('status'),
    status: Type.Integer({ minimum: 200, maximum: 599 }),
    headers: Type.Optional(
      Type.Record(
        Type.String({ pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$" }),
        Type.String({ pattern: '^[\\t\\x20-\\x7e]*$' }),
        {
          ...own,
          description: 'Headers of the answer.',
        },
      ),
    ),
    body: Type.Optional(Type.Unknown({ description: 'Body of the answer. Default: an `error_message`.' })),
    operationDone,
    ...common,
  },
  own,
)
const LatencyFault = Type.Object(
  {
    kind: Type.Literal('latency'),
    delay: Type.Union([
      Duration('How long answers are held back, on the wall clock.'),
      Type.Object(
        { distribution: Type.Literal('uniform'), low: Duration('At least.'), high: Duration('At most.') },
        own,
      ),
    ]),
    ...common,
  },
  own,
)
const SlowBodyFault = Type.Object(
  { kind: Type.Literal('slow-body'), rate: Type.String({ pattern: ratePattern }), ...common },
  own,
)
const LostAnswerFault = Type.Object(
  { kind: Type.Enum(['internal-error', 'connection-drop']), operationDone, ...common },
  own,
)
const MalformedJsonFault = Type.Object({ kind: Type.Literal('malformed-json'), ...common }, own)

export const FaultSourceSchema = Type.Union(
  [StatusFault, LatencyFault, SlowBodyFault, LostAnswerFault, MalformedJsonFault],
  {
    $id: 'FaultSource',
    examples: [
      { kind: 'status', status: 503, scope: { operations: ['get_images'] }, probability: 0.5, for: '5m' },
      { kind: 'internal-error', times: 1 },
      { kind: 'latency', delay: { distribution: 'uniform', low: '100ms', high: '2s' } },
      { kind: 'connection-drop', scope: { operations: ['create_image'] }, operationDone: true, times: 1 },
      { kind: 'slow-body', rate: '20kB/s', scope: { prefixes: ['/manager_api/'] } },
    ],
  },
)
export type FaultSource = Static<typeof FaultSourceSchema>

export const exampleFaultState = {
  name: 'fault-1',
  hits: 3,
  until: null,
  rule: { kind: 'internal-error', operationDone: false },
  scope: { operations: ['get_images'] },
  probability: 1,
  succeedFirst: 0,
  times: null,
}

/** A fault as it stands. */
export const FaultStateSchema = Type.Object(
  {
    name: Type.String(),
    hits: Type.Integer({ minimum: 0 }),
    until: Type.Unsafe<string | null>({ type: ['string', 'null'], description: 'When it is over.' }),
    rule: Type.Record(Type.String(), Type.Unknown()),
    scope: Type.Record(Type.String(), Type.Unknown()),
    probability: Type.Number(),
    succeedFirst: Type.Integer(),
    times: Type.Unsafe<number | null>({ type: ['integer', 'null'] }),
  },
  { $id: 'FaultState', examples: [exampleFaultState] },
)
