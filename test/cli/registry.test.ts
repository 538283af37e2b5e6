// `kasm-sim registry` as a process.
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { expect, test } from 'vitest'
import { start } from './command.ts'

interface RegistryLine {
  url: string
  profile: string
  images: { reference: string; digest: string; sizeBytes: number }[]
}

async function startedRegistry(args: string[]) {
  const running = start(['registry', '--port', '0', '--json', ...args])
  const line = JSON.parse((await running.printed(/\n/)).split('\n')[0] as string) as RegistryLine
  return { running, line }
}

test('serves /v2/ until it is stopped, with exit code 0', async () => {
  const { running, line } = await startedRegistry([])
  expect((await fetch(`${line.url}/v2/`)).status).toBe(200)
  running.process.kill('SIGTERM')
  expect(await running.ended).toMatchObject({ exitCode: 0, stderr: '' })
})

test('publishes the images it is asked for, at the size it is asked for', async () => {
  const { line } = await startedRegistry([
    '--image',
    'team/app:1.0',
    '--image',
    'docker.io/team/app:2.0',
    '--size',
    '2MB',
  ])
  expect(line.images.map(({ reference }) => reference)).toEqual(['team/app:1.0', 'team/app:2.0'])
  const answer = await fetch(`${line.url}/v2/team/app/manifests/2.0`, {
    headers: { accept: 'application/vnd.oci.image.index.v1+json' },
  })
  expect(answer.headers.get('docker-content-digest')).toBe(line.images[1]?.digest)
  expect(line.images[1]?.sizeBytes).toBeGreaterThan(1_990_000)
  expect(line.images[1]?.sizeBytes).toBeLessThan(2_100_000)
})

test('publishes the 24 enabled images of the catalogue at a scale', async () => {
  const { line } = await startedRegistry(['--catalogue', '--scale', '0.001'])
  expect(line.images).toHaveLength(24)
  const answer = await fetch(`${line.url}/v2/kasmweb/chrome/tags/list`)
  expect(await answer.json()).toEqual({ name: 'kasmweb/chrome', tags: ['1.16.1'] })
})

test('behaves as its profile says and lets accounts log in', async () => {
  const { line } = await startedRegistry(['--profile', 'docker-hub-anonymous', '--account', 'me:pass:word'])
  const challenge = await fetch(`${line.url}/v2/`)
  expect(challenge.status).toBe(401)
  const [, realm, service] = /Bearer realm="([^"]+)",service="([^"]+)"/.exec(
    challenge.headers.get('www-authenticate') ?? '',
  ) as RegExpExecArray
  const token = (password: string) =>
    fetch(`${realm}?service=${service}`, {
      headers: { authorization: `Basic ${Buffer.from(`me:${password}`).toString('base64')}` },
    })
  expect((await token('pass:word')).status).toBe(200)
  expect((await token('pass')).status).toBe(401)
})

test('prints every request with --log', async () => {
  const { running, line } = await startedRegistry(['--image', 'team/app:1.0', '--log'])
  const logged = running.printed(/manifests\/1\.0.*\n/)
  await fetch(`${line.url}/v2/team/app/manifests/1.0`)
  const request = JSON.parse((await logged).trim().split('\n').at(-1) as string)
  expect(request).toMatchObject({ method: 'GET', path: '/v2/team/app/manifests/1.0', status: 200 })
})

test('shows how to use it in text', async () => {
  const running = start(['registry', '--port', '0', '--image', 'team/app:1.0', '--log'])
  const printed = await running.printed(/Ctrl-C/)
  const [, host] = /docker pull (127\.0\.0\.1:\d+)\/team\/app:1\.0/.exec(printed) as RegExpExecArray
  const logged = running.printed(/\d GET \/v2\/ 200 /)
  await fetch(`http://${host}/v2/`)
  expect(await logged).toMatch(/^\S+Z 127\.0\.0\.1 GET \/v2\/ 200 \d+ B/m)
})

test.for([
  [
    ['--profile', 'ghcr', '--account', 'me:secret'],
    /\n {2}docker login --username me 127\.0\.0\.1:\d+\n {2}docker pull/,
  ],
  [['--profile', 'acr'], /\(nobody can log in, and this profile wants it: add --account <user:password>\)/],
] as const)('says how to log in with %s', async ([flags, told]) => {
  expect(await start(['registry', '--port', '0', ...flags]).printed(/Ctrl-C/)).toMatch(told)
})

test('answers redirected blobs on the port that it is given', async () => {
  const blobPort = await freePort()
  const flags = ['--profile', 'ecr-private', '--account', 'AWS:secret', '--image', 'team/app:1.0']
  const { line } = await startedRegistry([...flags, '--blob-port', String(blobPort)])
  const headers = { authorization: `Basic ${Buffer.from('AWS:secret').toString('base64')}` }
  const get = (path: string) => fetch(`${line.url}/v2/team/app/${path}`, { headers, redirect: 'manual' })
  const { manifests } = (await (await get('manifests/1.0')).json()) as { manifests: { digest: string }[] }
  const { config } = (await (await get(`manifests/${manifests[0]?.digest}`)).json()) as { config: { digest: string } }
  const location = (await get(`blobs/${config.digest}`)).headers.get('location') ?? ''
  expect(new URL(location).host).toBe(`localhost:${blobPort}`)
  const second = start(['registry', '--port', '0', '--profile', 'ecr-private', '--blob-port', String(blobPort)])
  expect((await second.ended).stderr).toMatch(/the port is in use\. Choose another with --blob-port.*\[PORT_IN_USE\]/)
  const idle = await start(['registry', '--port', '0', '--blob-port', String(blobPort)]).ended
  expect(idle).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('Failed to use --blob-port') })
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
