// Tokens: one per pull, shared by its requests, renewed once it has expired.
import { expect, test } from 'vitest'
import { parseChallenges } from '../../simulator/registry/challenge.ts'
import { answer, answerError, startEngine, startTestRegistry, type TestRegistry } from './support.ts'

const tokenRequests = ({ seen }: TestRegistry) => seen.filter(({ path }) => path === '/token')

test('renews a token exactly once when it expires in the middle of a pull', async () => {
  await using registry = await startTestRegistry('docker-hub-anonymous')
  await using agent = startEngine(registry)
  const app = await registry.publish('team/app:1', ['a', 'b', 'c', 'd', 'e'])
  let expired = false
  registry.intercept = ({ path }) => {
    // The documents took long: every blob request finds the token expired.
    if (path.endsWith(app.manifest) && !expired) {
      expired = true
      agent.clock.advance(301_000)
    }
    return false
  }
  await agent.pull('team/app:1')
  expect(expired).toBe(true)
  expect(tokenRequests(registry)).toHaveLength(2)
  const authorizations = registry.seen
    .filter(({ path }) => path.includes('/blobs/'))
    .map((each) => each.authorizationHeader)
  expect(new Set(authorizations).size).toBe(1)
})

test('keeps a token for a minute where the server gives it less', async () => {
  await using registry = await startTestRegistry('docker-hub-anonymous')
  await using agent = startEngine(registry)
  const app = await registry.publish('team/app:1', ['a'])
  registry.intercept = ({ path, query }, response) => {
    if (path.endsWith(app.digest)) agent.clock.advance(59_000)
    if (path !== '/token') return false
    void fetch(registry.registry.url + path + query).then(async (reply) => {
      const { token } = (await reply.json()) as { token: string }
      answer(response, 200, JSON.stringify({ token, expires_in: 1 }))
    })
    return true
  }
  await agent.pull('team/app:1')
  expect(tokenRequests(registry)).toHaveLength(1)
})

test('asks again once, with a new token, where the token expired on its way', async () => {
  await using registry = await startTestRegistry('docker-hub-anonymous')
  await using agent = startEngine(registry)
  const app = await registry.publish('team/app:1', ['a'])
  registry.intercept = ({ path, time }, response) => {
    if (!path.endsWith(app.manifest) || time > 1) return false
    agent.clock.advance(300_000)
    response.setHeader('www-authenticate', 'Bearer realm="http://127.0.0.1/token",error="invalid_token"')
    return answerError(response, 401, 'UNAUTHORIZED', 'authentication required')
  }
  expect(await agent.pull('team/app:1')).toMatchObject({ outcome: 'downloaded' })
  expect(tokenRequests(registry)).toHaveLength(2)
})

test('asks no second time where a token that is still good is refused', async () => {
  await using registry = await startTestRegistry('docker-hub-anonymous')
  await using agent = startEngine(registry)
  const app = await registry.publish('team/app:1', ['a'])
  registry.intercept = ({ path }, response) =>
    path.endsWith(app.manifest) && answerError(response, 401, 'UNAUTHORIZED', 'no')
  await expect(agent.pull('team/app:1')).rejects.toMatchObject({ message: 'unauthorized: no', requests: 5 })
  expect(tokenRequests(registry)).toHaveLength(1)
})

test('takes a token for each pull', async () => {
  await using registry = await startTestRegistry('docker-hub-anonymous')
  await using agent = startEngine(registry)
  await registry.publish('team/app:1', ['a'])
  await agent.pull('team/app:1')
  await agent.pull('team/app:1')
  expect(tokenRequests(registry)).toHaveLength(2)
})

test('sends a password with colons and line ends whole', async () => {
  const password = '{"type": "service_account",\n"key": "a:b"}'
  await using registry = await startTestRegistry('docker-hub-anonymous', [{ username: '_json_key', password }])
  await using agent = startEngine(registry)
  await registry.publish('team/app:1', ['a'])
  const credentials = { registry: registry.url, username: '_json_key', password }
  const reference = `${registry.host}/team/app:1`
  const result = await agent.engine.pull({ reference, credentials }, new AbortController().signal)
  expect(result.outcome).toBe('downloaded')
  expect(tokenRequests(registry).map(({ authorization }) => authorization)).toEqual(['Basic', 'Basic'])
})

test('reads challenges with quotes, escapes and bare words', () => {
  expect(
    parseChallenges(['Bearer realm="https://a/t?x=1,2",service="say \\"hi\\"", error=invalid_token', 'Basic']),
  ).toEqual([
    { scheme: 'bearer', parameters: { realm: 'https://a/t?x=1,2', service: 'say "hi"', error: 'invalid_token' } },
    { scheme: 'basic', parameters: {} },
  ])
})
