// Every shipped scenario in virtual time: the same checks as in real time, and each of them passes.
import { expect, test } from 'vitest'
import { runScenario } from '../../simulator/run/run.ts'
import { compileScenario } from '../../simulator/scenario/compile.ts'
import { listScenarios, loadScenario } from '../../simulator/scenario/load.ts'

for (const { name } of await listScenarios()) {
  test(`${name}: every check passes in virtual time`, async () => {
    const scenario = compileScenario(await loadScenario(name))
    const { reason, checks, summary } = await runScenario({ scenario, time: 'virtual' })
    expect(summary).toMatchObject({ time: 'virtual', reason })
    expect(['end-reached', 'condition-met']).toContain(reason)
    expect(checks.map((check) => check.name)).toEqual(scenario.expect.map((expectation) => expectation.name))
    expect(checks.filter(({ status, occurred }) => status !== 'held' || !occurred.passed)).toEqual([])
  })
}
