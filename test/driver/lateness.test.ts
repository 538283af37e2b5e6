// How late a run by the wall may be, and what is said of one that was later.
import { expect, test } from 'vitest'
import { LatenessWatch, latenessBoundMs } from '../../simulator/driver/lateness.ts'
import type { Lateness } from '../../simulator/events/events.ts'
import { latenessWarning } from '../../simulator/run/capacity.ts'
import { compileScenario } from '../../simulator/scenario/compile.ts'
import type { ScenarioSource } from '../../simulator/scenario/schema.ts'

const source: ScenarioSource = {
  name: 'late',
  fleet: { agents: 10 },
  images: [{ name: 'team/app:1', size: '10MB' }],
  network: { uplink: '1MB/s' },
  end: { after: '1h' },
}

const boundOf = (more: Partial<ScenarioSource>) => latenessBoundMs(compileScenario({ source: { ...source, ...more } }))

test('a quarter of the shortest interval or limit in time that is judged is the most', () => {
  expect(boundOf({})).toBe(7_500)
  expect(boundOf({ fleet: { agents: 1, checkInInterval: '10s' } })).toBe(2_500)
  expect(boundOf({ expect: [{ metric: 'ready-time', within: '20s' }] })).toBe(5_000)
  expect(boundOf({ expect: [{ metric: 'pull-duration', atMost: '2s' }] })).toBe(500)
  expect(boundOf({ expect: [{ metric: 'pulls-succeeded', atMost: 2 }] })).toBe(7_500)
})

test('tells the worst of each source when it has doubled, and doubts a run beyond the bound', () => {
  const told: Lateness[] = []
  const watch = new LatenessWatch({ speed: 60, boundMs: 1_000, onWorse: (lateness) => told.push(lateness) })
  watch.noteTurn('check-in-due', 100)
  watch.noteTurn('action', 300)
  watch.note('transfers', 320)
  expect(watch.doubts()).toEqual([])
  expect(told.map(({ worstMs }) => worstMs)).toEqual([300])
  watch.noteTurn('body', 1_001)
  watch.note('transfers', 900)
  expect(told.at(-1)).toEqual({
    ...{ worstMs: 1_001, source: 'transfers', boundMs: 1_000 },
    bySource: { timers: 100, timeline: 300, 'check-ins': 0, transfers: 1_001, 'event-loop': 0 },
  })
  expect(watch.doubts()).toMatchObject([{ about: 'time', reason: expect.stringContaining('too slow for speed 60') }])
})

test('warns of what a machine cannot carry, with the highest speed at which it can', () => {
  const scenario = compileScenario({ source })
  // 100 MB: 100 s over its network, 10 s for the machine.
  expect(latenessWarning(scenario, 10, 10e6)).toBeNull()
  const warning = latenessWarning(scenario, 60, 10e6)
  expect(warning).toContain('moves 100.00 MB, which its network carries in 1.7s of the wall at speed 60')
  expect(warning).toContain('needs about 10s (10.00 MB/s)')
  expect(warning).toContain('Use --time settled, or --speed 10 at most.')
  const unlimited = compileScenario({ source: { ...source, network: {} } })
  expect(latenessWarning(unlimited, 1, 10e6)).toContain('carries at once')
})
