// `kasm-sim serve --agents` as a process: its agents check in and pull, its clock moves them, and it ends when it is told to.
import { expect, test } from 'vitest'
import { createKasmClient } from '../../simulator/client/client.ts'
import { command, start } from './command.ts'

async function serve(...args: string[]) {
  const running = start(['serve', '--port', '0', '--json', '--agents', '2', ...args])
  const line = JSON.parse(await running.printed(/\n/))
  const advance = async (duration: string) => {
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify({ freeze: true, advance: duration })
    const answer = await fetch(`${line.url}/__sim__/clock`, { method: 'POST', headers, body })
    expect(answer.status).toBe(200)
  }
  return { running, line, advance }
}

test('agents pull the catalogue from its registry as its clock moves, and it ends cleanly', async () => {
  const { running, line, advance } = await serve('--registry-profile', 'docker-hub-anonymous')
  await advance('1m')
  const client = createKasmClient(line)
  expect((await client.call('get_agents')).agents).toHaveLength(2)
  await advance('1m')
  const { images } = await client.call('get_images')
  expect(images.filter(({ available }) => available)).toHaveLength(24)
  expect((await fetch(`${line.registryUrl}/v2/`)).status).toBe(401)
  running.process.kill('SIGTERM')
  expect(await running.ended).toMatchObject({ exitCode: 0, stderr: '' })
})

test('agents check in over HTTPS, too', async () => {
  const { running, line } = await serve('--https')
  expect(line.url).toMatch(/^https:/)
  expect(line.registryUrl).toMatch(/^http:/)
  // Whoever cannot trust the certificate would be told so by no agent; the registry hears of those that can.
  const asked = async () => {
    const journal = await fetch(`${line.registryUrl}/__sim__/journal`)
    return journal.text()
  }
  await expect.poll(asked, { timeout: 20_000 }).toContain('kasmweb/')
  running.process.kill('SIGTERM')
  expect(await running.ended).toMatchObject({ exitCode: 0, stderr: '' })
})

test('refuses a profile that is none, and leaves nothing running', async () => {
  const { exitCode, stderr } = await command(['serve', '--port', '0', '--agents', '2', '--registry-profile', 'nope'])
  expect(exitCode).toBe(1)
  expect(stderr).toContain('nope')
})

test('refuses an origin that is none', async () => {
  const { exitCode, stderr } = await command(['serve', '--port', '0', '--allow-origin', 'http://localhost:5173/page'])
  expect(exitCode).toBe(1)
  expect(stderr).toContain('An origin has no path')
})
