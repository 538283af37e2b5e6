// The clocks of the project. Rules are told the time; only shells and the real-time driver hold a clock.

/** Tells the time in milliseconds since the Unix epoch, as the fake and its fleet see it. */
export interface Clock {
  nowMs(): number
}

/**
 * A clock that starts at the wall time of its creation and runs `speed` times as fast as the wall.
 * It follows the monotonic clock of the process, so a corrected wall clock never moves it backwards.
 *
 * @example
 * const clock = createClock({ speed: 60 })
 * clock.nowMs() // one second later it has moved on by one minute
 */
export function createClock({ speed = 1, startMs = Date.now() } = {}): Clock {
  const originMs = performance.now()
  return { nowMs: () => startMs + (performance.now() - originMs) * speed }
}

/** A clock that stands still until it is moved: for tests and for virtual time. */
export interface ManualClock extends Clock {
  advance(durationMs: number): void
}

/**
 * A clock that only moves when told to.
 *
 * @example
 * const clock = createManualClock(0)
 * clock.advance(30_000)
 * clock.nowMs() // 30000
 */
export function createManualClock(startMs = 0): ManualClock {
  let nowMs = startMs
  return {
    nowMs: () => nowMs,
    advance: (durationMs) => {
      nowMs += durationMs
    },
  }
}
