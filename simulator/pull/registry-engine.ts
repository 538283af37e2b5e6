// A container engine that pulls from registries over HTTP request for request as its persona does, verifies every byte, and keeps
// what it has in memory.
import { KasmSimError } from '../../server/kernel/errors.ts'
import { type RandomStream, randomStream, streamName } from '../../server/kernel/random.ts'
import { type ImageReference, parseReference } from '../../server/kernel/reference.ts'
import { type Connection, logIn } from './authenticate.ts'
import { Client } from './client.ts'
import { ContentDirectory } from './content-directory.ts'
import { ContentPull } from './content-pull.ts'
import type { EngineParts } from './download.ts'
import { type Engine, PullError, type PullRequest, type PullResult, type RegistryCredentials } from './engine.ts'
import { explain, RegistryFailure } from './failure.ts'
import { LocalImages } from './local-images.ts'
import { endpointOf, loginHost } from './names.ts'
import { type Persona, type PersonaName, personas } from './personas.ts'
import { Pull } from './pull.ts'
import type { Tally } from './session.ts'
import type { TokenSource } from './tokens.ts'
import { Transfers } from './transfers.ts'
import { type Begin, Transport } from './transport.ts'

export interface RegistryEngineOptions {
  /** Whose pulls it makes. Default: docker. */
  persona?: PersonaName
  /** Whether attestations and who refers to them are asked for. Default: as the persona. */
  attestations?: boolean
  /** Draws the jitter of waits in the pulls of a docker reference; asked once for each. Default: streams of its own. */
  random?: (reference: string) => RandomStream
  /** Where the registry of a reference's host is: `docker.io` -> http://127.0.0.1:43217 */
  resolve: (host: string) => string
  /** Sent with every request. */
  headers?: Record<string, string>
  /** A header that tells with every request which docker reference is pulled; default: none does. */
  pullHeader?: string
  /** Default: linux/amd64. */
  platform?: { os: string; architecture: string }
  /** Layers downloaded at once, instead of the persona's own limit. */
  maxConcurrentDownloads?: number
  /** Waits on the run's clock; rejects once the signal is aborted. */
  delay: (durationMs: number, signal: AbortSignal) => Promise<void>
  nowMs: () => number
  /** Told of each request while it is under way. */
  begin?: Begin
  /** How fast layers are unpacked, in bytes on the wire; null, the default, takes no time. */
  unpackBytesPerSecond?: number | null
  /** Keeps blobs as <directory>/blobs/sha256/<hex> (an OCI layout); absent: bytes are verified and dropped. */
  contentDirectory?: string
  /** A layer's bytes as they arrive, for a live bytes/s figure. */
  onBytes?: (bytes: number) => void
}

/** Connections beside those of layers: configurations, manifests and tokens of pulls that run at the same time. */
const extraConnections = 5
/** What a log-in says besides the service and the account. */
const loginQueries = { docker: { client_id: 'docker', offline_token: 'true' }, podman: {} } as const

/**
 * A container engine. Its errors read as the persona's own; docs/pull.md lists requests, retries and texts.
 *
 * @example
 * const engine = createRegistryEngine({ resolve: () => registry.url, delay: wait, nowMs: () => clock.nowMs() })
 * const result = await engine.pull({ reference: 'kasmweb/chrome:1.16.1', credentials: null }, signal)
 * result.outcome // 'downloaded'
 * await engine.close()
 */
export function createRegistryEngine(options: RegistryEngineOptions): Engine {
  return new RegistryEngine(options)
}

class RegistryEngine implements Engine {
  readonly #resolve: (host: string) => string
  readonly #nowMs: () => number
  readonly #transport: Transport
  readonly #persona: Persona
  readonly #attestations: boolean
  readonly #random: (reference: string) => RandomStream
  readonly #streams = new Map<string, RandomStream>()
  readonly #pullHeader: string | null
  readonly #tokens = new Map<string, TokenSource>()
  readonly #parts: EngineParts
  readonly #running = new Set<AbortController>()

