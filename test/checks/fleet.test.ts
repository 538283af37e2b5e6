import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createChecks } from '../../simulator/checks/checks.ts'
import type { MetricName } from '../../simulator/checks/expectation.ts'
import type { RunEvent } from '../../simulator/events/events.ts'
import { type FleetMoods, fleetScenario, overCap, runFleet } from './fleet-in-memory.ts'
import { limit } from './run-events.ts'

const share = fc.double({ min: 0, max: 1, noNaN: true })
const moods: fc.Arbitrary<FleetMoods> = fc.record({
  agents: fc.integer({ min: 1, max: 3 }),
  cap: fc.integer({ min: 1, max: 4 }),
  images: fc.integer({ min: 1, max: 7 }),
  pulls: fc.array(
    fc.record({
      durationMs: fc.integer({ min: 1, max: 30_000 }),
      fails: fc.boolean(),
      requests: fc.array(fc.tuple(share, share), { maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 8 },
  ),
  restarts: fc.array(fc.record({ agent: fc.constant(0), atMs: fc.integer({ min: 0, max: 150_000 }) }), {
    maxLength: 1,
  }),
})
/** Every pull keeps a request open from its start to its end. */
const busyMoods = moods.map((drawn) => ({
  ...drawn,
  restarts: [],
  pulls: drawn.pulls.map((pull) => ({ ...pull, requests: [[0, 1]] as [number, number][] })),
}))

function highWater(metric: MetricName, drawn: FleetMoods, events: RunEvent[]): number {
  const checks = createChecks({ ...fleetScenario(drawn), expect: [limit(metric, { atMost: drawn.cap })] })
  for (const event of events) checks.sink(event)
  return checks.results()[0]?.highWater ?? 0
}

/** Looks at every start and counts, of all events before it, the agent's starts without an end. */
function mostPullsAtOnce(events: RunEvent[]): number {
  const atStarts = events.map((start, index) => {
    if (start.kind !== 'pull-started') return 0
    const before = events.slice(0, index + 1).filter((event) => 'agent' in event && event.agent === start.agent)
    const ended = before.filter(({ kind }) => ['pull-succeeded', 'pull-failed', 'pull-dropped'].includes(kind))
    return before.filter(({ kind }) => kind === 'pull-started').length - ended.length
  })
  return Math.max(0, ...atStarts)
}

test('the high-water mark of running pulls is that of a count by hand, and within the cap', () => {
  fc.assert(
    fc.property(moods, (drawn) => {
      const events = runFleet(drawn)
      expect(highWater('pulls-running', drawn, events)).toBe(mostPullsAtOnce(events))
      expect(mostPullsAtOnce(events)).toBeLessThanOrEqual(drawn.cap)
    }),
    { numRuns: 60 },
  )
})

test('the registry never sees more at once than the agents say they run', () => {
  fc.assert(
    fc.property(moods, (drawn) => {
      const events = runFleet(drawn)
      expect(highWater('repositories-in-flight', drawn, events)).toBeLessThanOrEqual(
        highWater('pulls-running', drawn, events),
      )
    }),
    { numRuns: 60 },
  )
})

test('the registry sees just as much where every pull keeps it busy', () => {
  fc.assert(
    fc.property(busyMoods, (drawn) => {
      const events = runFleet(drawn)
      expect(highWater('repositories-in-flight', drawn, events)).toBe(highWater('pulls-running', drawn, events))
    }),
    { numRuns: 60 },
  )
})

test.each(['pulls-running', 'repositories-in-flight'] as const)(
  'agents that run one pull too many are caught by %s',
  (metric) => {
    const drawn: FleetMoods = {
      ...{ agents: 3, cap: 2, images: 6, restarts: [] },
      pulls: [
        {
          durationMs: 4_000,
          fails: false,
          requests: [
            [0, 0.4],
            [0.3, 1],
          ],
        },
      ],
    }
    const check = limit(metric, { atMost: 2, reaches: 2 })
    const judged = (events: RunEvent[]) => {
      const checks = createChecks({ ...fleetScenario(drawn), expect: [check] })
      for (const event of events) checks.sink(event)
      return checks.results()[0]
    }
    expect(judged(runFleet(drawn))).toMatchObject({ status: 'held', observed: 2, slack: 0 })
    expect(judged(runFleet(drawn, overCap))).toMatchObject({ status: 'missed', observed: 3, slack: -1 })
  },
)
