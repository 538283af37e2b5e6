// Every way in which a registry can fail a pull, and the words of the engine for it. Texts marked "measured" were printed by a Docker
// Engine 20.10.24 that was given the same answer.

import type { ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { answer, answerError, type SeenRequest, startEngine, startTestRegistry } from './support.ts'

interface Case {
  name: string
  when: (request: SeenRequest) => boolean
  reply: (response: ServerResponse) => boolean
  code: string
  message: string | RegExp
  status?: number | null
}

const byDigest = ({ path }: SeenRequest) => path.includes('/manifests/sha256:')
const anyManifest = ({ path }: SeenRequest) => path.includes('/manifests/')
const token = ({ path }: SeenRequest) => path === '/token'
const indexType = 'application/vnd.oci.image.index.v1+json'
const head = 'Head "https://registry-1.docker.io/v2/team/app/manifests/1"'
const otherIndex = JSON.stringify({
  schemaVersion: 2,
  manifests: [
    { mediaType: 'x', digest: `sha256:${'a'.repeat(64)}`, size: 1, platform: { os: 'linux', architecture: 's390x' } },
    {
      mediaType: 'x',
      digest: `sha256:${'b'.repeat(64)}`,
      size: 1,
      platform: { os: 'unknown', architecture: 'unknown' },
    },
    { mediaType: 'x', digest: `sha256:${'c'.repeat(64)}`, size: 1 },
  ],
})

const cases: Case[] = [
  // Measured.
  {
    name: 'an unknown tag',
    when: anyManifest,
    reply: (r) => answerError(r, 404, 'MANIFEST_UNKNOWN', 'manifest unknown', { Tag: '1' }),
    code: 'NOT_FOUND',
    message: 'manifest for team/app:1 not found: manifest unknown: manifest unknown',
  },
  {
    name: 'an unknown tag that the registry says nothing more of',
    when: anyManifest,
    reply: (r) => answerError(r, 404, 'MANIFEST_UNKNOWN', 'manifest unknown'),
    code: 'NOT_FOUND',
    message: 'manifest unknown',
  },
  {
    name: 'an unknown repository',
    when: anyManifest,
    reply: (r) => answerError(r, 404, 'NAME_UNKNOWN', 'repository name not known to registry', { name: 'team/app' }),
    code: 'NOT_FOUND',
    message: 'repository team/app not found: name unknown: repository name not known to registry',
  },
  {
    name: 'a denied repository',
    when: anyManifest,
    reply: (r) => answerError(r, 403, 'DENIED', 'requested access to the resource is denied', [1]),
    code: 'DENIED',
    message:
      "pull access denied for team/app, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
  },
  {
    name: 'a token of too little scope',
    when: anyManifest,
    reply: (r) => {
      r.setHeader('www-authenticate', 'Bearer realm="http://127.0.0.1/token",error="insufficient_scope"')
      return answerError(r, 401, 'UNAUTHORIZED', 'authentication required', [1])
    },
    code: 'DENIED',
    message:
      "pull access denied for team/app, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
    status: 401,
  },
  {
    name: 'a refused token holder',
    when: anyManifest,
    reply: (r) => answerError(r, 401, 'UNAUTHORIZED', 'authentication required', [1]),
    code: 'UNAUTHORIZED',
    message: 'unauthorized: authentication required',
  },
  {
    name: 'a limit',
    when: byDigest,
    reply: (r) => answerError(r, 429, 'TOOMANYREQUESTS', 'You have reached your pull rate limit.'),
    code: 'TOOMANYREQUESTS',
    message: 'toomanyrequests: You have reached your pull rate limit.',
  },
  {
    name: 'a limit without a message of its own',
    when: byDigest,
    reply: (r) => answerError(r, 429, 'TOOMANYREQUESTS', 'too many requests'),
    code: 'TOOMANYREQUESTS',
    message: 'toomanyrequests',
  },
  {
    name: 'a limit in plain text',
    when: byDigest,
    reply: (r) => answer(r, 429, 'Too Many Requests (HAP429).\n', 'text/plain'),
    code: 'TOOMANYREQUESTS',
    message:
      'error parsing HTTP 429 response body: invalid character \'T\' looking for beginning of value: "Too Many Requests (HAP429).\\n"',
  },
  {
    name: 'a limit in HTML',
    when: byDigest,
    reply: (r) => answer(r, 429, '<html>\n<b>"429"</b>\u0001 é</html>', 'text/html'),
    code: 'TOOMANYREQUESTS',
    message:
      'error parsing HTTP 429 response body: invalid character \'<\' looking for beginning of value: "<html>\\n<b>\\"429\\"</b>\\x01 é</html>"',
  },
  {
    name: 'a limit without a body',
    when: byDigest,
    reply: (r) => answer(r, 429, ''),
    code: 'TOOMANYREQUESTS',
    message: 'error parsing HTTP 429 response body: unexpected end of JSON input: ""',
  },
  {
    name: 'a limit with an empty object',
    when: byDigest,
    reply: (r) => answer(r, 429, '{}'),
    code: 'TOOMANYREQUESTS',
    message: 'error parsing HTTP 429 response body: no error details found in HTTP response body: "{}"',
  },
  {
    name: 'a limit with details only',
    when: byDigest,
    reply: (r) => answer(r, 429, '{"details":"slow down"}'),
    code: 'TOOMANYREQUESTS',
    message: 'toomanyrequests: slow down',
  },
  {
    name: 'a limit of the token server',
    when: token,
    reply: (r) => answerError(r, 429, 'TOOMANYREQUESTS', 'slow'),
    code: 'TOOMANYREQUESTS',
    message: `${head}: toomanyrequests: slow`,
  },
  {
    name: 'a broken token server',
    when: token,
    reply: (r) => answer(r, 500, 'x'),
    code: 'UNAVAILABLE',
    message: `${head}: received unexpected HTTP status: 500 Internal Server Error`,
  },
  {
    name: 'a token server without a token',
    when: token,
    reply: (r) => answer(r, 200, '{}'),
    code: 'MALFORMED',
    message: `${head}: authorization server did not include a token in the response`,
    status: null,
  },
  {
    name: 'a token server that answers HTML',
    when: token,
    reply: (r) => answer(r, 200, '<html>', 'text/html'),
    code: 'MALFORMED',
    message: `${head}: unable to decode token response: invalid character '<' looking for beginning of value`,
    status: null,
  },
  {
    name: 'a broken registry',
    when: anyManifest,
    reply: (r) => answerError(r, 502, 'UNKNOWN', 'oh'),
    code: 'UNAVAILABLE',
    message: 'received unexpected HTTP status: 502 Bad Gateway',
  },
  {
    name: 'HTML for a manifest',
    when: byDigest,
    reply: (r) => answer(r, 200, '<html>', 'text/html'),
    code: 'MALFORMED',
    message: "error unmarshalling content: invalid character '<' looking for beginning of value",
  },
  {
    name: 'HTML for everything',
    when: () => true,
    reply: (r) => answer(r, 200, '<html>Log in to the hotel network</html>', 'text/html'),
    code: 'MALFORMED',
    message: "error unmarshalling content: invalid character '<' looking for beginning of value",
  },
  {
    name: 'half a manifest',
    when: byDigest,
    reply: (r) => answer(r, 200, '{"schemaVersion":', indexType),
    code: 'MALFORMED',
    message: 'unexpected end of JSON input',
  },
  // After the sources of newer engines, or stricter than the engine: docs/pull.md says which.
  {
    name: 'another media type',
    when: byDigest,
    reply: (r) => answer(r, 200, '{}', 'application/vnd.example+json'),
    code: 'MALFORMED',
    message: 'unsupported manifest media type and no default available: application/vnd.example+json',
  },
  {
    name: 'a manifest that says it is something else',
    when: byDigest,
    reply: (r) => answer(r, 200, '{"mediaType":"x"}', indexType),
    code: 'MALFORMED',
    message: `mediaType in manifest should be '${indexType}' not 'x'`,
  },
  {
    name: 'a manifest of the wrong shape',
    when: byDigest,
    reply: (r) => answer(r, 200, '{"manifests":[{"digest":"sha256:short"}]}', indexType),
    code: 'MALFORMED',
    message: 'unsupported manifest format',
  },
  {
    name: 'a manifest with a wrong digest',
    when: byDigest,
    reply: (r) => answer(r, 200, otherIndex, indexType),
    code: 'DIGEST_MISMATCH',
    message: /^manifest verification failed for digest sha256:[0-9a-f]{64}$/,
  },
  {
    name: 'a digest header that is no digest',
    when: ({ method }) => method === 'HEAD',
    reply: (r) => {
      r.setHeader('docker-content-digest', 'sha256:12')
      return answer(r, 200, '')
    },
    code: 'MALFORMED',
    message: 'invalid checksum digest format',
  },
]

test.each(cases)('fails in the words of the engine at $name', async ({ when, reply, code, message, status }) => {
  await using registry = await startTestRegistry('docker-hub-anonymous')
  await using agent = startEngine(registry)
  await registry.publish('team/app:1', ['a'])
  let replied = 0
  registry.intercept = (request, response) => {
    if (!when(request)) return false
    response.on('finish', () => {
      replied = response.statusCode
    })
    return reply(response)
  }
  const failure = await agent.pull('team/app:1').catch((error: unknown) => error)
  expect(failure).toMatchObject({ name: 'PullError', code, requests: registry.seen.length })
  expect((failure as Error).message).toEqual(typeof message === 'string' ? message : expect.stringMatching(message))
  expect((failure as { status: number | null }).status).toBe(status === undefined ? replied : status)
  expect(agent.waits).toEqual([])
})

test('fails where the index has nothing for the platform', async () => {
  await using registry = await startTestRegistry()
  await using agent = startEngine(registry, { platform: { os: 'linux', architecture: 'riscv64' } })
  await registry.publish('team/app:1', ['a'])
  await expect(agent.pull('team/app:1')).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: 'no matching manifest for linux/riscv64 in the manifest list entries',
  })
})

