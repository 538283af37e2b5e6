// A run over sockets whose web app or registry goes away in the middle of it, and one whose faults break connections as ordered.
import { expect, test } from 'vitest'
import { createClock } from '../../server/kernel/clock.ts'
import { startWebApp } from '../../server/main.ts'
import type { RunEvent } from '../../simulator/events/events.ts'
import { EmbeddedBackend } from '../../simulator/registry/backend/embedded.ts'
import { loadProfile } from '../../simulator/registry/profile-file.ts'
import { startRegistry } from '../../simulator/registry/registry.ts'
import { runScenario } from '../../simulator/run/run.ts'
import { compileScenario } from '../../simulator/scenario/compile.ts'
import type { ScenarioSource } from '../../simulator/scenario/schema.ts'

const source: ScenarioSource = {
  name: 'forsaken',
  fleet: { agents: 2, startupSpread: '0s', refreshInterval: '1m' },
  images: [{ name: 'acme/a:1', size: '20kB' }],
  end: { after: '4m' },
  expect: [{ metric: 'ready-time', within: '1m' }],
}

/** Runs the scenario until the generator fails, and does something once a pull has succeeded. */
async function runUntilForsaken(
  scenario: ScenarioSource,
  act: () => unknown,
  webApp?: Awaited<ReturnType<typeof startWebApp>>,
) {
  const stop = new AbortController()
  let acted: unknown = null
  const sink = (event: RunEvent) => {
    if (event.kind === 'pull-succeeded') acted ??= act()
    if (event.kind === 'generator-failed') stop.abort()
  }
  const compiled = compileScenario({ source: { ...scenario, end: { after: '10d' } } })
  const wall = { time: 'wall', speed: 240 } as const
  const outcome = await runScenario({ ...wall, scenario: compiled, sinks: [sink], signal: stop.signal, webApp })
  await acted
  return outcome
}

test('a web app that goes away puts a run in doubt', async () => {
  const webApp = await startWebApp({ autoEnableAgents: true, images: [] })
  const { verdict, summary, doubts, checks } = await runUntilForsaken(source, () => webApp.close(), webApp)
  expect(summary.generatorFailures.map(({ peer }) => peer)).toContain('web-app')
  expect(doubts[0]).toMatch(/of the generator to reach the web app/)
  expect([verdict, ...checks.map(({ status }) => status)]).toEqual(['inconclusive', 'inconclusive'])
})

test('a registry behind the run that goes away puts a run in doubt', async () => {
  const clock = createClock()
  const upstream = await startRegistry({ backend: new EmbeddedBackend(clock), profile: loadProfile('none'), clock })
  const backend = { kind: 'upstream', url: upstream.url, push: true } as const
  const scenario: ScenarioSource = { ...source, registry: { backend } }
  const { verdict, summary, doubts } = await runUntilForsaken(scenario, () => upstream.close())
  expect(summary.generatorFailures.map(({ peer }) => peer)).toContain('upstream')
  expect(doubts[0]).toMatch(/of the generator to reach the registry behind the run/)
  expect(verdict).toBe('inconclusive')
})

test('connections that a fault of the scenario breaks are for the fleet to bear', async () => {
  const faults = [{ name: 'gone', kind: 'outage', from: '1m', for: '1m' }] as const
  const scenario: ScenarioSource = { ...source, registry: { faults: [...faults] } }
  const { verdict, summary } = await runScenario({ scenario: compileScenario({ source: scenario }) })
  expect(summary.pulls.failed).toBeGreaterThan(0)
  expect({ verdict, failures: summary.generatorFailures }).toEqual({ verdict: 'passed', failures: [] })
})
