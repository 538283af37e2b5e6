// `kasm-sim run` as a process: its exit codes, what it prints and what it leaves on disk.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { RunEvent } from '../../simulator/events/events.ts'
import type { RunReport } from '../../simulator/reporters/json.ts'
import { command, start, temporaryFolder } from './command.ts'

const fixture = (name: string) => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url))

function readTrace(file: string): RunEvent[] {
  return readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
}

test('passes with exit code 0 and says where the trace and the summary are', async () => {
  const cwd = temporaryFolder()
  const { exitCode, stdout, stderr } = await command(['run', fixture('fleet.yaml')], { cwd })
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 })
  expect(stdout).toMatch(/\ntrace {4}runs\/fleet-1\/trace\.jsonl\nsummary {2}runs\/fleet-1\/summary\.json\n$/)
  const events = readTrace(join(cwd, 'runs/fleet-1/trace.jsonl'))
  expect(events.at(0)?.kind).toBe('run-started')
  expect(events.at(-2)).toMatchObject({ kind: 'run-ended', reason: 'condition-met' })
  expect(events.at(-1)).toMatchObject({ kind: 'run-judged', verdict: 'passed' })
  const report = JSON.parse(readFileSync(join(cwd, 'runs/fleet-1/summary.json'), 'utf8')) as RunReport
  expect(report).toMatchObject({
    scenario: 'fleet',
    verdict: 'passed',
    doubts: [],
    exitCode: 0,
    reason: 'condition-met',
  })
})

test('tells the milestones on stderr as plain lines', async () => {
  const { stderr } = await command(['run', fixture('fleet.yaml')], { cwd: temporaryFolder() })
  expect(stderr).toMatch(/^\[\S+\] fleet started: 3 agents, 2 images, 8h in settled time, seed 1$/m)
  expect(stderr).toMatch(/^\[.*\] 3 of 3 agents ready \(100 %\)$/m)
  expect(stderr).toMatch(/^\[.*\] move-tag .*team\/browser:latest/m)
  expect(stderr).toMatch(/^\[.*\] ended \(condition-met\): \d+ pulls succeeded, 0 failed, .* received$/m)
})

test('numbers the runs of one folder', async () => {
  const cwd = temporaryFolder()
  for (const number of [1, 2]) {
    const { stdout } = await command(['run', fixture('misses.yaml')], { cwd })
    expect(stdout).toContain(`runs/misses-${number}/trace.jsonl`)
  }
  expect(readdirSync(join(cwd, 'runs')).sort()).toEqual(['misses-1', 'misses-2'])
})

test('ends with exit code 2 when a check is missed', async () => {
  const { exitCode, stdout } = await command(['run', fixture('misses.yaml'), '--json'], { cwd: temporaryFolder() })
  const report = JSON.parse(stdout) as RunReport
  expect(report).toMatchObject({ verdict: 'missed', exitCode: 2, reason: 'condition-met' })
  expect(report.checks.map(({ status }) => status)).toEqual(['missed'])
  expect(exitCode).toBe(2)
})

test('takes speed, seed and the places of its files from flags', async () => {
  const cwd = temporaryFolder()
  const flags =
    '--speed 600 --seed 7 --trace out/events.jsonl --summary out/summary.json --logs logs --content blobs --json'
  const { exitCode, stdout } = await command(['run', fixture('fleet.yaml'), ...flags.split(' ')], { cwd })
  // A busy machine may be too late to say more.
  expect(exitCode).toBe(JSON.parse(stdout).verdict === 'inconclusive' ? 4 : 0)
  expect(JSON.parse(stdout)).toMatchObject({ seed: 7, speed: 600 })
  expect(readTrace(join(cwd, 'out/events.jsonl'))[0]).toMatchObject({ seed: 7, speed: 600, time: 'wall' })
  expect(readFileSync(join(cwd, 'out/summary.json'), 'utf8')).toBe(stdout)
  expect(readdirSync(join(cwd, 'logs')).sort()).toEqual(['agent-0000.log', 'agent-0001.log', 'agent-0002.log'])
  expect(readFileSync(join(cwd, 'logs/agent-0000.log'), 'utf8')).toContain('team/desktop:1.0')
  expect(
    readdirSync(join(cwd, 'blobs'), { recursive: true }).some((path) => String(path).includes('blobs/sha256/')),
  ).toBe(true)
  expect(existsSync(join(cwd, 'runs'))).toBe(false)
})

