// What the operations that control a registry take and answer. Loaded with the first call that has anything to check.
import { type TSchema, Type } from 'typebox'
import { FaultStateSchema } from '../../server/api/control/faults.ts'
import type { ControlOperation } from '../../server/api/control/operation.ts'
import { controlOperations } from '../../server/api/control/operations.ts'
import { ControlErrorSchema, FaultListSchema } from '../../server/api/control/schemas.ts'
import { FaultSchema } from './faults/registry-fault.ts'
import { requestClasses } from './request-class.ts'

export { ControlErrorSchema }

const FaultSourceSchema: TSchema = {
  ...FaultSchema,
  $id: 'FaultSource',
  examples: [{ name: 'gone', kind: 'outage', for: '1m' }],
}

const JournalQuerySchema = Type.Object({
  agent: Type.Optional(Type.String({ pattern: '^\\d+$' })),
  source: Type.Optional(Type.String()),
  class: Type.Optional(Type.Enum([...requestClasses])),
  action: Type.Optional(Type.String()),
  status: Type.Optional(Type.String({ pattern: '^\\d{1,3}$' })),
  repository: Type.Optional(Type.String()),
  from: Type.Optional(Type.String({ description: 'Milliseconds of the clock of the registry, or a date.' })),
  to: Type.Optional(Type.String()),
  limit: Type.Optional(Type.String({ pattern: '^\\d+$' })),
  format: Type.Optional(Type.Enum(['json', 'jsonl', 'har'])),
})

const JournalSchema = Type.Object(
  { total: Type.Integer(), entries: Type.Array(Type.Record(Type.String(), Type.Unknown())) },
  { $id: 'RegistryJournal', examples: [{ total: 0, entries: [] }] },
)

/** Every schema that has a name. */
export const registrySchemas: readonly TSchema[] = [
  FaultSourceSchema,
  FaultStateSchema,
  FaultListSchema,
  JournalSchema,
  ControlErrorSchema,
]

/** The operations; those about faults where there can be any. */
export function registryOperations(hasFaults: boolean): Record<string, ControlOperation> {
  const { list_faults, inject_fault, clear_faults, clear_fault, clear_journal } = controlOperations
  return {
    reset: {
      tag: 'State',
      summary: 'Go back to the start',
      description: 'Content, limits, log-ins and faults are those of the start; the journal is empty.',
    },
    ...(hasFaults
      ? {
          list_faults,
          inject_fault: { ...inject_fault, body: FaultSourceSchema, checksBody: false },
          clear_faults,
          clear_fault,
        }
      : {}),
    read_journal: {
      tag: 'Journal',
      summary: 'The last requests, without secrets',
      query: JournalQuerySchema,
      reply: JournalSchema,
    },
    clear_journal,
  }
}
