// What the tests of the pull client stand on: the embedded registry behind a recording front that a test may have misbehave,
// and engines whose waits are noted and end at once.
import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createManualClock } from '../../server/kernel/clock.ts'
import { createRegistryEngine, type RegistryEngineOptions } from '../../simulator/pull/wires/socket/registry-engine.ts'
import type { SyntheticImage } from '../../simulator/registry/content/synthetic.ts'
import { findProfile } from '../../simulator/registry/policy/profiles.ts'
import { type EmbeddedRegistry, startRegistry } from '../../simulator/registry/registry.ts'

/** A request as the front saw it. */
export interface SeenRequest {
  method: string
  path: string
  query: string
  /** The scheme of its Authorization, `none` without. */
  authorization: string
  authorizationHeader: string
  range: string | null
  accept: string[]
  /** 0 while there is no answer, and where there never was one. */
  readonly status: number
  /** How often this method and path were asked for, this time included. */
  time: number
}

/** Answers in the registry's place and returns true, or lets the request pass; may wait. */
type Intercept = (request: SeenRequest, response: ServerResponse) => boolean | Promise<boolean>

export interface TestRegistry extends AsyncDisposable {
  /** Where the front listens; `host` is its host and port. */
  url: string
  host: string
  registry: EmbeddedRegistry
  seen: SeenRequest[]
  intercept: Intercept
  connections(): Promise<number>
  /** Publishes an image of small layers by their names; names may come with a size in whole tar blocks, as in `base:5120`. */
  publish(reference: string, layers: string[], options?: { attestation: boolean }): Promise<PublishedImage>
}

export interface PublishedImage {
  digest: string
  manifest: string
  config: string
  layers: string[]
}

export async function startTestRegistry(profile = 'none', accounts = [{ username: 'ada', password: 's3cret' }]) {
  const registry = await startRegistry({ profile: findProfile(profile), accounts })
  const seen: SeenRequest[] = []
  const server = createServer((request, response) => void handle(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const test: TestRegistry = {
    ...{ url: `http://${host}`, host, registry, seen, intercept: () => false },
    connections: () =>
      new Promise((resolve, reject) => {
        server.getConnections((error, count) => (error ? reject(error) : resolve(count)))
      }),
    publish: (reference, layers, options) => publish(registry, reference, layers, options),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await registry.close()
    },
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const record = recordOf(request, response, seen)
    seen.push(record)
    if (!(await test.intercept(record, response))) pass(registry.url, request, response)
  }
  return test
}

function recordOf(request: IncomingMessage, response: ServerResponse, seen: SeenRequest[]): SeenRequest {
  const { pathname: path, search: query } = new URL(request.url ?? '', 'http://front')
  const method = request.method ?? ''
  const accept = request.rawHeaders.filter((_, index, all) => index % 2 === 1 && /^accept$/i.test(all[index - 1] ?? ''))
  const authorizationHeader = request.headers.authorization ?? ''
  return {
    ...{ method, path, query, accept, authorizationHeader },
    authorization: authorizationHeader.split(' ')[0] || 'none',
    range: request.headers.range ?? null,
    get status() {
      return response.headersSent ? response.statusCode : 0
    },
    time: seen.filter((other) => other.method === method && other.path === path).length + 1,
  }
}

function pass(url: string, request: IncomingMessage, response: ServerResponse): void {
  const { method, headers } = request
  const onward = forward(url + request.url, { method, headers, agent: false } as never, (answer) => {
    response.writeHead(answer.statusCode ?? 500, answer.headers)
    answer.on('error', () => response.destroy())
    answer.pipe(response)
  })
  response.on('close', () => onward.destroy())
  onward.on('error', () => response.destroy())
  request.pipe(onward)
}

async function publish(
  registry: EmbeddedRegistry,
  reference: string,
  layers: string[],
  options = { attestation: false },
): Promise<PublishedImage> {
  const [repository = '', tag = 'latest'] = reference.split(':')
  const image: SyntheticImage = {
    ...{ repository, tag, seed: 1, ...options },
    layers: layers.map((layer) => {
      const [name = '', sizeBytes = '2048'] = layer.split(':')
      return { name, sizeBytes: Number(sizeBytes) }
    }),
  }
  const { digest } = await registry.publish(image)
  const index = await documentOf(registry, repository, digest)
  const chosen = index.manifests.find(({ platform }) => platform.architecture === 'amd64')
  const manifest = await documentOf(registry, repository, chosen?.digest ?? '')
  return {
    ...{ digest, manifest: chosen?.digest ?? '', config: manifest.config.digest },
    layers: manifest.layers.map((layer) => layer.digest),
  }
}

interface TestDocument {
  manifests: { digest: string; platform: { architecture: string } }[]
  config: { digest: string }
  layers: { digest: string }[]
}

/** A manifest, with an anonymous token where one is needed. */
async function documentOf({ url }: EmbeddedRegistry, repository: string, digest: string): Promise<TestDocument> {
  const token = await fetch(`${url}/token?scope=repository:${repository}:pull`)
  const headers: Record<string, string> = {}
  if (token.ok) headers['authorization'] = `Bearer ${((await token.json()) as { token: string }).token}`
  const answer = await fetch(`${url}/v2/${repository}/manifests/${digest}`, { headers })
  return (await answer.json()) as TestDocument
}

/** An engine on a clock of its own; its waits are noted and move the clock instead of taking time. */
export function startEngine(test: { url: string }, options: Partial<RegistryEngineOptions> = {}) {
  const clock = createManualClock()
  const waits: number[] = []
  const engine = createRegistryEngine({
    resolve: () => test.url,
    nowMs: () => clock.nowMs(),
    delay: async (durationMs, signal) => {
      signal.throwIfAborted()
      waits.push(durationMs)
      clock.advance(durationMs)
    },
    ...options,
  })
  return {
    engine,
    clock,
    waits,
    pull: (reference: string, { signal = new AbortController().signal, login = '' } = {}) => {
      const [username = '', password = ''] = login.split(':')
      const credentials = login ? { registry: 'https://index.docker.io/v1/', username, password } : null
      return engine.pull({ reference, credentials }, signal)
    },
    [Symbol.asyncDispose]: () => engine.close(),
  }
}

/** Answers with a JSON error as registries do; `detail` keeps the engine from dropping a default message. */
export function answerError(response: ServerResponse, status: number, code: string, message: string, detail?: unknown) {
  return answer(response, status, JSON.stringify({ errors: [{ code, message, ...(detail ? { detail } : {}) }] }))
}

export function answer(response: ServerResponse, status: number, body: string, type = 'application/json'): boolean {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body)
  return true
}

