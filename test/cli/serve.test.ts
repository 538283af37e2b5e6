// `kasm-sim serve` as a process: what it prints is true, and it stops when asked.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { command, start } from './command.ts'

interface ServeLine {
  url: string
  apiKey: string
  apiKeySecret: string
  managerToken: string
  docsUrl: string
}

async function servedLine(args: string[], env?: Record<string, string>) {
  const running = start(['serve', '--port', '0', '--json', ...args], env === undefined ? {} : { env })
  const line = JSON.parse(await running.printed(/\n/)) as ServeLine
  return { running, line }
}

function getImages(url: string, body: object): Promise<Response> {
  return fetch(`${url}/api/public/get_images`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
}

test.for(['SIGTERM', 'SIGINT'] as const)('answers until %s and then ends with exit code 0', async (signal) => {
  const { running, line } = await servedLine([])
  const answer = await fetch(`${line.url}/api/__healthcheck`)
  expect(await answer.json()).toMatchObject({ ok: true })
  running.process.kill(signal)
  expect(await running.ended).toMatchObject({ exitCode: 0, stderr: '' })
  await expect(fetch(line.url)).rejects.toThrow('fetch failed')
})

test('prints a key that opens the API and a page that shows it', async () => {
  const { line } = await servedLine([])
  const answer = await getImages(line.url, { api_key: line.apiKey, api_key_secret: line.apiKeySecret })
  expect(((await answer.json()) as { images: unknown[] }).images).toHaveLength(57)
  expect((await fetch(line.docsUrl)).status).toBe(200)
})

test('takes key, secret and token from flags before the environment', async () => {
  const environment = { KASM_SIM_API_KEY: 'from-env', KASM_SIM_API_KEY_SECRET: 's1', KASM_SIM_MANAGER_TOKEN: 't1' }
  const { line } = await servedLine(['--api-key', 'from-flag'], environment)
  expect(line).toMatchObject({ apiKey: 'from-flag', apiKeySecret: 's1', managerToken: 't1' })
  const answer = await getImages(line.url, { api_key: 'from-flag', api_key_secret: 's1' })
  expect(answer.status).toBe(200)
})

test('takes port and host from the environment', async () => {
  const running = start(['serve', '--json'], { env: { KASM_SIM_PORT: '0', KASM_SIM_HOST: '127.0.0.2' } })
  const { url } = JSON.parse(await running.printed(/\n/)) as ServeLine
  expect(url).toMatch(/^http:\/\/127\.0\.0\.2:\d+$/)
  expect((await fetch(`${url}/api/__healthcheck`)).status).toBe(200)
})

test('marks the key as the default one only where it is', async () => {
  const running = start(['serve', '--port', '0', '--api-key', 'mine'])
  const printed = await running.printed(/Ctrl-C/)
  expect(printed).toMatch(/^ {2}API key {8}mine$/m)
  expect(printed).toMatch(/^ {2}API secret {5}\S+ \(the default\)$/m)
})

test('prints a curl line that works as it stands, even with a quote in the secret', async () => {
  const running = start(['serve', '--port', '0', '--api-key-secret', "it's"])
  const printed = await running.printed(/Ctrl-C/)
  const line = /curl [^\n]+\\\n[^\n]+/.exec(printed)?.[0] ?? ''
  const shell = spawn('sh', ['-c', `${line} --silent --fail-with-body`])
  expect(JSON.parse(await text(shell.stdout))).toHaveProperty('images')
})

test('says which port is in use', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as { port: number }
  const { exitCode, stdout, stderr } = await command(['serve', '--port', String(port)])
  expect(stderr).toMatch(new RegExp(`^kasm-sim: Failed to .*${port}.* \\[PORT_IN_USE\\]\\n$`))
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
  other.close()
})
