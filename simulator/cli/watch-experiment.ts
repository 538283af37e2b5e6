// Shows how far an experiment is, on stderr: one line redrawn in place on a terminal, else a plain line for every tenth of it.
import { createLogUpdate } from 'log-update'
import { createClock } from '../../server/kernel/clock.ts'
import { formatWhatIfProgress } from '../reporters/what-if-text.ts'

interface Step {
  done: number
  planned: number
  /** What ended last, in words. */
  latest: string
}

interface ExperimentWatch {
  show(step: Step): void
  /** Says something that stays on the screen. */
  note(text: string): void
  close(): void
}

const redrawIntervalMs = 100

/** The watch that suits the terminal. `points` runs next to each other cost as much as the next ones, so the first are no measure. */
export function watchExperiment(points: number): ExperimentWatch {
  const clock = createClock()
  const startedAtMs = clock.nowMs()
  const line = ({ done, planned, latest }: Step) => {
    const elapsedMs = clock.nowMs() - startedAtMs
    const isTelling = done >= Math.min(points, planned / 10)
    const leftMs = isTelling ? (elapsedMs / done) * (planned - done) : null
    return formatWhatIfProgress({ done, planned, elapsedMs, leftMs, latest })
  }
  const { stderr, env } = process
  if (stderr.isTTY && env['TERM'] !== 'dumb') return watchLive(line, () => clock.nowMs())
  return watchPlain(line)
}

function watchLive(line: (step: Step) => string, nowMs: () => number): ExperimentWatch {
  const update = createLogUpdate(process.stderr)
  let drawnAtMs = Number.NEGATIVE_INFINITY
  return {
    show: (step) => {
      if (nowMs() - drawnAtMs < redrawIntervalMs && step.done < step.planned) return
      drawnAtMs = nowMs()
      update(line(step))
    },
    note: (text) => update.persist(text),
    close: () => update.clear(),
  }
}

function watchPlain(line: (step: Step) => string): ExperimentWatch {
  let tenthSaid = 0
  return {
    show: (step) => {
      const tenth = Math.floor((step.done / step.planned) * 10)
      if (tenth === tenthSaid) return
      tenthSaid = tenth
      process.stderr.write(`${line(step)}\n`)
    },
    note: (text) => process.stderr.write(`${text}\n`),
    close: () => {},
  }
}
