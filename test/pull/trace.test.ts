// What only the `docker` persona shows, request by request, against golden files; personas.test.ts has the cases that all share.
import { expect, test } from 'vitest'
import { answer, answerError, formatTrace, startEngine, startTestRegistry } from './support.ts'

const golden = (name: string) => `./golden/docker/${name}.txt`

test('logs in but pulls without the account where the reference is elsewhere', async () => {
  await using registry = await startTestRegistry('docker-hub-anonymous')
  await using agent = startEngine(registry)
  const chrome = await registry.publish('kasmweb/chrome:1', ['a'])
  await agent.pull(`${registry.host}/kasmweb/chrome:1`, { login: 'ada:s3cret' })
  await expect(formatTrace(registry.seen, { chrome })).toMatchFileSnapshot(golden('log-in-elsewhere'))
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
