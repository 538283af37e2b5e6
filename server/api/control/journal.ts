// The journal of the control API, verification, and waiting.
import { Type } from 'typebox'
import { defaultTimeout } from './calls.ts'
import { Count, Duration, Name, own, reference, Text } from './leaves.ts'

const exampleEntry = {
  sequence: 1,
  atMs: 1_769_860_800_000,
  operation: 'create_image',
  method: 'POST',
  path: '/api/public/create_image',
  caller: 'kasmSimKey01',
  body: { api_key: 'kasmSimKey01', api_key_secret: '[redacted]', target_image: { name: 'team/app:1.1' } },
  status: 200,
  errorMessage: null,
  cause: null,
  fault: null,
}
const exampleDifference = {
  path: 'body.target_image.name',
  expected: 'team/app:1.0',
  actual: 'team/app:1.1',
  problem: 'differs',
}

export const JournalEntrySchema = Type.Object(
  {
    sequence: Count,
    atMs: Type.Number(),
    operation: Text,
    method: Type.String(),
    path: Type.String(),
    caller: Text,
    body: Type.Unknown({ description: 'Without secrets.' }),
    status: Type.Integer({ description: '0 where the connection was dropped.' }),
    errorMessage: Text,
    cause: Text,
    fault: Text,
  },
  { $id: 'JournalEntry', examples: [exampleEntry] },
)
export const JournalReplySchema = Type.Object(
  { total: Count, entries: Type.Array(reference(JournalEntrySchema)) },
  { $id: 'JournalReply', examples: [{ total: 1, entries: [exampleEntry] }] },
)
const pattern = {
  operation: Type.Optional(Type.String({ minLength: 1 })),
  caller: Type.Optional(Type.String()),
  status: Type.Optional(Type.Integer()),
  body: Type.Optional(Type.Unknown({ description: 'What the body must have at least.' })),
}
export const VerifySchema = Type.Object(
  {
    ...pattern,
    after: Type.Optional(Type.Integer({ minimum: 0, description: 'Only calls after this sequence number.' })),
    times: Type.Optional(
      Type.Object(
        { exactly: Type.Optional(Count), atLeast: Type.Optional(Count), atMost: Type.Optional(Count) },
        { ...own, minProperties: 1, description: 'Default: at least once.' },
      ),
    ),
  },
  {
    ...own,
    $id: 'Verify',
    examples: [{ operation: 'create_image', body: { target_image: { name: 'team/app:1.0' } }, times: { exactly: 1 } }],
  },
)
export const VerificationSchema = Type.Object(
  {
    verified: Type.Boolean(),
    message: Type.String(),
    matched: Count,
    matches: Type.Array(reference(JournalEntrySchema), { description: 'The last of them.' }),
    nearMisses: Type.Array(
      Type.Object({
        entry: reference(JournalEntrySchema),
        differences: Type.Array(
          Type.Object({
            path: Type.String(),
            expected: Type.Unknown(),
            actual: Type.Unknown(),
            problem: Type.String(),
          }),
        ),
      }),
    ),
  },
  {
    $id: 'Verification',
    examples: [
      {
        verified: false,
        message: '0 of 1 recorded calls matched, expected at least 1.',
        matched: 0,
        matches: [],
        nearMisses: [{ entry: exampleEntry, differences: [exampleDifference] }],
      },
    ],
  },
)
const timeout = Type.Optional({
  ...Duration('The patience of the caller, on the wall clock.'),
  default: defaultTimeout,
} as never)
export const WaitForSchema = Type.Union(
  [
    Type.Object(
      {
        image: Type.String({ minLength: 1, description: 'A docker reference or an image id.' }),
        presentOn: Type.Optional(
          Type.Union([Type.Literal('all'), Type.Integer({ minimum: 1 }), Type.Array(Name, { minItems: 1 })], {
            default: 'all',
            description:
              'All running, enabled agents that it is for; so many of them; or these, by host name or server id.',
          }),
        ),
        digest: Type.Optional(Type.String({ pattern: '^sha256:[0-9a-f]{64}$' })),
        timeout,
      },
      own,
    ),
    Type.Object(
      {
        session: Type.String({ minLength: 1, description: 'A kasm_id.' }),
        status: Type.Enum(['requested', 'starting', 'running', 'stopped', 'paused', 'deleting', 'gone']),
        timeout,
      },
      own,
    ),
    Type.Object({ request: Type.Object({ ...pattern, after: Type.Optional(Count) }, own), timeout }, own),
  ],
  {
    $id: 'WaitFor',
    examples: [
      { image: 'kasmweb/chrome:1.16.1', presentOn: 'all', timeout: '1s' },
      { session: 'c1f7a3e65d0b4b7e8a2c9d1e0f345678', status: 'gone' },
      { request: { operation: 'create_image' }, timeout: '1s' },
    ],
  },
)
export const WaitReplySchema = Type.Object(
  {
    met: Type.Boolean(),
    atMs: Type.Number({ description: 'By the clock of the fake.' }),
    state: Type.Record(Type.String(), Type.Unknown(), { description: 'What there is now.' }),
    missing: Type.Array(Type.String(), { description: 'What is wanting.' }),
  },
  {
    $id: 'WaitReply',
    examples: [
      {
        met: false,
        atMs: 1_769_860_800_000,
        state: { image: 'kasmweb/chrome:1.16.1', agents: 2, present: 1 },
        missing: ['agent-2 holds no digest of it'],
      },
    ],
  },
)
