// The control API: what each operation takes and answers. Loaded with the first call that brings anything to check.
import { Type } from 'typebox'
import type { ControlOperationName } from './calls.ts'
import { FaultSourceSchema, FaultStateSchema } from './faults.ts'
import { JournalReplySchema, VerificationSchema, VerifySchema, WaitForSchema, WaitReplySchema } from './journal.ts'
import { own } from './leaves.ts'
import type { ControlOperation } from './operation.ts'
import {
  AgentChangesSchema,
  AgentsViewSchema,
  AgentViewSchema,
  ClockChangesSchema,
  ClockSchema,
  CountsSchema,
  FaultListSchema,
  NewSnapshotSchema,
  QuirksSchema,
  SeedReplySchema,
  SessionDelaysSchema,
  SnapshotListSchema,
  SnapshotSchema,
} from './schemas.ts'
import { SeedSchema } from './seed.ts'

const queries = {
  journal: Type.Object(
    {
      operation: Type.Optional(Type.String()),
      caller: Type.Optional(Type.String()),
      status: Type.Optional(Type.String({ pattern: '^\\d{1,3}$' })),
      after: Type.Optional(Type.String({ pattern: '^\\d{1,15}$' })),
      limit: Type.Optional(Type.String({ pattern: '^\\d{1,6}$' })),
    },
    own,
  ),
  seed: Type.Object(
    {
      mode: Type.Optional(
        Type.Enum(['replace', 'add'], {
          default: 'replace',
          description: 'In place of all there is, and what a reset goes back to; or added to what there is.',
        }),
      ),
      version: Type.Optional(
        Type.String({ minLength: 1, description: 'Of Kasm: which image of each workspace of a registry.' }),
      ),
      channel: Type.Optional(
        Type.String({ minLength: 1, description: 'Which of its tags, such as `rolling-weekly`.' }),
      ),
      file: Type.Optional(Type.String({ minLength: 1, maxLength: 255, description: 'What errors call the text.' })),
    },
    own,
  ),
}

/** Every operation by name. */
export const controlOperations = {
  reset: {
    tag: 'State',
    summary: 'Go back to the seed',
    description: 'State and quirks are those of the seed, journal and faults are empty. Clock and snapshots stay.',
    reply: CountsSchema,
  },
  seed: {
    tag: 'State',
    summary: 'Fill the fake: all of a seed, or nothing',
    description:
      'As JSON or, with content-type application/yaml, as YAML: a seed, or the list.json of a workspace registry. With content-type text/csv: images.',
    body: SeedSchema,
    checksBody: false,
    query: queries.seed,
    reply: SeedReplySchema,
  },
  list_snapshots: {
    tag: 'State',
    summary: 'List the snapshots',
    reply: SnapshotListSchema,
  },
  take_snapshot: {
    tag: 'State',
    summary: 'Take a snapshot of state and quirks',
    body: NewSnapshotSchema,
    reply: SnapshotSchema,
  },
  restore_snapshot: {
    tag: 'State',
    summary: 'Go back to a snapshot',
    reply: SnapshotSchema,
  },
  delete_snapshot: { tag: 'State', summary: 'Delete a snapshot' },
  get_clock: { tag: 'Clock', summary: 'Read the clock', reply: ClockSchema },
  change_clock: {
    tag: 'Clock',
    summary: 'Freeze, pace or move the clock',
    description: 'Answers once everything that became due, of the server and of a fleet in its process, has settled.',
    body: ClockChangesSchema,
    reply: ClockSchema,
  },
  list_faults: {
    tag: 'Faults',
    summary: 'List the faults that are not over',
    reply: FaultListSchema,
  },
  inject_fault: {
    tag: 'Faults',
    summary: 'Have something go wrong at the API',
    description:
      'A fault of the same name is over. Where several hit one call, the one that was injected first has it.',
    body: FaultSourceSchema,
    reply: FaultStateSchema,
  },
  clear_faults: { tag: 'Faults', summary: 'End every fault' },
  clear_fault: { tag: 'Faults', summary: 'End a fault' },
  read_journal: {
    tag: 'Journal',
    summary: 'The last calls of the API, without secrets',
    query: queries.journal,
    reply: JournalReplySchema,
  },
  clear_journal: { tag: 'Journal', summary: 'Empty the journal' },
  verify: {
    tag: 'Journal',
    summary: 'Whether expected calls came, and what came nearest',
    body: VerifySchema,
    reply: VerificationSchema,
  },
  wait_for: {
    tag: 'Waiting',
    summary: 'Wait for an image on agents, a status of a session, or a call',
    description:
      'Answers once it is met, or with status 408 when the patience is over: with what there is and what is wanting.',
    body: WaitForSchema,
    reply: WaitReplySchema,
  },
  get_agents: {
    tag: 'Agents',
    summary: 'The agents, and what became of the last requests for sessions',
    reply: AgentsViewSchema,
  },
  get_agent: {
    tag: 'Agents',
    summary: 'One agent, by agent id or server id: each image and its state, sessions, refusals',
    reply: AgentViewSchema,
  },
  change_agent: {
    tag: 'Agents',
    summary: 'Have the call-back to an agent fail',
    body: AgentChangesSchema,
    reply: AgentViewSchema,
  },
  get_session_delays: {
    tag: 'Sessions',
    summary: 'How long sessions stay in the statuses that pass by themselves',
    reply: SessionDelaysSchema,
  },
  set_session_delays: {
    tag: 'Sessions',
    summary: 'Change some of these delays',
    body: SessionDelaysSchema,
    reply: SessionDelaysSchema,
  },
  get_quirks: { tag: 'Quirks', summary: 'Read the quirks', reply: QuirksSchema },
  set_quirks: {
    tag: 'Quirks',
    summary: 'Change some quirks',
    body: QuirksSchema,
    reply: QuirksSchema,
  },
} as const satisfies Record<ControlOperationName, ControlOperation>
