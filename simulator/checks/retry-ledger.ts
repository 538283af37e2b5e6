// Follows refusals and what came after them, so that a caller who asks again too soon is found out.
import type { CallerRequest } from './registry-actions.ts'

/** A request for what the same caller had just been refused. */
interface Retry {
  /** How long before the moment that the refusal had named; 0 or less of one that waited, null where it had named none. */
  earlyMs: number | null
}

/** A request that may tell when to come again. */
export type RefusableRequest = CallerRequest & { retryAfterMs?: number }

interface Refusal {
  refusedAtMs: number
  permittedAtMs: number | null
}

/** The refusals of a registry that nobody has got past yet. */
export class RetryLedger {
  readonly #refusals = new Map<number | string, Map<string, Refusal>>()

  /** The retry that a request is; null of any other. Requests come in the order of their ends. */
  take(request: RefusableRequest): Retry | null {
    const { agent, source, userAgent = '', status, retryAfterMs, atMs } = request
    const refused = status === 429 || status >= 500 || retryAfterMs !== undefined
    if (!refused && this.#refusals.size === 0) return null
    const caller = agent ?? `${source}\n${userAgent}`
    const ofCaller = this.#refusals.get(caller)
    if (!refused && !ofCaller) return null
    const subject = `${request.repository ?? request.class}\n${request.reference ?? ''}`
    const before = ofCaller?.get(subject)
    if (refused) {
      const permittedAtMs = retryAfterMs === undefined ? null : atMs + retryAfterMs
      const refusals = ofCaller ?? new Map<string, Refusal>()
      refusals.set(subject, { refusedAtMs: atMs, permittedAtMs })
      if (!ofCaller) this.#refusals.set(caller, refusals)
    } else if (ofCaller?.delete(subject) && ofCaller.size === 0) {
      this.#refusals.delete(caller)
    }
    return before ? retryOf(before, request.startedAtMs) : null
  }
}

/** What was on its way before the refusal had ended is no answer to it. */
function retryOf({ refusedAtMs, permittedAtMs }: Refusal, startedAtMs: number): Retry | null {
  if (startedAtMs < refusedAtMs) return null
  return { earlyMs: permittedAtMs === null ? null : permittedAtMs - startedAtMs }
}
