// The milestones of a run as plain lines, for logs and pipes: its start, every tenth of the agents ready, the actions of its
// timeline, faults, the first refusal of the registry, its end.
import { formatBytes, formatDuration } from '../../server/kernel/units.ts'
import type { EventSink, RunEvent } from '../events/events.ts'
import { describeLateness } from './lateness-text.ts'
import { Progress } from './progress.ts'
import { describeVerdict } from './verdict-text.ts'

const readyStepPercent = 10

/**
 * Writes a line per milestone; `write` gets each without a line break.
 *
 * @example
 * createLines((line) => process.stderr.write(`${line}\n`))
 */
export function createLines(write: (line: string) => void): EventSink {
  const progress = new Progress()
  let readyPercentSaid = 0
  return (event) => {
    const firstRefusal = progress.tooManyRequests === 0
    progress.take(event)
    const text = describeMilestone(event, progress)
    if (text) write(text)
    if (event.kind === 'registry-request' && event.status === 429 && firstRefusal) {
      write(at(event, `first 429 from the registry, to ${event.source} (${event.method} ${event.path})`))
    }
    if (event.kind === 'agent-ready') {
      const percent = Math.floor((progress.agentsReady / progress.agents) * 100)
      if (percent >= readyPercentSaid + readyStepPercent) {
        readyPercentSaid = percent - (percent % readyStepPercent)
        write(at(event, `${progress.agentsReady} of ${progress.agents} agents ready (${percent} %)`))
      }
    }
  }
}

function describeMilestone(event: RunEvent, progress: Progress): string | null {
  switch (event.kind) {
    case 'run-started': {
      const { name, images, end } = event.scenario
      const size = `${count(progress.agents, 'agent')}, ${count(images.length, 'image')}`
      const pace = event.time === 'wall' ? `at speed ${event.speed}` : `in ${event.time} time`
      return at(event, `${name} started: ${size}, ${formatDuration(end.afterMs)} ${pace}, seed ${event.seed}`)
    }
    case 'timeline-action':
      return at(event, `${event.action} ${event.detail}`.trimEnd())
    case 'wait-ended':
      return event.met ? null : at(event, `${count(event.behind, 'agent')} still without ${event.image}`)
    case 'session-started':
      return at(event, `${event.session} runs ${event.image} (${event.digest.slice(0, 19)})`)
    case 'session-refused':
      return at(event, `${event.session} was refused to ${event.user}: ${event.cause}`)
    case 'fault-started':
    case 'fault-ended':
      return at(event, `the fault "${event.fault}" ${event.kind === 'fault-started' ? 'starts' : 'ends'}`)
    case 'lateness':
      return event.worstMs > event.boundMs ? at(event, `late: ${describeLateness(event)}`) : null
    case 'run-ended': {
      const pulls = `${count(progress.pullsSucceeded, 'pull')} succeeded, ${progress.pullsFailed} failed`
      return at(event, `ended (${event.reason}): ${pulls}, ${formatBytes(progress.receivedBytes)} received`)
    }
    case 'run-judged':
      return at(event, describeVerdict(event))
    default:
      return null
  }
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`
}

function at(event: RunEvent, text: string): string {
  return `[${formatDuration(event.atMs)}] ${text}`
}
