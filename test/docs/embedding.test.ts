// The snippets of docs/embedding.md do what the page says. Those for a browser and for a container run in test/browser and
// test/container.
import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { setupServer } from 'msw/node'
import { afterEach, expect, test } from 'vitest'
import { createHandlers } from '../../server/msw.ts'
import { createKasmClient } from '../../simulator/client/client.ts'
import { createKasm } from '../../simulator/embedding/create-kasm.ts'
import { kasmTest } from '../../simulator/embedding/vitest.ts'
import { page, snippetsOf } from './embedding-page.ts'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

const modules: Record<string, unknown> = {
  createKasm,
  createKasmClient,
  createHandlers,
  kasmTest,
  expect,
  setupServer: (...handlers: Parameters<typeof setupServer>) => {
    const server = setupServer(...handlers)
    closers.push(() => server.close())
    return server
  },
}

/** Runs a snippet with what it imports and what it takes for granted; gives back the value of an expression at its end. */
async function run(snippet: string, { given = {}, result }: { given?: Record<string, unknown>; result: string }) {
  const body = stripTypeScriptTypes(snippet.replaceAll(/^import .*\n/gm, ''))
  const names = { ...modules, ...given }
  const program = `return async (${Object.keys(names).join(', ')}) => {${body}\nreturn ${result}\n}`
  return (new Function(program)() as (...values: unknown[]) => Promise<unknown>)(...Object.values(names))
}

const [inProcess = '', vitest = '', client = '', msw = ''] = snippetsOf('ts')

test('in process: three agents hold the image', async () => {
  const result = "kasm.fleet.agents.map(({ images }) => images['team/app:1.0'])"
  const digests = (await run(inProcess, { result })) as string[]
  expect(digests).toHaveLength(3)
  expect(new Set(digests).size).toBe(1)
  expect(digests[0]).toMatch(/^sha256:/)
})

/** The page's own test runs among these. */
const [, title = '', body = ''] =
  /^kasmTest\('([^']+)', async \(\{ kasm \}\) => \{\n([\s\S]*)\n\}\)/m.exec(vitest) ?? []
kasmTest(`Vitest: ${title}`, async ({ kasm }) => {
  expect(title).not.toBe('')
  await run(body, { given: { kasm }, result: 'kasm' })
  expect(kasm.fleet.agents.every(({ ready }) => ready)).toBe(true)
})

test('the client: lists images and asks for a session', async () => {
  await using kasm = await createKasm({ agents: 1, images: ['team/app:1.0'], clock: 'frozen' })
  await kasm.clock.advance('1m')
  const { url, apiKey, apiKeySecret } = kasm
  expect(await run(client, { given: { url, apiKey, apiKeySecret }, result: 'kasm_id' })).toMatch(/^[0-9a-f-]{32,36}$/)
})

test('Mock Service Worker in node: the fake answers', async () => {
  expect(await run(msw, { result: 'await answer.json()' })).toEqual({ ok: true })
})

test('each snippet has fewer than ten lines', () => {
  const snippets = [...snippetsOf('ts'), ...snippetsOf('js'), ...snippetsOf('sh')]
  expect(snippets).toHaveLength(7)
  for (const snippet of snippets) expect(snippet.trim().split('\n').length).toBeLessThan(10)
})

test('lists every option and every part', async () => {
  await using kasm = await createKasm({ listen: false })
  const cells = [...page.matchAll(/^\| (`[^|]+?) \|/gm)].flatMap(([, cell = '']) => [...cell.matchAll(/`(\w+)/g)])
  const named = new Set(cells.map(([, name]) => name))
  const parts = [...Object.keys(kasm), ...Object.getOwnPropertyNames(Object.getPrototypeOf(kasm))]
  const known = parts.filter((name) => !['constructor', 'close', 'begin'].includes(name))
  expect(known.filter((name) => !named.has(name))).toEqual([])
  const source = readFileSync(new URL('../../simulator/embedding/options.ts', import.meta.url), 'utf8')
  const options = [...source.matchAll(/^ {2}(\w+)\?:/gm)].map(([, name]) => name as string)
  expect(options.length).toBeGreaterThan(10)
  expect(options.filter((name) => !named.has(name))).toEqual([])
})
