// Runs one scenario in virtual time and judges every invariant of it. Two more runs must come to the same: one without any shortcut, and
// one that nobody watches, where virtual time tells as little as it can.

import type { EventSink } from '../events/events.ts'
import { createDockerHubPolicy } from '../registry/policy/docker-hub.ts'
import type { Profile } from '../registry/policy/policy.ts'
import { loadProfile } from '../registry/profile-file.ts'
import type { Summary } from '../report/summary.ts'
import { runScenario } from '../run/run.ts'
import type { Scenario } from '../scenario/scenario.ts'
import type { Violation } from './invariants/invariant.ts'
import type { PullLimit } from './invariants/registry-judges.ts'
import type { Mutation } from './mutants.ts'
import { InvariantObserver } from './observer.ts'

/** A hundred pulls in six hours are more than small fleets make, so the fuzzer's Docker Hub is a small one. */
const smallLimit: PullLimit = { anonymousPulls: 2, authenticatedPulls: 3, windowSeconds: 1_200 }

/**
 * The first invariant that a scenario breaks; null where all hold. With a `mutation` it is another build that is judged.
 *
 * @example
 * await judge(compileScenario(await loadScenario('storm')))
 */
export async function judge(scenario: Scenario, mutation: Mutation = {}): Promise<Violation | null> {
  const { stepAgent, changeRates, limit = (promised: PullLimit) => promised } = mutation
  const pullLimit = scenario.registry.profile === 'docker-hub-anonymous' ? smallLimit : null
  const options = {
    scenario,
    time: 'virtual' as const,
    profile: profileOf(scenario, pullLimit && limit(pullLimit)),
    ...(stepAgent === undefined ? {} : { stepAgent }),
    ...(changeRates === undefined ? {} : { changeRates }),
  }
  const observer = new InvariantObserver(scenario, { pullLimit })
  const trace = new TraceComparison()
  try {
    const { summary } = await runScenario({ ...options, sinks: [observer.sink, trace.record], onSinkError: rethrow })
    const violation = observer.finish(summary)
    if (violation !== null) return violation
    await runScenario({ ...options, sinks: [trace.compare], onSinkError: rethrow, fastForward: false })
    if (trace.violation !== null) return trace.violation
    const unwatched = await runScenario(options)
    return difference(summary, unwatched.summary, trace.atMs)
  } catch (error) {
    return { invariant: 'runs-through', atMs: trace.atMs, statement: String(error) }
  }
}

function difference(watched: Summary, unwatched: Summary, atMs: number): Violation | null {
  const names = Object.keys(watched) as (keyof Summary)[]
  const name = names.find((each) => JSON.stringify(watched[each]) !== JSON.stringify(unwatched[each]))
  if (name === undefined) return null
  const values = `${JSON.stringify(watched[name])} while watched, ${JSON.stringify(unwatched[name])} while not`
  return { invariant: 'watching-changes-nothing', atMs, statement: `the summary says of ${name}: ${values}` }
}

function rethrow(error: unknown): never {
  throw error
}

function profileOf(scenario: Scenario, limit: PullLimit | null): Profile {
  const profile = loadProfile(scenario.registry.profile)
  return limit === null
    ? profile
    : { ...profile, createPolicy: () => createDockerHubPolicy({ ...limit, accountPulls: limit.authenticatedPulls }) }
}

/** Holds the events of one run against those of another. */
class TraceComparison {
  readonly #lines: string[] = []
  #next = 0
  violation: Violation | null = null
  atMs = 0

  readonly record: EventSink = (event) => {
    this.atMs = event.atMs
    this.#lines.push(JSON.stringify(event))
  }

  readonly compare: EventSink = (event) => {
    const expected = this.#lines[this.#next++]
    const got = JSON.stringify(event)
    if (expected === got) return
    const statement = `with the shortcut: ${expected ?? 'nothing'}; without: ${got}`
    this.violation ??= { invariant: 'shortcut-invisible', atMs: event.atMs, statement }
  }
}
