// Samples of what the registry saw: the second observer, which shares nothing with what the agents say of themselves.
import type { RequestClass, RunEvent } from '../../events/events.ts'
import type { EmitSample } from '../signals.ts'
import type { Observer } from './observer.ts'

type RegistryRequest = Extract<RunEvent, { kind: 'registry-request' }>

/** A time in which the registry saw an agent pull from a repository. */
interface Span {
  startMs: number
  endMs: number
  /** When the latest of its requests began. */
  lastStartMs: number
}

/** What the registry saw of one agent. */
interface Visitor {
  /** When its pings began, in order: each of its pulls begins with one. */
  pingsMs: number[]
  /** By repository: apart from one another, in order. */
  spans: Map<string, Span[]>
}

const pullClasses: ReadonlySet<RequestClass> = new Set(['version-check', 'manifest', 'blob'])

/**
 * Watches the registry's requests.
 *
 * A registry sees requests, not pulls. Requests of an agent for one repository are of the same pull as long as the agent has begun
 * no other in between, of whatever repository: that would show as a ping, or as a version check of this repository.
 * What is joined so is never more than the pulls that run, and may be less.
 */
export class RegistryObserver implements Observer {
  readonly #emit: EmitSample
  /** By agent. A request is told when it ends, so that moments can only be counted once the run is over. */
  readonly #visitors = new Map<number, Visitor>()

  constructor(emit: EmitSample) {
    this.#emit = emit
  }

  take(event: RunEvent): void {
    if (event.kind !== 'registry-request') return
    const { atMs, agent, repository: image, authenticated, status, class: requestClass } = event
    this.#emit('registry-requests', { atMs, agent, image, authenticated, status, requestClass, value: 1 })
    if (agent === null) return
    const visitor = this.#visitors.get(agent) ?? { pingsMs: [], spans: new Map() }
    this.#visitors.set(agent, visitor)
    if (requestClass === 'ping') addPing(visitor.pingsMs, event.startedAtMs)
    if (image !== null && pullClasses.has(requestClass)) addRequest(visitor, event, image)
  }

  finish(): void {
    for (const [agent, { spans }] of this.#visitors) this.#sweep(agent, spans)
  }

  #sweep(agent: number, repositories: Map<string, Span[]>): void {
    const changes = [...repositories].flatMap(([image, spans]) =>
      spans
        .filter(({ startMs, endMs }) => endMs > startMs)
        .flatMap(({ startMs, endMs }) => [
          { atMs: startMs, change: 1, image },
          { atMs: endMs, change: -1, image },
        ]),
    )
    // At one moment ends come first: a request that starts when another has ended does not overlap it.
    changes.sort((a, b) => a.atMs - b.atMs || a.change - b.change)
    let value = 0
    for (const { atMs, change, image } of changes) {
      value += change
      this.#emit('repositories-in-flight', { atMs, agent, image, value })
    }
  }
}

function addPing(pingsMs: number[], startMs: number): void {
  let index = pingsMs.length
  while (index > 0 && (pingsMs[index - 1] ?? 0) > startMs) index -= 1
  pingsMs.splice(index, 0, startMs)
}

/** Requests come in the order of their ends, so only the latest spans can overlap a new one. */
function addRequest({ pingsMs, spans: visited }: Visitor, request: RegistryRequest, repository: string): void {
  const spans = visited.get(repository) ?? []
  visited.set(repository, spans)
  const { startedAtMs, atMs } = request
  const latest = spans.at(-1)
  const joined = latest && request.class !== 'version-check' && !pingedBetween(pingsMs, latest.lastStartMs, startedAtMs)
  const span = { startMs: startedAtMs, endMs: atMs, lastStartMs: startedAtMs }
  if (joined) span.startMs = Math.min(latest.startMs, startedAtMs)
  for (let last = spans.at(-1); last && last.endMs >= span.startMs; last = spans.at(-1)) {
    span.startMs = Math.min(span.startMs, last.startMs)
    span.lastStartMs = Math.max(span.lastStartMs, last.lastStartMs)
    spans.pop()
  }
  spans.push(span)
}

/**
 * Whether another pull began after one request and by the next. A ping at the very moment of the first leaves no gap:
 * whatever pull it began was running all the time in between.
 */
function pingedBetween(pingsMs: readonly number[], fromMs: number, untilMs: number): boolean {
  const ping = pingsMs.findLast((pingMs) => pingMs <= untilMs)
  return ping !== undefined && ping > fromMs
}
