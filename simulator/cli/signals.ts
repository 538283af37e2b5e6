// Ctrl-C and SIGTERM: once means stop in good order, again means now.
import { createClock } from '../../server/kernel/clock.ts'
import { exitCodes } from '../../server/kernel/errors.ts'

const stopSignals = ['SIGINT', 'SIGTERM'] as const

/** npm passes on what a terminal has sent to the whole group, and `timeout` signals its child and then the group: one request, told twice. */
const sameRequestMs = 1_000

/** `npx` starts a shell that passes no signal on: whoever ends npx ends the shell, and leaves what it started without a parent. */
const isBelowNpmShell = process.env['npm_command'] === 'exec'
const parentLooksMs = 250

/** Waits until the process is asked to stop; asked again while it still tidies up, it ends at once. */
export function stopRequested(): Promise<void> {
  return new Promise((resolve) => onStopRequest(resolve))
}

/**
 * Calls back at the first request to stop; another one ends the process. The returned function only ends the calling back: what a
 * command still writes after its work is not to be cut short by the second half of a doubled signal. Libraries that restore the
 * terminal end the process themselves when a signal finds no listener but theirs, which is one more reason to go on listening.
 *
 * @example
 * const forget = onStopRequest(() => stop.abort())
 */
export function onStopRequest(stop: () => void, nowMs: () => number = createClock().nowMs): () => void {
  let isWanted = true
  let firstMs: number | null = null
  const listener = () => {
    if (firstMs === null) {
      firstMs = nowMs()
      if (isWanted) stop()
    } else if (nowMs() - firstMs >= sameRequestMs) {
      process.exit(exitCodes.interrupted)
    }
  }
  for (const signal of stopSignals) process.on(signal, listener)
  if (isBelowNpmShell) onParentGone(listener)
  return () => {
    isWanted = false
  }
}

function onParentGone(tell: () => void): void {
  const parent = process.ppid
  const looks = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(looks)
    tell()
  }, parentLooksMs)
  looks.unref()
}
