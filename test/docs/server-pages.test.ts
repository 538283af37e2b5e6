// The scripts of docs/persistence.md and docs/security.md work as they stand.
import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { defaultLimits } from '../../server/routes/limits.ts'
import { temporaryFolder } from '../cli/command.ts'

const pageOf = (name: string) => readFileSync(new URL(`../../docs/${name}.md`, import.meta.url), 'utf8')

/** Runs the script of a page in an empty folder, with the command on the path. */
async function runScript(name: string): Promise<string> {
  const cwd = temporaryFolder()
  const bin = temporaryFolder()
  const entry = fileURLToPath(new URL('../../simulator/main.js', import.meta.url))
  const command = `#!/bin/sh\nexec "${process.execPath}" "${entry}" "$@"\n`
  writeFileSync(join(bin, 'kasm-sim'), command, { mode: 0o755 })
  const [, script = ''] = /```sh\n([\s\S]*?)```/.exec(pageOf(name)) ?? []
  const shell = spawn('sh', ['-c', script], { cwd, env: { ...process.env, PATH: `${bin}:${process.env['PATH']}` } })
  return text(shell.stdout)
}

test('what docs/persistence.md creates is there after a kill', async () => {
  const users = [...(await runScript('persistence')).matchAll(/"username":"ada"/g)]
  expect(users).toHaveLength(2)
})

test('the client of docs/security.md trusts the certificate of the server', async () => {
  expect(await runScript('security')).toBe('{"ok":true}')
})

test('docs/security.md names the limits', () => {
  const page = pageOf('security')
  const { bodySizeBytes, headersSizeBytes, headersMs, requestMs, idleMs, connections } = defaultLimits
  for (const row of [
    `| body | ${bodySizeBytes / 2 ** 20} MiB;`,
    `| headers together | ${headersSizeBytes / 1_024} KiB |`,
    `| until all headers are there | ${headersMs / 1_000} s |`,
    `| until the whole request is there | ${requestMs / 1_000} s |`,
    `| connection without a request | ${idleMs / 1_000} s |`,
    `| connections | ${connections.toLocaleString('en')} |`,
  ]) {
    expect(page).toContain(row)
  }
})