  constructor(options: RegistryEngineOptions) {
    const persona = personas[options.persona ?? 'docker']
    const { headers = {}, maxConcurrentDownloads: limit = persona.downloads.max, contentDirectory } = options
    const { os, architecture } = options.platform ?? { os: 'linux', architecture: 'amd64' }
    this.#resolve = options.resolve
    this.#nowMs = options.nowMs
    this.#persona = persona
    this.#attestations = options.attestations ?? persona.attestations
    this.#random = options.random ?? ((reference) => randomStream(0, streamName('pull', reference)))
    this.#pullHeader = options.pullHeader ?? null
    this.#transport = new Transport({
      // The client's form, and who it really is.
      headers: {
        'User-Agent': `${persona.userAgent} os/${os} arch/${architecture} UpstreamClient(kasm-sim)`,
        ...headers,
      },
      connections: limit === null || persona.downloads.across === 'pull' ? null : limit + extraConnections,
      begin: options.begin,
    })
    const images = new LocalImages()
    this.#parts = {
      images,
      transfers: new Transfers({
        limit: limit ?? Number.POSITIVE_INFINITY,
        retain: (chain) => images.retainLayer(chain),
        release: (chain) => images.releaseLayer(chain),
      }),
      content: contentDirectory === undefined ? null : new ContentDirectory(contentDirectory, options.begin),
      platform: { os, architecture },
      delay: options.delay,
      unpackBytesPerSecond: options.unpackBytesPerSecond ?? null,
      onBytes: options.onBytes ?? (() => undefined),
    }
  }

  async pull(request: PullRequest, signal: AbortSignal): Promise<PullResult> {
    signal.throwIfAborted()
    const controller = new AbortController()
    const abort = () => controller.abort(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    this.#running.add(controller)
    const tally: Tally = request.progress ?? { requests: 0, receivedBytes: 0 }
    try {
      const result = await this.#pull(request, tally, controller.signal)
      return { ...result, downloadedBytes: tally.receivedBytes, requests: tally.requests }
    } catch (error) {
      controller.signal.throwIfAborted()
      throw error instanceof RegistryFailure ? asPullError(error, tally) : error
    } finally {
      this.#running.delete(controller)
      signal.removeEventListener('abort', abort)
    }
  }

  remove(image: { reference: string | null; digest: string }): void {
    const { images } = this.#parts
    if (image.reference === null) images.removeUntagged(image.digest)
    else images.removeReference(parseReference(image.reference))
  }

  async close(): Promise<void> {
    for (const controller of this.#running) controller.abort(new Error('the engine closed'))
    await this.#transport.close()
  }

  async #pull(request: PullRequest, tally: Tally, signal: AbortSignal) {
    const { credentials } = request
    const connection: Connection = {
      ...{ transport: this.#transportOf(request.reference), tally, nowMs: this.#nowMs },
      ...{ tokenHabits: this.#persona.token, tokens: this.#tokens },
    }
    const reference = readReference(request.reference)
    if (credentials && this.#persona.login !== 'none') {
      const endpoint = endpointOf(loginHost(credentials.registry), this.#resolve)
      await logIn(connection, { endpoint, login: credentials, query: loginQueries[this.#persona.login], signal })
    }
    const own = credentials && loginHost(credentials.registry) === reference.host ? credentials : null
    const image = { reference, credentials: own, random: this.#streamOf(request.reference), signal }
    return this.#persona.downloads.layersBy === 'chain'
      ? this.#pullChain(connection, image)
      : this.#pullContent(connection, image)
  }

  #transportOf(reference: string): Transport {
    if (this.#pullHeader === null) return this.#transport
    return this.#transport.with({ [this.#pullHeader]: encodeURIComponent(reference) })
  }

  #streamOf(reference: string): RandomStream {
    const stream = this.#streams.get(reference) ?? this.#random(reference)
    this.#streams.set(reference, stream)
    return stream
  }

  async #pullChain(connection: Connection, image: ImagePull) {
    const endpoint = endpointOf(image.reference.host, this.#resolve)
    const { headFallback } = this.#persona
    try {
      const pull = await Pull.open({ parts: this.#parts, connection, endpoint, headFallback, ...image })
      return await pull.run()
    } catch (error) {
      throw error instanceof RegistryFailure ? explain(error, image.reference) : error
    }
  }

  /** Tries the whole pull as often as the persona does. */
  async #pullContent(connection: Connection, { reference, credentials: login, random, signal }: ImagePull) {
    const endpoint = endpointOf(reference.host, this.#resolve)
    const persona = this.#persona
    const attestations = this.#attestations
    const { delay } = this.#parts
    for (let tries = 0; ; tries += 1) {
      const client = new Client({ persona, connection, endpoint, reference, login, delay, random })
      try {
        return await new ContentPull({ persona, parts: this.#parts, client, reference, attestations, signal }).run()
      } catch (error) {
        const waitMs = persona.wholePullWaitsMs[tries]
        if (!(error instanceof RegistryFailure) || !error.retried || waitMs === undefined) throw error
        await delay(waitMs, signal)
      }
    }
  }
}

interface ImagePull {
  reference: ImageReference
  credentials: RegistryCredentials | null
  random: RandomStream
  signal: AbortSignal
}

function readReference(text: string): ImageReference {
  try {
    return parseReference(text)
  } catch (cause) {
    if (!(cause instanceof KasmSimError)) throw cause
    const isUpperCase = /repository name must be lower case/.test(cause.message)
    const reason = isUpperCase ? 'repository name must be lowercase' : 'invalid reference format'
    throw new RegistryFailure('REFERENCE_INVALID', isUpperCase ? `invalid reference format: ${reason}` : reason, {
      cause,
    })
  }
}

function asPullError(failure: RegistryFailure, tally: Tally): PullError {
  const { code, message, status, retryAfterMs } = failure
  return new PullError(code, message, {
    status,
    retryAfterMs,
    requests: tally.requests,
    cause: failure.cause ?? failure,
  })
}
