// `kasm-sim what-if` and `kasm-sim find-max` as processes: what they print, what they leave on disk, their exit codes.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { WhatIfResults } from '../../simulator/what-if/results.ts'
import { command, start, temporaryFolder } from './command.ts'

const yaml = `name: small
description: A few agents pull one image.
fleet: { agents: 3, startupSpread: 10m }
network: { preset: branch-office }
images: [{ name: 'acme/a:1', size: 500MB }]
end: { after: 1h }
expect: [{ metric: pulls-succeeded, exactly: 3 }]
`

/** A folder with the scenario in it, where a command may leave its files. */
function workFolder(): string {
  const cwd = temporaryFolder()
  writeFileSync(join(cwd, 'small.yaml'), yaml)
  return cwd
}

function run(cwd: string, args: string) {
  return command(args.split(' '), { cwd })
}

const grid = 'what-if small.yaml --vary fleet.agents=3,6 --vary fleet.cap=2,4 --seeds 2'

test('prints a table for each metric and says where the page is', async () => {
  const cwd = workFolder()
  const { exitCode, stdout, stderr } = await run(cwd, grid)
  expect(exitCode, stderr).toBe(0)
  expect(stdout).toMatch(
    /^Time until an agent is ready, 95th percentile \(ready-time\.p95\)\n {2}fleet\.agents {2}fleet\.cap = 2 +fleet\.cap = 4\n {2}3 +\S/m,
  )
  expect(stdout).toContain(
    'The check "pulls-succeeded: count exactly 3" was missed in 4 runs, of fleet.agents=6, fleet.cap=2;',
  )
  expect(stdout).toMatch(/\npage {3}runs\/small-what-if-1\/index\.html\nruns {3}runs\/small-what-if-1\/runs\.csv\n$/)
  expect(stderr).toMatch(/^\[#{24}\] 8 of 8 runs, \d+\.\d runs\/s \(fleet\.agents=\d, fleet\.cap=\d\)$/m)
  const files = readdirSync(join(cwd, 'runs/small-what-if-1'))
  expect(files).toEqual(
    expect.arrayContaining(['index.html', 'results.json', 'runs.csv', 'table.csv', 'ready-time.p95.svg']),
  )
  expect(readFileSync(join(cwd, 'runs/small-what-if-1/runs.csv'), 'utf8').trimEnd().split('\n')).toHaveLength(1 + 8)
  expect(readFileSync(join(cwd, 'runs/small-what-if-1/index.html'), 'utf8')).toContain(`<pre>kasm-sim ${grid}</pre>`)
})

test('prints one JSON document, the same whatever the number of jobs', async () => {
  const cwd = workFolder()
  const [one, two] = await Promise.all([
    run(cwd, `${grid} --json --jobs 1 --out one`),
    run(cwd, `${grid} --json --jobs 2 --out two`),
  ])
  const results = JSON.parse(one.stdout) as WhatIfResults
  expect(results.points).toHaveLength(4)
  expect(results.points[1]).toMatchObject({ settings: { 'fleet.agents': '3', 'fleet.cap': '4' }, runs: 2 })
  expect(results.points[1]?.estimates.pulls).toMatchObject({
    ...{ runs: 2, reached: 2, mean: 3, known: 'unknown', why: 'all-equal', low: null, high: null },
  })
  expect(two.stdout).toBe(one.stdout)
  expect(readFileSync(join(cwd, 'one/results.json'), 'utf8')).toBe(one.stdout)
  expect(readFileSync(join(cwd, 'two/ready-time.p95.svg'), 'utf8')).toBe(
    readFileSync(join(cwd, 'one/ready-time.p95.svg'), 'utf8'),
  )
})

test('prints CSV, compares two points and shows the chosen metrics alone', async () => {
  const cwd = workFolder()
  const { stdout } = await run(cwd, `${grid} --csv --metric pulls --metric pulls-denied`)
  expect(stdout.split('\n').slice(0, 3)).toEqual([
    'fleet.agents,fleet.cap,metric,unit,runs,reached,mean,known,low,high',
    '3,2,pulls,count,2,2,3,unknown,,',
    '3,2,pulls-denied,count,2,2,0,unknown,,',
  ])
  const compared = await run(cwd, `${grid} --metric pulls --compare fleet.agents=3 fleet.agents=6`)
  expect(compared.stdout).toMatch(
    /^fleet\.agents=6 minus fleet\.agents=3, seed by seed\n {2}fleet\.cap {2}metric {2}difference\n {2}2 +pulls +3 \(unknown, 2 alike\) +more in all 2 seeds, so in 22 % of others or more; how much is unknown$/m,
  )
})

test('names what is not precise enough when the seeds run out', async () => {
  const cwd = workFolder()
  const flags = '--vary fleet.cap=2 --metric all-ready-at --precision 0.1% --seeds 2 --seeds-max 3'
  const { exitCode, stdout } = await run(cwd, `what-if small.yaml ${flags}`)
  expect(stdout).toContain('all-ready-at of fleet.cap=2 is not known within 0.1 % after 3 seeds at most.')
  expect(exitCode).toBe(0)
})

test('prints one seed as one run, everywhere', async () => {
  const cwd = workFolder()
  const { stdout } = await run(
    cwd,
    'what-if small.yaml --vary fleet.cap=2,4 --seeds 1 --compare fleet.cap=2 fleet.cap=4',
  )
  const folder = join(cwd, 'runs/small-what-if-1')
  const page = readFileSync(join(folder, 'index.html'), 'utf8')
  for (const text of [stdout, page]) {
    expect(text).toContain(
      'Each number is of one run in virtual time, with the seed 1: another seed may give any other.',
    )
    expect(text).toContain('3 (one run)')
    expect(text).toContain('unknown: one seed cannot tell')
    expect(text).not.toMatch(/the same(?! at every point)/)
  }
  expect(readFileSync(join(folder, 'pulls.svg'), 'utf8')).toContain(
    'one run each, which shows no mean; hollow: unknown',
  )
  const { points, comparison } = JSON.parse(readFileSync(join(folder, 'results.json'), 'utf8')) as WhatIfResults
  const found = [
    ...points.flatMap(({ estimates }) => Object.values(estimates)),
    ...(comparison?.differences ?? []).map(({ difference }) => difference),
  ].filter(({ mean }) => mean !== null)
  expect(found.length).toBeGreaterThan(10)
  for (const { known, low, high } of found)
    expect({ known, low, high }).toEqual({ known: 'single-run', low: null, high: null })
})

test('says what is certain, and what agreeing seeds leave open', async () => {
  const cwd = workFolder()
  const flags =
    '--metric all-ready-at --metric pulls --seeds 5 --compare fleet.startupSpread=0s fleet.startupSpread=10m'
  const { stdout } = await run(cwd, `what-if small.yaml --vary fleet.startupSpread=0s,10m ${flags}`)
  expect(stdout).toMatch(/^ {2}0s +\S+ \(certain\)$/m)
  expect(stdout).toMatch(/^ {2}10m +3 \(unknown, 5 alike\)$/m)
  expect(stdout).toContain('unknown: 5 seeds cannot tell; equal in all, yet up to 45 % of others may differ')
  expect(stdout).toContain('What none of 5 runs shows may still be true of up to 45 % of all runs (95 % confidence)')
  const certain = await run(
    cwd,
    'what-if small.yaml --vary fleet.startupSpread=0s --vary fleet.cap=2,4 --metric pulls --seeds 1 --compare fleet.cap=2 fleet.cap=4',
  )
  expect(certain.stdout).toMatch(/^ {2}0s +pulls +0 \(certain\) +the same$/m)
})

test('finds the ready-made questions by name', async () => {
  const { exitCode, stdout } = await run(workFolder(), 'what-if rollback --seeds 1 --metric pulls')
  expect(stdout).toContain('Pulls started')
  expect(exitCode).toBe(0)
})

test.for(['SIGINT', 'SIGTERM'] as const)('at %s writes what is finished and ends with 130', async (signal) => {
  const cwd = workFolder()
  const running = start(['what-if', 'small.yaml', '--vary', 'fleet.agents=3,6', '--seeds', '40000', '--json'], { cwd })
  const kept = join(cwd, 'runs/small-what-if-1/runs.csv')
  await expect
    .poll(() => existsSync(kept) && readFileSync(kept, 'utf8').split('\n').length, { timeout: 20_000 })
    .toBeGreaterThan(6)
  running.process.kill(signal)
  const { exitCode, stdout, stderr } = await running.ended
  expect(stderr).toContain('Stopping the experiment: what is finished is kept.')
  const results = JSON.parse(stdout) as WhatIfResults
  expect(results.interrupted).toBe(true)
  const runs = results.points.reduce((sum, point) => sum + point.runs, 0)
  expect(readFileSync(kept, 'utf8').trimEnd().split('\n')).toHaveLength(1 + runs)
  expect(readFileSync(join(cwd, 'runs/small-what-if-1/index.html'), 'utf8')).toContain('Interrupted:')
  expect(exitCode).toBe(130)
})

const wrongUsage: [args: string, says: RegExp][] = [
  ['what-if small.yaml --vary fleet.capp=2', /"capp" is no field of fleet; did you mean "cap"\? .* \[USAGE\]$/],
  ['what-if small.yaml --vary fleet.cap=2 --vary fleet.cap=4', /fleet\.cap: it is varied twice.* \[USAGE\]$/],
  ['what-if small.yaml --vary fleet.cap', /it needs a path, an equals sign and values.* \[USAGE\]$/],
  ['what-if small.yaml --metric ready', /There are ready-time\.p50.* \[USAGE\]$/],
  ['what-if small.yaml --metric ready-time', /Did you mean "ready-time\.p50"\? \[USAGE\]$/],
  ['what-if small.yaml --seeds 0', /It must be a whole number from 1\..* \[USAGE\]$/],
  ['what-if small.yaml --precision 5', /It must be a share above 0 and below 1, like 5%\..* \[USAGE\]$/],
  ['what-if small.yaml --vary fleet.cap=2,4 --compare fleet.cap=2', /it takes two points\..* \[USAGE\]$/],
  [
    'what-if small.yaml --vary fleet.agents=1,2,3,4,5 --seeds 200000',
    /5 points with 200,000 seeds are 1,000,000 runs, and 100,000 are allowed\. .*confirm with --runs-max 1000000\. \[USAGE\]$/,
  ],
  ['what-if small.yaml --csv --json', /cannot be used with option '--json'.* \[USAGE\]$/],
  ['what-if small.yaml --out small.yaml/out', /Failed to write small\.yaml\/out: .* \[FILE_NOT_WRITABLE\]$/],
  ['what-if rolback', /Did you mean "rollback"\?.* \[SCENARIO_NOT_FOUND\]$/],
  ['find-max small.yaml --while pulls>0', /required option '--vary <path=values>' not specified.* \[USAGE\]$/],
  ['find-max small.yaml --vary fleet.agents=1..9 --while pulls', /it needs a metric, one of.* \[USAGE\]$/],
  ['find-max small.yaml --vary fleet.agents=9..1 --while pulls>0', /the smaller one first.* \[USAGE\]$/],
  ['find-max small.yaml --vary fleet.agents=1,2 --while pulls>0', /one --vary needs a range.* \[USAGE\]$/],
  ['find-max small.yaml --vary fleet.agent=1..9 --while pulls>0', /did you mean "agents"\?.* \[USAGE\]$/],
  ['find-max small.yaml --vary fleet.agents=0..9 --while pulls>0', /fleet\.agents must be at least 1.* \[USAGE\]$/],
]

const refusedIn = mkdtempSync(join(tmpdir(), 'kasm-sim-test-'))
writeFileSync(join(refusedIn, 'small.yaml'), yaml)
afterAll(() => rmSync(refusedIn, { recursive: true }))

test.concurrent.for(wrongUsage)('kasm-sim %s: refuses it before anything runs', async ([args, says], { expect }) => {
  const cwd = refusedIn
  const { exitCode, stdout, stderr } = await run(cwd, args)
  expect(stderr.trimEnd()).toMatch(says)
  expect(stderr).toMatch(/^kasm-sim: Failed to [^\n]*\n$/)
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
  expect(readdirSync(cwd)).toEqual(['small.yaml'])
})

test('finds the largest value and prints every probe', async () => {
  const cwd = workFolder()
  const { exitCode, stdout } = await command(
    ['find-max', 'small.yaml', '--vary', 'fleet.agents=1..100', '--while', 'pulls < 10', '--seeds', '2'],
    { cwd },
  )
  expect(stdout).toContain('  PASS  fleet.agents=8: pulls 8, 2 of 2 seeds, 22 % to 100 % of all\n')
  expect(stdout).toContain('  FAIL  fleet.agents=16: pulls 16, 0 of 2 seeds, 0 % to 78 % of all\n')
  expect(stdout).toContain('\nfleet.agents=9 is the largest that passes, and fleet.agents=10 fails.\n')
  expect(stdout).toContain(
    'How sure (95 % confidence): with fleet.agents=9 2 of 2 seeds passed, that is 22 % to 100 % of all runs; with fleet.agents=10 0 of 2',
  )
  expect(stdout).toContain('This assumes that whatever is larger than a value that fails, fails too')
  expect(exitCode).toBe(0)
})

test.for([
  ['pulls < 1', 2, 'Not even fleet.agents=1 passes.'],
  ['pulls >= 1', 0, 'fleet.agents=4, the highest of the range, still passes'],
] as const)('says so when %s leaves nothing to find', async ([condition, code, says]) => {
  const args = ['find-max', 'small.yaml', '--vary', 'fleet.agents=1..4', '--while', condition, '--seeds', '1']
  const { exitCode, stdout } = await command(args, { cwd: workFolder() })
  expect(stdout).toContain(says)
  expect(exitCode).toBe(code)
})

test('does not pass what stands on nothing', async () => {
  const cwd = workFolder()
  writeFileSync(join(cwd, 'disabled.yaml'), `${yaml}webApp: { autoEnableAgents: false }\n`)
  const args = ['find-max', 'disabled.yaml', '--vary', 'fleet.agents=1..9', '--while', 'pulls-denied == 0']
  const { exitCode, stdout } = await command(args, { cwd })
  expect(stdout).toContain(
    '  INCONCLUSIVE  fleet.agents=1: pulls-denied 0, 0 of 5 seeds, 0 % to 100 % of all: no pull was started\n',
  )
  expect(stdout).toContain('Not even fleet.agents=1 passes, nor does it fail: no pull was started.')
  expect(exitCode).toBe(4)
})

test('prints a search as one JSON document', async () => {
  const args = 'find-max small.yaml --vary fleet.agents=1..4 --vary fleet.cap=4 --while pulls<3 --seeds 1 --json'
  const { stdout } = await run(workFolder(), args)
  expect(JSON.parse(stdout)).toMatchObject({
    ...{ path: 'fleet.agents', while: 'pulls<3', metric: 'pulls', best: 2, end: 'found' },
    probes: [
      { value: 1, passed: true, status: 'held', measured: [1], known: 'single-run' },
      { value: 2, passed: true, measured: [2] },
      { value: 4, passed: false, measured: [4] },
      { value: 3, passed: false, measured: [3] },
    ],
  })
})