test('a machine that is too late for the speed says so in every output, and judges what does not hang on time', async () => {
  const cwd = temporaryFolder()
  const scenario = readFileSync(fixture('fleet.yaml'), 'utf8').replace('after: 8h', 'after: 5d')
  writeFileSync(join(cwd, 'fleet.yaml'), scenario)
  // No machine has timers of a tenth of a millisecond.
  const { exitCode, stdout, stderr } = await command(['run', 'fleet.yaml', '--speed', '20000'], { cwd })
  expect(exitCode).toBe(4)
  expect(stderr).toMatch(/^Warning: fleet moves .* at speed 20000; this machine needs about .* Use --time settled/m)
  expect(stderr).toMatch(/^\[\S.*\] late: at most .* of 7\.5s that can be judged, too late/m)
  expect(stdout).toMatch(/^ {2}Lateness {4}at most .* of 7\.5s that can be judged, too late/m)
  expect(stdout).toMatch(/INCONCLUSIVE: .*this machine was too slow for speed 20000/)
  const report = JSON.parse(readFileSync(join(cwd, 'runs/fleet-1/summary.json'), 'utf8')) as RunReport
  expect(report).toMatchObject({ verdict: 'inconclusive', exitCode: 4, doubts: [expect.stringContaining('too slow')] })
  // Whether the first one held hangs on whether there was time for any pull at all.
  expect(report.checks.map(({ hangsOnTime }) => hangsOnTime)).toEqual([false, true])
  expect(report.checks[0]?.status).not.toBe('missed')
  expect(report.checks[1]?.status).toBe('inconclusive')
  const { worstMs = 0, boundMs = 0 } = report.summary.lateness ?? {}
  expect(worstMs).toBeGreaterThan(boundMs)
  const trace = readTrace(join(cwd, 'runs/fleet-1/trace.jsonl'))
  expect(trace.findLast(({ kind }) => kind === 'lateness')).toMatchObject({ worstMs, boundMs: 7_500 })
})

test.for([
  [['--time', 'real'], /It must be settled, wall or virtual\. What was real is now settled .* or wall/],
  [
    ['--time', 'settled', '--speed', '60'],
    /Failed to run in settled time with --speed: it keeps no pace with the wall/,
  ],
  [['--time', 'settled', '--web-app', 'http://127.0.0.1:1'], /Failed to run in settled time: its web app is another/],
  [
    ['--time', 'settled', '--registry-backend', 'http://127.0.0.1:1'],
    /settled time: its images are in another registry/,
  ],
] as const)('refuses %j', async ([flags, words]) => {
  const { exitCode, stderr } = await command(['run', fixture('fleet.yaml'), ...flags], { cwd: temporaryFolder() })
  expect(stderr).toMatch(words)
  expect(stderr).toMatch(/\[USAGE\]\n$/)
  expect(exitCode).toBe(1)
})

test.for(['SIGINT', 'SIGTERM'] as const)('stops at %s with a partial summary and exit code 130', async (signal) => {
  const cwd = temporaryFolder()
  const running = start(['run', fixture('long.yaml'), '--json'], { cwd })
  await running.printed(/2 of 2 agents ready/, 'stderr')
  running.process.kill(signal)
  const { exitCode, stdout, stderr } = await running.ended
  expect(JSON.parse(stdout)).toMatchObject({ reason: 'interrupted', exitCode: 130 })
  expect(stderr).toMatch(/^Stopping the run\. Press Ctrl-C again to end at once\.$/m)
  expect(exitCode).toBe(130)
  expect(readFileSync(join(cwd, 'runs/long-1/summary.json'), 'utf8')).toBe(stdout)
  expect(readTrace(join(cwd, 'runs/long-1/trace.jsonl')).at(-1)).toMatchObject({ kind: 'run-judged' })
})

