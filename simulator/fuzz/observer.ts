// Watches a run and judges every invariant of it as it goes.

import type { EventSink, RunEvent } from '../events/events.ts'
import type { Summary } from '../report/summary.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { Administration } from './invariants/administration.ts'
import {
  ChecksIn,
  capKept,
  diskLimitKept,
  heldUntilPruned,
  looksInTime,
  nothingLost,
  onlyPullable,
  SlotsUsed,
} from './invariants/agent-judges.ts'
import { AgentView } from './invariants/agent-view.ts'
import { BandwidthShared } from './invariants/bandwidth-judge.ts'
import { EventsWellFormed, SummaryCount } from './invariants/event-judges.ts'
import { LayersShared, TagsCurrent, UsedImagesKept } from './invariants/holdings-judges.ts'
import type { Judge, Violation, World } from './invariants/invariant.ts'
import { type PullLimit, RateLimitExact, RegistrySeesCap } from './invariants/registry-judges.ts'

/**
 * Judges one run of virtual time.
 *
 * @example
 * const observer = new InvariantObserver(scenario, { pullLimit: null })
 * const { summary } = await runScenario({ scenario, time: 'virtual', sinks: [observer.sink] })
 * observer.finish(summary) // null, or the first invariant that did not hold
 */
export class InvariantObserver {
  readonly #world: World
  readonly #judges: Judge[]
  readonly #count = new SummaryCount()
  readonly #tags = new TagsCurrent()
  #violation: Violation | null = null
  #endMs = 0

  /** `pullLimit`: what the registry's profile promises; null of one without a limit. */
  constructor(scenario: Scenario, { pullLimit }: { pullLimit: PullLimit | null }) {
    const administration = new Administration(scenario)
    const { roundTripMs, serverLatencyMs } = scenario.network
    this.#world = {
      scenario,
      administration,
      agents: administration.groupOf.map((group) => new AgentView(group)),
      sinceMs: ({ config }, nowMs) => nowMs - config.checkInIntervalMs - roundTripMs - serverLatencyMs - 2,
    }
    this.#judges = [
      new EventsWellFormed(),
      capKept,
      onlyPullable,
      looksInTime,
      heldUntilPruned,
      diskLimitKept,
      new SlotsUsed(),
      nothingLost,
      new ChecksIn(),
      new RegistrySeesCap(scenario),
      new BandwidthShared(scenario, 'bandwidth-kept'),
      new BandwidthShared(scenario, 'bandwidth-used'),
      new LayersShared(),
      this.#tags,
      new UsedImagesKept(),
      ...(pullLimit === null ? [] : [new RateLimitExact(pullLimit)]),
    ]
  }

  readonly sink: EventSink = (event) => {
    for (const judge of this.#judges) this.#note(judge, judge.take(event, this.#world))
    this.#endMs = event.atMs
    this.#count.take(event)
    this.#takeIn(event)
  }

  /** What was violated first; null where all held. */
  finish(summary: Summary): Violation | null {
    for (const judge of this.#judges) this.#note(judge, judge.finish?.(this.#world, this.#endMs) ?? null)
    this.#note({ invariant: 'summary-adds-up' }, this.#count.contradiction(summary, this.#world))
    this.#note(this.#tags, this.#tags.contradiction(summary, this.#world))
    return this.#violation
  }

  #note({ invariant }: Pick<Judge, 'invariant'>, statement: string | null): void {
    if (statement !== null) this.#violation ??= { invariant, atMs: this.#endMs, statement }
  }

  #takeIn(event: RunEvent): void {
    const { administration, agents } = this.#world
    administration.take(event)
    if (!('agent' in event) || event.agent === null || 'session' in event) return
    if (event.kind === 'registry-request' || event.kind === 'generator-failed') return
    agents[event.agent]?.take(event, administration.edited)
  }
}
