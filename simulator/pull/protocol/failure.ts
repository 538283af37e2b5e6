// How a registry said no, and what the engine makes of it: the words of its error, whether it tries again, and our code for it.
// The texts and rules were taken from a Docker Engine with the graphdriver store; docs/pull.md lists them.
import type { ImageReference } from '../../../server/kernel/reference.ts'
import type { PullFailureCode } from '../../events/events.ts'
import { describeJsonError, quote } from './go-text.ts'
import { familiarName, familiarReference } from './names.ts'
import { retryAfterTextMs } from './retry-after.ts'

/** Something went wrong between the engine and a registry. `message` is what the engine would print. */
export class RegistryFailure extends Error {
  override readonly name = 'RegistryFailure'
  readonly code: PullFailureCode
  readonly status: number | null
  /** Whether it may pass: the `docker` persona asks for the blob again, others pull the whole image again. */
  readonly retried: boolean
  /** The registry's own error code where it came with a message or detail of its own: only then does the engine explain it. */
  readonly explained: string | null
  /** How long the registry asked to be left alone, in ms. */
  readonly retryAfterMs: number | null

  constructor(
    code: PullFailureCode,
    message: string,
    options: {
      status?: number | null
      retried?: boolean
      explained?: string | null
      retryAfterMs?: number | null
      cause?: unknown
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.status = options.status ?? null
    this.retried = options.retried ?? false
    this.explained = options.explained ?? null
    this.retryAfterMs = options.retryAfterMs ?? null
  }

  /** The same failure with something said before it, as in `Head "https://...": unauthorized: ...`. */
  within(context: string): RegistryFailure {
    return this.reworded(`${context}: ${this.message}`)
  }

  /** The same failure in other words. */
  reworded(message: string): RegistryFailure {
    const { code, status, retried, retryAfterMs } = this
    return new RegistryFailure(code, message, { status, retried, retryAfterMs, cause: this })
  }
}

/** Default messages of the codes (distribution-spec v1.1 and the distribution project). */
const defaultMessages: Record<string, string> = {
  UNKNOWN: 'unknown error',
  UNSUPPORTED: 'The operation is unsupported.',
  UNAUTHORIZED: 'authentication required',
  DENIED: 'requested access to the resource is denied',
  UNAVAILABLE: 'service unavailable',
  TOOMANYREQUESTS: 'too many requests',
  DIGEST_INVALID: 'provided digest did not match uploaded content',
  NAME_INVALID: 'invalid repository name',
  NAME_UNKNOWN: 'repository name not known to registry',
  MANIFEST_UNKNOWN: 'manifest unknown',
  MANIFEST_INVALID: 'manifest invalid',
  BLOB_UNKNOWN: 'blob unknown to registry',
}

const finalCodes = new Set(['TOOMANYREQUESTS', 'UNAUTHORIZED', 'DENIED', 'UNSUPPORTED', 'NAME_UNKNOWN'])

/**
 * What the engine makes of an answer that is no success.
 *
 * @example
 * refusal({ status: 429, reason: '', body: '{"errors":[{"code":"TOOMANYREQUESTS","message":"slow down"}]}' }).message
 * // 'toomanyrequests: slow down'
 */
export function refusal(answer: {
  status: number
  reason: string
  body: string
  retryAfterMs?: number | null
}): RegistryFailure {
  const failure = readRefusal(answer)
  const { code, message, status, retried, explained } = failure
  const retryAfterMs = answer.retryAfterMs ?? retryAfterTextMs(message)
  return retryAfterMs === null
    ? failure
    : new RegistryFailure(code, message, { status, retried, explained, retryAfterMs })
}

function readRefusal({ status, reason, body }: { status: number; reason: string; body: string }): RegistryFailure {
  if (status < 400 || status > 499) {
    const text = `received unexpected HTTP status: ${status} ${reason}`.trimEnd()
    return new RegistryFailure('UNAVAILABLE', text, { status, retried: true })
  }
  let document: unknown
  try {
    document = JSON.parse(body)
  } catch {
    if (status === 401) return coded({ code: 'UNAUTHORIZED', message: undefined, detail: body }, status)
    return unreadable(status, describeJsonError(body), body)
  }
  const { details, errors } = (document ?? {}) as { details?: unknown; errors?: unknown }
  if (typeof details === 'string' && details !== '') {
    const code = status === 401 ? 'UNAUTHORIZED' : status === 429 ? 'TOOMANYREQUESTS' : 'UNKNOWN'
    return coded({ code, message: details }, status)
  }
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined
  if (typeof first !== 'object' || first === null) {
    return unreadable(status, 'no error details found in HTTP response body', body)
  }
  return coded(first, status)
}

/** An error with the scope or token that a challenge complains of comes before whatever the body says. */
export function challengedRefusal(error: string, description: string | null): RegistryFailure | null {
  const code = error === 'insufficient_scope' ? 'DENIED' : error === 'invalid_token' ? 'UNAUTHORIZED' : null
  if (code === null) return null
  const message = description ?? (defaultMessages[code] as string)
  return new RegistryFailure(code, `${code.toLowerCase()}: ${message}`, { status: 401, explained: code })
}

/** Says which image a registry's "unknown" or "denied" was about, as the engine does. */
export function explain(failure: RegistryFailure, reference: ImageReference): RegistryFailure {
  const name = familiarName(reference)
  switch (failure.explained) {
    case 'DENIED':
      return failure.within(`pull access denied for ${name}, repository does not exist or may require 'docker login'`)
    case 'MANIFEST_UNKNOWN':
      return failure.within(`manifest for ${familiarReference(reference)} not found`)
    case 'NAME_UNKNOWN':
      return failure.within(`repository ${name} not found`)
    default:
      return failure
  }
}

function coded(error: { code?: unknown; message?: unknown; detail?: unknown }, status: number): RegistryFailure {
  const known = typeof error.code === 'string' && error.code in defaultMessages
  const code = known ? (error.code as string) : 'UNKNOWN'
  const message = typeof error.message === 'string' ? error.message : ''
  const words = code.toLowerCase().replaceAll('_', ' ')
  // The engine drops a message that says no more than the code does, and then explains nothing either.
  const bare = (error.detail ?? null) === null && (message === '' || message === defaultMessages[code])
  return new RegistryFailure(
    failureCodeOf(code, status),
    bare ? words : `${words}: ${message || (defaultMessages[code] as string)}`,
    { status, retried: !finalCodes.has(code), explained: bare ? null : code },
  )
}

function unreadable(status: number, cause: string, body: string): RegistryFailure {
  const text = `error parsing HTTP ${status} response body: ${cause}: ${quote(body)}`
  return new RegistryFailure(failureCodeOf('UNKNOWN', status), text, { status })
}

function failureCodeOf(code: string, status: number): PullFailureCode {
  if (code === 'TOOMANYREQUESTS' || code === 'UNAUTHORIZED' || code === 'DENIED') return code
  if (code === 'NAME_UNKNOWN' || code === 'MANIFEST_UNKNOWN' || code === 'BLOB_UNKNOWN') return 'NOT_FOUND'
  const byStatus: Record<number, PullFailureCode> = {
    401: 'UNAUTHORIZED',
    403: 'DENIED',
    404: 'NOT_FOUND',
    429: 'TOOMANYREQUESTS',
  }
  return byStatus[status] ?? (code === 'UNAVAILABLE' ? 'UNAVAILABLE' : 'MALFORMED')
}
