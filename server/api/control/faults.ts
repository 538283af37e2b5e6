// The faults of the control API, as people write them: those of registries, with a scope of their own.
import { type Static, Type } from 'typebox'
import { faultSchema } from '../../faults/fault-source.ts'
import { own } from './leaves.ts'

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

const name = Type.Optional(
  Type.String({ minLength: 1, maxLength: 100, description: 'Default: `fault-1`, `fault-2`, …' }),
)

export const FaultSourceSchema = faultSchema(
  { name, scope: ScopeSchema },
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
