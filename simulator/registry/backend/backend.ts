// What stands behind the front of a registry: it holds the content, and answers what the front has let through.

import type { SyntheticImage } from '../content/synthetic.ts'
import type { Exchange } from '../http/exchange.ts'
import type { PolicyRequest } from '../policy/policy.ts'
import type { Target } from '../target.ts'

/** Answers a request. What it throws as a RegistryProblem is answered by the front. */
export type Route = (exchange: Exchange) => void | Promise<void>

/** By endpoint and method; a method that is not there is not supported, an endpoint without any is not found. */
export type ContentRoutes = Record<Exclude<Target['endpoint'], 'token'>, Record<string, Route>>

/** What a policy must know of a manifest before it decides. */
export interface ManifestIdentity {
  digest: string
  role: NonNullable<PolicyRequest['role']>
}

/** An image that was published: the digest is that of its index, `sizeBytes` that of its layers together. */
export interface PublishedImage {
  digest: string
  /** What the tag stood for before; null where it is new. */
  previousDigest: string | null
  sizeBytes: number
}

/**
 * The content behind a front: in this process, in a container, or any registry by its URL. The front authenticates, limits, fails,
 * shapes and writes down; the backend only answers.
 */
export interface Backend {
  readonly routes: ContentRoutes
  /** The manifest that a request would read; null where there is none. */
  identify(exchange: Exchange): ManifestIdentity | null | Promise<ManifestIdentity | null>
  /** Whether there is such a repository, as far as the backend knows at once: what it cannot know it takes for there. */
  knows(repository: string): boolean
  /** The same of a blob; absent where it can never know at once. */
  knowsBlob?(repository: string, digest: string): boolean
  /**
   * Puts a synthetic image under its tag; a tag that is there moves.
   *
   * @throws KasmSimError BACKEND_INVALID where nothing can be written
   */
  publish(image: SyntheticImage): Promise<PublishedImage>
  /**
   * The digest that a tag stands for; null where there is no such image.
   *
   * @throws KasmSimError BACKEND_INVALID | SERVER_UNREACHABLE
   */
  find(image: { repository: string; tag: string }): Promise<string | null>
  /** What it holds now is its start from here on; absent where its content is not this program's to put back. */
  markStart?(): void
  /** Puts the content back to its start. */
  reset?(): void
  close(): Promise<void>
}
