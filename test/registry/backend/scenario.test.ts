// Runs whose images are in another registry: what the run publishes, what it only finds there, and what it says when it cannot.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { ImageLibrary } from '../../../simulator/driver/image-library.ts'
import { openTrace } from '../../../simulator/reporters/trace-file.ts'
import { runScenario } from '../../../simulator/run/run.ts'
import { compileScenario } from '../../../simulator/scenario/compile.ts'
import type { ScenarioSource } from '../../../simulator/scenario/schema.ts'
import { test } from '../registry-client.ts'

const source = (url: string, more: Partial<ScenarioSource> = {}, push = false): ScenarioSource => ({
  name: 'elsewhere',
  speed: 600,
  fleet: { agents: 2 },
  registry: { backend: { kind: 'upstream', url, push, username: 'me', password: 'hidden-secret' } },
  images: [
    { name: 'team/app:1', size: '20kB' },
    { name: 'team/other:1', size: '20kB' },
    { name: 'team/never:1', size: '20kB', published: false, defined: false },
  ],
  end: { after: '4h', when: 'all-agents-ready' },
  expect: [{ metric: 'pulls-succeeded', exactly: 4 }],
  ...more,
})

test('publishes the images of a scenario to an upstream, and its agents pull them', async ({ registry }) => {
  const scenario = compileScenario({ source: source(registry.url, {}, true) })
  const { checks, summary } = await runScenario({ scenario })
  expect(summary).toMatchObject({ time: 'wall', pulls: { succeeded: 4 } })
  expect(checks.filter(({ status }) => status === 'missed')).toEqual([])
  expect(registry.journal.records().some(({ method, path }) => method === 'PUT' && path.endsWith('/manifests/1'))).toBe(
    true,
  )
})

test('pulls what an upstream has that is only read, and writes no password down', async ({ registry }) => {
  const scenario = compileScenario({ source: source(registry.url) })
  for (const { image } of new ImageLibrary(scenario).addPublished(scenario.images)) await registry.publish(image)
  registry.journal.clear()
  const folder = mkdtempSync(join(tmpdir(), 'kasm-sim-backend-'))
  const trace = openTrace(join(folder, 'trace.jsonl'))
  const { checks, summary } = await runScenario({ scenario, sinks: [trace.sink] })
  await trace.close()
  const text = readFileSync(join(folder, 'trace.jsonl'), 'utf8')
  rmSync(folder, { recursive: true })
  expect(summary.pulls.succeeded).toBe(4)
  expect(checks.filter(({ status }) => status === 'missed')).toEqual([])
  expect(new Set(registry.journal.records().map(({ method }) => method))).toEqual(new Set(['GET', 'HEAD']))
  expect(text).toContain('"username":"me"')
  expect(text).not.toContain('hidden-secret')
})

test('names every image that an upstream lacks, before the run', async ({ registry }) => {
  const scenario = compileScenario({ source: source(registry.url) })
  await expect(runScenario({ scenario })).rejects.toMatchObject({
    code: 'IMAGES_MISSING',
    message: expect.stringMatching(/lacks team\/app:1, team\/other:1\. /),
  })
})

test('moves no tag of an upstream that is only read', async ({ registry }) => {
  const timeline = [{ at: '5m', do: 'move-tag' as const, image: 'team/app:1' }]
  const scenario = compileScenario({ source: source(registry.url, { timeline }) })
  await expect(runScenario({ scenario })).rejects.toMatchObject({ code: 'BACKEND_INVALID' })
  const { reason } = await runScenario({ scenario, time: 'virtual' })
  expect(reason).not.toBe('interrupted')
})
