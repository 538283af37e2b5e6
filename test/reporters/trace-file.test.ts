import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test as base, expect } from 'vitest'
import { KasmSimError } from '../../server/kernel/errors.ts'
import type { RunEvent } from '../../simulator/events/events.ts'
import { openTrace, readTrace } from '../../simulator/reporters/trace-file.ts'
import { at } from '../checks/run-events.ts'

const test = base.extend<{ folder: string }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the fixtures that a fixture needs from its first parameter.
  folder: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'kasm-sim-trace-'))
    await use(folder)
    await rm(folder, { recursive: true })
  },
})

test('what is written is read back, one event a line', async ({ folder }) => {
  const file = join(folder, 'runs/storm/trace.jsonl')
  const events = [
    at(0, 'run-started'),
    at(12, 'check-in-failed', { cause: 'line one\nline two "é"' }),
    at(99, 'run-ended'),
  ]
  const trace = openTrace(file)
  for (const event of events) trace.sink(event)
  await trace.close()
  expect(await eventsIn(file)).toEqual(events)
  const text = await readFile(file, 'utf8')
  expect(text.split('\n')).toHaveLength(events.length + 1)
  expect(text.endsWith('}\n')).toBe(true)
})

test('a trace of many events is whole once it is closed', async ({ folder }) => {
  const file = join(folder, 'trace.jsonl')
  const trace = openTrace(file)
  for (let index = 0; index < 20_000; index += 1) trace.sink(at(index, 'check-in-answered'))
  await trace.close()
  const events = await eventsIn(file)
  expect(events.map(({ atMs }) => atMs)).toEqual(Array.from({ length: 20_000 }, (_, index) => index))
})

test('events reach the disk before the end, so that memory does not grow with the run', async ({ folder }) => {
  const file = join(folder, 'trace.jsonl')
  const trace = openTrace(file)
  for (let index = 0; index < 20_000; index += 1) trace.sink(at(index, 'check-in-answered'))
  expect((await readFile(file)).length).toBeGreaterThan(1_000_000)
  await trace.close()
})

test('replaces a trace that was there, and takes nothing once closed', async ({ folder }) => {
  const file = join(folder, 'trace.jsonl')
  await writeFile(file, 'old\n'.repeat(100))
  const trace = openTrace(file)
  trace.sink(at(1, 'run-ended'))
  await trace.close()
  trace.sink(at(2, 'run-ended'))
  await trace.close()
  expect(await eventsIn(file)).toEqual([at(1, 'run-ended')])
})

test('a path that cannot be written is an error before the first event', async ({ folder }) => {
  await writeFile(join(folder, 'taken'), '')
  const file = join(folder, 'taken/trace.jsonl')
  const error = await errorOf(() => openTrace(file))
  expect(error).toMatchObject({ code: 'FILE_NOT_WRITABLE', message: expect.stringContaining(file) })
  expect(await errorOf(() => openTrace(folder))).toMatchObject({ code: 'FILE_NOT_WRITABLE' })
})

const first = JSON.stringify(at(0, 'run-started'))

test.each([
  ['no JSON', `${first}\n{"atMs": 3, "seq`, ':2: the line is no JSON, or was cut off'],
  ['a list', '[]', ':1: "kind" names no event'],
  [
    'an unknown kind',
    `${first}\n${first}\n{"atMs":1,"sequence":2,"kind":"party"}`,
    ':3: "kind" names no event: "party"',
  ],
  ['a kind of every object', '{"atMs":1,"sequence":2,"kind":"toString"}', ':1: "kind" names no event'],
  ['no moment', '{"sequence":2,"kind":"run-ended"}', ':1: "atMs" is no whole number'],
  ['a moment in words', '{"atMs":"1s","sequence":2,"kind":"run-ended"}', ':1: "atMs" is no whole number'],
  ['no number', '{"atMs":2,"kind":"run-ended"}', ':1: "sequence" is no whole number'],
  ['another version', first.replace('"eventVersion":1', '"eventVersion":2'), ':1: its events are of version 2'],
  ['nothing', '', ':1: the file is empty'],
])('%s is an error that names file and line', async (_, text, expected) => {
  const folder = await mkdtemp(join(tmpdir(), 'kasm-sim-trace-'))
  const file = join(folder, 'trace.jsonl')
  await writeFile(file, text)
  const error = await errorOf(() => eventsIn(file))
  await rm(folder, { recursive: true })
  expect(error).toMatchObject({ code: 'TRACE_INVALID', position: { file, column: 1 } })
  expect(error?.message).toContain(`Failed to read the trace ${file}${expected}`)
})

test('a trace that is not there is an error that names it', async ({ folder }) => {
  const file = join(folder, 'trace.jsonl')
  const error = await errorOf(() => eventsIn(file))
  expect(error).toMatchObject({ code: 'TRACE_INVALID' })
  expect(error?.message).toBe(`Failed to read the trace ${file}: there is no such file. Check the path.`)
})

async function eventsIn(file: string): Promise<RunEvent[]> {
  const events: RunEvent[] = []
  for await (const event of readTrace(file)) events.push(event)
  return events
}

async function errorOf(act: () => unknown): Promise<KasmSimError | null> {
  try {
    await act()
    return null
  } catch (error) {
    if (error instanceof KasmSimError) return error
    throw error
  }
}
