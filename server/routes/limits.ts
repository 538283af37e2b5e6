// How much of the server one client can take up. Whatever is beyond a limit is refused by the HTTP server itself, before any route.
import type { FastifyHttpOptions } from 'fastify'

/** Limits of the server; docs/security.md lists them. */
export interface Limits {
  /** Longer bodies are answered with 413. */
  bodySizeBytes: number
  /** Of all headers of a request together; more are answered with 431. */
  headersSizeBytes: number
  /** Until the last header must be there; 408 after that. */
  headersMs: number
  /** Until the whole request must be there; 408 after that. */
  requestMs: number
  /** How long a connection is kept without a request. */
  idleMs: number
  /** More connections are closed as they come. A fleet of 10,000 agents has one each. */
  connections: number
}

export const defaultLimits: Limits = {
  bodySizeBytes: 2 ** 20,
  headersSizeBytes: 16_384,
  headersMs: 10_000,
  requestMs: 30_000,
  idleMs: 75_000,
  connections: 20_000,
}

/** Late requests are looked for this often at least. */
const lookMsMax = 5_000

/** The limits as options of Fastify and of the server below it. */
export function limitOptions({ bodySizeBytes, headersSizeBytes, headersMs, requestMs, idleMs }: Limits) {
  return {
    bodyLimit: bodySizeBytes,
    requestTimeout: requestMs,
    keepAliveTimeout: idleMs,
    http: {
      maxHeaderSize: headersSizeBytes,
      headersTimeout: headersMs,
      connectionsCheckingInterval: Math.min(lookMsMax, headersMs, requestMs),
    },
  } satisfies FastifyHttpOptions<never>
}
