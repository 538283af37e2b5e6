// Waits in the time of a run: wall time divided by the speed.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Timekeeper } from '../../server/kernel/timekeeper.ts'

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

/**
 * Waits, on a clock that can be frozen, within what others wait for: a registry of this process that holds its answers back.
 *
 * @example
 * const faults = { decide, nowMs, delay: waitWithin(timekeeper) }
 */
export function waitWithin(timekeeper: Timekeeper): Wait {
  return async (durationMs, signal) => {
    signal.throwIfAborted()
    if (!isWorthIt(timekeeper, durationMs)) return
    const goOn = timekeeper.pause()
    await timekeeper.wait(durationMs, signal).finally(goOn)
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
  return async (durationMs, signal) => {
    signal.throwIfAborted()
    if (isWorthIt(timekeeper, durationMs)) await timekeeper.wait(durationMs, signal)
  }
}

function isWorthIt(timekeeper: Timekeeper, durationMs: number): boolean {
  const { isFrozen, speed } = timekeeper.state
  return isFrozen || durationMs / speed >= timerMs
}
