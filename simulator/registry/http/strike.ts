// What a fault does to an answer over a real socket.
import type { FaultDecision, FaultEffect } from '../../../server/faults/fault.ts'
import type { FaultRequest } from '../faults/registry-fault.ts'
import type { Exchange } from './exchange.ts'

/** The faults of a registry that listens, told the time by whoever holds its clock. */
export interface FaultDecider {
  decide(request: FaultRequest): FaultDecision | null
  /** The time that effects are reckoned in. */
  nowMs(): number
  /** Waits about so long by that time; rejects once the signal is aborted. */
  delay: (durationMs: number, signal: AbortSignal) => Promise<void>
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
    case 'internal-error':
    case 'connection-drop':
      exchange.loseAnswer(effect)
      return !effect.operationDone
    case 'malformed-header':
      exchange.replyMalformed()
      return true
    case 'truncated-body':
    case 'malformed-json':
    case 'wrong-digest':
    case 'slow-body':
      exchange.spoilBody(effect, source)
      return false
    default:
      return effect satisfies never
  }
}
