// The contract of everything that can pull: one engine per agent, whatever is behind it.
import type { PullFailureCode } from '../events/events.ts'

/** One logical pull. */
export interface PullRequest {
  /** A docker reference: `kasmweb/chrome:1.16.1`, `registry.example.com:5443/team/app@sha256:...`. */
  reference: string
  credentials: RegistryCredentials | null
  /** Counted up while the pull runs, by engines that can tell; for whoever wants to watch it. */
  progress?: PullProgress
}

/** What a pull has done so far. */
export interface PullProgress {
  requests: number
  receivedBytes: number
  /** Told what each request that got no answer died of, by engines that can tell. */
  onNoAnswer?: ((error: unknown) => void) | undefined
}

/**
 * What the definition says of an account. The engine logs in at `registry` before the pull and sends the credentials
 * along with the pull only where the reference's own host is that registry, as the real agent does (facts on Kasm, 1.6 and 3.3).
 */
export interface RegistryCredentials {
  /** `docker_registry`: `https://index.docker.io/v1/` for Docker Hub, else a URL or host. */
  registry: string
  username: string
  password: string
}

/** What a pull that succeeded did. */
export interface PullResult {
  outcome: 'downloaded' | 'up-to-date'
  /** What the tag stood for: the digest of the index or manifest. */
  digest: string
  /** Bytes of blobs and manifests received. */
  downloadedBytes: number
  /** Uncompressed size of the image's layers on disk. */
  sizeBytes: number
  /** HTTP requests sent, redirects and retries included. */
  requests: number
}

/** A pull that failed. `message` reads as the engine's own error, for the agent's log. */
export class PullError extends Error {
  override readonly name = 'PullError'
  readonly code: PullFailureCode
  /** HTTP status of the answer that ended the pull, null where there was none. */
  readonly status: number | null
  readonly requests: number
  /** How long the registry asked to be left alone, in ms; null where it did not say. */
  readonly retryAfterMs: number | null

  constructor(
    code: PullFailureCode,
    message: string,
    options: { status?: number | null; requests?: number; retryAfterMs?: number | null; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.status = options.status ?? null
    this.requests = options.requests ?? 0
    this.retryAfterMs = options.retryAfterMs ?? null
  }
}

/** The container engine of one agent. */
export interface Engine {
  /**
   * Pulls an image.
   *
   * @throws PullError, or the signal's reason once it is aborted
   */
  pull(request: PullRequest, signal: AbortSignal): Promise<PullResult>
  /** Forgets the tag of a reference (null: only the image of that digest), as `docker rmi` would. */
  remove(image: { reference: string | null; digest: string }): void
  close(): Promise<void>
}
