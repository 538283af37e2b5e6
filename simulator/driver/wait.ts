// Waits in the time of a run: wall time divided by the speed.
import { setTimeout as sleep } from 'node:timers/promises'

/** What a timer of the platform can wait at least, on the wall. */
const timerMs = 1

/** Waits about so long in the time of the run; rejects once the signal is aborted. */
export type Wait = (durationMs: number, signal: AbortSignal) => Promise<void>

/**
 * Waits at a speed. What no timer can wait is left out: a request over the loopback takes about as long by itself.
 *
 * @example
 * const wait = createWait(60)
 * await wait(30_000, signal) // half a second
 */
export function createWait(speed: number): Wait {
  return async (durationMs, signal) => {
    signal.throwIfAborted()
    const wallMs = durationMs / speed
    if (wallMs >= timerMs) await sleep(wallMs, undefined, { signal })
  }
}
