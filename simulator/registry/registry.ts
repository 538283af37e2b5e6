// A local registry in this process: it listens, serves what was pushed or published, and behaves as its profile says.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Clock, createClock } from '../../server/kernel/clock.ts'
import { KasmSimError } from '../../server/kernel/errors.ts'
import type { RegistryAccount } from '../scenario/scenario.ts'
import { Front } from './front.ts'
import { type Journal, JournalRing, type RequestRecord } from './journal.ts'
import { readManifest } from './manifest.ts'
import type { Profile } from './policy/policy.ts'
import { type Shape, Shaper } from './shaping.ts'
import { Store } from './store.ts'
import { buildImage, type SyntheticImage } from './synthetic.ts'
import { isRepositoryName, tagPattern } from './target.ts'

export interface RegistryOptions {
  profile: Profile
  /** Who can log in; default nobody. A profile without authentication asks nobody for an account. */
  accounts?: readonly RegistryAccount[]
  /** Default: the wall. Limits and tokens count by it. */
  clock?: Clock
  /** Default 127.0.0.1. */
  host?: string
  /** Default 0: any free port. */
  port?: number
  /** Trusts the headers `x-kasm-sim-source` (the caller's address) and `x-kasm-sim-agent` (its number): for runs of our own fleet only. */
  trustSimulationHeaders?: boolean
  /** The network between: blobs go out no faster than it carries them, and answers as late. Default: as fast as they can. */
  shape?: Shape
  /** Told of each request when its answer has ended or was cut. */
  onRequest?: (record: RequestRecord) => void
}

export interface EmbeddedRegistry {
  /** `http://127.0.0.1:43217` */
  url: string
  journal: Journal
  /**
   * Publishes a synthetic image under its tag; a tag that is there moves. The digests are those of indexes, `sizeBytes` is that of
   * the layers together. Layers never seen before are hashed at once, which takes time for gigabytes.
   *
   * @throws KasmSimError IMAGE_REFERENCE_INVALID
   */
  publish(image: SyntheticImage): { digest: string; previousDigest: string | null; sizeBytes: number }
  /** Cuts what is under way and stops listening. */
  close(): Promise<void>
}

const serverLimits = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 30_000,
  /** For a whole request with its body: the largest push over a slow line. */
  requestTimeout: 30 * 60_000,
  /** Longer than clients keep idle connections, so that it is they who close them. */
  keepAliveTimeout: 75_000,
  noDelay: true,
}
/** A connection on which nothing moves, not even a slow reader's window. */
const idleTimeoutMs = 10 * 60_000

/**
 * Starts a registry.
 *
 * @throws KasmSimError PORT_IN_USE | LISTEN_FAILED
 * @example
 * const registry = await startRegistry({ profile: findProfile('docker-hub-anonymous') })
 * registry.publish({ repository: 'kasmweb/chrome', tag: '1.16.1', seed: 1, layers: [{ name: 'base', sizeBytes: 4_000_000 }] })
 * // docker pull 127.0.0.1:<port>/kasmweb/chrome:1.16.1
 */
export async function startRegistry(options: RegistryOptions): Promise<EmbeddedRegistry> {
  const { profile, accounts = [], clock = createClock(), trustSimulationHeaders = false, shape, onRequest } = options
  const store = new Store()
  const journal = new JournalRing()
  const onEnd = (record: RequestRecord) => {
    journal.add({ ...record, endedAtMs: clock.nowMs() })
    onRequest?.(record)
  }
  const shaper = shape ? new Shaper(shape, clock) : null
  const front = new Front({ profile, accounts, clock, store, trustSimulationHeaders, shaper, onEnd })
  const server = createServer(serverLimits, (request, response) => {
    void front.handle(request, response)
  })
  server.timeout = idleTimeoutMs
  const url = await listen(server, { host: options.host ?? '127.0.0.1', port: options.port ?? 0 })
  return {
    url,
    journal,
    publish: (image) => publish(store, image),
    close: () => close(server),
  }
}

function publish(store: Store, image: SyntheticImage) {
  const { repository, tag } = image
  if (!isRepositoryName(repository) || !tagPattern.test(tag)) {
    throw new KasmSimError(
      'IMAGE_REFERENCE_INVALID',
      `Failed to publish "${repository}:${tag}": this is no repository with a tag. Write it like kasmweb/chrome:1.16.1.`,
    )
  }
  const built = buildImage(image)
  const previousDigest = store.find(repository)?.tags.get(tag) ?? null
  for (const blob of built.blobs) store.putBlob(repository, blob)
  for (const { mediaType, blob } of built.manifests) {
    const facts = readManifest(Buffer.concat([...blob.read(0, blob.sizeBytes)]), mediaType)
    store.putManifest(repository, { ...facts, blob, reservedBytes: 0 }, blob.digest === built.digest ? tag : null)
  }
  return { digest: built.digest, previousDigest, sizeBytes: built.sizeBytes }
}

function listen(server: Server, { host, port }: { host: string; port: number }): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, host, port)))
    server.listen({ host, port }, () => resolve(urlOf(server.address() as AddressInfo)))
  })
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): KasmSimError {
  return error.code === 'EADDRINUSE'
    ? new KasmSimError(
        'PORT_IN_USE',
        `Failed to start the registry on ${host}:${port}: the port is in use. Choose another with --port, or 0 for any free one.`,
        { cause: error },
      )
    : new KasmSimError(
        'LISTEN_FAILED',
        `Failed to start the registry on ${host}:${port}: ${error.message}. Choose an address of this machine with --host.`,
        { cause: error },
      )
}

function urlOf({ address, family, port }: AddressInfo): string {
  if (address === '0.0.0.0' || address === '::') return `http://127.0.0.1:${port}`
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
