// Every command of docs/control.md works as it stands, in its order, beside the files that the page shows.
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { controlCalls } from '../../server/api/control/calls.ts'
import { startWebApp } from '../../server/main.ts'

const page = readFileSync(new URL('../../docs/control.md', import.meta.url), 'utf8')
const blockOf = (kind: string) => new RegExp(`\`\`\`${kind}\\n([\\s\\S]*?)\`\`\``).exec(page)?.[1] ?? ''
const files = { 'team.yaml': blockOf('yaml'), 'images.csv': blockOf('csv'), 'list.json': blockOf('json') }
const lines = [...page.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = '']) => block.trim().split('\n'))

test('shows commands that work as they stand', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'kasm-sim-control-'))
  onTestFinished(() => rmSync(cwd, { recursive: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text)
  const webApp = await startWebApp({ autoEnableAgents: true })
  onTestFinished(() => webApp.close())
  expect(lines.length).toBeGreaterThan(25)
  for (const line of lines) {
    const command = line.replaceAll('http://127.0.0.1:8080', webApp.url)
    const marked = `${command} --silent --output answer --write-out '%{http_code}'`
    const { stdout } = await promisify(execFile)('sh', ['-c', marked], { cwd })
    // Nobody makes these calls and holds these images here, so those waits end with their time.
    const isVain = line.includes('wait-for') && !line.includes('gone')
    expect({ line, status: stdout }).toEqual({ line, status: isVain ? '408' : expect.stringMatching(/^20[04]$/) })
  }
})

test('names every call', () => {
  const table = page.slice(page.indexOf('| call |'), page.indexOf('**Who may.**'))
  for (const { path } of Object.values(controlCalls)) {
    expect(table).toContain(path.replace(':name', path.startsWith('/agents') ? '<id>' : '<name>'))
  }
})