/** Stands for a registry with tokens in front of one without: its tokens last as long on the test's own clock as they say. */
export function tokenDesk(registry: TestRegistry, options: { lifetimeMs: number; nowMs: () => number }) {
  const expiries = new Map<string, number>()
  const desk = {
    get issued() {
      return expiries.size
    },
    intercept: ({ path, authorizationHeader }: SeenRequest, response: ServerResponse): boolean => {
      if (path === '/token') {
        const token = `token-${expiries.size + 1}`
        expiries.set(`Bearer ${token}`, options.nowMs() + options.lifetimeMs)
        return answer(response, 200, JSON.stringify({ token, expires_in: options.lifetimeMs / 1_000 }))
      }
      if ((expiries.get(authorizationHeader) ?? 0) > options.nowMs()) return false
      const error = authorizationHeader === '' ? '' : ',error="invalid_token"'
      response.setHeader('www-authenticate', `Bearer realm="${registry.url}/token",service="desk"${error}`)
      return answerError(response, 401, 'UNAUTHORIZED', 'authentication required')
    },
  }
  return desk
}

/** One line per request, digests by their names, requests that run side by side in the order of the image's layers. */
export function formatTrace(seen: readonly SeenRequest[], images: Record<string, PublishedImage>): string {
  const names = new Map<string, string>()
  for (const [name, image] of Object.entries(images)) {
    for (const [index, layer] of image.layers.entries()) {
      if (!names.has(layer)) names.set(layer, `<${name} layer ${index + 1}>`)
    }
    names.set(image.config, `<${name} config>`).set(image.manifest, `<${name} manifest>`)
    names.set(image.digest, `<${name} index>`)
  }
  const lines = seen.map(({ method, path, query, status, authorization, range }) => {
    const target = path.replace(/sha256:\w+/, (digest) => names.get(digest) ?? '<unknown>')
    return `${method} ${target}${decodeURIComponent(query)} ${status} ${authorization}${range ? ` ${range}` : ''}`
  })
  const groups: string[][] = []
  for (const line of lines) {
    const isBlob = line.includes('/blobs/')
    const last = groups.at(-1)
    if (isBlob && last?.[0]?.includes('/blobs/')) last.push(line)
    else groups.push([line])
  }
  return `${groups.flatMap((group) => group.sort()).join('\n')}\n`
}

/** A promise to be kept by hand. */
export function gate() {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { opened: promise, open: resolve }
}