test('takes the manifest of the platform it runs on', async () => {
  await using registry = await startTestRegistry()
  await using agent = startEngine(registry, { platform: { os: 'linux', architecture: 'arm64' } })
  const { manifest } = await registry.publish('team/app:1', ['a'])
  expect(await agent.pull('team/app:1')).toMatchObject({ outcome: 'downloaded' })
  expect(registry.seen.some(({ path }) => path.endsWith(manifest))).toBe(false)
})

test('asks for the tag where the registry does not know the digest that it named', async () => {
  await using registry = await startTestRegistry()
  await using agent = startEngine(registry)
  const { digest } = await registry.publish('team/app:1', ['a'])
  registry.intercept = ({ path }, response) =>
    path.endsWith(digest) && answerError(response, 404, 'MANIFEST_UNKNOWN', 'manifest unknown', [1])
  expect(await agent.pull('team/app:1')).toMatchObject({ outcome: 'downloaded', digest })
})

test('fails where a configuration is not that of its digest', async () => {
  await using registry = await startTestRegistry()
  await using agent = startEngine(registry)
  const { config } = await registry.publish('team/app:1', ['a'])
  registry.intercept = ({ path }, response) => path.endsWith(config) && answer(response, 200, '{}')
  await expect(agent.pull('team/app:1')).rejects.toMatchObject({
    code: 'DIGEST_MISMATCH',
    message: `error pulling image configuration: image config verification failed for digest ${config}`,
  })
})

