// A container engine that pulls from registries over HTTP request for request as its persona does, verifies every byte, and keeps
// what it has in memory.
import { type RandomStream, randomStream, streamName } from '../../../../server/kernel/random.ts'
import { parseReference } from '../../../../server/kernel/reference.ts'
import type { Engine, PullRequest } from '../../engine.ts'
import type { CoolDown } from '../../protocol/cool-down.ts'
import { RegistryFailure } from '../../protocol/failure.ts'
import { SharedImages } from '../../protocol/local-images.ts'
import { endpointOf, familiarReference } from '../../protocol/names.ts'
import { PullError, type PulledImage, type PullProgress, type PullResult } from '../../protocol/outcome.ts'
import { type Persona, type PersonaName, personas } from '../../protocol/personas.ts'
import { PullEngine } from '../../protocol/pull-engine.ts'
import { PullRun } from '../../protocol/pull-run.ts'
import type { PullThread } from '../../protocol/pull-thread.ts'
import { readReference } from '../../protocol/pulled-reference.ts'
import { ContentDirectory } from './content-directory.ts'
import { SocketThread, type SocketWire } from './socket-thread.ts'
import { type Begin, Transport } from './transport.ts'

export interface RegistryEngineOptions {
  /** Whose pulls it makes. Default: docker. */
  persona?: PersonaName
  /** Whether attestations and who refers to them are asked for. Default: as the persona. */
  attestations?: boolean
  /** Patience with registries that have denied it something; null, the default, has none. */
  coolDown?: CoolDown | null
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
  readonly #engine: PullEngine
  readonly #wire: SocketWire
  readonly #pullHeader: string | null
  readonly #running = new Set<SocketPull>()

  constructor(options: RegistryEngineOptions) {
    const persona = personas[options.persona ?? 'docker']
    const { maxConcurrentDownloads: downloadsMax = persona.downloads.max, contentDirectory } = options
    const { unpackBytesPerSecond: unpackRate = null, random = ownStream } = options
    this.#pullHeader = options.pullHeader ?? null
    const platform = options.platform ?? { os: 'linux', architecture: 'amd64' }
    this.#engine = new PullEngine(
      {
        ...{ persona, platform, downloadsMax, read: readReference, images: new SharedImages() },
        attestations: options.attestations ?? persona.attestations,
        unpackMsPerByte: unpackRate === null ? 0 : 1_000 / unpackRate,
        endpointOf: (host) => endpointOf(host, options.resolve(host)),
      },
      { coolDown: options.coolDown ?? null, random },
    )
    this.#wire = {
      transport: transportOf(options, { persona, platform, downloadsMax }),
      content: contentDirectory === undefined ? null : new ContentDirectory(contentDirectory, options.begin),
      delay: options.delay,
      nowMs: options.nowMs,
      onBytes: options.onBytes ?? (() => undefined),
    }
  }

  async pull(request: PullRequest, signal: AbortSignal): Promise<PullResult> {
    signal.throwIfAborted()
    const running = new SocketPull(this.#engine, this.#wireFor(request), request)
    const abort = () => running.drop(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    this.#running.add(running)
    try {
      const { document, ...image } = await running.image
      const { content } = this.#wire
      if (content !== null && image.outcome === 'downloaded') {
        const { mediaType, digest, sizeBytes: size } = document
        await content.name(familiarReference(parseReference(request.reference)), { mediaType, digest, size })
      }
      const { requests, receivedBytes: downloadedBytes } = running.progress
      return { ...image, downloadedBytes, requests }
    } catch (error) {
      if (!(error instanceof RegistryFailure)) throw error
      const { code, message, cause } = error
      throw new PullError(code, message, { requests: running.progress.requests, cause })
    } finally {
      this.#running.delete(running)
      signal.removeEventListener('abort', abort)
    }
  }

  remove(image: { reference: string | null; digest: string }): void {
    const { images } = this.#engine
    if (image.reference === null) images.removeUntagged(image.digest)
    else images.removeReference(readReference(image.reference))
  }

  #wireFor({ reference }: PullRequest): SocketWire {
    if (this.#pullHeader === null) return this.#wire
    const header = { [this.#pullHeader]: encodeURIComponent(reference) }
    return { ...this.#wire, transport: this.#wire.transport.with(header) }
  }

  async close(): Promise<void> {
    for (const running of this.#running) running.drop(new Error('the engine closed'))
    await this.#wire.transport.close()
  }
}

function ownStream(reference: string): RandomStream {
  return randomStream(0, streamName('pull', reference))
}

/** A pull whose end somebody waits for. */
class SocketPull extends PullRun {
  readonly progress: PullProgress
  readonly #thread: PullThread<PulledImage>
  readonly #ended = Promise.withResolvers<PulledImage>()

  constructor(engine: PullEngine, wire: SocketWire, request: PullRequest) {
    super(engine, request)
    this.progress = request.progress ?? { requests: 0, receivedBytes: 0 }
    this.#thread = new SocketThread(this, this.progress, wire)
    this.#thread.wake(wire.nowMs())
  }

  get image(): Promise<PulledImage> {
    return this.#ended.promise
  }

  drop(reason: unknown): void {
    this.#thread.drop()
    this.#ended.reject(reason)
  }

  protected ended(image: PulledImage): void {
    this.#ended.resolve(image)
  }

  protected failed(error: unknown): void {
    this.#ended.reject(error)
  }
}

function transportOf(
  { headers = {}, begin }: RegistryEngineOptions,
  options: { persona: Persona; platform: { os: string; architecture: string }; downloadsMax: number | null },
): Transport {
  const { persona, downloadsMax } = options
  const { os, architecture } = options.platform
  return new Transport({
    // The client's form, and who it really is.
    headers: {
      'User-Agent': `${persona.userAgent} os/${os} arch/${architecture} UpstreamClient(kasm-sim)`,
      ...headers,
    },
    connections: downloadsMax === null || persona.downloads.across === 'pull' ? null : downloadsMax + extraConnections,
    begin,
  })
}
