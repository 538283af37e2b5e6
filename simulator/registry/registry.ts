// A local registry in this process: it listens, serves what was pushed or published, and behaves as its profile says.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Clock, createClock } from '../../server/kernel/clock.ts'
import { KasmSimError } from '../../server/kernel/errors.ts'
import type { RegistryAccount } from '../scenario/scenario.ts'
import type { Backend, PublishedImage } from './backend/backend.ts'
import { EmbeddedBackend } from './backend/embedded.ts'
import type { SyntheticImage } from './content/synthetic.ts'
import { RegistryControl, registrySurface } from './control.ts'
import type { RegistryFaultControl } from './faults/registry-fault.ts'
import { BlobHost } from './http/blob-host.ts'
import { RegistryServer } from './http/registry-server.ts'
import { type Shape, Shaper } from './http/shaping.ts'
import type { FaultDecider } from './http/strike.ts'
import { refuseUnreadable } from './http/unreadable.ts'
import { type Journal, JournalRing, type RequestRecord } from './journal.ts'
import type { Profile } from './policy/policy.ts'
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
  /** Where blobs are redirected to, of profiles that do so. Default 0: any free port. */
  blobPort?: number
  /**
   * Trusts the headers `x-kasm-sim-source` (the caller's address), `x-kasm-sim-agent` (its number), `x-kasm-sim-pull` and
   * `x-kasm-sim-work` (what it has begun on the clock of the registry): for runs of our own fleet only.
   */
  trustSimulationHeaders?: boolean
  /** The network between: blobs go out no faster than it carries them, and answers as late. Default: as fast as they can. */
  shape?: Shape
  /** What goes wrong (docs/faults.md). Default: nothing. */
  faults?: FaultDecider
  /** Injects and ends faults while it runs, over HTTP too. Default: nobody can. */
  faultControl?: RegistryFaultControl
  /** Holds the content; it is closed with the registry. Default: in this process, empty at first. */
  backend?: Backend
  /** Who shows it may control it over HTTP from anywhere (docs/control.md); default: callers on this machine alone may. */
  controlToken?: string
  /** Told of each request when its answer has ended or was cut, and of the number of the work that it is part of. */
  onRequest?: (record: RequestRecord, work: number | null) => void
}

export interface EmbeddedRegistry {
  /** `http://127.0.0.1:43217` */
  url: string
  journal: Journal
  /**
   * Publishes a synthetic image under its tag; a tag that is there moves. Layers never seen before are hashed at once, which takes
   * time for gigabytes.
   *
   * @throws KasmSimError IMAGE_REFERENCE_INVALID | BACKEND_INVALID
   */
  publish(image: SyntheticImage): Promise<PublishedImage>
  /** The digest that a tag of the backend stands for; null where there is no such image. */
  find(image: { repository: string; tag: string }): Promise<string | null>
  /** Passwords that end are good anew from now on: a run begins later than its registry, at high speed by hours. */
  renewPasswords(): void
  /** What it holds now is what `reset` goes back to; before, that is nothing. */
  markStart(): void
  /** Goes back to its start: content, limits, log-ins, faults; the journal is empty. Content of other backends stays. */
  reset(): void
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
 * await registry.publish({ repository: 'kasmweb/chrome', tag: '1.16.1', seed: 1, layers: [{ name: 'base', sizeBytes: 4_000_000 }] })
 * // docker pull 127.0.0.1:<port>/kasmweb/chrome:1.16.1
 */
export async function startRegistry(options: RegistryOptions): Promise<EmbeddedRegistry> {
  const { profile, accounts = [], clock = createClock(), trustSimulationHeaders = false, shape, onRequest } = options
  const backend = options.backend ?? new EmbeddedBackend(clock)
  const journal = new JournalRing()
  const onEnd = (record: RequestRecord, work: number | null) => {
    journal.add(record, clock.nowMs())
    onRequest?.(record, work)
  }
  const blobHost = profile.blobRedirect ? new BlobHost(profile.blobRedirect, clock) : null
  const shaper = shape ? new Shaper(shape, clock) : null
  const front = new RegistryServer({
    profile,
    accounts,
    clock,
    backend,
    trustSimulationHeaders,
    blobHost,
    shaper,
    faults: options.faults ?? null,
    onEnd,
  })
  const faultControl = options.faultControl ?? null
  const reset = () => {
    backend.reset?.()
    front.reset()
    faultControl?.reset()
    journal.clear()
  }
  const surface = registrySurface({ journal, faults: faultControl, reset })
  const control = new RegistryControl(surface, options.controlToken ?? null)
  const server = createServer(serverLimits, (request, response) => {
    if (!control.answers(request, response)) void front.handle(request, response)
  })
  const blobServer =
    blobHost &&
    createServer(serverLimits, (request, response) => {
      void front.handleBlob(blobHost, request, response)
    })
  const host = options.host ?? '127.0.0.1'
  const stop = async () => {
    if (blobServer?.listening) await close(blobServer)
    if (server.listening) await close(server)
    await control.close()
    await backend.close()
  }
  let url: string
  try {
    if (blobServer)
      blobHost.listensAt(portOf(await listen(blobServer, { host, port: options.blobPort ?? 0, flag: '--blob-port' })))
    url = await listen(server, { host, port: options.port ?? 0, flag: '--port' })
  } catch (error) {
    await stop()
    throw error
  }
  return {
    url,
    journal,
    publish: (image) => publish(backend, image),
    find: (image) => backend.find(image),
    renewPasswords: () => front.renewPasswords(),
    markStart: () => backend.markStart?.(),
    reset,
    close: stop,
  }
}

async function publish(backend: Backend, image: SyntheticImage): Promise<PublishedImage> {
  const { repository, tag } = image
  if (!isRepositoryName(repository) || !tagPattern.test(tag)) {
    throw new KasmSimError(
      'IMAGE_REFERENCE_INVALID',
      `Failed to publish "${repository}:${tag}": this is no repository with a tag. Write it like kasmweb/chrome:1.16.1.`,
    )
  }
  return backend.publish(image)
}

/** Where a server listens; `flag` is what chooses its port. */
interface Place {
  host: string
  port: number
  flag: string
}

function listen(server: Server, place: Place): Promise<string> {
  return new Promise((resolve, reject) => {
    server.timeout = idleTimeoutMs
    refuseUnreadable(server, { headBytesMax: serverLimits.maxHeaderSize })
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, place)))
    const { host, port } = place
    server.listen({ host, port }, () => resolve(urlOf(server.address() as AddressInfo)))
  })
}

function portOf(url: string): number {
  return Number(new URL(url).port)
}

function listenError(error: NodeJS.ErrnoException, { host, port, flag }: Place): KasmSimError {
  return error.code === 'EADDRINUSE'
    ? new KasmSimError(
        'PORT_IN_USE',
        `Failed to start the registry on ${host}:${port}: the port is in use. Choose another with ${flag}, or 0 for any free one.`,
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
