// The invariants of the registry, judged from its requests: the cap as it sees it, and a rate limit counted by brute force.
import { formatDuration } from '../../../server/kernel/units.ts'
import { createMetrics } from '../../checks/metrics.ts'
import type { RunEvent } from '../../events/events.ts'
import type { Scenario } from '../../scenario/scenario.ts'
import type { AgentView } from './agent-view.ts'
import type { Judge, World } from './invariant.ts'

/** What the registry saw can only be counted once the run is over, so caps are kept with the moments from which they held. */
export class RegistrySeesCap implements Judge {
  readonly invariant = 'registry-sees-cap'
  readonly #caps = new Map<number, { fromMs: number; cap: number }[]>()
  readonly #metrics: ReturnType<typeof createMetrics>
  #statement: string | null = null

  constructor(scenario: Scenario) {
    this.#metrics = createMetrics({
      scenario,
      wanted: new Set(['repositories-in-flight']),
      take: (_signal, { agent, atMs, value }) => {
        const cap = this.#capAt(agent ?? 0, atMs)
        if (value <= cap) return
        this.#statement ??= `the registry saw agent ${agent} pull from ${value} repositories with a cap of ${cap} at ${formatDuration(atMs)}`
      },
    })
  }

  take(event: RunEvent): null {
    this.#metrics.sink(event)
    if (event.kind !== 'agent-started') return null
    const caps = this.#caps.get(event.agent) ?? []
    caps.push({ fromMs: event.atMs, cap: event.cap })
    this.#caps.set(event.agent, caps)
    return null
  }

  finish(_world: World, endMs: number): string | null {
    this.#metrics.finish(endMs)
    return this.#statement
  }

  /** At the moment of a restart either cap may be what was seen. */
  #capAt(agent: number, atMs: number): number {
    const caps = this.#caps.get(agent) ?? []
    const latest = caps.findLastIndex(({ fromMs }) => fromMs <= atMs)
    const before = caps[latest]?.fromMs === atMs ? (caps[latest - 1]?.cap ?? 0) : 0
    return Math.max(caps[latest]?.cap ?? 0, before)
  }
}

/** A limit of whole pulls within a rolling window, per address without an account and per account. */
export interface PullLimit {
  anonymousPulls: number
  authenticatedPulls: number
  windowSeconds: number
}

type RequestEvent = Extract<RunEvent, { kind: 'registry-request' }>

/**
 * Counts the manifests that were let through, half a pull each, anew for every request. A pull that has read its index is sure of
 * its manifest, so an index stands for a whole pull when it comes to refusals.
 */
export class RateLimitExact implements Judge {
  readonly invariant = 'rate-limit-exact'
  readonly #limit: PullLimit
  readonly #indexes = new Set<string>()
  readonly #served = new Map<string, { atMs: number; isIndex: boolean; repository: string | null }[]>()

  constructor(limit: PullLimit) {
    this.#limit = limit
  }

  take(event: RunEvent, world: World): string | null {
    if (event.kind === 'image-published') this.#indexes.add(event.digest)
    if (event.kind !== 'registry-request' || event.class !== 'manifest') return null
    if (event.status !== 200 && event.status !== 429) return null
    const { authenticated, source, atMs } = event
    const key = authenticated ? 'account' : source
    const served = this.#served.get(key) ?? []
    this.#served.set(key, served)
    const halves = 2 * (authenticated ? this.#limit.authenticatedPulls : this.#limit.anonymousPulls)
    if (event.status === 429) return this.#judgeRefusal(event, { served, halves, agents: world.agents })
    served.push({ atMs, isIndex: this.#indexes.has(event.reference ?? ''), repository: event.repository })
    // Moments of events are rounded, so what is within a millisecond of the window's edge may be in or out.
    const used = served.filter((one) => one.atMs > atMs - this.#limit.windowSeconds * 1_000 + 2).length
    if (used <= halves) return null
    return `${key} read ${used} manifests within ${formatDuration(this.#limit.windowSeconds * 1_000)}, ${halves} of them are allowed`
  }

  #judgeRefusal(
    { atMs, reference, source }: RequestEvent,
    { served, halves }: { served: { atMs: number; isIndex: boolean }[]; halves: number; agents: readonly AgentView[] },
  ): string | null {
    const recent = served.filter((one) => one.atMs >= atMs - this.#limit.windowSeconds * 1_000 - 2)
    // Whatever is no index may belong to one that is older than the window.
    const spoken = recent.reduce((sum, { isIndex }) => sum + (isIndex ? 2 : 1), 0)
    if (spoken > halves - 2) return null
    return `${source} was refused ${reference} after ${recent.length} manifests, ${halves} of them are allowed`
  }
}
