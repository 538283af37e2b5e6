// Shows a run while it goes on, on stderr: redrawn in place on a terminal, else as plain lines.
import { createLogUpdate } from 'log-update'
import { type Clock, createClock } from '../../server/kernel/clock.ts'
import { formatDuration } from '../../server/kernel/units.ts'
import type { EventSink, RunEvent } from '../events/events.ts'
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
  return canRedraw ? watchLive(stderr) : watchLines((line) => stderr.write(`${line}\n`))
}

function watchLines(write: (line: string) => void): RunWatch {
  const lines = createLines(write)
  const pace = new Pace()
  const sink = (event: RunEvent) => {
    pace.take(event)
    lines(event)
    if (event.kind === 'run-ended' && pace.isReached) write(pace.describe(event.atMs))
  }
  return { sink, note: write, close: () => {} }
}

function watchLive(screen: NodeJS.WriteStream): RunWatch {
  const progress = new Progress()
  const update = createLogUpdate(screen)
  const pace = new Pace()
  const draw = (nowMs: number) => {
    if (pace.isReached) progress.speed = pace.reached(progress.nowMs)
    update(formatFrame(progress, { width: screen.columns, nowMs }))
  }
  const redraw = setInterval(() => draw(pace.nowMs ?? progress.nowMs), redrawIntervalMs)
  return {
    sink: (event) => {
      progress.take(event)
      pace.take(event)
    },
    note: (text) => update.persist(text),
    close: () => {
      clearInterval(redraw)
      draw(progress.nowMs)
      update.done()
    },
  }
}

/** How the time of a run and that of the wall go together: by a speed, or as fast as the machine can. */
class Pace {
  #wall: Clock | null = null
  #runs: Clock | null = null

  /** The time of a run by the wall, which goes on between its events; null of others. */
  get nowMs(): number | null {
    return this.#runs?.nowMs() ?? null
  }

  /** Whether it is the work that says how fast the run is. */
  get isReached(): boolean {
    return this.#wall !== null && this.#runs === null
  }

  take(event: RunEvent): void {
    if (event.kind !== 'run-started') return
    this.#wall = createClock({ startMs: 0 })
    if (event.time === 'wall') this.#runs = createClock({ speed: event.speed, startMs: event.atMs })
  }

  /** How many times as fast as the wall a run has been that has come so far. */
  reached(nowMs: number): number {
    return nowMs / Math.max(1, this.#wall?.nowMs() ?? 0)
  }

  describe(nowMs: number): string {
    const factor = Number(this.reached(nowMs).toPrecision(3)).toLocaleString('en-US')
    return `${formatDuration(nowMs)} took ${formatDuration(this.#wall?.nowMs() ?? 0)}, ${factor} times as fast as the wall`
  }
}
