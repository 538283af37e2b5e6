// `kasm-sim push` as a process.
import { expect, test } from 'vitest'
import { command, start } from './command.ts'

async function startedRegistry(args: string[] = []): Promise<{ url: string; host: string }> {
  const { url } = JSON.parse(await start(['registry', '--port', '0', '--json', ...args]).printed(/\n/)) as {
    url: string
  }
  return { url, host: new URL(url).host }
}

function lines(stdout: string): { reference: string; digest: string; previousDigest: string | null }[] {
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}

test('pushes one image under two tags, and moves the one that was there', async () => {
  const { url, host } = await startedRegistry()
  const push = async (tag: string) =>
    lines((await command(['push', `${host}/team/app:${tag}`, '--tag', 'latest', '--size', '100kB', '--json'])).stdout)
  const first = await push('2026-11-24')
  const second = await push('2026-12-01')
  expect(first.map(({ reference }) => reference)).toEqual([`${host}/team/app:2026-11-24`, `${host}/team/app:latest`])
  expect(first[0]?.digest).toBe(first[1]?.digest)
  expect(second[1]).toMatchObject({ previousDigest: first[0]?.digest, digest: second[0]?.digest })
  expect(second[0]?.digest).not.toBe(first[0]?.digest)
  const answer = await fetch(`${url}/v2/team/app/manifests/latest`, {
    headers: { accept: 'application/vnd.oci.image.index.v1+json' },
  })
  expect(answer.headers.get('docker-content-digest')).toBe(second[0]?.digest)
})

test('pushes as an account, which a registry may ask for', async () => {
  const { host } = await startedRegistry(['--profile', 'acr', '--account', 'me:pass:word'])
  const push = (env: Record<string, string>) => command(['push', `${host}/team/app:1`, '--size', '20kB'], { env })
  const { exitCode, stderr } = await push({ KASM_SIM_PUSH_ACCOUNT: 'me:wrong' })
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('[BACKEND_INVALID]') })
  expect(await push({ KASM_SIM_PUSH_ACCOUNT: 'me:pass:word' })).toMatchObject({ exitCode: 0, stderr: '' })
})

test.each([
  [['push', `team/app@sha256:${'a'.repeat(64)}`], '[IMAGE_REFERENCE_INVALID]'],
  [['push', '127.0.0.1:1/team/app:1'], '[SERVER_UNREACHABLE]'],
  [['push', '127.0.0.1:1/team/app:1', '--size', '40'], '[SIZE_INVALID]'],
])('refuses %j', async (args, code) => {
  const { exitCode, stderr } = await command(args)
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 1, stderr: expect.stringContaining(code) })
})
