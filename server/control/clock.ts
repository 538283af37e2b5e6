// Reading and moving the clock of the fake.
import type { Clock } from '../kernel/clock.ts'
import { KasmSimError } from '../kernel/errors.ts'
import { Timekeeper } from '../kernel/timekeeper.ts'
import { parseDurationMs } from '../kernel/units.ts'

/** What to do with a clock; everything that is given is done, in the order of these fields. */
export interface ClockChanges {
  freeze?: boolean
  /** How many times as fast as the wall it runs. */
  speed?: number
  /** A duration to move on by. */
  advance?: string
  /** A later moment to move on to. */
  set?: string
}

/** Clocks tell no date beyond this. */
const lastMs = Date.UTC(9_999, 11, 31)

/** A clock as the control API shows it. */
export function describeClock(clock: Clock) {
  const { isFrozen = false, speed = 1 } = clock instanceof Timekeeper ? clock.state : {}
  const nextMs = clock instanceof Timekeeper ? clock.nextMs : Number.POSITIVE_INFINITY
  const nowMs = clock.nowMs()
  return {
    now: new Date(nowMs).toISOString(),
    nowMs,
    frozen: isFrozen,
    speed,
    next: nextMs <= lastMs ? new Date(nextMs).toISOString() : null,
    controllable: clock instanceof Timekeeper,
  }
}

/**
 * Changes a clock and answers once everything that became due has settled. It moves on for as long as somebody waits for the answer.
 *
 * @throws KasmSimError CONTROL_INVALID, DURATION_INVALID
 * @example
 * await changeClock(timekeeper, { freeze: true, advance: '30m' })
 */
export async function changeClock(
  clock: Clock,
  { freeze, speed, advance, set }: ClockChanges,
  signal?: AbortSignal,
): Promise<void> {
  if (!(clock instanceof Timekeeper)) {
    throw invalid('it belongs to the program that started the server. Move it there.')
  }
  const byMs = advance === undefined ? 0 : parseDurationMs(advance)
  const toMs = set === undefined ? null : Date.parse(set)
  const nowMs = clock.nowMs()
  if (toMs !== null && Number.isNaN(toMs)) throw invalid(`"${set}" is no date. Write it like 2026-01-31T12:00:00Z.`)
  if (toMs !== null && toMs < nowMs + byMs)
    throw invalid(`${set} is past, and time only moves on. Give a later moment.`)
  if (Math.max(nowMs + byMs, toMs ?? 0) > lastMs) throw invalid('dates end with the year 9999. Give an earlier moment.')
  if (freeze === true) clock.freeze()
  if (freeze === false || speed !== undefined) {
    const staysFrozen = freeze === undefined && clock.state.isFrozen
    clock.run(speed)
    if (staysFrozen || freeze === true) clock.freeze()
  }
  if (byMs > 0) await clock.advance(byMs, signal)
  if (toMs !== null) await clock.advance(Math.max(0, toMs - clock.nowMs()), signal)
}

function invalid(problem: string): KasmSimError {
  return new KasmSimError('CONTROL_INVALID', `Failed to change the clock: ${problem}`)
}
