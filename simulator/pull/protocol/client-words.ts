// What clients other than the graphdriver engine print when a pull fails, by the request that it failed at (docs/pull.md).
import type { ImageReference } from '../../../server/kernel/reference.ts'
import { familiarName, familiarReference } from './names.ts'
import type { PersonaName } from './personas.ts'
import type { Purpose } from './steps.ts'

/** A request that ended a pull. */
export interface FailedRequest {
  reference: ImageReference
  purpose: Purpose
  method: 'GET' | 'HEAD' | 'POST'
  /** As the client names it. */
  url: string
  /** A tag or digest, or the digest of a blob. */
  target: string
}

/** An answer that is no success. */
interface FailedAnswer extends FailedRequest {
  status: number
  /** `429 Too Many Requests` */
  statusLine: string
  /** The first error of the body, where it has any. */
  error: { code: string; message: string } | null
  body: string
  /** How the docker client would say it: `toomanyrequests: slow down`. */
  plain: string
}

/** How one family of clients speaks. */
export interface ClientWords {
  refused(answer: FailedAnswer): string
  /** `cause` is what net/http says. */
  broken(request: FailedRequest, cause: string): string
  /** A blob that is not of its digest. */
  mismatch(request: FailedRequest, actual: string): string
}

const containerd: ClientWords = {
  refused: (answer) => {
    const { purpose, reference, method, url, statusLine, status, error } = answer
    const name = canonicalName(reference)
    if (purpose === 'token') {
      const kind = method === 'POST' ? 'oauth token: unexpected status' : 'anonymous token: unexpected status'
      return `failed to resolve reference "${name}": failed to authorize: failed to fetch ${kind} from ${method} request to ${url}: ${statusLine}`
    }
    if (status === 401 || status === 403) {
      return `pull access denied for ${familiarName(reference)}, repository does not exist or may require 'docker login'`
    }
    if (purpose === 'resolve' && status === 404) return `failed to resolve reference "${name}": ${name}: not found`
    if (method === 'HEAD') {
      return `failed to resolve reference "${name}": unexpected status from HEAD request to ${url}: ${statusLine}`
    }
    if (status === 404) return `failed to copy: httpReadSeeker: failed open: content at ${url} not found: not found`
    if (error?.message) return `error from registry: ${error.message}`
    return `failed to copy: httpReadSeeker: failed open: unexpected status code ${url}: ${statusLine}`
  },
  broken: ({ reference, purpose, method, url }, cause) => {
    const before =
      purpose === 'resolve'
        ? `failed to resolve reference "${canonicalName(reference)}"`
        : 'failed to copy: httpReadSeeker: failed open'
    return `${before}: failed to do request: ${verbs[method]} "${url}": ${cause}`
  },
  mismatch: ({ target }, actual) =>
    `failed commit on ref "layer-${target}": unexpected commit digest ${actual}, expected ${target}: failed precondition`,
}

const fromList = 'copying system image from manifest list'

const podman: ClientWords = {
  refused: ({ reference, purpose, target, status, statusLine, plain }) => {
    const source = `initializing source docker://${canonicalName(reference)}`
    const repository = `${reference.host}/${reference.repository}`
    const blobCause = status === 429 ? 'too many requests to registry' : `fetching blob: ${plain}`
    switch (purpose) {
      case 'ping':
        return `${source}: pinging container registry ${reference.host}: ${status === 429 ? 'too many requests to registry' : plain}`
      case 'token':
        if (status === 429) return `${source}: too many requests to registry`
        if (status === 401) return `${source}: unable to retrieve auth token: invalid username/password: ${plain}`
        return `${source}: Requesting bearer token: invalid status code from registry ${statusLine}`
      case 'config':
        return `${fromList}: parsing image configuration: ${blobCause}`
      case 'layer':
        return `${fromList}: reading blob ${target}: ${blobCause}`
      case 'document':
        return `${fromList}: determining manifest MIME type for docker://${canonicalName(reference)}: reading manifest ${target} in ${repository}: ${plain}`
      default:
        return `${source}: reading manifest ${target} in ${repository}: ${plain}`
    }
  },
  broken: ({ reference, purpose, method, url, target }, cause) => {
    const text = `${verbs[method]} "${url}": ${cause}`
    if (purpose === 'layer') return `${fromList}: reading blob ${target}: ${text}`
    const before = purpose === 'ping' ? `: pinging container registry ${reference.host}` : ''
    return `initializing source docker://${canonicalName(reference)}${before}: ${text}`
  },
  mismatch: ({ target }, actual) =>
    `${fromList}: writing blob: storing blob to file: Digest did not match, expected ${target}, got ${actual}`,
}

const crane: ClientWords = {
  refused: ({ method, url, statusLine, error, body }) => {
    if (error) return `${method} ${url}: ${error.code}: ${error.message}`
    return `${method} ${url}: unexpected status code ${statusLine}${body ? `: ${body}` : ''}`
  },
  broken: ({ method, url }, cause) => `${verbs[method]} "${url}": ${cause}`,
  mismatch: ({ target }, actual) =>
    `error verifying sha256 checksum; got "${actual.slice(7)}", want "${target.slice(7)}"`,
}

const verbs = { GET: 'Get', HEAD: 'Head', POST: 'Post' } as const

export function wordsOf(persona: PersonaName): ClientWords {
  if (persona === 'podman') return podman
  return persona === 'crane' ? crane : containerd
}

/** `docker.io/library/ubuntu:24.04` */
function canonicalName(reference: ImageReference): string {
  const familiar = familiarReference(reference).slice(familiarName(reference).length)
  return `${reference.host}/${reference.repository}${familiar}`
}

/** The first error of a body in the form of the distribution specification; null where it has none. */
export function firstError(body: string): { code: string; message: string } | null {
  try {
    const [first] = Object(JSON.parse(body)).errors ?? []
    const { code = 'UNKNOWN', message = '' } = Object(first)
    return first === undefined ? null : { code: String(code), message: String(message) }
  } catch {
    return null
  }
}
