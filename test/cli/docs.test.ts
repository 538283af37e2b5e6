// Every command line of docs/cli.md works as it stands, beside the files that the page shows.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { command, start, temporaryFolder } from './command.ts'

const page = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8')
/** The files that the page shows, by the names in their first lines. */
const files = [...page.matchAll(/```yaml\n(# (\S+):[\s\S]*?)```/g)]
const commandLines = [...page.matchAll(/```sh\n([\s\S]*?)```/g)]
  .flatMap(([, block = '']) => block.trim().split('\n'))
  // What is for a shell is run by one, in test/docs/background.test.ts.
  .filter((line) => line.startsWith('kasm-sim '))
  .map((line) => line.replace(/^kasm-sim /, ''))

test('shows at least one line for each command', () => {
  const names = new Set(commandLines.map((line) => line.split(' ')[0]))
  expect([...names].sort()).toEqual([
    '--help',
    '--version',
    'doctor',
    'fuzz',
    'list',
    'profiles',
    'push',
    'registry',
    'replay',
    'run',
    'schema',
    'serve',
    'validate',
  ])
})

test.for(commandLines)('kasm-sim %s: works as the page says', async (line) => {
  const cwd = temporaryFolder()
  for (const [, text = '', name = ''] of files) writeFileSync(join(cwd, name), text)
  const args = line.split(' ')
  if (args[0] === 'push') {
    const registry = start(['registry', '--port', '0', '--json'], { cwd })
    const { url } = JSON.parse(await registry.printed(/\n/)) as { url: string }
    args[1] = args[1]?.replace('127.0.0.1:5055', new URL(url).host) ?? ''
  }
  if (args[0] === 'replay') await command(['run', 'fleet.yaml', '--time', 'virtual'], { cwd })
  if (args[0] !== 'serve' && args[0] !== 'registry') {
    const { exitCode, stdout, stderr } = await command(args, { cwd })
    // By the wall a busy machine may be too late to judge.
    expect(line.includes('--speed') ? [0, 4] : [0], stderr).toContain(exitCode)
    expect(stdout).not.toBe('')
    return
  }
  // The page's port may be taken here; a flag that comes twice counts the last time.
  const running = start([...args, '--port', '0'], { cwd })
  expect(await running.printed(/\n/)).toMatch(/https?:\/\/127\.0\.0\.1:/)
  running.process.kill('SIGTERM')
  expect(await running.ended).toMatchObject({ exitCode: 0, stderr: '' })
})

test('names every flag of every command', async () => {
  for (const name of [
    'serve',
    'registry',
    'push',
    'run',
    'replay',
    'fuzz',
    'validate',
    'list',
    'profiles',
    'schema',
    'doctor',
  ]) {
    const { stdout } = await command([name, '--help'])
    const flags = [...stdout.matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, flag]) => flag as string)
    const section = page.split(/^## /m).find((part) => part.startsWith(name)) ?? ''
    expect(
      flags.filter((flag) => !section.includes(flag)),
      name,
    ).toEqual([])
  }
})
