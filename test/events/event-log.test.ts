import { expect, test } from 'vitest'
import { createEventLog } from '../../simulator/events/event-log.ts'
import type { RunEvent } from '../../simulator/events/events.ts'

test('numbers events in order and stamps each with the time of the run', () => {
  const events: RunEvent[] = []
  let nowMs = 0
  const { emit } = createEventLog({ sinks: [(event) => events.push(event)], nowMs: () => nowMs, onSinkError: () => {} })
  emit({ kind: 'agent-ready', agent: 0, images: 1 })
  nowMs = 10.6
  emit({ kind: 'agent-ready', agent: 1, images: 1 })
  expect(events).toEqual([
    { atMs: 0, sequence: 0, kind: 'agent-ready', agent: 0, images: 1 },
    { atMs: 11, sequence: 1, kind: 'agent-ready', agent: 1, images: 1 },
  ])
})

test('drops a sink that throws, says so once, and goes on with the others', () => {
  const seen: number[] = []
  const errors: unknown[] = []
  const broken = () => {
    throw new Error('disk full')
  }
  const { emit } = createEventLog({
    sinks: [broken, ({ sequence }) => seen.push(sequence)],
    nowMs: () => 0,
    onSinkError: (error) => errors.push(error),
  })
  emit({ kind: 'agent-ready', agent: 0, images: 1 })
  emit({ kind: 'agent-ready', agent: 1, images: 1 })
  expect(seen).toEqual([0, 1])
  expect(errors).toEqual([new Error('disk full')])
})

test('builds no event that nobody wants', () => {
  const seen: string[] = []
  const { emit, listens } = createEventLog({
    sinks: [{ sink: ({ kind }) => seen.push(kind), kinds: new Set(['agent-ready'] as const) }],
    nowMs: () => 0,
    onSinkError: () => {},
  })
  emit({ kind: 'agent-stopped', agent: 0, pullsDropped: 0 })
  emit({ kind: 'agent-ready', agent: 0, images: 1 })
  expect(seen).toEqual(['agent-ready'])
  expect([listens('agent-ready'), listens('agent-stopped')]).toEqual([true, false])
})
