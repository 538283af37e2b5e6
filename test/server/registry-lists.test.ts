// Workspace registries: their lists are fetched over real sockets, when they are added and again when they are due.
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { fetchListOverHttp, fetchListsFrom } from '../../server/routes/registry-lists.ts'
import { startTestApp } from './support.ts'

const chrome = {
  friendly_name: 'Chrome',
  description: 'a browser',
  image_src: 'chrome.svg',
  architecture: ['amd64'],
  categories: ['Browser'],
  compatibility: [
    { version: '1.16.x', image: 'kasmweb/chrome:1.16.1', available_tags: ['develop'], uncompressed_size_mb: 2_000 },
  ],
  sha: 'f00',
}
const list = {
  name: 'Example',
  workspacecount: 1,
  channels: ['develop'],
  default_channel: 'develop',
  workspaces: [chrome],
}

/** A registry that has these files, and the paths that it was asked for. */
async function startRegistry(files: Record<string, unknown>) {
  const asked: string[] = []
  const url = await listen((request, response) => {
    asked.push(request.url ?? '')
    const file = files[request.url ?? '']
    response.statusCode = file === undefined ? 404 : 200
    response.end(typeof file === 'string' ? file : JSON.stringify(file ?? {}))
  })
  return { url, asked, files }
}

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

const start = () => startTestApp({ fetchList: fetchListOverHttp })

test('fetches the list of a registry that is added, of the newest schema that it has', async () => {
  const { url, asked } = await startRegistry({ '/1.1/list.json': list, '/1.0/list.json': { workspaces: [] } })
  const { developer } = start()
  const { registry } = (await developer('create_registry', { registry: url, channel: 'develop' })).body
  const expected = { registry_url: url, schema_version: '1.1', channel: 'develop', do_auto_update: true }
  expect(registry).toMatchObject({ ...expected, workspaces: [chrome] })
  expect(asked).toEqual(['/1.1/list.json'])
  expect((await developer('get_registries')).body.registries).toEqual([registry])
})

test('takes schema 1.0 where there is no other, and the one that it is told to take', async () => {
  const old = { workspaces: [{ friendly_name: 'Old', name: 'acme/old:1' }] }
  const { url, files } = await startRegistry({ '/1.0/list.json': old })
  const { developer } = start()
  const add = async (fields: object) => (await developer('create_registry', fields)).body.registry
  expect(await add({ target_registry: { url } })).toMatchObject({ schema_version: '1.0', channel: null, ...old })
  files['/1.1/list.json'] = list
  expect(await add({ registry: url, override_schema: '1.0' })).toMatchObject({ schema_version: '1.0', ...old })
  expect(await add({ registry: url })).toMatchObject({ schema_version: '1.1', channel: 'develop' })
})

/** What there may be in place of a list, as listeners; null where nothing listens. */
const noLists: [string, RequestListener | null, string][] = [
  ['nothing', null, 'ECONNREFUSED'],
  [
    'a registry without a list',
    (_request, response) => response.writeHead(404).end(),
    'it has no 1.1/list.json and no 1.0/list.json',
  ],
  ['something else', (_request, response) => response.end('<html>inside</html>'), 'its list is no JSON'],
  [
    'JSON of another kind',
    (_request, response) => response.end('{"images":[]}'),
    '1.1/list.json has no list of workspaces',
  ],
  [
    'a server that fails',
    (_request, response) => response.writeHead(503).end('inside'),
    '1.1/list.json was answered with status 503',
  ],
  ['a server that hangs up', (request) => request.socket.destroy(), 'other side closed'],
  ['one that speaks no HTTP', (request) => request.socket.end('SSH-2.0-OpenSSH_9.6\r\n'), ''],
  [
    'one that redirects without end',
    (request, response) => response.writeHead(302, { location: request.url }).end(),
    'it redirects more than 5 times',
  ],
]

async function listenOrNot(listener: RequestListener | null): Promise<string> {
  if (listener) return listen(listener)
  const gone = createServer().listen(0, '127.0.0.1')
  await once(gone, 'listening')
  const { port } = gone.address() as AddressInfo
  await new Promise((resolve) => gone.close(resolve))
  return `http://127.0.0.1:${port}/`
}

