// Waits in the time of a run: wall time divided by the speed.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Timekeeper } from '../../server/kernel/timekeeper.ts'

/** What a timer of the platform can wait at least, on the wall. */
const timerMs = 1

/** Waits about so long in the time of the run; rejects once the signal is aborted. The turn orders what ends at one moment. */
export type Wait = (durationMs: number, signal: AbortSignal, turn?: number) => Promise<void>

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

/**
 * Waits on a clock that can be frozen. Where it runs, what no timer can wait is left out as above; where it is moved on, nothing is.
 *
 * @example
 * const wait = waitOn(timekeeper)
 * await wait(30_000, signal)
 */
export function waitOn(timekeeper: Timekeeper): Wait {
  return async (durationMs, signal, turn) => {
    signal.throwIfAborted()
    const { isFrozen, speed } = timekeeper.state
    if (isFrozen || durationMs / speed >= timerMs) await timekeeper.wait(durationMs, signal, turn)
  }
}
