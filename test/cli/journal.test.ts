// The registry's journal as files, and the schema: written by the real command.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { scenarioJsonSchema } from '../../simulator/scenario/schema.ts'
import { command, start, temporaryFolder } from './command.ts'

const lines = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

test('a run writes its journal and an archive, which its trace gives again', async () => {
  const cwd = temporaryFolder()
  const files = [
    '--trace',
    'trace.jsonl',
    '--summary',
    'summary.json',
    '--journal',
    'out/journal.jsonl',
    '--har',
    'run.har',
  ]
  const ran = await command(['run', 'concurrency-cap', '--time', 'virtual', ...files], { cwd })
  expect(ran.stderr + ran.exitCode).toMatch(/0$/)
  const read = (name: string) => readFileSync(join(cwd, name), 'utf8')
  const journal = lines(read('out/journal.jsonl'))
  const requests = lines(read('trace.jsonl')).filter(({ kind }) => kind === 'registry-request')
  expect(journal.map(({ path, endedAtMs }) => [path, endedAtMs])).toEqual(
    requests.map(({ path, atMs }) => [path, atMs]),
  )
  expect(journal.every(({ action }) => typeof action === 'string')).toBe(true)
  const { entries } = JSON.parse(read('run.har')).log
  expect(entries).toHaveLength(requests.length)
  expect(entries.map((entry: { _action: string }) => entry._action)).toContain('pull-by-tag')
  const { demand } = JSON.parse(read('summary.json')).summary.registry
  const pulls = new Set(
    journal
      .filter(({ actionNumber }) => actionNumber !== null)
      .map(({ agent, actionNumber }) => `${agent} ${actionNumber}`),
  )
  expect(demand.versionChecks + demand.pullsByTag + demand.pullsByDigest).toBe(pulls.size)
  expect(demand.requests).toBe(requests.length)
  const again = await command(['replay', 'trace.jsonl', '--har', 'again.har'], { cwd })
  expect([again.exitCode, again.stdout]).toEqual([0, `archive  again.har  ${requests.length} requests\n`])
  expect(read('again.har')).toBe(read('run.har'))
})

test('a registry writes them too, line by line and at the end, without a secret', async () => {
  const cwd = temporaryFolder()
  const files = ['--journal', 'journal.jsonl', '--har', 'registry.har', '--control-token', 'open-sesame']
  const account = ['--account', 'alice:top-secret', '--profile', 'docker-hub-anonymous']
  const running = start(['registry', '--port', '0', '--json', ...account, ...files], { cwd })
  const { url } = JSON.parse(await running.printed(/\n/))
  const basic = `Basic ${btoa('alice:top-secret')}`
  const asked = await fetch(`${url}/token?account=alice&password=top-secret`, { headers: { authorization: basic } })
  const { token } = (await asked.json()) as { token: string }
  await (await fetch(`${url}/v2/`, { headers: { authorization: `Bearer ${token}` } })).text()
  const control = await fetch(`${url}/__sim__/journal`, { headers: { authorization: 'Bearer open-sesame' } })
  const { total, entries } = (await control.json()) as { total: number; entries: { action: string }[] }
  expect([total, entries.map(({ action }) => action)]).toEqual([2, ['token', 'ping']])
  await expect.poll(() => readFileSync(join(cwd, 'journal.jsonl'), 'utf8').split('\n')).toHaveLength(3)
  running.process.kill('SIGTERM')
  expect((await running.ended).exitCode).toBe(0)
  const written = readFileSync(join(cwd, 'journal.jsonl'), 'utf8') + readFileSync(join(cwd, 'registry.har'), 'utf8')
  for (const secret of ['top-secret', basic, token, 'open-sesame']) expect(written).not.toContain(secret)
  expect(JSON.parse(readFileSync(join(cwd, 'registry.har'), 'utf8')).log.entries).toHaveLength(2)
})

test('a journal that cannot be written is told before the run', async () => {
  const cwd = temporaryFolder()
  writeFileSync(join(cwd, 'taken'), '')
  for (const flag of ['--journal', '--har']) {
    const { exitCode, stderr } = await command(['run', 'concurrency-cap', flag, 'taken/file'], { cwd })
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('FILE_NOT_WRITABLE')])
  }
})

test('prints the schema of scenarios', async () => {
  const { exitCode, stdout } = await command(['schema'])
  expect(exitCode).toBe(0)
  expect(JSON.parse(stdout)).toEqual(JSON.parse(JSON.stringify(scenarioJsonSchema())))
})
