// What a caller gets in place of an answer that a fault has taken: the same over sockets and in virtual time.
import type { LostAnswer } from '../../../server/faults/fault.ts'
import { type ProblemCode, problemOf } from './problem.ts'

/** An answer in place of the registry's; null where the connection ends without any. */
type Substitute = { status: number; headers: Record<string, string>; body: string } | null

/** Codes of error documents that registries give with a status; of the others it is UNKNOWN, as of distribution. */
const codes: Record<number, ProblemCode> = {
  401: 'UNAUTHORIZED',
  403: 'DENIED',
  404: 'MANIFEST_UNKNOWN',
  429: 'TOOMANYREQUESTS',
  503: 'UNAVAILABLE',
}

/** Plain words of a proxy whose server does not answer; nginx's are like it. */
const internalErrorPage = '<html><head><title>500 Internal Server Error</title></head><body></body></html>\n'

/** What goes out in place of an answer. */
export function substituteFor(effect: LostAnswer): Substitute {
  switch (effect.kind) {
    case 'status': {
      const { status, headers, body } = effect
      if (body === null) {
        const document = problemOf(codes[status] ?? 'UNKNOWN').body
        return { status, headers: { 'content-type': 'application/json', ...headers }, body: document }
      }
      return { status, headers, body: typeof body === 'string' ? body : JSON.stringify(body) }
    }
    case 'internal-error':
      return { status: 500, headers: { 'content-type': 'text/html' }, body: internalErrorPage }
    case 'connection-drop':
      return null
    default:
      return effect satisfies never
  }
}
