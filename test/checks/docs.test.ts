// docs/checks.md says what the code does: the same metrics, units, filters and grounds, and examples that compile.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { metrics } from '../../simulator/checks/signals.ts'
import { compileScenario } from '../../simulator/scenario/compile.ts'
import { loadScenario } from '../../simulator/scenario/load.ts'

const page = await readFile(new URL('../../docs/checks.md', import.meta.url), 'utf8')

test('the table of metrics is the table of the code', () => {
  const rows = [...page.matchAll(/^\| `([a-z-]+)` \| (count|ms|bytes) \| (.+) \| (.+) \| ([a-z-]+) \|$/gm)].map(
    ([, name, unit, , filters, ground]) => ({ name, unit, filters, ground }),
  )
  expect(rows).toEqual(
    Object.entries(metrics).map(([name, { unit, filters, ground }]) => ({
      name,
      unit,
      filters: filters.join(', '),
      ground,
    })),
  )
})

test('the examples compile, each with a form of its own', async () => {
  const example = /```yaml\n([\s\S]+?)```/.exec(page)?.[1] ?? ''
  const folder = await mkdtemp(join(tmpdir(), 'kasm-sim-checks-'))
  const file = join(folder, 'example.yaml')
  const fleet = 'fleet: { name: lab, agents: 2 }\nimages: [{ name: "kasmweb/chrome:rolling" }]\nend: { after: 8h }\n'
  await writeFile(file, `name: example\n${fleet}${example}`)
  const { expect: expectations } = compileScenario(await loadScenario(file))
  await rm(folder, { recursive: true })
  expect(expectations).toHaveLength(example.match(/^ {2}# /gm)?.length ?? 0)
  expect(new Set(expectations.map(({ judge }) => judge.form))).toEqual(new Set(['limit', 'within', 'never-before']))
})
