// What a pull is given, what it counts on its way, and how it ends, whatever carried it out.
import type { PullFailureCode } from '../../events/events.ts'
import type { HeldDocument } from './documents.ts'

/** What a pull has done so far. */
export interface PullProgress {
  requests: number
  receivedBytes: number
  /** Told what each request that got no answer died of, by wires that can tell. */
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

/** An image that an engine has pulled, and the document that its reference stands for. */
export type PulledImage = Omit<PullResult, 'downloadedBytes' | 'requests'> & { document: HeldDocument }

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
