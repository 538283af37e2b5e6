// What the README shows works as it stands there. Its two quick-start commands are what CI itself runs.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startWebApp } from '../../server/main.ts'
import { createKasm } from '../../simulator/embedding/create-kasm.ts'
import { command, temporaryFolder } from '../cli/command.ts'

const root = new URL('../../', import.meta.url)
const page = readFileSync(new URL('README.md', root), 'utf8')
const scripts = (JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as { scripts: Record<string, string> })
  .scripts

test('the quick start names scripts that are there', () => {
  expect(page).toContain('npm ci && npm start ')
  expect(page).toContain('npm cit ')
  expect(scripts).toMatchObject({
    start: 'exec node simulator/main.js run storm',
    'kasm-sim': 'exec node simulator/main.js',
  })
  expect(scripts['test']).toContain('vitest run')
})

test('the call of the fake Kasm lists the 57 images', async () => {
  const [, path = '', body = ''] = /curl -s http:\/\/127\.0\.0\.1:\d+(\S+) [\s\S]*?-d '(.+)'/.exec(page) ?? []
  await using webApp = await disposable(startWebApp())
  const answer = await fetch(webApp.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  })
  expect(((await answer.json()) as { images: unknown[] }).images).toHaveLength(57)
})

test('the scenario is one that the command takes', async () => {
  const [, source = ''] = /```ts\n(\/\/ my-scenario\.ts\n[\s\S]*?)```/.exec(page) ?? []
  const cwd = temporaryFolder()
  const define = new URL('simulator/scenario/define.ts', root).href
  writeFileSync(join(cwd, 'my-scenario.mts'), source.replace("'kasm-sim'", `'${define}'`))
  const { stdout, exitCode } = await command(['validate', 'my-scenario.mts'], { cwd })
  expect(stdout).toBe('my-scenario.mts: ok (agents: 10, images: 24, checks: 2)\n')
  expect(exitCode).toBe(0)
})

test('the Kasm in a test has agents that pull, on a clock that is moved', async () => {
  const [, body = '', result = ''] =
    /```ts\nimport \{ createKasm \}.*\n([\s\S]*?)^(.*) \/\/ true\n```/m.exec(page) ?? []
  const run = new Function(`return async (createKasm) => {${body}\nreturn ${result}\n}`)()
  expect(await run(createKasm)).toBe(true)
})

test('every command line is one that the command knows', async () => {
  const lines = [...page.matchAll(/^npm run -s kasm-sim -- (.+)$/gm)].map(([, line]) => line as string)
  expect(lines.length).toBeGreaterThan(4)
  for (const line of lines) {
    const [name = '', ...flags] = line.split(' ')
    const { stdout, exitCode } = await command(name.startsWith('--') ? [name] : [name, '--help'])
    expect(exitCode, line).toBe(0)
    for (const flag of flags.filter((word) => word.startsWith('--'))) expect(stdout).toContain(flag)
  }
})

test('every page that the README names is there', () => {
  const pages = [...page.matchAll(/\]\(((?:docs\/)?[\w-]+\.md)\)/g)].map(([, file]) => file as string)
  expect(pages.length).toBeGreaterThan(8)
  for (const file of pages) expect(readFileSync(new URL(file, root), 'utf8').length, file).toBeGreaterThan(200)
})

async function disposable<Value extends { close(): Promise<void> }>(value: Promise<Value>) {
  const opened = await value
  return { ...opened, [Symbol.asyncDispose]: () => opened.close() }
}