test.for([
  ['--trace', 'trace'],
  ['--summary', 'summary'],
  ['--logs', 'logs'],
  ['--content', 'blobs'],
])('refuses a %s whose folder is a file, before anything runs', async ([flag, name]) => {
  const cwd = temporaryFolder()
  writeFileSync(join(cwd, 'taken'), '')
  const { exitCode, stdout, stderr } = await command(['run', fixture('long.yaml'), flag as string, `taken/${name}`], {
    cwd,
  })
  expect(stderr).toMatch(/^kasm-sim: Failed to write taken.*\. Choose another path\. \[FILE_NOT_WRITABLE\]\n$/)
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
})

test('reports the scenario that is invalid by line and column', async () => {
  const cwd = temporaryFolder()
  writeFileSync(join(cwd, 'invalid.yaml'), 'name: invalid\nfleet: { agents: 1, cap: 0 }\nend: { after: 1h }\n')
  const { exitCode, stderr } = await command(['run', 'invalid.yaml'], { cwd })
  expect(stderr).toMatch(/invalid\.yaml:2:\d+: kasm-sim: Failed to [\s\S]*cap[\s\S]*\[SCENARIO_INVALID\]\n$/)
  expect(exitCode).toBe(1)
})

test('runs a fleet against a fake Kasm that is already there', async () => {
  const cwd = temporaryFolder()
  const kasm = start(['serve', '--port', '0', '--json', '--auto-enable-agents'])
  const { url } = JSON.parse(await kasm.printed(/\n/)) as { url: string }
  const { exitCode, stderr } = await command(['run', fixture('fleet.yaml'), '--web-app', url], { cwd })
  // By the wall, since its clock cannot wait for another program: a busy machine may be too late to say more.
  expect([0, 4], stderr).toContain(exitCode)
  const answer = await fetch(`${url}/api/public/get_agents`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ api_key: 'kasmSimKey01', api_key_secret: 'kasmSimSecret0123456789abcdefghi' }),
  })
  expect(((await answer.json()) as { agents: unknown[] }).agents).toHaveLength(3)
})

test.for([['--api-key-secret'], ['--manager-token']])(
  'says that the web app refuses a wrong %s, which is no bug of its own',
  async ([flag = '']) => {
    const kasm = start(['serve', '--port', '0', '--json'])
    const { url } = JSON.parse(await kasm.printed(/\n/)) as { url: string }
    const args = ['run', fixture('fleet.yaml'), '--web-app', url, flag, 'wrong']
    const { exitCode, stderr } = await command(args, { cwd: temporaryFolder() })
    expect(stderr).toMatch(
      /Failed to use the web app: .* answered with status 401: .*\. Check .*\[WEB_APP_REFUSED\]\n$/,
    )
    expect(exitCode).toBe(1)
  },
)

test('a machine that runs out of files makes a run inconclusive and not the fleet fail', async () => {
  const { exitCode, stdout, stderr } = await command(['run', fixture('many-files.yaml'), '--json'], {
    cwd: temporaryFolder(),
    openFilesMax: 64,
  })
  const report = JSON.parse(stdout || '{}') as RunReport
  expect(report, stderr).toMatchObject({ verdict: 'inconclusive', exitCode: 4 })
  expect(report.doubts.join()).toContain('EMFILE, too many open files: raise the limit with ulimit -n')
  expect(report.summary.generatorFailures.map(({ code }) => code)).toContain('EMFILE')
  expect(report.checks.map(({ status }) => status)).toEqual(['inconclusive'])
  expect(exitCode).toBe(4)
})

test('says that no web app answers, or that its address is none', async () => {
  const cwd = temporaryFolder()
  const nobody = await command(['run', fixture('fleet.yaml'), '--web-app', 'http://127.0.0.1:1'], { cwd })
  expect(nobody).toMatchObject({ exitCode: 1 })
  expect(nobody.stderr).toMatch(/Failed to reach the web app at http:\/\/127\.0\.0\.1:1: .*\[SERVER_UNREACHABLE\]/)
  const nothing = await command(['run', fixture('fleet.yaml'), '--web-app', 'localhost:8080'], { cwd })
  expect(nothing).toMatchObject({ exitCode: 1 })
  expect(nothing.stderr).toContain('Failed to read --web-app localhost:8080: it is no URL.')
})
