// The few calls of the Docker Engine API that pulls need, over a unix socket or TCP. Ours rather than dockerode's: a pull's error can
// be the last line of a stream that began with 200, and everything else is one small request.
import { createInterface } from 'node:readline'
import { type Dispatcher, Pool } from 'undici'
import { KasmSimError } from '../../server/kernel/errors.ts'

/** What `POST /auth` and `X-Registry-Auth` carry. */
export interface EngineLogin {
  username: string
  password: string
  serveraddress: string
}

/** A line of the stream of `POST /images/create`. */
interface ProgressLine {
  id?: string
  status?: string
  error?: string
  progressDetail?: { current?: number; total?: number }
}

/** What the engine said of a pull. */
export interface EnginePull {
  digest: string
  /** Of the layers whose download the stream showed. */
  downloadedBytes: number
}

/** An image as the engine has it. */
export interface EngineImage {
  id: string
  sizeBytes: number
}

/** The engine answered, and said no. `message` is its own text. */
export class EngineRefusal extends Error {
  override readonly name = 'EngineRefusal'
  /** HTTP status; 200 where the error came in the stream. */
  readonly status: number

  constructor(message: string, status: number) {
    super(message)
    this.status = status
  }
}

/** The newest API that these calls were written for; an engine that is older is spoken to in its own. */
const apiVersionNewest = '1.51'
const reachTimeoutMs = 10_000

/** One engine. Requests reject with an EngineRefusal, or with what broke the connection. */
export class DockerEngineApi {
  readonly host: string
  readonly #pool: Pool
  #prefix: Promise<string> | null = null

  constructor(host: string) {
    this.host = host
    const socketPath = host.startsWith('unix://') ? host.slice('unix://'.length) : null
    const origin = socketPath === null ? new URL(host.replace(/^tcp:/, 'http:')).origin : 'http://docker'
    // A pull says nothing while a layer is unpacked, however long that takes.
    this.#pool = new Pool(origin, { headersTimeout: 0, bodyTimeout: 0, ...(socketPath === null ? {} : { socketPath }) })
  }

  /** What the engine says of itself; the keys of `GET /version` and `GET /info`. */
  async describe(signal: AbortSignal): Promise<{ version: string; apiVersion: string; storageDriver: string }> {
    const version = (await this.#json('GET', '/version', { signal })) as { Version: string; ApiVersion: string }
    const information = (await this.#json('GET', '/info', { signal })) as { Driver: string }
    return { version: version.Version, apiVersion: version.ApiVersion, storageDriver: information.Driver }
  }

  /** @throws KasmSimError DOCKER_UNAVAILABLE */
  async assertReachable(): Promise<void> {
    try {
      await this.describe(AbortSignal.timeout(reachTimeoutMs))
    } catch (cause) {
      throw new KasmSimError(
        'DOCKER_UNAVAILABLE',
        `Failed to reach the Docker Engine at ${this.host}: ${(cause as Error).message}. Start it, or name another in DOCKER_HOST or the scenario; \`kasm-sim doctor\` tells more.`,
        { cause },
      )
    }
  }

  async logIn(login: EngineLogin, signal: AbortSignal): Promise<void> {
    await this.#negotiated('POST', '/auth', { signal, body: JSON.stringify(login) })
  }

  /** `version` is a tag or a digest. */
  async pull(options: {
    image: string
    version: string
    login: EngineLogin | null
    signal: AbortSignal
  }): Promise<EnginePull> {
    const { image, version, login, signal } = options
    const headers = login === null ? {} : { 'x-registry-auth': encodeLogin(login) }
    const query = new URLSearchParams({ fromImage: image, tag: version })
    const target = `${await this.#versionPrefix(signal)}/images/create?${query}`
    const answer = await this.#send('POST', target, { signal, headers })
    return readPull(answer)
  }

  /** Null where the engine has no such image. */
  async inspect(image: string): Promise<EngineImage | null> {
    try {
      const found = (await this.#negotiated('GET', `/images/${image}/json`)) as { Id: string; Size: number }
      return { id: found.Id, sizeBytes: found.Size }
    } catch (error) {
      if (error instanceof EngineRefusal && error.status === 404) return null
      throw error
    }
  }

  /** Whether the engine's registry has an image that it has not. */
  async isPullable(image: string, signal: AbortSignal): Promise<boolean> {
    const answer = await this.#negotiated('GET', `/distribution/${image}/json`, { signal })
    return answer !== null
  }

  async tag(image: string, name: { repository: string; tag: string }): Promise<void> {
    const query = new URLSearchParams({ repo: name.repository, tag: name.tag })
    await this.#negotiated('POST', `/images/${image}/tag?${query}`)
  }

  /** What is gone already, or still in use, is left as it is. */
  async remove(image: string): Promise<void> {
    try {
      await this.#negotiated('DELETE', `/images/${image}`)
    } catch (error) {
      if (!(error instanceof EngineRefusal && (error.status === 404 || error.status === 409))) throw error
    }
  }

  close(): Promise<void> {
    return this.#pool.destroy()
  }

  async #negotiated(method: Dispatcher.HttpMethod, path: string, options: SendOptions = {}): Promise<unknown> {
    return this.#json(method, `${await this.#versionPrefix(options.signal)}${path}`, options)
  }

  async #json(method: Dispatcher.HttpMethod, path: string, options: SendOptions = {}): Promise<unknown> {
    const { body } = await this.#send(method, path, options)
    const text = await body.text()
    return text === '' ? null : JSON.parse(text)
  }

  async #send(method: Dispatcher.HttpMethod, path: string, options: SendOptions): Promise<Dispatcher.ResponseData> {
    const { signal, body = null, headers = {} } = options
    const answer = await this.#pool.request({
      ...{ method, path, body },
      headers: { ...(body === null ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(signal === undefined ? {} : { signal }),
    })
    if (answer.statusCode < 400) return answer
    throw new EngineRefusal(messageOf(await answer.body.text()), answer.statusCode)
  }

