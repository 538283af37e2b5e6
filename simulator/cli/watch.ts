// Shows a run while it goes on, on stderr: redrawn in place on a terminal, else as plain lines.
import { createLogUpdate } from 'log-update'
import { type Clock, createClock } from '../../server/kernel/clock.ts'
import type { EventSink } from '../events/events.ts'
import { createLines } from '../reporters/lines.ts'
import { formatFrame } from '../reporters/live-view.ts'
import { Progress } from '../reporters/progress.ts'

/** Redrawing concerns the screen and not the run, so it keeps the wall's time. */
const redrawIntervalMs = 100

interface RunWatch {
  sink: EventSink
  /** Says something that stays on the screen. */
  note(text: string): void
  /** Leaves the last picture on the screen. */
  close(): void
}

/** The watch that suits the terminal. */
export function watchRun(): RunWatch {
  const { stdout, stderr, env } = process
  const canRedraw = stdout.isTTY && stderr.isTTY && env['TERM'] !== 'dumb'
  if (canRedraw) return watchLive(stderr)
  const write = (line: string) => stderr.write(`${line}\n`)
  return { sink: createLines(write), note: write, close: () => {} }
}

function watchLive(screen: NodeJS.WriteStream): RunWatch {
  const progress = new Progress()
  const update = createLogUpdate(screen)
  let clock: Clock | null = null
  const draw = (nowMs: number) => update(formatFrame(progress, { width: screen.columns, nowMs }))
  const redraw = setInterval(() => draw(clock?.nowMs() ?? progress.nowMs), redrawIntervalMs)
  return {
    sink: (event) => {
      progress.take(event)
      if (event.kind !== 'run-started' || event.time === 'virtual') return
      clock = createClock({ speed: event.speed, startMs: event.atMs })
    },
    note: (text) => update.persist(text),
    close: () => {
      clearInterval(redraw)
      draw(progress.nowMs)
      update.done()
    },
  }
}
