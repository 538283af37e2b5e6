// `kasm-sim serve` as a process: what it prints is true, and it stops when asked.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { createCertificate } from '../../server/tls.ts'
import { command, start, temporaryFolder } from './command.ts'

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

test('answers with the quirks that it is given', async () => {
  const { line } = await servedLine(['--quirk', 'image.memoryField=memory_bytes', '--quirk', 'ids.dashes=true'])
  const answer = await getImages(line.url, { api_key: line.apiKey, api_key_secret: line.apiKeySecret })
  const { images } = (await answer.json()) as { images: object[] }
  expect(images[0]).toHaveProperty('memory_bytes')
  expect(images[0]).not.toHaveProperty('memory')
  expect(images[0]).toMatchObject({ image_id: expect.stringMatching(/^\w{8}-\w{4}-\w{4}-\w{4}-\w{12}$/) })
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

test('goes on with a data file from where it was killed, and says so', async () => {
  const cwd = temporaryFolder()
  const args = ['serve', '--port', '0', '--data', 'kasm.db']
  const first = start([...args, '--json'], { cwd })
  const { url, apiKey, apiKeySecret } = JSON.parse(await first.printed(/\n/)) as ServeLine
  const headers = { 'content-type': 'application/json' }
  const body = { api_key: apiKey, api_key_secret: apiKeySecret, target_image: { name: 'team/app:1.0' } }
  await fetch(`${url}/api/public/create_image`, { method: 'POST', headers, body: JSON.stringify(body) })
  first.process.kill('SIGKILL')
  expect(await first.ended).toMatchObject({ stderr: '' })
  const second = start(args, { cwd })
  const printed = await second.printed(/Ctrl-C/)
  expect(printed).toContain('Ctrl-C stops it; kasm.db keeps its state.')
  const [again = ''] = /http:\/\/\S+/.exec(printed) ?? []
  const answer = await getImages(again, { api_key: apiKey, api_key_secret: apiKeySecret })
  expect(((await answer.json()) as { images: unknown[] }).images).toHaveLength(58)
  second.process.kill('SIGTERM')
  expect(await second.ended).toMatchObject({ exitCode: 0, stderr: '' })
  expect(readdirSync(cwd).sort()).toEqual(['kasm.db', 'kasm.db.key'])
})

test('prints the fingerprint of its certificate and a curl line that takes it', async () => {
  const running = start(['serve', '--port', '0', '--https'])
  const printed = await running.printed(/Ctrl-C/)
  expect(printed).toMatch(/^ {2}certificate {4}SHA-256 ([0-9A-F]{2}:){31}[0-9A-F]{2}$/m)
  const line = /curl [^\n]+\\\n[^\n]+/.exec(printed)?.[0] ?? ''
  const shell = spawn('sh', ['-c', `${line} --silent --fail-with-body`])
  expect(JSON.parse(await text(shell.stdout))).toHaveProperty('images')
})

test('shows the certificate of its flags, to a fleet that trusts it', async () => {
  const cwd = temporaryFolder()
  const { certificate, key, fingerprint } = await createCertificate('127.0.0.1')
  writeFileSync(join(cwd, 'kasm.pem'), certificate)
  writeFileSync(join(cwd, 'kasm.key'), key)
  // The fleet waits for its own images alone.
  writeFileSync(join(cwd, 'seed.yaml'), 'images: []')
  const tls = ['--tls-cert', 'kasm.pem', '--tls-key', 'kasm.key']
  const args = ['serve', ...tls, '--seed', 'seed.yaml', '--auto-enable-agents', '--json', '--port', '0']
  const running = start(args, { cwd })
  const line = JSON.parse(await running.printed(/\n/))
  expect(line).toMatchObject({ certificate, fingerprint })
  const scenario = fileURLToPath(new URL('./fixtures/fleet.yaml', import.meta.url))
  const fleet = ['run', scenario, '--web-app', line.url, '--json']
  const trusting = await command(fleet, { cwd, env: { NODE_EXTRA_CA_CERTS: 'kasm.pem' } })
  // By the wall, a busy machine may be too late to judge; what counts here is that the fleet is let in.
  expect(['passed', 'inconclusive']).toContain(JSON.parse(trusting.stdout).verdict)
  const doubting = await command(fleet, { cwd })
  expect(doubting).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('self-signed certificate') })
})

test('prints the control token that it made, where others can reach it', async () => {
  const running = start(['serve', '--port', '0', '--host', '0.0.0.0'])
  expect(await running.printed(/Ctrl-C/)).toMatch(/^ {2}control token {2}[0-9a-f]{32}$/m)
})

test('logs requests to stderr, so that stdout stays for the address', async () => {
  const { running, line } = await servedLine(['--log'])
  await fetch(`${line.url}/api/__healthcheck`)
  const logged = await running.printed(/\n/, 'stderr')
  expect(JSON.parse(logged)).toMatchObject({ path: '/api/__healthcheck', status: 200 })
})

test.for([
  { args: ['--tls-cert', 'kasm.pem'], code: 'USAGE' },
  { args: ['--tls-key', 'kasm.key'], code: 'USAGE' },
  { args: ['--tls-cert', 'none.pem', '--tls-key', 'none.key'], code: 'CERTIFICATE_INVALID' },
  { args: ['--data', 'no/folder/kasm.db'], code: 'FILE_NOT_WRITABLE' },
  { args: ['--seed', 'none.yaml'], code: 'SEED_INVALID' },
  { args: ['--seed-channel', 'develop'], code: 'USAGE' },
])('refuses $args with $code', async ({ args, code }) => {
  const { exitCode, stderr } = await command(['serve', '--port', '0', ...args], { cwd: temporaryFolder() })
  expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringContaining(`[${code}]\n`) })
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
