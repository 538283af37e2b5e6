// Every shipped scenario over sockets, settled, and in virtual time: each of its checks must pass in both, their counts must be equal and
// their times within a hundredth. Whatever else runs on the machine makes a settled run slower, and not another one.
import { expect, test } from 'vitest'
import type { Summary } from '../../simulator/report/summary.ts'
import { runScenario } from '../../simulator/run/run.ts'
import { compileScenario } from '../../simulator/scenario/compile.ts'
import { listScenarios, loadScenario } from '../../simulator/scenario/load.ts'

const scenarios = await listScenarios()

/** What a run counts. Pushes are requests over sockets alone. */
function countsOf({ ready, pulls, registry, checkIns, prunedImages, drift, failures }: Summary) {
  const { durationMs: _durationMs, queueWaitMs: _queueWaitMs, ...counted } = pulls
  const byGroup = registry.demand.byGroup.filter(({ group }) => group !== null)
  const moved = drift.map(({ image, agents, behind }) => ({ image, agents, behind }))
  return { ready: ready.agents, ...counted, denied: registry.denied, byGroup, checkIns, prunedImages, moved, failures }
}

/** What a run times, in milliseconds. */
function timesOf({ ready, pulls, drift, durationMs }: Summary): Record<string, number> {
  const { min, p50, p95, max } = ready.timeMs ?? { min: 0, p50: 0, p95: 0, max: 0 }
  const converged = drift.map(({ convergedAfterMs }, index) => [`drift ${index}`, convergedAfterMs ?? -1])
  return { min, p50, p95, max, pull: pulls.durationMs?.p95 ?? 0, durationMs, ...Object.fromEntries(converged) }
}

test('the scenarios that the documentation names are all there', () => {
  expect(scenarios.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['concurrency-cap', 'rate-limit', 'tag-drift', 'no-registry', 'hourly-refresh', 'storm']),
  )
})

for (const { name } of scenarios) {
  test(`${name}: every check passes, settled and in virtual time, with the same counts and times`, async () => {
    const scenario = compileScenario(await loadScenario(name))
    const settled = await runScenario({ scenario })
    const virtual = await runScenario({ scenario, time: 'virtual' })
    expect([settled.summary.time, virtual.summary.time]).toEqual(['settled', 'virtual'])
    for (const { reason, verdict, checks } of [settled, virtual]) {
      expect(['end-reached', 'condition-met']).toContain(reason)
      expect(checks.map((check) => check.name)).toEqual(scenario.expect.map((expectation) => expectation.name))
      expect(checks.filter(({ status, occurred }) => status !== 'held' || !occurred.passed)).toEqual([])
      expect(verdict).toBe('passed')
    }
    expect(countsOf(settled.summary)).toEqual(countsOf(virtual.summary))
    const expected = timesOf(virtual.summary)
    for (const [what, ms] of Object.entries(timesOf(settled.summary))) {
      expect(Math.abs(ms - (expected[what] as number)), what).toBeLessThanOrEqual(0.01 * (expected[what] as number))
    }
  })
}
