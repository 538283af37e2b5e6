// Where output cannot go is said at once: with its code, exit 1, and before anything runs.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { makeFolder } from '../../simulator/reporters/make-folder.ts'
import { command, temporaryFolder } from './command.ts'

const long = fileURLToPath(new URL('fixtures/long.yaml', import.meta.url))

/** Every flag that names a file or a folder to write, with a command that would otherwise go on for long. */
const outputs: [string, string[]][] = [
  ...['--trace', '--summary', '--har', '--journal', '--logs', '--content'].map((flag): [string, string[]] => [
    flag,
    ['run', long],
  ]),
  ['--out', ['what-if', 'storm', '--seeds', '100']],
  ['--output', ['fuzz', '--seeds', '1..100000']],
  ['--journal', ['registry', '--port', '0']],
  ['--har', ['registry', '--port', '0']],
]

/** A file system that takes no folders, where there is one: Node's own way of making them never ends there. */
const nowhere = existsSync('/proc/self') ? '/proc/none/below' : 'taken/below'

test.for(outputs)('%s of %o', async ([flag, args]) => {
  const cwd = temporaryFolder()
  writeFileSync(join(cwd, 'taken'), '')
  const { exitCode, stdout, stderr } = await command([...args, flag, nowhere], { cwd })
  expect(stderr).toMatch(/^kasm-sim: Failed to write [^\n]*\. Choose another [^\n]*\. \[FILE_NOT_WRITABLE\]\n$/)
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
})

test('a run whose own folder cannot be made says so at once', async () => {
  const cwd = temporaryFolder()
  writeFileSync(join(cwd, 'runs'), '')
  const { exitCode, stderr } = await command(['run', long], { cwd })
  expect(stderr).toBe(
    'kasm-sim: Failed to write runs: a file is in the way of a folder. Choose another path. [FILE_NOT_WRITABLE]\n',
  )
  expect(exitCode).toBe(1)
})

test('makes every level of a folder, and leaves one that is there', () => {
  const root = temporaryFolder()
  mkdirSync(join(root, 'there'))
  writeFileSync(join(root, 'there/file'), 'kept')
  makeFolder(join(root, 'there/and/below'))
  makeFolder(join(root, 'there/and/below'))
  expect(existsSync(join(root, 'there/and/below'))).toBe(true)
  expect(existsSync(join(root, 'there/file'))).toBe(true)
})

test('a folder cannot be made below a file', () => {
  const root = temporaryFolder()
  writeFileSync(join(root, 'taken'), '')
  expect(() => makeFolder(join(root, 'taken/below/it'))).toThrow('ENOTDIR')
  expect(() => makeFolder(join(root, 'taken'))).toThrow('EEXIST')
})
