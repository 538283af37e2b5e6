// Judges what a scenario expects of a run, from the run's events alone. docs/checks.md explains forms, metrics and results.
import { parseReference } from '../../server/kernel/reference.ts'
import type { RunEvent, Subscription } from '../events/events.ts'
import type { Scenario } from '../scenario/scenario.ts'
import type { CheckResult, Expectation, SampleFilter } from './expectation.ts'
import type { Judge } from './judge.ts'
import { createJudge } from './judges.ts'
import { createMetrics } from './metrics.ts'
import { type FilterField, filtersOf, metrics, type Sample, type Signal } from './signals.ts'

/**
 * The checks of a scenario. `results` ends the judging: call it once the run is over; events after it change nothing.
 * A check whose situation never occurred fails, whatever its limit.
 *
 * @example
 * const checks = createChecks(scenario)
 * for await (const event of readTrace('trace.jsonl')) checks.sink(event)
 * judgeRun(checks.results()).verdict // 'passed'
 */
export function createChecks(scenario: Scenario): Subscription & { results(): CheckResult[] } {
  const checks = scenario.expect.map((expectation) => new Check(expectation, scenario))
  const takers = new Map<Signal, ((sample: Sample) => void)[]>()
  for (const taker of checks.flatMap((check) => check.takers())) {
    takers.set(taker.signal, [...(takers.get(taker.signal) ?? []), taker.take])
  }
  const samples = createMetrics({
    scenario,
    wanted: new Set(takers.keys()),
    take: (signal, sample) => {
      for (const take of takers.get(signal) ?? []) take(sample)
    },
  })
  let endMs = 0
  let wasInterrupted = false
  let results: CheckResult[] | null = null
  return {
    kinds: new Set([...samples.kinds, 'run-ended' as const]),
    sink: (event: RunEvent) => {
      if (results || event.kind === 'run-judged') return
      endMs = Math.max(endMs, event.atMs)
      if (event.kind === 'run-ended') wasInterrupted = event.reason === 'interrupted'
      samples.sink(event)
    },
    results: () => {
      if (results) return results
      samples.finish(endMs)
      results = checks.map((check) => check.result({ endMs, wasInterrupted }))
      return results
    },
  }
}

/** One expectation: lets through the samples that it is about and words what its judge found. */
class Check {
  readonly #expectation: Expectation
  readonly #judge: Judge
  /** Why it can never hold, whatever the run does; null where it is sound. */
  readonly #fault: string | null
  readonly #matches: (sample: Sample) => boolean
  readonly #matchesCheckIn: (sample: Sample) => boolean
  readonly #ground: { signal: Signal; matches: (sample: Sample) => boolean }
  #grounds = 0
  #checkIns = 0
  /** The level in force before the window, by agent or image. */
  readonly #before = new Map<number | string, Sample>()

  constructor(expectation: Expectation, scenario: Scenario) {
    const { metric, where } = expectation
    this.#expectation = expectation
    this.#judge = createJudge(expectation)
    this.#fault = faultOf(expectation, scenario)
    this.#matches = matcher(where, metric)
    this.#matchesCheckIn = matcher(where, 'check-ins')
    this.#ground = groundOf(expectation)
  }

