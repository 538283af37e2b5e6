// The import rules of docs/architecture.md, run as a test so that `npm test` alone already holds them.
import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'

interface Cruise {
  summary: { violations: { from: string; to: string; rule: { name: string } }[] }
  modules: { source: string; dependencies: { resolved: string }[] }[]
}

const cruise = (config: string): Cruise =>
  JSON.parse(
    execFileSync(
      process.execPath,
      [
        'node_modules/.bin/depcruise',
        ...['--config', config, '--output-type', 'json', 'server', 'simulator', 'scenarios'],
      ],
      { encoding: 'utf8', maxBuffer: 64 * 2 ** 20 },
    ),
  )

test('imports go one way, and type-only imports count', () => {
  const { summary, modules } = cruise('.dependency-cruiser.mjs')
  expect(summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`)).toEqual([])
  const agent = modules.find(({ source }) => source === 'simulator/agent/step.ts')
  expect(agent?.dependencies.map(({ resolved }) => resolved)).toEqual(
    expect.arrayContaining(['server/kernel/errors.ts', 'simulator/agent/agent.ts']),
  )
}, 60_000)
