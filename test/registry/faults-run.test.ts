// Faults in whole runs: their events, the trace and its replay, and that both ways of telling the time see the same fault.
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { RunEvent } from '../../simulator/events/events.ts'
import { openTrace } from '../../simulator/reporters/trace-file.ts'
import { replayTrace } from '../../simulator/run/replay.ts'
import { runScenario } from '../../simulator/run/run.ts'
import { compileScenario } from '../../simulator/scenario/compile.ts'
import { defineScenario } from '../../simulator/scenario/define.ts'
import { temporaryFolder } from '../cli/command.ts'

const scenario = compileScenario({
  source: defineScenario({
    name: 'faulty',
    fleet: { agents: 2, startupSpread: '0s' },
    images: [{ name: 'team/app:1', size: '20kB', layers: 2 }],
    registry: {
      faults: [
        { name: 'gone', kind: 'outage', for: '75s', scope: { agents: [1] } },
        { name: 'spoiled', kind: 'wrong-digest', for: '75s', scope: { agents: [0], classes: ['manifest'] } },
      ],
    },
    timeline: [{ at: '80s', do: 'inject-fault', fault: { name: 'late', kind: 'latency', delay: '2s', for: '10s' } }],
    end: { after: '2m' },
  }),
})

async function eventsOf(time: 'settled' | 'virtual'): Promise<RunEvent[]> {
  const events: RunEvent[] = []
  await runScenario({ scenario, time, sinks: [(event) => events.push(event)] })
  return events
}

for (const time of ['settled', 'virtual'] as const) {
  test(`${time} time tells starts, ends and whom a fault hit`, async () => {
    const events = await eventsOf(time)
    const changes = events.filter(({ kind }) => kind === 'fault-started' || kind === 'fault-ended')
    expect(changes.map((event) => ('effect' in event ? `${event.kind} ${event.fault} ${event.effect}` : ''))).toEqual([
      'fault-started gone outage',
      'fault-started spoiled wrong-digest',
      'fault-ended gone outage',
      'fault-ended spoiled wrong-digest',
      'fault-started late latency',
      'fault-ended late latency',
    ])
    const notBeforeMs = [0, 0, 75_000, 75_000, 80_000, 90_000]
    expect(changes.filter(({ atMs }, index) => atMs < (notBeforeMs[index] ?? 0))).toEqual([])
    const hits = events.flatMap((event) => (event.kind === 'registry-request' ? [event] : []))
    const spoiled = hits.filter(({ fault }) => fault === 'spoiled')
    expect(new Set(spoiled.map(({ agent, class: asked, status }) => `${agent} ${asked} ${status}`))).toEqual(
      new Set(['0 manifest 200']),
    )
    const gone = hits.filter(({ fault }) => fault === 'gone')
    expect(new Set(gone.map(({ agent, status }) => `${agent} ${status}`))).toEqual(new Set(['1 0']))
    const failed = events.flatMap((event) => (event.kind === 'pull-failed' ? [`${event.agent} ${event.code}`] : []))
    expect(failed).toEqual(expect.arrayContaining(['0 DIGEST_MISMATCH', '1 UNAVAILABLE']))
  })
}

test('a trace with faults is replayed event by event', async () => {
  const file = join(temporaryFolder(), 'trace.jsonl')
  const trace = openTrace(file)
  await runScenario({ scenario, time: 'virtual', sinks: [trace.sink] })
  await trace.close()
  expect(await replayTrace(file)).toMatchObject({ identical: true })
})

test('agents recover by themselves once their faults are over', async () => {
  const events = await eventsOf('virtual')
  expect(events.filter(({ kind }) => kind === 'agent-ready')).toHaveLength(2)
  expect(events.findLast(({ kind }) => kind === 'pull-failed')?.atMs).toBeLessThan(77_000)
})
