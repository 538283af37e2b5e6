// Ctrl-C and SIGTERM: once means stop in good order, twice means now.
import { exitCodes } from '../../server/kernel/errors.ts'

const stopSignals = ['SIGINT', 'SIGTERM'] as const

/** Waits until the process is asked to stop; asked again while it still tidies up, it ends at once. */
export function stopRequested(): Promise<void> {
  return new Promise((resolve) => onStopRequest(resolve))
}

/**
 * Calls back at the first request to stop; the second ends the process. The returned function stops listening.
 * The listener stays in place after the first request: libraries that restore the terminal end the process themselves
 * when a signal finds no listener but theirs.
 */
export function onStopRequest(stop: () => void): () => void {
  let requests = 0
  const listener = () => {
    requests += 1
    if (requests > 1) process.exit(exitCodes.interrupted)
    stop()
  }
  for (const signal of stopSignals) process.on(signal, listener)
  return () => {
    for (const signal of stopSignals) process.off(signal, listener)
  }
}
