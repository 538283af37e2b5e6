// What processes do with signals and with readers that leave.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { start, temporaryFolder } from './command.ts'

const fixture = (name: string) => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url))
const path = (file: string) => fileURLToPath(new URL(`../../simulator/${file}`, import.meta.url))

/** A process that only listens for signals, whose clock is moved on by a line on its input. */
function listener() {
  const script = `
    import { onStopRequest } from ${JSON.stringify(path('cli/signals.ts'))}
    let nowMs = 0
    const forget = onStopRequest(() => process.stdout.write('stopping'), () => nowMs)
    process.on('SIGINT', () => process.stdout.write('heard'))
    process.stdin.on('data', (text) => {
      if (String(text) === 'forget') forget()
      else nowMs = Number(text)
      process.stdout.write('done')
    })
    process.stdout.write('ready')`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], { timeout: 20_000 })
  const said = async (words: string) => {
    let seen = ''
    while (seen.length < words.length) seen += String(await once(child.stdout, 'data'))
    expect(seen).toBe(words)
  }
  const tell = async (text: string) => {
    child.stdin.write(text)
    await said('done')
  }
  return { child, said, tell }
}

test('leaves the first Ctrl-C to the command, takes what comes within a second for the same one, and ends at another with 130', async () => {
  const { child, said, tell } = listener()
  await said('ready')
  child.kill('SIGINT')
  await said('stoppingheard')
  await tell('999')
  child.kill('SIGINT')
  await said('heard')
  await tell('1000')
  child.kill('SIGINT')
  expect(await once(child, 'exit')).toEqual([130, null])
})

test('does not end what a command still writes after its work', async () => {
  const { child, said, tell } = listener()
  await said('ready')
  child.kill('SIGINT')
  await said('stoppingheard')
  await tell('forget')
  child.kill('SIGINT')
  await said('heard')
  child.kill('SIGKILL')
  await once(child, 'exit')
})

test.for(['SIGINT', 'SIGTERM'] as const)(
  'a run that gets %s twice loses nothing of what is finished',
  async (signal) => {
    const cwd = temporaryFolder()
    const files = ['--har', 'run.har', '--journal', 'run.jsonl', '--logs', 'logs']
    const running = start(['run', fixture('long.yaml'), '--json', ...files], { cwd })
    await running.printed(/2 of 2 agents ready/, 'stderr')
    running.process.kill(signal)
    running.process.kill(signal)
    await running.printed(/Stopping the run/, 'stderr')
    running.process.kill(signal)
    const { exitCode, stdout } = await running.ended
    expect(exitCode).toBe(130)
    const read = (file: string) => readFileSync(join(cwd, file), 'utf8')
    expect(read('runs/long-1/summary.json')).toBe(stdout)
    expect(JSON.parse(read('runs/long-1/trace.jsonl').trim().split('\n').at(-2) ?? '')).toMatchObject({
      kind: 'run-ended',
      reason: 'interrupted',
    })
    const requests = JSON.parse(stdout).summary.registry.requests
    expect(JSON.parse(read('run.har')).log.entries).toHaveLength(requests)
    expect(read('run.jsonl').trim().split('\n')).toHaveLength(requests)
    expect(read('logs/agent-0000.log')).toMatch(/\n$/)
  },
)

test('a process that ends at once still writes what its files have gathered', async () => {
  const cwd = temporaryFolder()
  const script = `
    import { openTrace } from ${JSON.stringify(path('reporters/trace-file.ts'))}
    const traces = ['first.jsonl', '/dev/full', 'last.jsonl'].map((file) => openTrace(file))
    for (const { sink } of traces) sink({ kind: 'run-ended', atMs: 0, sequence: 0 })
    process.exit(7)`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], { cwd, timeout: 20_000 })
  expect(await once(child, 'exit')).toEqual([7, null])
  for (const file of ['first.jsonl', 'last.jsonl']) {
    expect(JSON.parse(readFileSync(join(cwd, file), 'utf8'))).toMatchObject({ kind: 'run-ended' })
  }
})

test('ends without an error when the reader of its output has left', async () => {
  const child = spawn(process.execPath, [path('main.js'), 'list', '--json'], { timeout: 20_000 })
  let errors = ''
  child.stderr.on('data', (chunk) => {
    errors += chunk
  })
  child.stdout.destroy()
  const [exitCode] = await once(child, 'close')
  expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: '' })
})
