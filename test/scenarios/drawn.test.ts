// Scenarios that are drawn, settled and in virtual time: agents, personas, limits, faults, restarts, moving tags, people, in any mix.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { RunTime } from '../../simulator/driver/prepared-run.ts'
import type { RunEvent } from '../../simulator/events/events.ts'
import { scenarioArbitrary } from '../../simulator/fuzz/scenario-arbitrary.ts'
import { runScenario } from '../../simulator/run/run.ts'
import { compileScenario } from '../../simulator/scenario/compile.ts'
import type { Scenario } from '../../simulator/scenario/scenario.ts'

const seeds = Array.from({ length: 40 }, (_, index) => index + 1)
/** Events tell whole milliseconds. */
const roundingMs = 2

/** What happened to whom, in order, and when. */
async function outcomeOf(scenario: Scenario, time: RunTime) {
  const events: RunEvent[] = []
  const { summary, verdict } = await runScenario({ scenario, time, sinks: [(event) => void events.push(event)] })
  const told = events.flatMap((event) => {
    if (event.kind === 'pull-failed') return [{ atMs: event.atMs, what: `${event.agent} ${event.image} ${event.code}` }]
    if (event.kind === 'pull-succeeded')
      return [{ atMs: event.atMs, what: `${event.agent} ${event.image} ${event.outcome}` }]
    return event.kind === 'agent-ready' || event.kind === 'image-pruned'
      ? [{ atMs: event.atMs, what: `${event.agent} ${event.kind}` }]
      : []
  })
  const { started, succeeded, failed, denied, dropped, downloadedBytes, requestsPerPull } = summary.pulls
  const counts = { started, succeeded, failed, denied, dropped, downloadedBytes, requestsPerPull }
  return { verdict, counts: { ...counts, refusals: summary.registry.denied, ready: summary.ready.agents }, told }
}

test.each(seeds)('seed %i: equal counts, and every pull ends at the same moment', async (seed) => {
  const [source] = fc.sample(scenarioArbitrary, { numRuns: 1, seed })
  const scenario = compileScenario({ source: source as NonNullable<typeof source> })
  const settled = await outcomeOf(scenario, 'settled')
  const virtual = await outcomeOf(scenario, 'virtual')
  expect(settled.counts).toEqual(virtual.counts)
  expect(settled.verdict).toBe(virtual.verdict)
  const sorted = ({ told }: typeof settled) =>
    told.toSorted((one, other) => (one.what < other.what ? -1 : one.what > other.what ? 1 : one.atMs - other.atMs))
  const expected = sorted(virtual)
  for (const [index, { what, atMs }] of sorted(settled).entries()) {
    expect(what).toBe(expected[index]?.what)
    const virtualMs = expected[index]?.atMs ?? Number.NaN
    expect(Math.abs(atMs - virtualMs), what).toBeLessThanOrEqual(roundingMs + 0.01 * virtualMs)
  }
})
