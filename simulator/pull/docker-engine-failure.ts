// What a Docker Engine's error text means for a machine. The API says 500 of almost everything, so the words must tell; those of the
// graphdriver and of the containerd image store are both here (docs/registries.md 1.5, docs/pull.md).
import type { PullFailureCode } from '../events/events.ts'
import { EngineRefusal } from './docker-engine-api.ts'
import { PullError } from './protocol/outcome.ts'

/** The first that matches counts: a 429 within "error parsing HTTP 429 response body" is a denial first of all. */
const meanings: readonly [pattern: RegExp, code: PullFailureCode, status: number | null][] = [
  [/no space left on device/, 'DISK', null],
  [/invalid reference format/, 'REFERENCE_INVALID', null],
  [/toomanyrequests|too many requests|\bHTTP 429\b|\b429 Too Many/i, 'TOOMANYREQUESTS', 429],
  [/verification failed|unexpected commit digest|digest mismatch/, 'DIGEST_MISMATCH', null],
  [/access denied|denied:|insufficient_scope|\b403 Forbidden/i, 'DENIED', 403],
  [/unauthorized|no basic auth credentials|authentication required|\b401\b/i, 'UNAUTHORIZED', 401],
  [/not found|manifest unknown|name unknown|unknown blob|no matching manifest/, 'NOT_FOUND', 404],
  [/unexpected EOF|short read/, 'TRUNCATED', null],
  [/error parsing|unmarshal|unexpected end of JSON|invalid character|media type|when fetching/, 'MALFORMED', null],
]

/**
 * A failure of the engine as a failed pull: its text is kept as it is.
 *
 * @example
 * asPullError(new EngineRefusal('toomanyrequests: slow down', 500)).code // 'TOOMANYREQUESTS'
 */
export function asPullError(error: unknown): PullError {
  const { message } = error as Error
  if (!(error instanceof EngineRefusal)) {
    return new PullError('UNAVAILABLE', `error during connect: ${message}`, { cause: error })
  }
  const [, code, status] = meanings.find(([pattern]) => pattern.test(message)) ?? [null, 'UNAVAILABLE', null]
  return new PullError(code, message, { status, cause: error })
}
