// `kasm-sim replay` as a process: traces of both times, and traces that were tampered with.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { RunEvent } from '../../simulator/events/events.ts'
import { command, temporaryFolder } from './command.ts'

const fixture = (name: string) => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url))

async function traced(time: 'settled' | 'virtual', scenario = 'fleet.yaml') {
  const cwd = temporaryFolder()
  const args = ['run', fixture(scenario), '--time', time, '--trace', 'trace.jsonl', '--summary', 'summary.json']
  const { exitCode, stderr } = await command(args, { cwd })
  expect(exitCode, stderr).toBe(0)
  const file = join(cwd, 'trace.jsonl')
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  const write = (changed: string[]) => writeFileSync(file, `${changed.join('\n')}\n`)
  return { lines, write, replay: (...flags: string[]) => command(['replay', file, ...flags], { cwd }) }
}

/** The line with some fields of its event replaced. */
function edited(line: string | undefined, fields: Partial<RunEvent>): string {
  return JSON.stringify({ ...JSON.parse(line ?? ''), ...fields })
}

test('says that a trace of virtual time is identical', async () => {
  const { lines, replay } = await traced('virtual')
  const { exitCode, stdout, stderr } = await replay()
  expect(stdout).toMatch(
    new RegExp(
      `^fleet, seed 1, traced by kasm-sim \\S+\nidentical: ${lines.length} events\nthe traced run: All checks held`,
    ),
  )
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
})

test('says at which line a trace diverges, with what was expected and what came', async () => {
  const { lines, write, replay } = await traced('virtual')
  const wrong = edited(lines[9], { atMs: 123_456 })
  write(lines.with(9, wrong))
  const { exitCode, stdout } = await replay()
  expect(stdout).toContain('diverged at line 10, after 9 events that are the same\n')
  expect(stdout).toContain(`  expected  ${wrong}\n  got       ${lines[9]}\n`)
  expect(exitCode).toBe(2)
  const report = JSON.parse((await replay('--json')).stdout)
  expect(report).toMatchObject({
    identical: false,
    exitCode: 2,
    divergence: { line: 10, expected: wrong, got: lines[9] },
  })
})

test('notices what is missing at the end and what is too much', async () => {
  const { lines, write, replay } = await traced('virtual')
  write(lines.slice(0, -1))
  const cut = await replay()
  expect(cut.stdout).toContain(`diverged at line ${lines.length}`)
  expect(cut.stdout).toContain('expected  the end of the trace')
  write([...lines, lines.at(-1) ?? ''])
  const longer = await replay()
  expect(longer.stdout).toContain('got       the end of the run')
  expect([cut.exitCode, longer.exitCode]).toEqual([2, 2])
})

test('takes the version of the program for no difference, and a seed for one', async () => {
  const { lines, write, replay } = await traced('virtual')
  write(lines.with(0, edited(lines[0], { version: '0.0.1' })))
  expect(await replay()).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('traced by kasm-sim 0.0.1') })
  const start = JSON.parse(lines[0] ?? '')
  write(lines.with(0, edited(lines[0], { seed: 2, scenario: { ...start.scenario, seed: 2 } })))
  expect(await replay()).toMatchObject({ exitCode: 2, stdout: expect.stringContaining('diverged at line') })
})

test('compares a run that was interrupted up to there', async () => {
  const { lines, write, replay } = await traced('virtual')
  const end = edited(lines.at(-2), { reason: 'interrupted' })
  write([...lines.slice(0, 20), end, lines.at(-1) as string])
  const { exitCode, stdout } = await replay()
  expect(stdout).toContain('identical: 20 events, up to where the run was interrupted\n')
  expect(exitCode).toBe(0)
})

test('runs a trace of a run over sockets in virtual time and compares counts alone', async () => {
  const { lines, write, replay } = await traced('settled')
  const { exitCode, stdout } = await replay()
  expect(stdout).toContain('only counts are compared')
  expect(stdout).toMatch(/ {2}pulls succeeded +6 +6\n/)
  expect(stdout).toMatch(/the counts are equal\nthe traced run: All checks held \(\d+\)\n$/)
  expect(exitCode).toBe(0)
  write(lines.filter((line) => JSON.parse(line).kind !== 'pull-succeeded'))
  const without = await replay()
  expect(without.stdout).toMatch(/ {2}pulls succeeded +0 +6 {2}differs\n/)
  expect(without.exitCode).toBe(2)
})

test.for<[string, (lines: string[]) => string[], RegExp]>([
  [
    'of another event version',
    (lines) => lines.with(0, edited(lines[0], { eventVersion: 99 })),
    /:1: its events are of version 99/,
  ],
  ['without its first line', (lines) => lines.slice(1), /:1: its first line does not hold the scenario/],
  [
    'without the scenario',
    (lines) => lines.with(0, edited(lines[0], { scenario: {} } as Partial<RunEvent>)),
    /:1: its first line/,
  ],
  ['that is no trace', () => ['hello'], /:1: the line is no JSON/],
])('refuses a trace %s', async ([, change, cause]) => {
  const { lines, write, replay } = await traced('virtual')
  write(change(lines))
  const { exitCode, stdout, stderr } = await replay()
  expect(stderr).toMatch(cause)
  expect(stderr).toMatch(/\[TRACE_INVALID\]\n$/)
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
})

test('refuses a file that is not there', async () => {
  const { exitCode, stderr } = await command(['replay', 'nowhere.jsonl'], { cwd: temporaryFolder() })
  expect(stderr).toMatch(/there is no such file.*\[TRACE_INVALID\]\n$/)
  expect(exitCode).toBe(1)
})
