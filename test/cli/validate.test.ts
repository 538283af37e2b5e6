// `kasm-sim validate` and `kasm-sim list`.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { command, temporaryFolder } from './command.ts'

const cwd = fileURLToPath(new URL('fixtures', import.meta.url))

test('says in a line what a valid scenario holds', async () => {
  expect(await command(['validate', 'fleet.yaml'], { cwd })).toEqual({
    exitCode: 0,
    stdout: 'fleet.yaml: ok (agents: 3, images: 2, checks: 2)\n',
    stderr: '',
  })
})

test('warns of a speed that this machine cannot carry, and of none where the clock waits for the work', async () => {
  const quiet = await command(['validate', 'fleet.yaml'], { cwd })
  expect(quiet.stderr).toBe('')
  const { exitCode, stdout, stderr } = await command(['validate', 'fleet.yaml', '--speed', '1000000'], { cwd })
  expect(stdout).toBe(quiet.stdout)
  expect(stderr).toMatch(
    /^Warning: fleet moves 900\.00 kB, which its network carries at once at speed 1000000; .*--time settled/,
  )
  expect(exitCode).toBe(0)
})

test('points at the line and column of what is wrong and goes on with the next', async () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'invalid.yaml'), 'name: invalid\nfleet: { agents: 1, cap: 0 }\nend: { after: 1h }\n')
  writeFileSync(join(folder, 'broken.yaml'), 'name: broken\nfleet: { agents: [ 1\n')
  const names = ['invalid.yaml', 'broken.yaml', join(cwd, 'fleet.yaml')]
  const { exitCode, stdout, stderr } = await command(['validate', ...names], { cwd: folder })
  expect(stderr).toMatch(/^\S*invalid\.yaml:2:\d+: kasm-sim: Failed to [\s\S]*cap[\s\S]*\[SCENARIO_INVALID\]$/m)
  expect(stderr).toMatch(/^\S*broken\.yaml:\d+:\d+: kasm-sim: Failed to [\s\S]*\[SCENARIO_SYNTAX\]$/m)
  expect(exitCode).toBe(1)
  expect(stdout).toMatch(/fleet\.yaml: ok \(agents: 3, images: 2, checks: 2\)\n$/)
})

test('suggests the name that was meant', async () => {
  const { exitCode, stderr } = await command(['validate', 'strom'], { cwd })
  expect(stderr).toMatch(/"?storm"?.* \[SCENARIO_NOT_FOUND\]$/m)
  expect(exitCode).toBe(1)
})

test('lists the shipped scenarios by name and description, each of them valid', async () => {
  const asJson = await command(['list', '--json'])
  const scenarios = JSON.parse(asJson.stdout) as { name: string; description: string; file: string }[]
  expect(scenarios.map(({ name }) => name)).toContain('storm')
  const asText = await command(['list'])
  for (const { description } of scenarios) expect(asText.stdout).toContain(`  ${description}\n`)
  expect(asText.stdout.trim().split('\n')).toHaveLength(scenarios.length)
  expect(scenarios.every(({ description }) => description.length > 10)).toBe(true)
  expect(await command(['validate', ...scenarios.map(({ name }) => name)])).toMatchObject({ exitCode: 0, stderr: '' })
})