  /** Old and new engines have no API version in common, so it is asked for once. */
  #versionPrefix(signal?: AbortSignal): Promise<string> {
    this.#prefix ??= this.#negotiate(signal).catch((error) => {
      this.#prefix = null
      throw error
    })
    return this.#prefix
  }

  async #negotiate(signal?: AbortSignal): Promise<string> {
    const answer = await this.#json('GET', '/version', signal === undefined ? {} : { signal })
    const { ApiVersion: theirs, MinAPIVersion: oldest = theirs } = answer as Record<string, string>
    const newest = [theirs ?? apiVersionNewest, apiVersionNewest].sort(byVersion)[0] as string
    return `/v${[newest, oldest ?? newest].sort(byVersion)[1]}`
  }
}

interface SendOptions {
  signal?: AbortSignal
  body?: string
  headers?: Record<string, string>
}

function byVersion(left: string, right: string): number {
  return left.localeCompare(right, 'en', { numeric: true })
}

/** The URL-safe alphabet with its padding, as the engine's own clients write it. */
function encodeLogin(login: EngineLogin): string {
  const base64 = Buffer.from(JSON.stringify(login)).toString('base64')
  return base64.replaceAll('+', '-').replaceAll('/', '_')
}

function messageOf(body: string): string {
  try {
    const { message } = JSON.parse(body) as { message?: unknown }
    return typeof message === 'string' ? message : body.trim()
  } catch {
    return body.trim()
  }
}

async function readPull({ body, statusCode }: Dispatcher.ResponseData): Promise<EnginePull> {
  const layers = new Map<string, number>()
  let digest = ''
  let failure: string | null = null
  for await (const line of createInterface({ input: body, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line === '') continue
    const { id = '', status = '', error, progressDetail: progress } = JSON.parse(line) as ProgressLine
    if (error !== undefined) failure = error
    digest = /^Digest: (sha256:[0-9a-f]{64})$/.exec(status)?.[1] ?? digest
    // A fast engine leaves steps out; both of these tell the size on the wire.
    if (status !== 'Downloading' && status !== 'Extracting') continue
    layers.set(id, Math.max(layers.get(id) ?? 0, progress?.total ?? progress?.current ?? 0))
  }
  if (failure !== null) throw new EngineRefusal(failure, statusCode)
  if (digest === '') throw new EngineRefusal('unexpected EOF', statusCode)
  return { digest, downloadedBytes: [...layers.values()].reduce((sum, bytes) => sum + bytes, 0) }
}
