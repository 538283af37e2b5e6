// What the documents start in the background is gone once their shell lines say so, whoever started it: the shell, npm or npx.
import { spawn } from 'node:child_process'
import { globSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../cli/command.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** Every shell block of the documents that starts something in the background. */
const blocks = ['README.md', ...globSync('{docs,examples}/**/*.md', { cwd: root })].flatMap((page) =>
  Array.from(readFileSync(join(root, page), 'utf8').matchAll(/```sh\n([\s\S]*?)```/g), ([, script = '']) => ({
    page,
    script,
  })).filter(({ script }) => /[^&]&$/m.test(script)),
)

/** A checkout of its own, in which npm finds the scripts, npx the package, and the shell the command. */
function checkout(): { cwd: string; path: string } {
  const cwd = temporaryFolder()
  for (const name of ['package.json', 'simulator', 'server', 'scenarios', 'examples']) {
    symlinkSync(join(root, name), join(cwd, name))
  }
  const bin = join(cwd, 'node_modules/.bin')
  mkdirSync(bin, { recursive: true })
  const main = join(root, 'simulator/main.js')
  writeFileSync(join(bin, 'kasm-sim'), `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`, { mode: 0o755 })
  return { cwd, path: `${bin}:${join(root, 'node_modules/.bin')}:${process.env['PATH']}` }
}

/**
 * Runs a script and waits until nothing of what it started lives: each of them holds the other end of its standard error.
 */
async function run(
  shell: string,
  script: string,
): Promise<{ exitCode: number | null; stdout: string; stderr: string }> {
  const { cwd, path } = checkout()
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('npm_'))
  const child = spawn(shell, ['-c', script], { cwd, env: { ...Object.fromEntries(own), PATH: path } })
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const [exitCode, stdout, stderr] = await Promise.all([exit, text(child.stdout), text(child.stderr)])
  return { exitCode, stdout, stderr }
}

test('there are such blocks', () => {
  expect(blocks.map(({ page }) => page)).toEqual(
    expect.arrayContaining(['docs/cli.md', 'docs/persistence.md', 'docs/security.md', 'examples/README.md']),
  )
})

// Where the page leaves the server to its reader, the reader kills it. Ports are any free ones: others may have the documented ones.
test.for(blocks)('nothing is left of $page', { timeout: 90_000 }, async ({ script }) => {
  const started = script.replaceAll(/--((?:registry-)?port) \d+/g, '--$1 0')
  const whole = /^(kill|wait) \$!/m.test(script)
    ? started
    : `${(started.split(/(?<=[^&]&)$/m)[0] ?? '').replaceAll(/>\S+/g, '')}\nkill $!`
  const { stderr } = await run('sh', whole)
  expect(stderr).toBe('')
})

const starts = [
  'npm run -s kasm-sim -- serve --port 0 --json',
  'npm run -s kasm-sim -- registry --port 0 --json',
  'npx --no-install kasm-sim serve --port 0 --json',
  'kasm-sim serve --port 0 --json',
]
const ends = starts.flatMap((start) => [
  { start, signal: 'TERM' },
  // The shell of npx takes note of a SIGINT only once what it runs has ended.
  ...(start.startsWith('npx') ? [] : [{ start, signal: 'INT' }]),
])

test.for(ends)('kill -$signal ends "$start"', { timeout: 90_000 }, async ({ start, signal }) => {
  const script = `set -m
${start} >server.json &
until [ -s server.json ]; do sleep 0.1; done
kill -${signal} $!
wait $!
cat server.json`
  const { stdout } = await run('bash', script)
  const { port } = new URL((JSON.parse(stdout) as { url: string }).url)
  expect(await isOpen(Number(port))).toBe(false)
})

function isOpen(port: number): Promise<boolean> {
  return new Promise<boolean>((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port })
    socket.once('connect', () => resolve(true))
    socket.once('error', () => resolve(false))
  })
}
