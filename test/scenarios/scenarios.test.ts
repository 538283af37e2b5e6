// Every shipped scenario, in real time at its own speed: each of its checks must pass.
import { expect, test } from 'vitest'
import { runScenario } from '../../simulator/run/run.ts'
import { compileScenario } from '../../simulator/scenario/compile.ts'
import { listScenarios, loadScenario } from '../../simulator/scenario/load.ts'

const scenarios = await listScenarios()

test('the scenarios that the documentation names are all there', () => {
  expect(scenarios.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['concurrency-cap', 'rate-limit', 'tag-drift', 'no-registry', 'hourly-refresh', 'storm']),
  )
})

for (const { name } of scenarios) {
  test(`${name}: every check passes`, async () => {
    const scenario = compileScenario(await loadScenario(name))
    const { reason, checks } = await runScenario({ scenario })
    expect(reason).not.toBe('interrupted')
    expect(checks.length).toBeGreaterThan(0)
    expect(checks.filter(({ status, occurred }) => status !== 'held' || !occurred.passed)).toEqual([])
  })
}
