// The bodies and replies of the control API.
import { type TSchema, Type } from 'typebox'
import { exampleFaultState, FaultSourceSchema, FaultStateSchema } from './faults.ts'
import {
  JournalEntrySchema,
  JournalReplySchema,
  VerificationSchema,
  VerifySchema,
  WaitForSchema,
  WaitReplySchema,
} from './journal.ts'
import { Count, Duration, Name, own, reference, Text } from './leaves.ts'
import { quirkValues } from './quirks.ts'
import { SeedSchema } from './seed.ts'

const exampleCounts = { images: 57, users: 2, groups: 2, zones: 1, agents: 0, sessions: 0, api_keys: 1 }
const exampleSnapshot = { name: 'before-rollout', takenAt: '2026-01-31T12:00:00.000Z', records: 200 }
export const CountsSchema = Type.Object(
  { images: Count, users: Count, groups: Count, zones: Count, agents: Count, sessions: Count, api_keys: Count },
  { $id: 'Counts', examples: [exampleCounts], description: 'What there is now.' },
)
export const SnapshotSchema = Type.Object(
  { name: Name, takenAt: Type.String({ description: 'By the clock of the fake.' }), records: Count },
  { $id: 'Snapshot', examples: [exampleSnapshot] },
)
export const ClockSchema = Type.Object(
  {
    now: Type.String(),
    nowMs: Type.Number({ description: 'Milliseconds since the Unix epoch.' }),
    frozen: Type.Boolean(),
    speed: Type.Number({ description: 'How many times as fast as the wall it runs when it is not frozen.' }),
    next: Type.Unsafe<string | null>({ type: ['string', 'null'], description: 'When the next thing is due.' }),
    controllable: Type.Boolean({ description: 'False where the program that started the server holds the clock.' }),
  },
  {
    $id: 'Clock',
    examples: [
      {
        now: '2026-01-31T12:00:00.000Z',
        nowMs: 1_769_860_800_000,
        frozen: true,
        speed: 1,
        next: null,
        controllable: true,
      },
    ],
  },
)
export const ClockChangesSchema = Type.Object(
  {
    freeze: Type.Optional(Type.Boolean({ description: 'False lets it run.' })),
    speed: Type.Optional(
      Type.Number({ minimum: 0.001, maximum: 100_000, description: 'How many times as fast as the wall it runs.' }),
    ),
    advance: Type.Optional(Duration('Moves it on by this, through everything that is due.')),
    set: Type.Optional(Type.String({ description: 'Moves it on to a later moment, through everything that is due.' })),
  },
  { ...own, $id: 'ClockChanges', minProperties: 1, examples: [{ freeze: true, advance: '30m' }, { speed: 60 }] },
)
export const QuirksSchema = Type.Object(
  Object.fromEntries(
    Object.entries(quirkValues).map(([name, values]) => [
      name,
      Type.Optional(Type.Unsafe<unknown>({ enum: values, default: values[0] })),
    ]),
  ),
  { ...own, $id: 'Quirks', examples: [{ 'errors.permission': 200 }] },
)
export const SeedReplySchema = Type.Object(
  {
    counts: reference(CountsSchema),
    skipped: Type.Array(Type.Object({ name: Type.String(), reason: Type.String() }), {
      description: 'Workspaces of a registry that have no image for the choice.',
    }),
  },
  { $id: 'SeedReply', examples: [{ counts: exampleCounts, skipped: [] }] },
)
export const ControlErrorSchema = Type.Object(
  {
    error: Type.Object({
      code: Text,
      message: Type.String(),
      position: Type.Optional(Type.Object({ file: Type.String(), line: Count, column: Count })),
    }),
  },
  { $id: 'ControlError', examples: [{ error: { code: 'SEED_INVALID', message: 'Failed to read the seed: ...' } }] },
)
export const FaultListSchema = Type.Object(
  { faults: Type.Array(reference(FaultStateSchema)) },
  { $id: 'FaultList', examples: [{ faults: [exampleFaultState] }] },
)
export const SnapshotListSchema = Type.Object(
  { snapshots: Type.Array(reference(SnapshotSchema)) },
  { $id: 'SnapshotList', examples: [{ snapshots: [exampleSnapshot] }] },
)
export const NewSnapshotSchema = Type.Object(
  { name: Name },
  { ...own, $id: 'NewSnapshot', examples: [{ name: 'before-rollout' }] },
)

export const SessionDelaysSchema = Type.Object(
  {
    requested: Type.Optional(
      Duration('Asked for but not being started: only where the quirk `status.pendingStyle` says so.'),
    ),
    starting: Type.Optional(Duration('Being started.')),
    resuming: Type.Optional(Duration('Being started again after a stop.')),
    deleting: Type.Optional(Duration('Going away.')),
  },
  { ...own, $id: 'SessionDelays', examples: [{ starting: '30s' }] },
)
const AnyRecord = Type.Record(Type.String(), Type.Unknown())
export const AgentsViewSchema = Type.Object(
  {
    agents: Type.Array(AnyRecord, { description: 'With their load and how many images are in each state.' }),
    decisions: Type.Array(AnyRecord, { description: 'What became of the last requests for sessions, and why.' }),
  },
  { $id: 'AgentsView', examples: [{ now: '2026-01-31 12:00:00.000000', agents: [], decisions: [] }] },
)
export const AgentViewSchema = Type.Object(
  {
    agent_id: Type.String(),
    server_id: Type.String(),
    hostname: Type.String(),
    unreachable: Text,
    images: Type.Array(AnyRecord, {
      description: 'Absent, queued, pulling, present or failed; digest, progress and reason.',
    }),
    session_list: Type.Array(AnyRecord),
    refusals: Type.Array(AnyRecord, { description: 'The last requests for sessions that were not placed here.' }),
  },
  {
    $id: 'AgentView',
    examples: [
      {
        agent_id: 'c1f7a3e65d0b4b7e8a2c9d1e0f345678',
        server_id: '0b3c5d7e91a24b6c8d0ef1a2b3c4d5e6',
        hostname: 'agent-1',
        unreachable: null,
        images: [],
        session_list: [],
        refusals: [],
      },
    ],
  },
)
export const AgentChangesSchema = Type.Object(
  {
    unreachable: Type.Unsafe<string | null>({
      type: ['string', 'null'],
      minLength: 1,
      description: 'Why the call-back before a launch fails from now on; null: it does not.',
    }),
  },
  { ...own, $id: 'AgentChanges', examples: [{ unreachable: 'connection refused' }] },
)

/** Every schema that others refer to. */
export const controlSchemas: TSchema[] = [
  SessionDelaysSchema,
  AgentsViewSchema,
  AgentViewSchema,
  AgentChangesSchema,
  CountsSchema,
  SnapshotSchema,
  ClockSchema,
  ClockChangesSchema,
  JournalEntrySchema,
  JournalReplySchema,
  VerifySchema,
  VerificationSchema,
  WaitForSchema,
  WaitReplySchema,
  QuirksSchema,
  SeedSchema,
  SeedReplySchema,
  FaultSourceSchema,
  FaultStateSchema,
  FaultListSchema,
  SnapshotListSchema,
  NewSnapshotSchema,
  ControlErrorSchema,
]
