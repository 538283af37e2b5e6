// The `docker` persona: a container engine that pulls from registries over HTTP request for request as a Docker Engine with the
// graphdriver store does, verifies every byte, and keeps what it has in memory.
import { KasmSimError } from '../../server/kernel/errors.ts'
import { type ImageReference, parseReference } from '../../server/kernel/reference.ts'
import { type Connection, logIn } from './authenticate.ts'
import { ContentDirectory } from './content-directory.ts'
import type { EngineParts } from './download.ts'
import { type Engine, PullError, type PullRequest, type PullResult, type RegistryCredentials } from './engine.ts'
import { explain, RegistryFailure } from './failure.ts'
import { LocalImages } from './local-images.ts'
import { endpointOf, loginHost } from './names.ts'
import { Pull } from './pull.ts'
import type { Tally } from './session.ts'
import { Transfers } from './transfers.ts'
import { Transport } from './transport.ts'

export interface RegistryEngineOptions {
  /** Where the registry of a reference's host is: `docker.io` -> http://127.0.0.1:43217 */
  resolve: (host: string) => string
  /** Sent with every request. */
  headers?: Record<string, string>
  /** Default: linux/amd64. */
  platform?: { os: string; architecture: string }
  /** Layers downloaded at once, over all pulls of this engine. Default: 3, as the engine's `max-concurrent-downloads`. */
  maxConcurrentDownloads?: number
  /** Waits on the run's clock; rejects once the signal is aborted. */
  delay: (durationMs: number, signal: AbortSignal) => Promise<void>
  nowMs: () => number
  /** How fast layers are unpacked, in bytes on the wire; null, the default, takes no time. */
  unpackBytesPerSecond?: number | null
  /** Keeps blobs as <directory>/blobs/sha256/<hex> (an OCI layout); absent: bytes are verified and dropped. */
  contentDirectory?: string
  /** A layer's bytes as they arrive, for a live bytes/s figure. */
  onBytes?: (bytes: number) => void
}

/** Connections beside those of layers: configurations, manifests and tokens of pulls that run at the same time. */
const extraConnections = 5

/**
 * A container engine of the `docker` persona. Its errors read as the engine's own; docs/pull.md lists requests, retries and texts.
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
  readonly #parts: EngineParts
  readonly #running = new Set<AbortController>()

  constructor(options: RegistryEngineOptions) {
    const { headers = {}, maxConcurrentDownloads: limit = 3, contentDirectory } = options
    const { os, architecture } = options.platform ?? { os: 'linux', architecture: 'amd64' }
    this.#resolve = options.resolve
    this.#nowMs = options.nowMs
    this.#transport = new Transport({
      // The engine's form, and who it really is.
      headers: { 'User-Agent': `docker/29.7.0 os/${os} arch/${architecture} UpstreamClient(kasm-sim)`, ...headers },
      connections: limit + extraConnections,
    })
    const images = new LocalImages()
    this.#parts = {
      images,
      transfers: new Transfers({
        limit,
        retain: (chain) => images.retainLayer(chain),
        release: (chain) => images.releaseLayer(chain),
      }),
      content: contentDirectory === undefined ? null : new ContentDirectory(contentDirectory),
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
    const tally: Tally = { requests: 0, receivedBytes: 0 }
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
    const connection: Connection = { transport: this.#transport, tally, nowMs: this.#nowMs }
    const reference = readReference(request.reference)
    if (credentials) {
      const endpoint = endpointOf(loginHost(credentials.registry), this.#resolve)
      await logIn(connection, { endpoint, login: credentials, signal })
    }
    const own = credentials && loginHost(credentials.registry) === reference.host ? credentials : null
    try {
      return await this.#pullImage(connection, { reference, credentials: own, signal })
    } catch (error) {
      throw error instanceof RegistryFailure ? explain(error, reference) : error
    }
  }

  async #pullImage(
    connection: Connection,
    options: { reference: ImageReference; credentials: RegistryCredentials | null; signal: AbortSignal },
  ) {
    const endpoint = endpointOf(options.reference.host, this.#resolve)
    const pull = await Pull.open({ parts: this.#parts, connection, endpoint, ...options })
    return pull.run()
  }
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
  const { code, message, status } = failure
  return new PullError(code, message, { status, requests: tally.requests, cause: failure.cause ?? failure })
}
