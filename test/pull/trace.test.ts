// What the engine sends, request by request, against golden files: method, path, status, authorization. The same sequences were seen
// from a real Docker Engine (test/container/docker-sequence.test.ts compares the two).
import { expect, test } from 'vitest'
import { answer, answerError, formatTrace, startEngine, startTestRegistry } from './support.ts'

const golden = (name: string) => `./golden/${name}.txt`
const isManifest = (path: string) => path.includes('/manifests/')

test('pings, gets a token, resolves the tag and fetches everything on a cold pull', async () => {
  await using registry = await startTestRegistry('docker-hub-anonymous')
  await using agent = startEngine(registry)
  const chrome = await registry.publish('kasmweb/chrome:1', ['a', 'b', 'c', 'd'])
  const result = await agent.pull('kasmweb/chrome:1')
  expect(result).toMatchObject({ outcome: 'downloaded', digest: chrome.digest, sizeBytes: 8_192, requests: 10 })
  await expect(formatTrace(registry.seen, { chrome })).toMatchFileSnapshot(golden('cold'))
})

test('asks for nothing but ping, token and HEAD when the image is up to date', async () => {
  await using registry = await startTestRegistry('docker-hub-anonymous')
  await using agent = startEngine(registry)
  const chrome = await registry.publish('kasmweb/chrome:1', ['a', 'b'])
  await agent.pull('kasmweb/chrome:1')
  registry.seen.length = 0
  const result = await agent.pull('kasmweb/chrome:1')
  expect(result).toMatchObject({ outcome: 'up-to-date', digest: chrome.digest, downloadedBytes: 0, requests: 3 })
  await expect(formatTrace(registry.seen, { chrome })).toMatchFileSnapshot(golden('warm'))
})

test('fetches only the new layers when the tag has moved', async () => {
  await using registry = await startTestRegistry('docker-hub-anonymous')
  await using agent = startEngine(registry)
  const before = await registry.publish('kasmweb/chrome:1', ['a', 'b', 'c'])
  await agent.pull('kasmweb/chrome:1')
  const after = await registry.publish('kasmweb/chrome:1', ['a', 'b', 'd'])
  registry.seen.length = 0
  expect(await agent.pull('kasmweb/chrome:1')).toMatchObject({ outcome: 'downloaded', digest: after.digest })
  await expect(formatTrace(registry.seen, { before, after })).toMatchFileSnapshot(golden('tag-moved'))
})

test('sends no HEAD for a digest, and nothing but the ping once it has it', async () => {
  await using registry = await startTestRegistry('docker-hub-anonymous')
  await using agent = startEngine(registry)
  const chrome = await registry.publish('kasmweb/chrome:1', ['a'])
  const reference = `kasmweb/chrome@${chrome.digest}`
  expect(await agent.pull(reference)).toMatchObject({ outcome: 'downloaded', digest: chrome.digest })
  expect(await agent.pull(reference)).toMatchObject({ outcome: 'up-to-date', requests: 1 })
  await expect(formatTrace(registry.seen, { chrome })).toMatchFileSnapshot(golden('by-digest'))
})

test('fetches no layer that another image has below the first missing one', async () => {
  await using registry = await startTestRegistry()
  await using agent = startEngine(registry)
  const chrome = await registry.publish('kasmweb/chrome:1', ['os', 'desktop', 'chrome'])
  const firefox = await registry.publish('kasmweb/firefox:1', ['os', 'desktop', 'firefox', 'chrome'])
  await agent.pull('kasmweb/chrome:1')
  registry.seen.length = 0
  await agent.pull('kasmweb/firefox:1')
  await expect(formatTrace(registry.seen, { chrome, firefox })).toMatchFileSnapshot(golden('shared-layers'))
})

test('logs in first and pulls with the account where the reference is on the registry of the account', async () => {
  await using registry = await startTestRegistry('docker-hub-anonymous')
  await using agent = startEngine(registry)
  const chrome = await registry.publish('kasmweb/chrome:1', ['a'])
  await agent.pull('kasmweb/chrome:1', { login: 'ada:s3cret' })
  await expect(formatTrace(registry.seen, { chrome })).toMatchFileSnapshot(golden('log-in'))
})

test('logs in but pulls without the account where the reference is elsewhere', async () => {
  await using registry = await startTestRegistry('docker-hub-anonymous')
  await using agent = startEngine(registry)
  const chrome = await registry.publish('kasmweb/chrome:1', ['a'])
  await agent.pull(`${registry.host}/kasmweb/chrome:1`, { login: 'ada:s3cret' })
  await expect(formatTrace(registry.seen, { chrome })).toMatchFileSnapshot(golden('log-in-elsewhere'))
})

test('stops at a refused log-in', async () => {
  await using registry = await startTestRegistry('docker-hub-anonymous')
  await using agent = startEngine(registry)
  await registry.publish('kasmweb/chrome:1', ['a'])
  await expect(agent.pull('kasmweb/chrome:1', { login: 'ada:wrong' })).rejects.toMatchObject({
    code: 'UNAUTHORIZED',
    status: 401,
    requests: 2,
    message: 'Get "https://registry-1.docker.io/v2/": unauthorized: incorrect username or password',
  })
  await expect(formatTrace(registry.seen, {})).toMatchFileSnapshot(golden('unauthorized'))
})

