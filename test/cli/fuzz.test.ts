// `kasm-sim fuzz` as a process: what it prints, what it leaves on disk, its exit codes.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { command, start, temporaryFolder } from './command.ts'

/** The first seed whose scenario shows an agent that runs one pull too many; another where what is drawn changes. */
const seed = 10

test('holds seeds against every invariant', async () => {
  const cwd = temporaryFolder()
  const { exitCode, stdout, stderr } = await command(['fuzz', '--seeds', '1..20', '--jobs', '1'], { cwd })
  expect(stdout).toMatch(/^20 seeds held every invariant, 0 failed \(\S+\)\n$/)
  expect(stderr).toMatch(/^10 of 20 seeds, about \S+ left$/m)
  expect(exitCode).toBe(0)
})

test('prints for a failure what broke, how to see it again, and a scenario that shows it', async () => {
  const cwd = temporaryFolder()
  const { exitCode, stdout } = await command(['fuzz', '--seeds', `${seed}..${seed}`, '--mutant', 'cap-plus-one'], {
    cwd,
  })
  expect(exitCode).toBe(3)
  expect(stdout).toMatch(/^seed \d+: cap-kept broken at \S+: agent 0 ran \d pulls with a cap of \d\n/)
  const [, reproduce = ''] = /^ {2}reproduce {2}kasm-sim (.*)$/m.exec(stdout) ?? []
  expect(reproduce).toBe(`fuzz --seeds ${seed}..${seed} --mutant cap-plus-one`)
  const [, file = ''] =
    /^ {2}shrunk {5}(\S+) \(agents 1, images \d, actions 0, end \d+s; \d+ tries\)$/m.exec(stdout) ?? []
  expect(file).toBe(`runs/fuzz/seed-${seed}-cap-plus-one.yaml`)
  expect(readFileSync(join(cwd, file), 'utf8')).toMatch(/^# Breaks cap-kept/)

  const again = await command(['fuzz', '--scenario', file, '--mutant', 'cap-plus-one'], { cwd })
  expect(again).toMatchObject({ exitCode: 3, stdout: expect.stringContaining(`fuzz-seed-${seed}: cap-kept broken at`) })
  const healthy = await command(['fuzz', '--scenario', file], { cwd })
  expect(healthy).toMatchObject({ exitCode: 0, stdout: `fuzz-seed-${seed}: every invariant held\n` })
  const run = await command(['run', file, '--time', 'virtual', '--json'], { cwd })
  expect(run).toMatchObject({ exitCode: 0 })
  expect(JSON.parse(run.stdout)).toMatchObject({
    scenario: `fuzz-seed-${seed}`,
    speed: 1,
    summary: { time: 'virtual' },
  })
})

test('prints one document with --json', async () => {
  const cwd = temporaryFolder()
  const args = ['fuzz', '--seeds', `${seed}..${seed}`, '--mutant', 'cap-plus-one', '--output', 'out', '--json']
  const { exitCode, stdout } = await command(args, { cwd })
  expect(exitCode).toBe(3)
  expect(JSON.parse(stdout)).toMatchObject({
    seedsTried: 1,
    failures: [
      {
        seed,
        violation: { invariant: 'cap-kept' },
        file: `out/seed-${seed}-cap-plus-one.yaml`,
        reproduce: `kasm-sim fuzz --seeds ${seed}..${seed} --mutant cap-plus-one`,
      },
    ],
  })
})

test('stops in good order at SIGINT', async () => {
  const running = start(['fuzz', '--seeds', '1..1000'], { cwd: temporaryFolder() })
  await running.printed(/100 of 1000 seeds/, 'stderr')
  running.process.kill('SIGINT')
  const { exitCode, stdout } = await running.ended
  expect(stdout).toMatch(/^\d+ seeds held every invariant, 0 failed, \d+ not tried/)
  expect(exitCode).toBe(130)
})

test.for(['3..1', 'many', '1..99999999999'])('refuses --seeds %s', async (seeds) => {
  const { exitCode, stderr } = await command(['fuzz', '--seeds', seeds])
  expect(stderr).toMatch(/It must be a span of seeds, like 1\.\.1000.*\[USAGE\]\n$/)
  expect(exitCode).toBe(1)
})

test('refuses seeds and a scenario together', async () => {
  const { exitCode, stderr } = await command(['fuzz', '--seeds', '1..2', '--scenario', 'storm'])
  expect(stderr).toMatch(/--scenario.*cannot be used with.*--seeds.*\[USAGE\]\n$/)
  expect(exitCode).toBe(1)
})

test('refuses a folder that cannot be written before it has found anything', async () => {
  const cwd = temporaryFolder()
  writeFileSync(join(cwd, 'taken'), '')
  const { exitCode, stdout, stderr } = await command(['fuzz', '--seeds', '4..4', '--output', 'taken/out'], { cwd })
  expect(stderr).toMatch(/\[FILE_NOT_WRITABLE\]\n$/)
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
})
