// The invariants of the events themselves, and of the summary that is made of them.

import type { RunEvent } from '../../events/events.ts'
import type { Summary } from '../../report/summary.ts'
import type { AgentView } from './agent-view.ts'
import type { Judge, World } from './invariant.ts'

/** Events are numbered without a gap, time never goes back, and every pull goes from the queue to one end. */
export class EventsWellFormed implements Judge {
  readonly invariant = 'events-well-formed'
  #sequence = -1
  #atMs = 0
  #last: RunEvent['kind'] | null = null
  readonly #pulls = new Set<string>()

  take(event: RunEvent, world: World): string | null {
    const { sequence, atMs, kind } = event
    const statement = this.#judgeOrder(event) ?? this.#judgePull(event, world)
    this.#sequence = sequence
    this.#atMs = atMs
    this.#last = kind
    return statement
  }

  finish(): string | null {
    return this.#last === 'run-judged' ? null : `the last event is ${this.#last}`
  }

  #judgeOrder({ sequence, atMs, kind }: RunEvent): string | null {
    if (sequence !== this.#sequence + 1) return `event ${sequence} follows event ${this.#sequence}`
    if (!Number.isSafeInteger(atMs) || atMs < this.#atMs)
      return `event ${sequence} is at ${atMs} ms, after ${this.#atMs} ms`
    if ((kind === 'run-started') !== (sequence === 0)) return `event ${sequence} is ${kind}`
    const isOver = this.#last === 'run-judged' || (this.#last === 'run-ended' && kind !== 'run-judged')
    return isOver ? `event ${sequence} comes after the end` : null
  }

  #judgePull(event: RunEvent, { agents }: World): string | null {
    if (!('agent' in event) || event.agent === null || !('image' in event) || event.image === null) return null
    const agent = agents[event.agent] as AgentView
    const where = `event ${event.sequence} (${event.kind} of ${event.image} by agent ${event.agent})`
    switch (event.kind) {
      case 'pull-queued':
        if (agent.queue.has(event.image) || agent.isPulling(event.image)) return `${where}: it is under way already`
        return null
      case 'pull-cancelled':
        return agent.queue.has(event.image) ? null : `${where}: it was not queued`
      case 'pull-refused':
        return agent.queue.get(event.image)?.reason === event.reason ? null : `${where}: it was not queued so`
      case 'pull-started':
        return this.#judgeStart(event, agent, where)
      case 'pull-succeeded':
      case 'pull-failed':
      case 'pull-dropped':
        if (agent.pulls.get(event.pull)?.image !== event.image) return `${where}: it was not running`
        return event.running === agent.pulls.size - 1 ? null : `${where}: it counts ${event.running} running`
      default:
        return null
    }
  }

  #judgeStart(event: Extract<RunEvent, { kind: 'pull-started' }>, agent: AgentView, where: string): string | null {
    const key = `${event.agent}/${event.pull}`
    if (this.#pulls.has(key)) return `${where}: pull ${event.pull} has run before`
    this.#pulls.add(key)
    if (agent.queue.get(event.image)?.reason !== event.reason) return `${where}: it was not queued so`
    if (agent.isPulling(event.image)) return `${where}: it runs already`
    return event.running === agent.pulls.size + 1 ? null : `${where}: it counts ${event.running} running`
  }
}

/** Counts the events of a run anew. */
export class SummaryCount {
  readonly #kinds = new Map<RunEvent['kind'], number>()
  readonly #ready = new Set<number>()
  #idleCheckIns = 0
  #deniedRequests = 0
  #sentBytes = 0
  #downloadedBytes = 0

  take(event: RunEvent): void {
    this.#kinds.set(event.kind, this.#count(event.kind) + 1)
    if (event.kind === 'check-ins-idle') this.#idleCheckIns += event.count
    if (event.kind === 'agent-ready') this.#ready.add(event.agent)
    if (event.kind === 'pull-succeeded') this.#downloadedBytes += event.downloadedBytes
    if (event.kind !== 'registry-request') return
    this.#sentBytes += event.bytes
    if (event.status === 429) this.#deniedRequests += 1
  }

  /** The first number of a summary that is not what was counted. */
  contradiction({ pulls, registry, checkIns, ready, prunedImages }: Summary, { agents }: World): string | null {
    const running = agents.reduce((sum, agent) => sum + agent.pulls.size, 0)
    const numbers: [name: string, summed: number, counted: number][] = [
      ['pulls started', pulls.started, this.#count('pull-started')],
      ['pulls succeeded', pulls.succeeded, this.#count('pull-succeeded')],
      ['pulls failed', pulls.failed, this.#count('pull-failed')],
      ['pulls dropped', pulls.dropped, this.#count('pull-dropped')],
      ['pulls refused', pulls.refused, this.#count('pull-refused')],
      ['pulls cancelled', pulls.cancelled, this.#count('pull-cancelled')],
      ['pulls unfinished', pulls.unfinished, running],
      ['pulls of either outcome', pulls.downloaded + pulls.upToDate, this.#count('pull-succeeded')],
      ['downloaded bytes', pulls.downloadedBytes, this.#downloadedBytes],
      ['registry requests', registry.requests, this.#count('registry-request')],
      ['denied requests', registry.denied, this.#deniedRequests],
      ['sent bytes', registry.sentBytes, this.#sentBytes],
      ['check-ins answered', checkIns.answered, this.#count('check-in-answered') + this.#idleCheckIns],
      ['check-ins failed', checkIns.failed, this.#count('check-in-failed')],
      ['ready agents', ready.agents, this.#ready.size],
      ['pruned images', prunedImages, this.#count('image-pruned')],
    ]
    const wrong = numbers.find(([, summed, counted]) => summed !== counted)
    return wrong === undefined ? null : `the summary counts ${wrong[1]} ${wrong[0]}, the events ${wrong[2]}`
  }

  #count(kind: RunEvent['kind']): number {
    return this.#kinds.get(kind) ?? 0
  }
}