test('takes no notice of what a ping says besides its challenge', async () => {
  await using registry = await startTestRegistry()
  await using agent = startEngine(registry)
  await registry.publish('team/app:1', ['a'])
  registry.intercept = ({ path }, response) => path === '/v2/' && answerError(response, 500, 'UNKNOWN', 'oh')
  expect(await agent.pull('team/app:1')).toMatchObject({ outcome: 'downloaded' })
})

test('gives up after ten redirects', async () => {
  await using registry = await startTestRegistry()
  await using agent = startEngine(registry)
  registry.intercept = ({ path, method }, response) => {
    if (method !== 'HEAD') return false
    response.writeHead(307, { location: path }).end()
    return true
  }
  await expect(agent.pull('team/app:1')).rejects.toMatchObject({ message: `${head}: stopped after 10 redirects` })
})

test('fails where nobody listens', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  await using agent = startEngine({ url: `http://127.0.0.1:${port}` })
  await expect(agent.pull('team/app:1')).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    status: null,
    requests: 1,
    message: `Get "https://registry-1.docker.io/v2/": dial tcp 127.0.0.1:${port}: connect: connection refused`,
  })
})

test('fails where the connection is reset instead of an answer', async () => {
  await using registry = await startTestRegistry()
  await using agent = startEngine(registry)
  registry.intercept = ({ method }, response) => {
    if (method !== 'HEAD') return false
    response.socket?.resetAndDestroy()
    return true
  }
  await expect(agent.pull('team/app:1')).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringMatching(/^Head "https:.*": (EOF|read tcp .*: read: connection reset by peer)$/),
  })
})

test.each([
  ['team/App:1', 'invalid reference format: repository name must be lowercase'],
  ['team/app:', 'invalid reference format'],
  ['', 'invalid reference format'],
])('refuses the reference "%s" without a request', async (reference, message) => {
  await using agent = startEngine({ url: 'http://127.0.0.1:1' })
  await expect(agent.pull(reference)).rejects.toMatchObject({ code: 'REFERENCE_INVALID', message, requests: 0 })
})
