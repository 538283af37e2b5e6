// Every command line of docs/cli.md works as it stands, beside the fleet.yaml that the page shows.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { command, start, temporaryFolder } from './command.ts'

const page = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8')
const scenario = /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? ''
const commandLines = [...page.matchAll(/```sh\n([\s\S]*?)```/g)]
  .flatMap(([, block = '']) => block.trim().split('\n'))
  .map((line) => line.replace(/^kasm-sim /, ''))

test('shows at least one line for each command', () => {
  const names = new Set(commandLines.map((line) => line.split(' ')[0]))
  expect([...names].sort()).toEqual([
    '--help',
    '--version',
    'fuzz',
    'list',
    'profiles',
    'registry',
    'replay',
    'run',
    'serve',
    'validate',
  ])
})

test.for(commandLines)('kasm-sim %s: works as the page says', async (line) => {
  const cwd = temporaryFolder()
  writeFileSync(join(cwd, 'fleet.yaml'), scenario)
  const args = line.split(' ')
  if (args[0] === 'replay') await command(['run', 'fleet.yaml', '--time', 'virtual'], { cwd })
  if (args[0] !== 'serve' && args[0] !== 'registry') {
    const { exitCode, stdout, stderr } = await command(args, { cwd })
    expect(exitCode, stderr).toBe(0)
    expect(stdout).not.toBe('')
    return
  }
  // The page's port may be taken here; a flag that comes twice counts the last time.
  const running = start([...args, '--port', '0'], { cwd })
  expect(await running.printed(/\n/)).toContain('http://127.0.0.1:')
  running.process.kill('SIGTERM')
  expect(await running.ended).toMatchObject({ exitCode: 0, stderr: '' })
})

test('names every flag of every command', async () => {
  for (const name of ['serve', 'registry', 'run', 'replay', 'fuzz', 'validate', 'list', 'profiles']) {
    const { stdout } = await command([name, '--help'])
    const flags = [...stdout.matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, flag]) => flag as string)
    const section = page.split(/^## /m).find((part) => part.startsWith(name)) ?? ''
    expect(
      flags.filter((flag) => !section.includes(flag)),
      name,
    ).toEqual([])
  }
})
