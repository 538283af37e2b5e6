// The import rules of docs/architecture.md, run as a test so that `npm test` alone already holds them.
import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'

const cruise = (...paths: string[]) =>
  execFileSync(
    process.execPath,
    [
      'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
      '--config',
      '.dependency-cruiser.mjs',
      '--output-type',
      'json',
      ...paths,
    ],
    { encoding: 'utf8', maxBuffer: 64 * 2 ** 20 },
  )

test('imports go one way', () => {
  const { summary, modules } = JSON.parse(cruise('server', 'simulator', 'scenarios')) as {
    summary: { violations: { from: string; to: string; rule: { name: string } }[] }
    modules: unknown[]
  }
  expect(modules.length).toBeGreaterThan(40)
  expect(summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`)).toEqual([])
}, 60_000)