test.for(noLists)(
  'does not add a registry where there is %s, and does not tell what there is',
  async ([, listener]) => {
    const url = await listenOrNot(listener)
    const { developer } = start()
    const { status, body } = await developer('create_registry', { registry: url })
    expect(status).toBe(200)
    expect(body).toEqual({ error_message: `Failed to fetch the registry ${url}: no list could be read there.` })
    expect((await developer('get_registries')).body).toEqual({ registries: [] })
  },
)

test.for(noLists)('tells of a host that is allowed that there is %s', async ([, listener, problem]) => {
  const url = await listenOrNot(listener)
  const { developer } = startTestApp({ fetchList: fetchListsFrom([new URL(url).host]) })
  expect((await developer('create_registry', { registry: url })).body.error_message).toContain(problem)
})

test('fetches from the hosts that are allowed alone, and follows no redirect to others', async () => {
  const inside = await startRegistry({ '/1.1/list.json': list })
  const door = await listen((_request, response) =>
    response.writeHead(302, { location: `${inside.url}1.1/list.json` }).end(),
  )
  const add = async (hosts: string[], registry: string) => {
    const { developer } = startTestApp({ fetchList: fetchListsFrom(hosts) })
    return (await developer('create_registry', { registry })).body
  }
  const [insideHost, doorHost] = [new URL(inside.url).host, new URL(door).host]
  const refusal = { error_message: expect.stringContaining('its host is none of those that lists may be fetched from') }
  expect(await add([doorHost], inside.url)).toEqual(refusal)
  expect(await add([doorHost], door)).toEqual(refusal)
  expect(await add([], door)).toEqual(refusal)
  expect(inside.asked).toEqual([])
  expect(await add([doorHost, insideHost], door)).toMatchObject({ registry: { workspaces: [chrome] } })
  expect((await start().developer('create_registry', { registry: door })).body).toMatchObject({
    registry: { workspaces: [chrome] },
  })
})

test('does not add a registry that is no web address, or leads to one that is none', async () => {
  const { developer } = start()
  const add = async (registry: string) => (await developer('create_registry', { registry })).body.error_message
  expect(await add('file:///etc/passwd')).toContain('no http or https address')
  const door = await listen((_request, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end())
  expect(await add(door)).toContain('Failed to fetch the registry')
})

test('fetches again what is due, and keeps the list where that fails', async () => {
  const { url, files, asked } = await startRegistry({ '/1.1/list.json': list })
  const { developer, clock } = start()
  const workspaces = async () => (await developer('get_registries')).body.registries[0].workspaces
  await developer('create_registry', { registry: url })
  files['/1.1/list.json'] = { ...list, workspaces: [] }
  clock.advance(86_399_000)
  expect(await workspaces()).toEqual([chrome])
  clock.advance(1_000)
  expect(await workspaces()).toEqual([])
  expect(asked).toHaveLength(2)
  delete files['/1.1/list.json']
  clock.advance(86_400_000)
  expect(await workspaces()).toEqual([])
  expect(asked).toHaveLength(3)
})

test('leaves a registry alone that is not to be updated', async () => {
  const { url, asked } = await startRegistry({ '/1.1/list.json': list })
  const { developer, clock } = start()
  await developer('create_registry', { registry: url, do_auto_update: false })
  clock.advance(2 * 86_400_000)
  const { registries } = (await developer('get_registries')).body
  expect(registries).toMatchObject([{ do_auto_update: false, workspaces: [chrome] }])
  expect(asked).toHaveLength(1)
})

test('does not fetch anything for a caller who may not add registries', async () => {
  const { url, asked } = await startRegistry({ '/1.1/list.json': list })
  const kasm = start()
  const { api_config } = (await kasm.developer('create_api_configs', { api_config: { name: 'other' } })).body
  const { api_key, api_key_secret } = api_config
  const { status } = await kasm.send('/api/public/create_registry', { api_key, api_key_secret, registry: url })
  expect([status, asked]).toEqual([403, []])
})