  takers(): { signal: Signal; take: (sample: Sample) => void }[] {
    const { metric, judge } = this.#expectation
    const takers = [{ signal: metric as Signal, take: (sample: Sample) => this.#take(sample) }]
    if (judge.form === 'never-before') {
      takers.push({ signal: 'check-ins', take: (sample) => this.#takeCheckIn(sample, judge.beforeMs) })
    }
    if (judge.form === 'limit' && judge.atMost === 0) {
      takers.push({ signal: 'check-ins', take: (sample) => this.#takeCheckIn(sample) })
      takers.push({ signal: this.#ground.signal, take: (sample) => this.#takeGround(sample) })
    }
    return takers
  }

  #take(sample: Sample): void {
    if (!this.#matches(sample)) return
    const { metric, where } = this.#expectation
    const { level } = metrics[metric]
    const key = level && sample[level]
    if (sample.atMs < where.fromMs) {
      if (key !== undefined && key !== null) this.#before.set(key, sample)
      return
    }
    if (key !== undefined && key !== null) {
      if (sample.atMs > where.fromMs) this.#takeBefore(key)
      this.#before.delete(key)
    }
    if (where.untilMs === null || sample.atMs < where.untilMs) this.#judge.take(sample)
  }

  /** A level that was in force when the window opened is a sample of the window; a level of 0 is nothing that occurred. */
  #takeBefore(key: number | string): void {
    const sample = this.#before.get(key)
    if (sample && sample.value > 0) this.#judge.take({ ...sample, atMs: this.#expectation.where.fromMs })
  }

  #takeCheckIn(sample: Sample, beforeMs = this.#expectation.where.untilMs): void {
    const { fromMs } = this.#expectation.where
    const inWindow = sample.atMs >= fromMs && (beforeMs === null || sample.atMs < beforeMs)
    if (inWindow && this.#matchesCheckIn(sample)) this.#checkIns += 1
  }

  /** Whoever does nothing in a window may have done all there was to do before it. */
  #takeGround(sample: Sample): void {
    const { untilMs } = this.#expectation.where
    if ((untilMs === null || sample.atMs < untilMs) && this.#ground.matches(sample)) this.#grounds += 1
  }

  /** What never happens before a moment stands on agents that were at work by then; a count of nothing stands on agents that were at work in the window, and on what they had to be at work on. */
  #groundCount(): number {
    if (this.#checkIns === 0) return 0
    if (this.#expectation.judge.form === 'never-before') return this.#checkIns
    return this.#ground.signal === 'check-ins' ? this.#checkIns : this.#grounds
  }

  result({ endMs, wasInterrupted }: { endMs: number; wasInterrupted: boolean }): CheckResult {
    const { name, metric, where, judge } = this.#expectation
    if (endMs >= where.fromMs) for (const key of this.#before.keys()) this.#takeBefore(key)
    const verdict = this.#judge.verdict({ endMs, ground: this.#groundCount() })
    const { occurred, never, violation, isFinal, undecided, ...numbers } = verdict
    const early = endMs < where.fromMs ? 'the run ended before the moment it is about' : null
    const problem = this.#fault ?? (occurred ? null : (early ?? never))
    const statement = `This situation never occurred: ${problem}.`
    const seen = violation ?? (problem === null ? null : { atMs: null, statement })
    // An interruption cuts off whatever was still to come: only what nothing could have healed is known.
    const isKnown = this.#fault !== null || (violation !== null && (isFinal || !wasInterrupted))
    const doubt = isKnown ? null : (undecided ?? (wasInterrupted ? 'the run was interrupted' : null))
    const counted = judge.form === 'limit' && judge.aggregate === 'count'
    return {
      name,
      status: doubt !== null ? 'inconclusive' : seen === null ? 'held' : 'missed',
      reason: doubt ?? seen?.statement ?? null,
      hangsOnTime: hangsOnTime(this.#expectation),
      ...numbers,
      unit: judge.form === 'never-before' ? 'ms' : counted ? 'count' : metrics[metric].unit,
      occurred:
        problem === null && occurred
          ? { passed: true, ...occurred }
          : { passed: false, samples: occurred?.samples ?? 0, statement },
      violation: doubt === null ? seen : null,
    }
  }
}

/** Their images are repositories: a registry sees no more. */
const seenByRegistry: ReadonlySet<Signal> = new Set([
  'registry-requests',
  'repositories-in-flight',
  'amplification',
  'retry-after-violations',
  'retry-afters',
])

/** Whether a sample is of those the filter names; its moment is looked at elsewhere. Filters that do not apply are ignored. */
function matcher(where: SampleFilter, signal: Signal): (sample: Sample) => boolean {
  const fields = filtersOf(signal).filter((field) => (where[field] ?? null) !== null)
  const agents = new Set(where.agents)
  const bySight = seenByRegistry.has(signal)
  const image = where.image !== null && bySight ? parseReference(where.image).repository : where.image
  const matches: Record<FilterField, (sample: Sample) => boolean> = {
    group: (sample) => sample.group === where.group,
    agents: (sample) => sample.agent !== null && agents.has(sample.agent),
    image: (sample) => sample.image === image,
    reason: (sample) => sample.reason === where.reason,
    // Whether a pull sends credentials shows when it starts; one that still waits may be of either kind.
    authenticated: ({ authenticated, state }) =>
      authenticated === where.authenticated || (authenticated === null && state === 'open'),
    status: (sample) => sample.status === where.status,
    requestClass: (sample) => sample.requestClass === where.requestClass,
    session: (sample) => sample.session?.name === where.session,
    user: (sample) => sample.session?.user === where.user,
    publication: (sample) => sample.session?.publication === where.publication,
    refusal: (sample) => sample.session?.refusal === where.refusal,
  }
  const tests = fields.map((field) => matches[field])
  return (sample) => tests.every((test) => test(sample))
}

/** Of requests with some status or class, requests at all are the ground; else what the metric says. */
function groundOf({ metric, where }: Expectation): { signal: Signal; matches: (sample: Sample) => boolean } {
  if (metric === 'registry-requests' && (where.status !== null || where.requestClass !== null)) {
    return { signal: metric, matches: matcher({ ...where, status: null, requestClass: null }, metric) }
  }
  const signal = metrics[metric].ground
  return { signal, matches: matcher(where, signal) }
}

/** What a metric counts or times may come out otherwise at another pace; so may anything that is looked at from or until a moment. */
function hangsOnTime({ metric, where, judge }: Expectation): boolean {
  return metrics[metric].hangsOnTime || where.fromMs > 0 || where.untilMs !== null || judge.form === 'never-before'
}

const windowFields: ReadonlySet<string> = new Set(['fromMs', 'untilMs'])

/** A check that filters by what its metric does not know, or names what the scenario does not have, could only hold by accident. */
function faultOf({ metric, where, judge }: Expectation, scenario: Scenario): string | null {
  const { filters, unit } = metrics[metric]
  const named = Object.entries(where).filter(([field, value]) => value !== null && !windowFields.has(field))
  const foreign = named.map(([field]) => field as FilterField).find((field) => !filters.includes(field))
  if (foreign) return `the filter "${foreign}" does not apply to ${metric}`
  if (judge.form === 'within' && unit !== 'ms') return `"within" does not apply to ${metric}, which is no time`
  if (where.group !== null && !scenario.groups.some(({ name }) => name === where.group)) {
    return `the scenario has no group "${where.group}"`
  }
  if (where.image !== null && !namesImage(scenario, where.image)) return `the scenario has no image "${where.image}"`
  return null
}

function namesImage({ images, timeline }: Scenario, name: string): boolean {
  return (
    images.some((image) => image.name === name) ||
    timeline.some((action) => {
      if (action.do === 'update-definition') return action.set.name === name
      if (action.do === 'push-image') return action.image.name === name || action.tags.includes(name)
      return (action.do === 'publish-image' || action.do === 'create-definition') && action.image.name === name
    })
  )
}
