// What a fault does to an answer over a real socket.
import type { Exchange } from '../exchange.ts'
import type { FaultDecision, FaultEffect, FaultRequest } from './fault.ts'

/** The faults of a registry that listens, told the time by whoever holds its clock. */
export interface FaultDecider {
  decide(request: FaultRequest): FaultDecision | null
  /** The time that effects are reckoned in. */
  nowMs(): number
  /** Waits about so long by that time; rejects once the signal is aborted. */
  delay: (durationMs: number, signal: AbortSignal) => Promise<void>
}

/** Error documents of registries for statuses that they give; of the others the code is UNKNOWN, as of distribution. */
const errorCodes: Record<number, readonly [string, string]> = {
  401: ['UNAUTHORIZED', 'authentication required'],
  403: ['DENIED', 'requested access to the resource is denied'],
  404: ['MANIFEST_UNKNOWN', 'manifest unknown'],
  429: ['TOOMANYREQUESTS', 'too many requests'],
  503: ['UNAVAILABLE', 'service unavailable'],
}

/**
 * Carries out an effect before the registry answers; false where the registry is to answer all the same, its body as the effect has it.
 *
 * @throws CallerGone when the caller leaves while its answer is held back
 */
export async function strike(exchange: Exchange, effect: FaultEffect, source: FaultDecider): Promise<boolean> {
  switch (effect.kind) {
    case 'latency':
      await exchange.hold((gone) => source.delay(effect.delayMs, gone))
      return false
    case 'status':
      refuse(exchange, effect)
      return true
    case 'connection-drop':
      exchange.hangUp()
      return true
    case 'malformed-header':
      exchange.replyMalformed()
      return true
    case 'truncated-body':
    case 'wrong-digest':
    case 'slow-body':
      exchange.spoilBody(effect, source)
      return false
    default:
      return effect satisfies never
  }
}

function refuse(exchange: Exchange, effect: Extract<FaultEffect, { kind: 'status' }>): void {
  const { headers, body } = errorDocument(effect)
  exchange.policyHeaders = headers
  exchange.refuse({ status: effect.status, headers, body })
}

/** The headers and body of an error that a fault makes. */
export function errorDocument({ status, headers, body }: Extract<FaultEffect, { kind: 'status' }>) {
  if (body !== null) return { headers, body }
  const [code, message] = errorCodes[status] ?? ['UNKNOWN', 'unknown error']
  const document = JSON.stringify({ errors: [{ code, message, detail: null }] })
  return { headers: { 'content-type': 'application/json', ...headers }, body: document }
}
