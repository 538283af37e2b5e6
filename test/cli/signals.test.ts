// What processes do with signals and with readers that leave.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const path = (file: string) => fileURLToPath(new URL(`../../simulator/${file}`, import.meta.url))

test('leaves the first Ctrl-C to the command and ends at the second with exit code 130', async () => {
  const script = `
    import { onStopRequest } from ${JSON.stringify(path('cli/signals.ts'))}
    onStopRequest(() => process.stdout.write('stopping'))
    process.stdin.resume()
    process.stdout.write('ready')`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], { timeout: 20_000 })
  expect(String(await once(child.stdout, 'data'))).toBe('ready')
  child.kill('SIGINT')
  expect(String(await once(child.stdout, 'data'))).toBe('stopping')
  child.kill('SIGINT')
  expect(await once(child, 'exit')).toEqual([130, null])
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