test('asks a second time, with GET, for the reason when HEAD is refused with 429', async () => {
  await using registry = await startTestRegistry('docker-hub-anonymous')
  await using agent = startEngine(registry)
  registry.intercept = ({ path }, response) =>
    isManifest(path) && answerError(response, 429, 'TOOMANYREQUESTS', 'You have reached your pull rate limit.')
  await expect(agent.pull('kasmweb/chrome:1')).rejects.toMatchObject({
    code: 'TOOMANYREQUESTS',
    status: 429,
    requests: 4,
    message: 'toomanyrequests: You have reached your pull rate limit.',
  })
  expect(agent.waits).toEqual([])
  await expect(formatTrace(registry.seen, {})).toMatchFileSnapshot(golden('429-head'))
})

test('gives up at once when GET by digest is refused with 429', async () => {
  await using registry = await startTestRegistry('docker-hub-anonymous')
  await using agent = startEngine(registry)
  const chrome = await registry.publish('kasmweb/chrome:1', ['a'])
  registry.intercept = ({ path }, response) =>
    path.includes('sha256:') && answerError(response, 429, 'TOOMANYREQUESTS', 'slow down')
  await expect(agent.pull('kasmweb/chrome:1')).rejects.toMatchObject({ code: 'TOOMANYREQUESTS', requests: 4 })
  expect(agent.waits).toEqual([])
  await expect(formatTrace(registry.seen, { chrome })).toMatchFileSnapshot(golden('429-get'))
})

test('hears a refused layer twice and tries it no third time', async () => {
  await using registry = await startTestRegistry('docker-hub-anonymous')
  await using agent = startEngine(registry)
  const chrome = await registry.publish('kasmweb/chrome:1', ['a', 'b', 'c'])
  registry.intercept = ({ path }, response) =>
    path.endsWith(chrome.layers[2] as string) && answerError(response, 429, 'TOOMANYREQUESTS', 'slow down')
  await expect(agent.pull('kasmweb/chrome:1')).rejects.toMatchObject({ message: 'toomanyrequests: slow down' })
  expect(agent.waits).toEqual([])
  await expect(formatTrace(registry.seen, { chrome })).toMatchFileSnapshot(golden('429-layer'))
})

test('asks for the tag with GET where HEAD names no digest', async () => {
  await using registry = await startTestRegistry()
  await using agent = startEngine(registry)
  const chrome = await registry.publish('kasmweb/chrome:1', ['a'])
  registry.intercept = ({ method }, response) => method === 'HEAD' && answer(response, 200, '')
  expect(await agent.pull('kasmweb/chrome:1')).toMatchObject({ outcome: 'downloaded', digest: chrome.digest })
  await expect(formatTrace(registry.seen, { chrome })).toMatchFileSnapshot(golden('head-without-digest'))
})

test('sends Basic with every request where the registry challenges for it', async () => {
  await using registry = await startTestRegistry()
  await using agent = startEngine(registry)
  const chrome = await registry.publish('kasmweb/chrome:1', ['a'])
  registry.intercept = ({ authorization }, response) => {
    if (authorization === 'Basic') return false
    response.setHeader('www-authenticate', 'Basic realm="registry"')
    return answerError(response, 401, 'UNAUTHORIZED', 'authentication required')
  }
  await agent.pull('kasmweb/chrome:1', { login: 'ada:s3cret' })
  await expect(formatTrace(registry.seen, { chrome })).toMatchFileSnapshot(golden('basic'))
  await expect(agent.pull('kasmweb/chrome:1')).rejects.toMatchObject({
    code: 'UNAUTHORIZED',
    message: 'Head "https://registry-1.docker.io/v2/kasmweb/chrome/manifests/1": no basic auth credentials',
  })
})

test('drops Authorization when a blob is redirected to another host, and keeps it on the same', async () => {
  await using registry = await startTestRegistry('docker-hub-anonymous')
  await using storage = await startTestRegistry()
  await using agent = startEngine(registry)
  const chrome = await registry.publish('kasmweb/chrome:1', ['a', 'b'])
  await storage.publish('kasmweb/chrome:1', ['a', 'b'])
  registry.intercept = ({ path, query }, response) => {
    const away = path.endsWith(chrome.layers[0] as string)
    const here = path.endsWith(chrome.layers[1] as string) && query === ''
    if (!away && !here) return false
    response.writeHead(307, { location: away ? storage.url + path : `${path}?signed=1` }).end()
    return true
  }
  const { requests } = await agent.pull('kasmweb/chrome:1')
  expect(requests).toBe(registry.seen.length + storage.seen.length)
  const lines = formatTrace([...registry.seen, ...storage.seen.map((each) => ({ ...each, query: '?elsewhere' }))], {
    chrome,
  })
  await expect(lines).toMatchFileSnapshot(golden('redirect'))
})

test('sends one Accept header per type it can read', async () => {
  await using registry = await startTestRegistry()
  await using agent = startEngine(registry)
  await registry.publish('kasmweb/chrome:1', ['a'])
  await agent.pull('kasmweb/chrome:1')
  const head = registry.seen.find(({ method }) => method === 'HEAD')
  expect(head?.accept).toEqual([
    'application/vnd.docker.distribution.manifest.v2+json',
    'application/vnd.docker.distribution.manifest.list.v2+json',
    'application/vnd.oci.image.manifest.v1+json',
    'application/vnd.oci.image.index.v1+json',
  ])
})
